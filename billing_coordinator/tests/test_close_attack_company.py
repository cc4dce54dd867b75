"""What happens to a close when its company is changed by hand."""

from odoo.tests import tagged

from .close_common import MAY
from .test_close_attack import AttackCase


@tagged("post_install", "-at_install")
class TestCloseCompany(AttackCase):
    def test_a_deleted_company_leaves_nothing_to_all_others(self):
        company = self.env["res.company"].create({"name": "Short-lived"})
        template = self.template.copy({"company_id": company.id})
        self.assertRefusedAnyhow(company.unlink)
        template.company_id = False
        values = {"name": "Own", "model": "res.partner", "company_id": company.id}
        check = self.env["billing.close.check"].create(values)
        self.assertRefusedAnyhow(company.unlink)
        self.assertEqual(check.company_id, company)

    def _lock(self):
        self._sign_all(self.close)
        self.assertTrue(self.close.with_user(self.preparer)._lock())
        self.assertIsNone(self.close._explain_broken())

    def test_lock_date_taken_back_by_hand_is_told(self):
        self._lock()
        for day in (False, "2025-05-30"):
            self.company.fiscalyear_lock_date = day
            self.assertRegex(self.close._explain_broken(), "lock date")
        self.company.fiscalyear_lock_date = "2025-06-30"
        self.assertIsNone(self.close._explain_broken())

    def test_a_stricter_lock_holds_too(self):
        self.company.billing_close_lock = "sale_lock_date"
        self._lock()
        self.company.sale_lock_date = False
        self.assertRegex(self.close._explain_broken(), "lock date")
        self.company.fiscalyear_lock_date = MAY
        self.assertIsNone(self.close._explain_broken())

    def test_setting_changed_while_locked(self):
        self._lock()
        self.company.billing_close_lock = "sale_lock_date"
        self.assertIsNone(self.close._explain_broken())
        self.close.with_user(self.manager)._reopen("Once more")
        self.assertFalse(self.company.fiscalyear_lock_date)
