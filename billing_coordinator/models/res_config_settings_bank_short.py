from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_match_short = fields.Selection(
        related="company_id.billing_match_short", readonly=False, required=True
    )
