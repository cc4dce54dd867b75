from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_allowance_journal_id = fields.Many2one(
        related="company_id.billing_allowance_journal_id", readonly=False
    )
    billing_allowance_expense_account_id = fields.Many2one(
        related="company_id.billing_allowance_expense_account_id", readonly=False
    )
    billing_allowance_account_id = fields.Many2one(
        related="company_id.billing_allowance_account_id", readonly=False
    )
    billing_allowance_reversal_days = fields.Integer(
        related="company_id.billing_allowance_reversal_days", readonly=False
    )
