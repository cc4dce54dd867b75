from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_close_auto = fields.Boolean(
        related="company_id.billing_close_auto", readonly=False
    )
    billing_close_lead_days = fields.Integer(
        related="company_id.billing_close_lead_days", readonly=False
    )
    billing_close_lock = fields.Selection(
        related="company_id.billing_close_lock", readonly=False, required=True
    )
