from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.ageing import bucket_key, bucket_ranges, parse_bounds

HOLD_REASONS = [
    ("no_followup", "Excluded from follow-up"),
    ("archived", "Customer archived"),
    ("hold", "On hold"),
    ("in_transit", "Payment registered, not yet at the bank"),
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
        "billing.followup.notice.line": [
            "move_line_id",
            "stage_id",
            "advances",
            "date",
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
    stage_id = fields.Many2one("billing.followup.stage", readonly=True)
    noticed_on = fields.Date("Last notice", readonly=True)
    hold_reason = fields.Selection(
        HOLD_REASONS, "Not chased because", readonly=True, depends_context=AS_OF
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

    # -- the view -----------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s FROM %s WHERE %s", self._select(), self._from(), self._where()
        )

    @api.model
    def _get_as_of(self):
        """The date asked for in the context, None for the present state.

        :raise UserError: the context's ``as_of`` is not a date
        """
        as_of = self.env.context.get("as_of")
        if not as_of:
            return None
        try:
            return fields.Date.to_date(as_of)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("%(value)s is not a date (YYYY-MM-DD).", value=as_of)
            ) from error

    @api.model
    def _get_today(self):
        """The date that days overdue are counted to."""
        return self._get_as_of() or fields.Date.context_today(self)

    @api.model
    def _select(self):
        due = SQL("COALESCE(line.date_maturity, line.date)")
        days = SQL("(%s::date - %s)", self._get_today(), due)
        residual = self._residual()
        columns = {
            "id": SQL("line.id"),
            "move_line_id": SQL("line.id"),
            "move_id": SQL("line.move_id"),
            "move_name": SQL("line.move_name"),
            "move_type": SQL("move.move_type"),
            "payment_reference": SQL("move.payment_reference"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("line.company_id"),
            "account_id": SQL("line.account_id"),
            "currency_id": SQL("line.currency_id"),
            "company_currency_id": SQL("line.company_currency_id"),
            "date": SQL("line.date"),
            "date_maturity": due,
            "amount": SQL("line.balance"),
            "residual": residual,
            "residual_currency": self._residual(currency=True),
            "overdue": SQL(
                "CASE WHEN %s > 0 OR %s < 0 THEN %s ELSE 0 END",
                days,
                residual,
                residual,
            ),
            "days_overdue": days,
            "bucket": self._bucket(days),
            "plan_id": self._plan(),
            "stage_id": self._latest_notice(SQL("stage_id")),
            "noticed_on": self._latest_notice(SQL("date")),
            "hold_reason": self._hold(),
        }
        return SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in columns.items()
        )

    @api.model
    def _from(self):
        """Journal items; as of a date, with what was settled after it."""
        tables = SQL(
            """account_move_line line
               JOIN account_account account ON account.id = line.account_id
                AND account.account_type = 'asset_receivable'
               JOIN account_move move ON move.id = line.move_id"""
        )
        as_of = self._get_as_of()
        if not as_of:
            return tables
        return SQL(
            """%s LEFT JOIN (
                 SELECT line_id, SUM(amount) amount, SUM(currency) currency
                   FROM (
                     SELECT debit_move_id line_id, amount,
                            debit_amount_currency currency
                       FROM account_partial_reconcile WHERE max_date > %s
                      UNION ALL
                     SELECT credit_move_id, -amount, -credit_amount_currency
                       FROM account_partial_reconcile WHERE max_date > %s
                   ) settled GROUP BY line_id
               ) later ON later.line_id = line.id""",
            tables,
            as_of,
            as_of,
        )

    @api.model
    def _residual(self, currency=False):
        """Open amount: today's, plus what was settled after the date asked for."""
        name = "amount_residual_currency" if currency else "amount_residual"
        today = SQL("line.%s", SQL.identifier(name))
        if not self._get_as_of():
            return today
        column = SQL("later.%s", SQL.identifier("currency" if currency else "amount"))
        return SQL("(%s + COALESCE(%s, 0))", today, column)

    @api.model
    def _where(self):
        as_of = self._get_as_of()
        if not as_of:
            return SQL("line.parent_state = 'posted' AND line.reconciled IS NOT TRUE")
        return SQL(
            """line.parent_state = 'posted' AND line.date <= %s
               AND (line.reconciled IS NOT TRUE OR later.line_id IS NOT NULL)
               AND (%s <> 0 OR %s <> 0)""",
            as_of,
            self._residual(),
            self._residual(currency=True),
        )

    @api.model
    def _bucket(self, days):
        cases = [
            SQL("WHEN %s <= %s THEN %s", days, last or 0, bucket_key(index))
            for index, (_first, last) in enumerate(
                [(None, 0), *bucket_ranges(self._get_bounds())]
            )
            if last is not None
        ]
        last = bucket_key(len(cases))
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), last)

    # -- may we chase it? ----------------------------------------------------

    @api.model
    def _plan(self):
        """Plan of the invoice, else of the customer, else of the company."""
        return SQL(
            """COALESCE(move.billing_plan_id,
                 (SELECT (partner.billing_plan_id ->> line.company_id::text)::int
                    FROM res_partner partner WHERE partner.id = line.partner_id),
                 (SELECT billing_plan_id FROM res_company
                   WHERE res_company.id = line.company_id))"""
        )

    @api.model
    def _latest_notice(self, column):
        return SQL(
            """(SELECT notice_line.%s FROM billing_followup_notice_line notice_line
                 WHERE notice_line.move_line_id = line.id AND notice_line.advances
                 ORDER BY notice_line.id DESC LIMIT 1)""",
            column,
        )

    @api.model
    def _hold(self):
        """First reason not to chase the row, NULL if there is none."""
        reasons = SQL(" ").join(
            SQL("WHEN %s THEN %s", condition, reason)
            for reason, condition in self._get_hold_conditions().items()
        )
        return SQL("CASE WHEN line.amount_residual < 0 THEN NULL %s END", reasons)

    @api.model
    def _get_hold_conditions(self):
        """Conditions by hold reason, in the order in which they are told. Hook."""
        return {
            "no_followup": SQL("line.no_followup"),
            "archived": SQL(
                """EXISTS (SELECT FROM res_partner partner
                            WHERE partner.id = line.partner_id
                              AND partner.active IS NOT TRUE)"""
            ),
            "hold": SQL(
                """EXISTS (SELECT FROM billing_hold hold
                     WHERE hold.partner_id = line.partner_id
                       AND hold.company_id = line.company_id
                       AND COALESCE(hold.move_id, line.move_id) = line.move_id
                       AND hold.released_on IS NULL
                       AND COALESCE(hold.date_end, %s) >= %s)""",
                self._get_today(),
                self._get_today(),
            ),
            "in_transit": self._is_in_transit(),
        }

    @api.model
    def _is_in_transit(self):
        """Payments without entry cover what is open of the invoice ``move``.

        In Community a payment may have no journal entry until the bank statement
        shows it; the invoice stays open in the books meanwhile.
        """
        return SQL(
            """(SELECT SUM(payment.amount_company_currency_signed)
                  FROM account_move__account_payment link
                  JOIN account_payment payment ON payment.id = link.payment_id
                 WHERE link.invoice_id = move.id AND payment.move_id IS NULL
                   AND (payment.state = 'in_process'
                        OR payment.state = 'paid'
                           AND move.amount_residual_signed = move.amount_total_signed)
               ) >= move.amount_residual_signed"""
        )

    # -- actions --------------------------------------------------------------

    def action_open_invoice(self):
        """Open the invoice or entry behind the row."""
        self.ensure_one()
        return self.move_id.get_formview_action()

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
