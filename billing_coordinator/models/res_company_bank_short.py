from odoo import fields, models


class ResCompany(models.Model):
    """What becomes of a payment that is too small."""

    _inherit = "res.company"

    billing_match_short = fields.Selection(
        [
            ("open", "Leave open"),
            ("discount", "Discount"),
            ("writeoff", "Write off"),
            ("ticket", "Discrepancy ticket"),
        ],
        "Short payments",
        required=True,
        default="open",
        help="What is proposed where a customer pays less than the invoice. Each time"
        " something else can be chosen.",
    )
