from odoo import fields, models


class BillingCompanyWizard(models.TransientModel):
    """How disputed amounts are written off."""

    _inherit = "billing.company.wizard"

    billing_writeoff_account_id = fields.Many2one(
        "account.account",
        "Account of write-offs",
        check_company=True,
        domain=[
            (
                "account_type",
                "not in",
                ("asset_receivable", "liability_payable", "off_balance"),
            )
        ],
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_writeoff_journal_id = fields.Many2one(
        "account.journal",
        "Journal of write-offs",
        check_company=True,
        domain=[("type", "=", "general")],
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_writeoff_limit = fields.Monetary(
        "Largest write-off without approval",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
