from odoo import fields, models

from ..tools.allowance import MATRIX, SPECIFIC


class BillingAllowanceLine(models.Model):
    """The allowance for what a customer owes in an ageing bucket."""

    _name = "billing.allowance.line"
    _description = "Allowance by customer and bucket"
    _order = "allowance_id desc, partner_name, rate_id, id"

    allowance_id = fields.Many2one(
        "billing.allowance", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="allowance_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date = fields.Date(related="allowance_id.date", store=True)
    state = fields.Selection(related="allowance_id.state")
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="restrict"
    )
    partner_name = fields.Char(
        help="As it was when the allowance was computed; the lines are sorted by it."
    )
    rate_id = fields.Many2one(
        "billing.allowance.rate",
        "Bucket",
        required=True,
        index=True,
        ondelete="restrict",
    )
    base = fields.Monetary(
        "Receivables",
        help="What the customer owes in the bucket, less credits that are not applied"
        " yet: they pay off what is oldest first.",
    )
    rate = fields.Float(
        "Rate (%)", digits=(7, 4), aggregator=None, help="The rate that was applied."
    )
    amount = fields.Monetary("Allowance")
    origin = fields.Selection(
        [(MATRIX, "Matrix"), (SPECIFIC, "Specific")], required=True, default=MATRIX
    )
    specific_id = fields.Many2one(
        "billing.allowance.specific",
        "Specific allowance",
        index="btree_not_null",
        ondelete="restrict",
    )
    reason = fields.Char(related="specific_id.reason")
