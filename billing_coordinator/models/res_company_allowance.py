from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.ageing import bucket_ranges, parse_bounds

EXPENSE_ACCOUNTS = [("internal_group", "=", "expense")]
ALLOWANCE_ACCOUNTS = [
    ("internal_group", "in", ("asset", "liability")),
    (
        "account_type",
        "not in",
        (
            "asset_receivable",
            "liability_payable",
            "asset_cash",
            "liability_credit_card",
        ),
    ),
]
ALLOWANCE_FIELDS = (
    "billing_allowance_journal_id",
    "billing_allowance_expense_account_id",
    "billing_allowance_account_id",
)


class ResCompany(models.Model):
    """Where the allowance for doubtful accounts is booked."""

    _inherit = "res.company"

    billing_allowance_journal_id = fields.Many2one(
        "account.journal",
        "Journal of allowances",
        check_company=True,
        domain=[("type", "=", "general")],
    )
    billing_allowance_expense_account_id = fields.Many2one(
        "account.account",
        "Expense account of allowances",
        check_company=True,
        domain=EXPENSE_ACCOUNTS,
        help="What is expected to be lost is an expense of the period.",
    )
    billing_allowance_account_id = fields.Many2one(
        "account.account",
        "Allowance account",
        check_company=True,
        domain=ALLOWANCE_ACCOUNTS,
        help="It stands beside the receivables in the balance sheet and lowers them. It"
        " is no receivable account itself: nothing of it is open with a customer.",
    )
    billing_allowance_reversal_days = fields.Integer(
        "Days until an allowance is reversed",
        default=1,
        help="1: on the first day of the next period.",
    )

    @api.constrains("billing_allowance_reversal_days")
    def _check_billing_allowance_reversal_days(self):
        for company in self:
            if not 1 <= company.billing_allowance_reversal_days <= 31:
                raise ValidationError(
                    self.env._(
                        "An allowance is reversed 1 to 31 days after the end of the"
                        " period, in the next one."
                    )
                )

    @api.constrains(*ALLOWANCE_FIELDS)
    def _check_billing_allowance(self):
        self._check_company(ALLOWANCE_FIELDS)
        for company in self:
            journal = company.billing_allowance_journal_id
            if journal and journal.type != "general":
                raise ValidationError(
                    self.env._(
                        "%(journal)s is no journal for allowances: choose one for"
                        " miscellaneous operations.",
                        journal=journal.display_name,
                    )
                )
            for name in ALLOWANCE_FIELDS[1:]:
                company._check_billing_allowance_account(name)

    def _check_billing_allowance_account(self, name):
        """An account by RPC or import passes by the domain of the field."""
        account = self[name]
        if account and not account.filtered_domain(self._fields[name].domain):
            raise ValidationError(
                self.env._(
                    "%(account)s is of a type that cannot be the %(field)s.",
                    account=account.display_name,
                    field=self.fields_get([name], ["string"])[name]["string"],
                )
            )

    def _billing_get_missing_allowance(self):
        """Names of the settings without which no allowance can be posted."""
        missing = [name for name in ALLOWANCE_FIELDS if not self[name]]
        labels = self.fields_get(missing, ["string"])
        return [labels[name]["string"] for name in missing]

    def _billing_check_allowance(self):
        """Say what is missing before an allowance is posted."""
        missing = self._billing_get_missing_allowance()
        if missing:
            raise UserError(
                self.env._(
                    "%(fields)s: choose it for %(company)s in the settings of Billing"
                    " before an allowance is posted.",
                    fields=", ".join(missing),
                    company=self.name,
                )
            )

    @api.model
    def _billing_check_same(self, records, vals):
        """Refuse to move records to another company: no rule guards where they go."""
        company_id = vals.get("company_id")
        if company_id and set(records.company_id.ids) - {company_id}:
            raise UserError(
                self.env._(
                    "This is not moved to another company: make a new one there."
                )
            )

    def _billing_get_bounds(self):
        return parse_bounds(self.sudo().billing_ageing_bounds)

    def _billing_get_buckets(self):
        """First and last day of each ageing bucket; last 0 where there is no end.

        The first bucket, what is not due, is (0, 0).
        """
        ranges = bucket_ranges(self._billing_get_bounds())
        return [(0, 0), *((first, last or 0) for first, last in ranges)]
