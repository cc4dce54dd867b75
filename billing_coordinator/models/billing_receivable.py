from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..tools.ageing import bucket_key, bucket_ranges, parse_bounds

HOLD_REASONS = [
    ("no_followup", "Excluded from follow-up"),
    ("archived", "Customer archived"),
    ("hold", "On hold"),
    ("in_transit", "Payment registered, not yet at the bank"),
    ("promised", "Promised to pay"),
    ("disputed", "In dispute"),
]

# What is true of a row depends on the date that was asked for.
AS_OF = ["as_of"]


class BillingReceivable(models.Model):
    """Open receivable installments: the one answer to *who owes what, as of when*.

    A row is a posted journal item on a receivable account that is not settled,
    credits included as negative rows. ``with_context(as_of=date)`` shows the rows,
    residuals and days as they stood at the end of that date: the residual is the
    booked amount less the partial reconciliations dated (``max_date``) up to it.
    Amounts in the company currency are the booked ones, never converted again.

    Columns that cost a sub-query (stage, plan, hold) are computed by the database
    only where a query asks for them.
    """

    _name = "billing.receivable"
    _description = "Open receivable"
    _auto = False
    _rec_name = "move_name"
    _order = "date_maturity, id"
    _depends = {
        "account.move.line": [
            "account_id",
            "amount_currency",
            "amount_residual",
            "amount_residual_currency",
            "balance",
            "company_id",
            "currency_id",
            "date",
            "date_maturity",
            "move_id",
            "move_name",
            "no_followup",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.account": ["account_type"],
        "account.move": [
            "amount_residual_signed",
            "amount_total_signed",
            "billing_plan_id",
            "move_type",
            "payment_reference",
        ],
        "account.partial.reconcile": ["amount", "max_date"],
        "account.payment": [
            "amount_company_currency_signed",
            "invoice_ids",
            "move_id",
            "state",
        ],
        "billing.hold": ["partner_id", "move_id", "date_end", "released_on"],
        "billing.promise.line": [
            "amount",
            "awaited",
            "is_open",
            "last_partial_id",
            "move_line_id",
            "settled",
        ],
        "billing.followup.notice.line": [
            "move_line_id",
            "stage_id",
            "advances",
            "date",
        ],
        "billing.ticket.line": [
            "move_id",
            "amount_disputed",
            "dispute_periods",
            "is_open",
        ],
        "res.company": ["billing_plan_id"],
        "res.partner": ["active", "billing_plan_id"],
    }

    move_line_id = fields.Many2one("account.move.line", "Journal item", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    move_name = fields.Char("Number", readonly=True)
    move_type = fields.Selection(
        lambda self: self.env["account.move"]._fields["move_type"].selection,
        "Type",
        readonly=True,
    )
    payment_reference = fields.Char("Payment reference", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        "res.currency", "Company currency", readonly=True
    )
    date = fields.Date("Accounting date", readonly=True)
    date_maturity = fields.Date(
        "Due date",
        readonly=True,
        help="Due date of the installment; a receivable without one uses its date.",
    )
    amount = fields.Monetary(
        "Original amount",
        currency_field="company_currency_id",
        readonly=True,
        aggregator="sum",
    )
    residual = fields.Monetary(
        "Open amount",
        currency_field="company_currency_id",
        readonly=True,
        aggregator="sum",
        help="What is still open, in the company's currency as booked.",
        depends_context=AS_OF,
    )
    residual_currency = fields.Monetary(
        "Open in currency",
        currency_field="currency_id",
        readonly=True,
        aggregator=None,
        depends_context=AS_OF,
    )
    overdue = fields.Monetary(
        "Overdue amount",
        currency_field="company_currency_id",
        readonly=True,
        aggregator="sum",
        help="Open amount if the due date has passed. Credits always count.",
        depends_context=AS_OF,
    )
    days_overdue = fields.Integer(
        "Days overdue", readonly=True, aggregator="max", depends_context=AS_OF
    )
    bucket = fields.Selection(
        "_selection_bucket",
        "Ageing",
        readonly=True,
        depends_context=[*AS_OF, "company"],
    )
    plan_id = fields.Many2one("billing.followup.plan", "Follow-up plan", readonly=True)
    stage_id = fields.Many2one(
        "billing.followup.stage", readonly=True, depends_context=AS_OF
    )
    noticed_on = fields.Date("Last notice", readonly=True, depends_context=AS_OF)
    hold_reason = fields.Selection(
        HOLD_REASONS,
        "Not chased because",
        readonly=True,
        depends_context=AS_OF,
        help="As of a past day holds are those of that day; whether a customer is"
        " archived, an item is excluded or a payment is under way is not kept and shown"
        " as it is now.",
    )

    withheld = fields.Monetary(
        "Not chased",
        currency_field="currency_id",
        readonly=True,
        aggregator=None,
        depends_context=AS_OF,
        help="Part of the open amount that nobody is reminded of: it is promised or in"
        " dispute.",
    )

    @api.model
    def _selection_bucket(self):
        """Buckets of the current company, in their order."""
        ranges = bucket_ranges(self._get_bounds())
        labels = [self.env._("Not due")]
        for first, last in ranges:
            if last is None:
                labels.append(self.env._("Over %(days)s days", days=first - 1))
            else:
                labels.append(
                    self.env._("%(first)s-%(last)s days", first=first, last=last)
                )
        return [(bucket_key(index), label) for index, label in enumerate(labels)]

    @api.model
    def _get_bounds(self):
        return parse_bounds(self.env.company.sudo().billing_ageing_bounds)

    # -- actions --------------------------------------------------------------

    def action_open_invoice(self):
        """Open the invoice or entry behind the row."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    def _prepare_cover(self, amount):
        """Values of the line of a promise that covers ``amount`` of this receivable."""
        return {
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "move_line_id": self.move_line_id.id,
            "move_id": self.move_id.id,
            "label": self.move_name or self.move_id.display_name,
            "date_maturity": self.date_maturity,
            "amount": amount,
            "is_open": True,
        }

    def _describe_followup(self):
        """Where these rows stand: stage, date, and why they are not chased."""
        if not self:
            return False
        latest = max(
            self, key=lambda row: row.noticed_on or fields.Date.to_date("1900-01-01")
        )
        words = [self.env._("No reminder yet")]
        if latest.stage_id:
            words = [
                self.env._(
                    "%(stage)s on %(date)s",
                    stage=latest.stage_id.name,
                    date=format_date(self.env, latest.noticed_on),
                )
            ]
        held = self.filtered("hold_reason")[:1]
        if held:
            reasons = dict(self._fields["hold_reason"]._description_selection(self.env))
            words.append(reasons[held.hold_reason])
        return ", ".join(words)
