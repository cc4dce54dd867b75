from odoo import api, fields, models
from odoo.exceptions import ValidationError

LOCKS = [
    ("fiscalyear_lock_date", "Everything (global lock date)"),
    ("sale_lock_date", "Sales only (sales lock date)"),
]
MOST_LEAD_DAYS = 60


class ResCompany(models.Model):
    """How months are closed."""

    _inherit = "res.company"

    billing_close_auto = fields.Boolean(
        "Make the next close by itself",
        default=True,
        help="Once a company has a close, that of the next month is made by itself.",
    )
    billing_close_lead_days = fields.Integer(
        "Days before the end of the month",
        default=5,
        help="The close is made so many days before its month ends.",
    )
    billing_close_lock = fields.Selection(
        LOCKS,
        "A close locks",
        default="fiscalyear_lock_date",
        required=True,
        help="Which of Odoo's lock dates is set when a close is locked.",
    )

    @api.constrains("billing_close_lead_days")
    def _check_billing_close_lead_days(self):
        for company in self:
            if not 0 <= company.billing_close_lead_days <= MOST_LEAD_DAYS:
                raise ValidationError(
                    self.env._(
                        "A close is made between 0 and %(most)s days before its month"
                        " ends.",
                        most=MOST_LEAD_DAYS,
                    )
                )
