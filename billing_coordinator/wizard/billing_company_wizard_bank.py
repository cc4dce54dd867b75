from odoo import fields, models


class BillingCompanyWizard(models.TransientModel):
    """How payments are matched."""

    _inherit = "billing.company.wizard"

    billing_match_auto = fields.Boolean(
        "Apply what is clear by itself",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_match_threshold = fields.Integer(
        "Threshold", compute="_compute_policy", store=True, readonly=False
    )
    billing_match_tolerance = fields.Monetary(
        "Tolerated charges", compute="_compute_policy", store=True, readonly=False
    )
    billing_match_charges_account_id = fields.Many2one(
        "account.account",
        "Account of bank charges",
        check_company=True,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_match_discount_grace = fields.Integer(
        "Days of grace for discounts",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_match_short = fields.Selection(
        lambda self: self._get_company_selection("billing_match_short"),
        "Short payments",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
