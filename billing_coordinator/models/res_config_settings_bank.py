from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_match_auto = fields.Boolean(
        related="company_id.billing_match_auto", readonly=False
    )
    billing_match_threshold = fields.Integer(
        related="company_id.billing_match_threshold", readonly=False
    )
    billing_match_tolerance = fields.Monetary(
        related="company_id.billing_match_tolerance", readonly=False
    )
    billing_match_discount_grace = fields.Integer(
        related="company_id.billing_match_discount_grace", readonly=False
    )
    billing_match_charges_account_id = fields.Many2one(
        related="company_id.billing_match_charges_account_id", readonly=False
    )
