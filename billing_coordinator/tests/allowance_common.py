from datetime import date

RATES = (1, 5, 20, 50, 100)
MAY = date(2025, 5, 31)
JUNE = date(2025, 6, 30)


class Allowances:
    """Mixin: accounts, rates and an accountant for allowances as of the end of May.

    The buckets are not due, 1-30, 31-60, 61-90 and over 90 days; on the frozen day,
    16 June, an invoice is 16 days more overdue than at the end of May.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_allowances()

    @classmethod
    def _set_up_allowances(cls):
        cls.accountant = cls._make_user("accountant", "group_billing_accountant")
        cls.expense, cls.contra = cls._set_up_accounts(cls.company)
        cls.company.billing_ageing_bounds = "30,60,90"
        cls.rates = cls._make_rates(cls.company)

    @classmethod
    def _set_up_accounts(cls, company):
        expense = cls._make_account(company, "654000", "expense")
        contra = cls._make_account(company, "109000", "asset_current")
        company.write(
            {
                "billing_allowance_journal_id": cls._journal("TMISC", company).id,
                "billing_allowance_expense_account_id": expense.id,
                "billing_allowance_account_id": contra.id,
            }
        )
        return expense, contra

    @classmethod
    def _make_rates(cls, company, percents=RATES):
        rates = cls.env["billing.allowance.rate"].with_company(company)
        rates.action_update()
        rates = rates.search([("company_id", "=", company.id)])
        for rate, percent in zip(rates, percents, strict=True):
            rate.rate = percent
        return rates

    @classmethod
    def _make_specific(cls, customer=None, **values):
        return cls.env["billing.allowance.specific"].create(
            {
                "company_id": cls.company.id,
                "partner_id": (customer or cls.customer).id,
                "reason": "Insolvent",
                "date_from": "2025-01-01",
                **values,
            }
        )

    @classmethod
    def _make_allowance(cls, day=MAY, user=None, company=None, compute=True):
        company = company or cls.company
        allowances = cls.env["billing.allowance"].with_user(user or cls.accountant)
        allowances = allowances.with_context(allowed_company_ids=company.ids)
        allowance = allowances.create({"company_id": company.id, "date": day})
        if compute:
            allowance.action_compute()
        return allowance

    def _balance(self, account, day):
        """What the ledger says of an account at the end of a day."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ]
        )
        return sum(lines.mapped("balance"))

    def _lines(self, allowance):
        """``{customer: {bucket: (base, amount)}}``"""
        found = {}
        for line in allowance.line_ids:
            buckets = found.setdefault(line.partner_id, {})
            buckets[line.rate_id.display_name] = line.base, line.amount
        return found
