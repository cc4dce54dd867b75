from odoo import fields, models


class BillingCompanyWizard(models.TransientModel):
    """How months are closed."""

    _inherit = "billing.company.wizard"

    billing_close_auto = fields.Boolean(
        "Make the next close by itself",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_close_lead_days = fields.Integer(
        "Days before the end of the month",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_close_lock = fields.Selection(
        lambda self: self._get_company_selection("billing_close_lock"),
        "A close locks",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
