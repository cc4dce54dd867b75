from odoo import api, fields, models

from ..models.res_company_allowance import ALLOWANCE_ACCOUNTS, EXPENSE_ACCOUNTS


class BillingCompanyWizard(models.TransientModel):
    """Where the allowance for doubtful accounts is booked."""

    _inherit = "billing.company.wizard"

    billing_allowance_journal_id = fields.Many2one(
        "account.journal",
        "Journal of allowances",
        check_company=True,
        domain=[("type", "=", "general")],
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_allowance_expense_account_id = fields.Many2one(
        "account.account",
        "Expense account of allowances",
        check_company=True,
        domain=EXPENSE_ACCOUNTS,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_allowance_account_id = fields.Many2one(
        "account.account",
        "Allowance account",
        check_company=True,
        domain=ALLOWANCE_ACCOUNTS,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_allowance_reversal_days = fields.Integer(
        "Days until an allowance is reversed",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )

    @api.onchange("billing_ageing_bounds")
    def _onchange_billing_ageing_bounds(self):
        """The rates of an allowance belong to buckets: tell who changes these."""
        rates_sudo = self.env["billing.allowance.rate"].sudo()  # are there any?
        domain = [("company_id", "=", self.company_id.id)]
        same = self.billing_ageing_bounds == self.company_id.billing_ageing_bounds
        if same or not rates_sudo.search_count(domain, limit=1):
            return None
        return {
            "warning": {
                "title": self.env._("Allowance rates"),
                "message": self.env._(
                    "The rates of the allowance for doubtful accounts belong to the"
                    " buckets as they are now. Give the new buckets their rates, in the"
                    " configuration: until then no allowance is computed."
                ),
            }
        }
