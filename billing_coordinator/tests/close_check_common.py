"""A month with a ledger, a bank and an accountant, for tests of the close's checks."""

from datetime import date

from odoo.tools import SQL

from ..tools.close_check import Finding, Period
from .common import days
from .tie_out_common import TieOutCase

FIRST, LAST = date(2025, 5, 1), date(2025, 5, 31)
# A day in the month, as days from the frozen one, and one for invoices.
IN_MAY, OVERDUE = days(-20), -10


class CloseCheckCase(TieOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user("accountant", "group_billing_accountant")
        cls.other_accountant = cls._make_user(
            "accountant_elsewhere",
            "group_billing_accountant",
            company=cls.other_company,
        )
        cls._make_outstanding(cls.other_company)

    def _period(self, company=None, **values):
        return Period(company or self.company, FIRST, LAST, **values)

    def _run(self, code, period=None, user=None, check=None):
        """What a check finds, as JSON keeps it."""
        user = user or self.accountant
        checks = self.env["billing.close.checks"].with_user(user)
        checks = checks.with_context(allowed_company_ids=user.company_ids.ids)
        found = checks._run(code, period or self._period(), check=check)
        return Finding.from_json(found.to_json())

    def _open(self, found, user=None, day=LAST):
        """The records behind a figure, as an accountant opens them."""
        user = user or self.accountant
        action = self.env["billing.close.checks"]._prepare_action(
            "Records", found.model, found.domain, day
        )
        context = {
            **action["context"],
            "allowed_company_ids": user.company_ids.ids,
        }
        model = self.env[found.model].with_user(user).with_context(**context)
        model.invalidate_model()
        return model.search(found.domain)

    def _set_made_on(self, records, moment):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                moment,
                records.ids,
            )
        )
        records.invalidate_recordset(["create_date"])

    def _in_may(self, customer=None, amount=100.0, **values):
        """An invoice of the month."""
        return self._make_invoice(customer, amount, OVERDUE, **values)

    def _elsewhere(self, **values):
        """The same in the other company."""
        return self._in_may(self.other_customer, company=self.other_company, **values)

    def assertClean(self, code, period=None, **kwargs):
        found = self._run(code, period, **kwargs)
        self.assertEqual(found.figure, 0, found)
        if found.model and not found.figures:
            self.assertFalse(self._open(found), found)

    def assertFound(self, code, records, figure=None, period=None):
        """Exactly these are behind the figure; the other company has none of them."""
        found = self._run(code, period)
        self.assertEqual(self._open(found), records)
        self.assertEqual(found.figure, len(records) if figure is None else figure)
        return found
