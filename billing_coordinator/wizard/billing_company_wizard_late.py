from odoo import fields, models


class BillingCompanyWizard(models.TransientModel):
    """How late-payment interest and fees are invoiced."""

    _inherit = "billing.company.wizard"

    billing_late_interest_product_id = fields.Many2one(
        "product.product",
        "Product for interest",
        check_company=True,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_late_fee_product_id = fields.Many2one(
        "product.product",
        "Product for fees",
        check_company=True,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_late_journal_id = fields.Many2one(
        "account.journal",
        "Journal",
        check_company=True,
        domain=[("type", "=", "sale")],
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_late_payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment terms",
        check_company=True,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_late_post = fields.Boolean(
        "Post the invoices", compute="_compute_policy", store=True, readonly=False
    )
    billing_late_minimum = fields.Monetary(
        "Minimum interest", compute="_compute_policy", store=True, readonly=False
    )
