from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date


class BillingAllowanceSpecific(models.Model):
    """What is expected to be lost of one customer, in place of the matrix."""

    _name = "billing.allowance.specific"
    _description = "Specific allowance"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    kind = fields.Selection(
        [("rate", "Rate"), ("amount", "Fixed amount")],
        required=True,
        default="rate",
        tracking=True,
    )
    rate = fields.Float(
        "Rate (%)",
        digits=(7, 4),
        aggregator=None,
        tracking=True,
        help="Percent of all that the customer owes. 0: nothing will be lost.",
    )
    amount = fields.Monetary(
        tracking=True,
        help="In company currency. At most what the customer owes is taken, the oldest"
        " items first.",
    )
    reason = fields.Char(
        required=True,
        tracking=True,
        help="What the auditor will ask: insolvency, a lawsuit, an insurance.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="Allowances as of this day and later take it.",
    )
    date_to = fields.Date(
        "Until",
        tracking=True,
        help="Allowances as of later days take the matrix again.",
    )

    _rate_range = models.Constraint(
        "CHECK(kind != 'rate' OR (rate >= 0 AND rate <= 100))",
        "The rate of a specific allowance is a percentage from 0 to 100.",
    )
    _amount_range = models.Constraint(
        "CHECK(kind != 'amount' OR amount >= 0)",
        "A specific allowance cannot be negative.",
    )
    _dates_range = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "The last day of a specific allowance cannot be before its first day.",
    )
    # Two who type in the same at once: one of them is told.
    _start_uniq = models.UniqueIndex(
        "(company_id, partner_id, date_from)",
        "The customer has a specific allowance from this day on already.",
    )

    @api.constrains("company_id", "partner_id", "date_from", "date_to")
    def _check_overlap(self):
        for specific in self:
            other = self.search(
                [
                    ("id", "!=", specific.id),
                    ("company_id", "=", specific.company_id.id),
                    ("partner_id", "=", specific.partner_id.id),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", specific.date_from),
                    (
                        "date_from",
                        "<=",
                        specific.date_to or fields.Date.to_date("9999-12-31"),
                    ),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(customer)s has a specific allowance from %(date)s on: end"
                        " that one before this one begins.",
                        customer=specific.partner_id.display_name,
                        date=format_date(self.env, other.date_from),
                    )
                )

    @api.constrains("partner_id")
    def _check_customer(self):
        for specific in self:
            company = specific.partner_id.commercial_partner_id
            if specific.partner_id != company:
                raise ValidationError(
                    self.env._(
                        "Make the allowance for %(company)s: it is the company that"
                        " owes, not one of its contacts.",
                        company=company.display_name,
                    )
                )

    def write(self, vals):
        self.env["res.company"]._billing_check_same(self, vals)
        return super().write(vals)

    @api.model
    def _get_in_force(self, company, day):
        """``{customer: specific allowance}`` of a day; of two the later one counts."""
        found = self.search(
            Domain("company_id", "=", company.id)
            & Domain("date_from", "<=", day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day)),
            order="date_from, id",
        )
        return {specific.partner_id.id: specific for specific in found}
