from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_plan_id = fields.Many2one(
        related="company_id.billing_plan_id", readonly=False
    )
    billing_auto_send = fields.Boolean(
        related="company_id.billing_auto_send", readonly=False
    )
    billing_responsible_id = fields.Many2one(
        related="company_id.billing_responsible_id", readonly=False
    )
    billing_minimum_claim = fields.Monetary(
        related="company_id.billing_minimum_claim",
        readonly=False,
    )
    billing_promise_grace = fields.Integer(
        related="company_id.billing_promise_grace", readonly=False
    )
    billing_promise_portal = fields.Boolean(
        related="company_id.billing_promise_portal", readonly=False
    )
    billing_promise_max_days = fields.Integer(
        related="company_id.billing_promise_max_days", readonly=False
    )
    billing_promise_max_amount = fields.Monetary(
        related="company_id.billing_promise_max_amount", readonly=False
    )
    billing_bank_freshness = fields.Integer(
        related="company_id.billing_bank_freshness", readonly=False
    )
    billing_ageing_bounds = fields.Char(
        related="company_id.billing_ageing_bounds", readonly=False, required=True
    )
    billing_statement_schedule = fields.Selection(
        related="company_id.billing_statement_schedule", readonly=False, required=True
    )
    billing_statement_day = fields.Integer(
        related="company_id.billing_statement_day", readonly=False
    )
    billing_statement_kind = fields.Selection(
        related="company_id.billing_statement_kind", readonly=False, required=True
    )
