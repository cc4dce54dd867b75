from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_late_interest_product_id = fields.Many2one(
        related="company_id.billing_late_interest_product_id", readonly=False
    )
    billing_late_fee_product_id = fields.Many2one(
        related="company_id.billing_late_fee_product_id", readonly=False
    )
    billing_late_journal_id = fields.Many2one(
        related="company_id.billing_late_journal_id", readonly=False
    )
    billing_late_payment_term_id = fields.Many2one(
        related="company_id.billing_late_payment_term_id", readonly=False
    )
    billing_late_post = fields.Boolean(
        related="company_id.billing_late_post", readonly=False
    )
    billing_late_minimum = fields.Monetary(
        related="company_id.billing_late_minimum", readonly=False
    )
