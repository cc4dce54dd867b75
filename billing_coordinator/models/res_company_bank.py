from odoo import fields, models


class ResCompany(models.Model):
    """How lines of the bank are matched."""

    _inherit = "res.company"

    billing_match_charges_account_id = fields.Many2one(
        "account.account",
        "Account of bank charges",
        check_company=True,
        help="What the bank keeps of a payment, and small differences, go here.",
    )
