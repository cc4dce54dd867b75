from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .allowance_common import MAY, Allowances
from .common import BillingCase, SecondCompany


@tagged("post_install", "-at_install")
class TestAllowanceRates(Allowances, SecondCompany, BillingCase):
    def _rates(self):
        rates = self.env["billing.allowance.rate"]
        return {
            rate.display_name: rate.rate
            for rate in rates.search([("company_id", "=", self.company.id)])
        }

    def test_buckets_of_the_company(self):
        self.assertEqual(
            self._rates(),
            {
                "Not due": 1,
                "1-30 days": 5,
                "31-60 days": 20,
                "61-90 days": 50,
                "Over 90 days": 100,
            },
        )

    def test_former_buckets_are_kept_aside(self):
        """No rate comes to stand for other days; the new ones start prudently."""
        self.company.billing_ageing_bounds = "15,60"
        outdated = self.rates.filtered("is_outdated")
        names = ["1-30 days", "31-60 days", "61-90 days", "Over 90 days"]
        self.assertEqual(outdated.mapped("display_name"), names)
        found = self.rates.search([("is_outdated", "=", True)])
        self.assertEqual(found & self.rates, outdated)
        told = self.rates.with_user(self.manager).action_update()
        self.assertIn("16-60 days", told["params"]["message"])
        self.assertEqual(
            self._rates(),
            {"Not due": 1, "1-15 days": 5, "16-60 days": 20, "Over 60 days": 100},
        )
        self.assertFalse(outdated.filtered("active"))
        self.company.billing_ageing_bounds = "30,60,90"
        told = self.rates.with_user(self.manager).action_update()
        self.assertIn("already", told["params"]["message"])
        self.assertEqual(len(self._rates()), 5)

    def test_a_percentage(self):
        for rate in (-0.01, 100.01):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.cr.savepoint():
                    self.rates[0].rate = rate
                    self.rates.flush_recordset()
        self.rates[0].rate = 0
        self.rates[1].rate = 100

    def test_managers_set_them(self):
        rates = self.rates.with_user(self.manager)
        rates[0].rate = 2
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            rates[0].day_to = 5
        for user in (self.accountant, self.coordinator):
            with self.assertRaises(AccessError):
                self.rates[0].with_user(user).rate = 3
            with self.assertRaises(AccessError):
                self.rates.with_user(user).action_update()

    def test_whoever_changes_the_buckets_is_told(self):
        wizard = Form(self.env["billing.company.wizard"].with_user(self.manager))
        with self.assertLogs("odoo.tests.form", "WARNING") as logs:
            wizard.billing_ageing_bounds = "45"
        self.assertIn("belong to the buckets", logs.output[0])


@tagged("post_install", "-at_install")
class TestAllowanceSpecific(Allowances, SecondCompany, BillingCase):
    def test_no_overlap(self):
        self._make_specific(date_from="2025-02-01", date_to="2025-03-31")
        for first, last in (
            ("2025-01-01", False),
            ("2025-01-01", "2025-02-01"),
            ("2025-03-31", "2025-04-30"),
            ("2025-02-10", "2025-02-20"),
        ):
            with self.assertRaisesRegex(ValidationError, "end that one"):
                with self.cr.savepoint():
                    self._make_specific(date_from=first, date_to=last)
        self._make_specific(date_from="2025-01-01", date_to="2025-01-31")
        endless = self._make_specific(date_from="2025-04-01")
        with self.assertRaisesRegex(ValidationError, "end that one"):
            with self.cr.savepoint():
                self._make_specific(date_from="2026-01-01")
        endless.date_to = "2025-12-31"
        self._make_specific(date_from="2026-01-01")
        other = self._make_customer("Other")
        self._make_specific(other, date_from="2025-02-01")

    def test_bounds(self):
        for values in (
            {"rate": -1},
            {"rate": 101},
            {"kind": "amount", "amount": -1},
            {"date_from": "2025-02-01", "date_to": "2025-01-31"},
            {"reason": False},
        ):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.cr.savepoint():
                    self._make_specific(**values)

    def test_the_company_owes(self):
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        with self.assertRaisesRegex(ValidationError, "Customer A"):
            self._make_specific(contact)

    def test_customer_of_another_company(self):
        theirs = self._make_customer("Theirs", company_id=self.other_company.id)
        with self.assertRaises(UserError):
            self._make_specific(theirs)

    def test_stays_in_its_company(self):
        specific = self._make_specific(rate=50).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "another company"):
            specific.company_id = self.other_company

    def test_managers_make_them(self):
        values = {"partner_id": self.customer.id, "reason": "Insolvent"}
        specifics = self.env["billing.allowance.specific"]
        for user in (self.accountant, self.coordinator):
            with self.assertRaises(AccessError):
                specifics.with_user(user).create(values)
        specific = specifics.with_user(self.manager).create(values)
        specific.rate = 50
        specific.unlink()

    def test_used_ones_are_not_deleted(self):
        self._make_invoice(amount=100.0, overdue=60)
        specific = self._make_specific(rate=50)
        self._make_allowance()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                specific.unlink()


@tagged("post_install", "-at_install")
class TestAllowanceSettings(Allowances, SecondCompany, BillingCase):
    def test_accounts_that_are_none(self):
        receivable = self._account("asset_receivable")
        bank = self._account("asset_cash")
        income = self._account("income")
        for name, account in (
            ("billing_allowance_account_id", receivable),
            ("billing_allowance_account_id", bank),
            ("billing_allowance_account_id", income),
            ("billing_allowance_expense_account_id", self.contra),
            ("billing_allowance_expense_account_id", income),
        ):
            with self.assertRaisesRegex(ValidationError, "cannot be the"):
                self.company[name] = account

    def test_journal_that_is_none(self):
        with self.assertRaisesRegex(ValidationError, "miscellaneous"):
            self.company.billing_allowance_journal_id = self._journal("TINV")

    def test_another_companys(self):
        expense, contra = self._set_up_accounts(self.other_company)
        for name, value in (
            ("billing_allowance_account_id", contra),
            ("billing_allowance_expense_account_id", expense),
            (
                "billing_allowance_journal_id",
                self._journal("TMISC", self.other_company),
            ),
        ):
            with self.assertRaises(UserError):
                self.company[name] = value

    def test_days(self):
        for days in (0, 32, -1):
            with self.assertRaisesRegex(ValidationError, "1 to 31"):
                self.company.billing_allowance_reversal_days = days

    def test_manager_sets_them(self):
        wizard = Form(self.env["billing.company.wizard"].with_user(self.manager))
        self.assertEqual(wizard.billing_allowance_account_id, self.contra)
        wizard.billing_allowance_reversal_days = 3
        wizard.save().action_save()
        self.assertEqual(self.company.billing_allowance_reversal_days, 3)

    def test_draft_takes_what_is_set(self):
        allowance = self._make_allowance(compute=False)
        self.assertEqual(allowance.allowance_account_id, self.contra)
        other = self._make_account(self.company, "109001", "asset_current")
        self.company.billing_allowance_account_id = other
        self.assertEqual(allowance.allowance_account_id, other)

    def test_end_of_the_month_before(self):
        self.assertEqual(self.env["billing.allowance"]._default_date(), MAY)
