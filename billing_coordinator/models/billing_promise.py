from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools import promise as rules

STATES = [
    (rules.OPEN, "Open"),
    (rules.KEPT, "Kept"),
    (rules.PARTIALLY_KEPT, "Partially kept"),
    (rules.BROKEN, "Broken"),
    (rules.WITHDRAWN, "Withdrawn"),
]
JUDGED = (rules.KEPT, rules.PARTIALLY_KEPT, rules.BROKEN)
CHANNELS = [
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("person", "In person"),
    ("letter", "Letter"),
]
# What a person may still write once the promise is made.
EDITABLE = {"note", "contact_id"}


class BillingPromise(models.Model):
    """A promise to pay: amount, day, the receivables it covers, and what became of it.

    While it is open, nobody is reminded of what it covers. It is judged once its day
    and the grace days are over, and not changed after that.
    """

    _name = "billing.promise"
    _description = "Promise to pay"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Promised by",
        index="btree_not_null",
        ondelete="restrict",
        help="The person who gave their word.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Taken by",
        index="btree_not_null",
        help="The collector. Empty: the customer promised in the portal.",
    )
    channel = fields.Selection(CHANNELS, required=True, default="phone")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    date = fields.Date("Promised for", required=True, index=True)
    judge_on = fields.Date(
        "Judged on",
        required=True,
        help="The promised day and the grace days of the company.",
    )
    made_on = fields.Datetime("Made on", required=True, default=fields.Datetime.now)
    level = fields.Integer(
        default=1,
        aggregator="max",
        help="1 for a first promise; one more after an open, partially kept or broken"
        " one.",
    )
    note = fields.Text()
    state = fields.Selection(STATES, required=True, default=rules.OPEN, index=True)
    line_ids = fields.One2many("billing.promise.line", "promise_id", "Covers")
    judged_amount = fields.Monetary(
        "Paid when judged", help="What had been paid when the promise was judged."
    )
    amount_paid = fields.Monetary("Paid", compute="_compute_amount_paid")
    closed_on = fields.Datetime("Judged or withdrawn on")
    withdraw_reason = fields.Char("Why withdrawn")
    kept_rate = fields.Float(
        "Kept rate (%)",
        compute="_compute_kept_rate",
        store=True,
        aggregator="avg",
        help="100 for a kept promise, 0 for a broken or partially kept one.",
    )

    _judge_idx = models.Index("(company_id, judge_on) WHERE state = 'open'")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Promise an amount of more than zero."
    )

    @api.depends("state", "judged_amount", "line_ids.remaining")
    def _compute_amount_paid(self):
        """Live while the promise is open, frozen after that."""
        shares = self.filtered(lambda p: p.state == rules.OPEN)._get_shares()
        for promise in self:
            if promise.state != rules.OPEN:
                promise.amount_paid = promise.judged_amount
                continue
            parts = shares[promise.id].values()
            promise.amount_paid = sum(part.paid for part in parts)

    @api.depends("state")
    def _compute_kept_rate(self):
        for promise in self:
            promise.kept_rate = 100.0 if promise.state == rules.KEPT else 0.0

    @api.depends_context("lang")
    @api.depends("amount", "currency_id", "date")
    def _compute_display_name(self):
        for promise in self:
            promise.display_name = self.env._(
                "%(amount)s for %(date)s",
                amount=promise.currency_id.format(promise.amount),
                date=format_date(self.env, promise.date),
            )

    # -- history is not rewritten ----------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(
                self.env._("Make a promise from the customer, an invoice or a notice.")
            )
        return super().create(vals_list)

    def write(self, vals):
        # What the chatter keeps of a record is none of its history.
        own = {name for name in vals if not name.startswith(("message_", "activity_"))}
        closed = own and any(promise.state != rules.OPEN for promise in self)
        if not self.env.su and (closed or own - EDITABLE):
            raise UserError(
                self.env._(
                    "A promise is not changed: withdraw it, and make a new one if the"
                    " customer gives another."
                )
            )
        return super().write(vals)

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise UserError(self.env._("A promise is history: withdraw it instead."))

    # -- buttons ------------------------------------------------------------------

    def action_withdraw(self, reason=None):
        """Take open promises back: what they cover may be chased again."""
        self.check_access("write")
        for promise in self:
            if promise.state != rules.OPEN:
                raise UserError(
                    self.env._(
                        "%(promise)s of %(customer)s is not open any more.",
                        promise=promise.display_name,
                        customer=promise.partner_id.display_name,
                    )
                )
        self._close(rules.WITHDRAWN, reason)
        self._refresh_worklist()

    def action_open_worklist(self):
        self.ensure_one()
        row = self.env["billing.worklist"]._get_row(self.company_id, self.partner_id)
        return row.get_formview_action()

    def _close(self, state, reason=None):
        """End open promises; what was paid for them stays theirs."""
        promise_sudo = self.sudo()  # nobody else writes states
        for promise in promise_sudo:
            paid = promise.amount_paid
            promise.write(
                {
                    "state": state,
                    "judged_amount": paid,
                    "closed_on": fields.Datetime.now(),
                    "withdraw_reason": reason,
                }
            )
        self._close_covers()

    # -- finding them -----------------------------------------------------------------

    @api.model
    def _get_customers_domain(self, companies, partners):
        return Domain("company_id", "in", companies.ids) & Domain(
            "partner_id", "in", partners.ids
        )

    @api.model
    def _get_level(self, company, partner, currency):
        """Level of the next promise of a customer."""
        latest = self.search(
            self._get_customers_domain(company, partner)
            & Domain("currency_id", "=", currency.id)
            & Domain("state", "!=", rules.WITHDRAWN),
            order="made_on desc, id desc",
            limit=1,
        )
        return rules.next_level(latest.state, latest.level)

    @api.model
    def _count_broken(self, company, partner_ids=None):
        """``{partner id: promises broken within the last year}``."""
        since = fields.Date.subtract(fields.Date.context_today(self), days=365)
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", rules.BROKEN),
            ("date", ">=", since),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        groups = self._read_group(domain, ["partner_id"], ["__count"])
        return {partner.id: count for partner, count in groups}

    @api.model
    def _get_kept_rates(self, company, partners):
        """``{partner: (percent kept, number of judged promises)}``."""
        groups = self._read_group(
            self._get_customers_domain(company, partners)
            & Domain("state", "in", JUDGED),
            ["partner_id"],
            ["kept_rate:avg", "__count"],
        )
        return {partner: (rate, count) for partner, rate, count in groups}

    def _refresh_worklist(self):
        """Touch the customers' rows: a job at work on one of them has it locked."""
        self.env["billing.receivable"].invalidate_model()
        for company, promises in self.grouped("company_id").items():
            worklist = self.env["billing.worklist"]
            worklist._refresh(company, promises.partner_id.ids)
