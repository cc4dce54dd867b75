from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .allowance_common import JUNE, Allowances
from .common import TODAY, BillingCase, SecondCompany


@tagged("post_install", "-at_install")
class TestAllowanceAccess(Allowances, SecondCompany, BillingCase):
    def setUp(self):
        super().setUp()
        self._make_invoice(amount=100.0, overdue=60)
        self.allowance = self._make_allowance()

    def test_coordinator_and_manager_read(self):
        for user in (self.coordinator, self.manager):
            allowance = self.allowance.with_user(user)
            allowance.invalidate_recordset()
            self.assertEqual(allowance.total, 20)
            self.assertEqual(allowance.line_ids.amount, 20)
            self.assertFalse(allowance.warning)
            self.assertTrue(allowance.matrix)
            self.assertTrue(allowance.entry_preview)
            allowance.action_open_lines()
            allowance.action_open_entries()
            for action in (allowance.action_compute, allowance.action_post):
                with self.assertRaises(AccessError):
                    action()
            with self.assertRaises(AccessError):
                self._make_allowance(JUNE, user)
            with self.assertRaises(AccessError):
                allowance.unlink()

    def test_who_reads_may_remark(self):
        remark = self.allowance.with_user(self.coordinator).message_post(body="Why?")
        self.assertIn(remark, self.allowance.message_ids)

    def test_figures_are_not_typed_in(self):
        line = self.allowance.line_ids
        with self.assertRaises(AccessError):
            line.amount = 1
        for name, value in {
            "cancel_reason": "x",
            "computed_on": TODAY,
            "line_ids": [(5,)],
            "move_id": False,
            "policy": {},
            "reversal_date": TODAY,
            "state": "posted",
            "total": 1,
        }.items():
            with self.assertRaisesRegex(UserError, "by the system", msg=name):
                self.allowance.write({name: value})
            with self.assertRaisesRegex(UserError, "by the system", msg=name):
                self.allowance.create({"date": JUNE, name: value})
        forged = self.allowance.with_context(default_state="posted")
        self.assertEqual(forged.create({"date": JUNE}).state, "draft")

    def test_copy_starts_again(self):
        copy = self.allowance.copy({"date": JUNE})
        self.assertFalse(copy.line_ids)
        self.assertFalse(copy.computed_on)

    def test_another_company(self):
        theirs = self._make_user(
            "theirs", "group_billing_accountant", company=self.other_company
        )
        allowance = self.allowance.with_user(theirs)
        allowance = allowance.with_context(allowed_company_ids=self.other_company.ids)
        self.assertFalse(allowance.search([("id", "=", self.allowance.id)]))
        for action in (
            allowance.action_compute,
            allowance.action_post,
            allowance.action_open_lines,
            allowance.action_open_entries,
            allowance.action_open_cancel_wizard,
        ):
            with self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            allowance.create({"company_id": self.company.id, "date": JUNE})

    def test_draft_is_moved_to_no_other_company(self):
        with self.assertRaisesRegex(UserError, "another company"):
            self.allowance.company_id = self.other_company
