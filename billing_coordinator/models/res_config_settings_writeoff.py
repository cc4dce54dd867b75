from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_writeoff_account_id = fields.Many2one(
        related="company_id.billing_writeoff_account_id", readonly=False
    )
    billing_writeoff_journal_id = fields.Many2one(
        related="company_id.billing_writeoff_journal_id", readonly=False
    )
    billing_writeoff_limit = fields.Monetary(
        related="company_id.billing_writeoff_limit", readonly=False
    )
