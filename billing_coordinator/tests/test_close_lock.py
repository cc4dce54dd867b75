"""Locking through Odoo's lock dates, and reopening with a trace."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from .bank_common import Bank
from .close_common import MAY, CloseCase


@tagged("post_install", "-at_install")
class TestCloseLock(Bank, CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close = cls._make_close()

    def _lock_all(self, close=None):
        close = close or self.close
        self._sign_all(close)
        self.assertTrue(close.with_user(self.reviewer)._lock("All fine"))

    def test_lock(self):
        invoice = self._make_invoice(overdue=0)
        self._lock_all()
        self.assertEqual(self.close.state, "locked")
        self.assertEqual(self.close.locked_uid, self.reviewer)
        self.assertEqual(self.company.fiscalyear_lock_date, MAY)
        self.assertEqual(self.close.days_to_close, 11)
        with self.assertRaisesRegex(UserError, "[Ll]ock"):
            invoice.button_draft()

    def test_days_to_close_are_those_of_the_last_lock(self):
        self._lock_all()
        self.close.with_user(self.manager)._reopen("One invoice more")
        self.assertEqual(self.close.days_to_close, 0)
        with freeze_time("2025-06-18"):
            self.assertTrue(self.close.with_user(self.reviewer)._lock())
        self.assertEqual(self.close.days_to_close, 13)

    def test_what_is_not_locked_has_no_days_to_close(self):
        closes = self.close | self._make_close(date(2025, 6, 30))
        domain = [("id", "in", closes.ids)]
        aggregates = ["days_to_close:avg", "__count"]
        [row] = closes._read_group(domain, [], aggregates)
        self.assertEqual(row, (False, 2), "not 0 days")
        self._lock_all()
        [row] = closes._read_group(domain, [], aggregates)
        self.assertEqual(row, (11, 2))

    def test_it_is_today_where_the_company_works(self):
        self._sign_all(self.close)
        self.company.partner_id.tz = "America/Los_Angeles"
        self.reviewer.tz = "Pacific/Auckland"
        close = self.close.with_user(self.reviewer)
        with (
            freeze_time("2025-06-01 06:59:00"),
            self.assertRaisesRegex(UserError, "May 2025 has not ended yet"),
        ):
            close._lock()
        with freeze_time("2025-06-03 06:59:00"):
            self.assertTrue(close._lock())
        self.assertEqual(close.days_to_close, 1, "it is the second there")

    def test_lock_of_sales_only(self):
        self.company.billing_close_lock = "sale_lock_date"
        self._lock_all()
        self.assertEqual(self.company.sale_lock_date, MAY)
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_odoo_validates(self):
        self._sign_all(self.close)
        self._make_bank_line(10, day=MAY)
        with self.assertRaisesRegex(RedirectWarning, "unreconciled bank"):
            self.close.with_user(self.reviewer)._lock()
        self.assertNotEqual(self.close.state, "locked")

    def test_not_before_all_is_done(self):
        with self.assertRaisesRegex(UserError, "Still to do: Drafts, Tie-out, Talk"):
            self.close.with_user(self.reviewer)._lock()

    def test_not_before_the_month_before(self):
        april = self._make_close(date(2025, 4, 30))
        self._sign_all(self.close)
        with self.assertRaisesRegex(UserError, "April 2025 is not locked yet"):
            self.close.with_user(self.reviewer)._lock()
        self._lock_all(april)
        self.assertTrue(self.close.with_user(self.reviewer)._lock())

    def test_not_by_a_coordinator(self):
        self._sign_all(self.close)
        with self.assertRaises(AccessError):
            self.close.with_user(self.coordinator)._lock()

    def test_a_check_that_fails_since(self):
        self._sign_all(self.close)
        self._make_invoices([(None, 50, 10)], post=False)
        self.assertFalse(self.close.with_user(self.reviewer)._lock())
        self.assertEqual(self._task(self.close, "Drafts").state, "suspended")

    def test_nothing_is_signed_in_a_locked_close(self):
        self._lock_all()
        talk = self._task(self.close, "Talk")
        with self.assertRaisesRegex(UserError, "May 2025 is locked"):
            talk.with_user(self.manager)._sign("withdraw", "No")
        with self.assertRaisesRegex(UserError, "May 2025 is locked"):
            talk.with_user(self.manager).sequence = 3
        self.assertFalse(self.close.task_ids.activity_ids)

    def test_reopen(self):
        self.company.fiscalyear_lock_date = "2025-03-31"
        self._lock_all()
        with self.assertRaises(AccessError):
            self.close.with_user(self.reviewer)._reopen("I want")
        with self.assertRaisesRegex(UserError, "Write the reason"):
            self.close.with_user(self.manager)._reopen("")
        self.close.with_user(self.manager)._reopen("An invoice was missing")
        self.assertEqual(self.company.fiscalyear_lock_date, date(2025, 3, 31))
        self.assertEqual(self.close.state, "ready")
        kinds = self.close.signoff_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds[-2:], ["lock", "reopen"])
        self.assertTrue(self.close.with_user(self.reviewer)._lock())

    def test_reopen_only_the_last(self):
        june = self._make_close(date(2025, 6, 30))
        self._lock_all()
        with self._at(date(2025, 7, 2)):
            self._lock_all(june)
        with self.assertRaisesRegex(UserError, "June 2025 is locked: reopen it first"):
            self.close.with_user(self.manager)._reopen("Missing")

    def test_lock_date_that_others_set_is_not_taken_back(self):
        self.company.fiscalyear_lock_date = MAY
        self._lock_all()
        self.close.with_user(self.manager)._reopen("Missing")
        self.assertEqual(self.company.fiscalyear_lock_date, MAY)

    def test_locked_behind_its_back(self):
        verify = self.close.with_user(self.preparer).action_verify
        self._lock_all()
        self.assertEqual(verify()["params"]["type"], "success")
        self.close.sudo().date_locked = False
        self.assertEqual(verify()["params"]["type"], "danger")

    def test_lock_date_that_moved_on(self):
        self._lock_all()
        self.company.fiscalyear_lock_date = "2025-06-10"
        with self.assertRaisesRegex(UserError, "changed to 06/10/2025"):
            self.close.with_user(self.manager)._reopen("Missing")
