"""Figures that move after they were signed suspend the sign-off."""

from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged

from .close_common import CloseCase


@tagged("post_install", "-at_install")
class TestCloseDrift(CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100, overdue=0)
        cls.close = cls._make_close()
        cls.drafts = cls._task(cls.close, "Drafts")
        cls.tie_out = cls._task(cls.close, "Tie-out")
        cls.tie_out.owner_id = cls.preparer
        cls._sign(cls.drafts, cls.preparer, cls.reviewer)
        cls._sign(cls.tie_out, cls.preparer, cls.reviewer)

    def _change_posted_figure(self, amount=10):
        """An invoice of the month that comes in after all was signed."""
        self._make_invoice(amount=amount, overdue=0)
        with self._scheduler() as env:
            env["billing.close"]._cron_close()
        self.env.invalidate_all()

    def test_suspended_and_told(self):
        self._change_posted_figure()
        self.assertEqual(self.tie_out.state, "suspended")
        self.assertEqual(self.drafts.state, "reviewed")
        self.assertFalse(self.tie_out.is_done)
        last = self.tie_out.signoff_ids.sorted("id")[-1]
        self.assertEqual(last.kind, "suspend")
        self.assertIn("110.00", last.comment)
        told = (
            self.env["mail.message"]
            .search(
                [
                    ("model", "=", "billing.close.task"),
                    ("res_id", "=", self.tie_out.id),
                    ("message_type", "=", "user_notification"),
                ]
            )
            .notified_partner_ids
        )
        self.assertEqual(told, (self.preparer | self.reviewer).partner_id)
        self.assertEqual(self.tie_out.activity_ids.user_id, self.preparer)

    def test_not_while_somebody_signs(self):
        """That is no trouble to be told of: the job comes again."""
        busy = patch.object(
            type(self.close), "lock_for_update", side_effect=LockError("taken")
        )
        cron = self.env.ref("billing_coordinator.ir_cron_close")
        cron.nextcall = due = datetime(2025, 6, 16, 1)
        self._make_invoice(amount=10, overdue=0)
        with busy, self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.tie_out.state, "reviewed")
        self.assertFalse(self.close.job_error)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(triggers, "Odoo calls again")
        self.assertEqual(cron.nextcall, due, "it is the same night")
        with self._scheduler() as env:
            env["billing.close"]._cron_close()
        self.env.invalidate_all()
        self.assertEqual(self.tie_out.state, "suspended")

    def test_history_is_kept_and_signed_again(self):
        self._change_posted_figure()
        self._sign(self.tie_out, self.preparer, self.reviewer)
        self.assertEqual(self.tie_out.state, "reviewed")
        kinds = self.tie_out.signoff_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["prepare", "review", "suspend", "prepare", "review"])
        result = self.close.action_verify()
        self.assertEqual(result["params"]["type"], "success")

    def test_nobody_reviews_what_has_moved_since(self):
        self.tie_out.with_user(self.preparer)._sign("withdraw", "Again")
        self._sign(self.tie_out, self.preparer)
        self._make_invoice(amount=10, overdue=0)
        with self.assertRaisesRegex(UserError, "have moved since Preparer signed"):
            self.tie_out.with_user(self.reviewer)._sign("review")
        self.tie_out.with_user(self.reviewer).action_run_check()
        self.assertEqual(self.tie_out.state, "suspended")

    def test_within_the_threshold(self):
        self.tie_out.sudo().threshold_amount = 10
        self._change_posted_figure(10)
        self.assertEqual(self.tie_out.state, "reviewed")

    def test_twice_suspends_once(self):
        self._change_posted_figure()
        with self._scheduler() as env:
            env["billing.close"]._cron_close()
        self.env.invalidate_all()
        kinds = self.tie_out.signoff_ids.mapped("kind")
        self.assertEqual(kinds.count("suspend"), 1)

    def test_before_locking(self):
        self._sign(self._task(self.close, "Talk"), self.preparer)
        self._make_invoice(amount=10, overdue=0)
        self.assertEqual(self.close.state, "ready")
        action = self.close.with_user(self.reviewer).action_lock()
        wizard = self.env[action["res_model"]].with_user(self.reviewer)
        wizard.with_context(**action["context"]).create({}).action_confirm()
        self.assertEqual(self.tie_out.state, "suspended")
        self.assertEqual(self.close.state, "in_progress")
        suspension = self.tie_out.signoff_ids.sorted("id")[-1]
        self.assertEqual(suspension.user_id, self.env.ref("base.user_root"))
        self.assertFalse(self.company.fiscalyear_lock_date)

    def test_an_exception_of_the_lock_is_seen(self):
        """Odoo lets somebody post in the locked month: the sign-off no longer holds."""
        self._sign(self._task(self.close, "Talk"), self.preparer)
        self.assertTrue(self.close.with_user(self.reviewer)._lock())
        with self.assertRaisesRegex(UserError, "[Ll]ock"):
            self.invoice.button_draft()
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": False,
                "fiscalyear_lock_date": False,
                "reason": "One invoice more",
            }
        )
        self._change_posted_figure()
        self.assertEqual(self.tie_out.state, "suspended")
        self.assertEqual(self.close.state, "locked")
        self.assertEqual(self.close.progress, 66, "two of three")

    def test_an_improvement_suspends_nothing(self):
        draft = self._make_invoices([(None, 50, 10)], post=False)
        self.drafts.with_user(self.preparer)._sign("withdraw", "One more")
        self.drafts.with_user(self.manager)._sign("override", "Known")
        self._sign(self.drafts, self.preparer, self.reviewer)
        draft.unlink()
        self.close.with_user(self.preparer).action_run_checks()
        self.assertEqual(self.drafts.state, "reviewed")
        self.assertEqual(self.drafts.check_state, "pass")

    def test_currency_of_figures_stays(self):
        """Figures that were signed are amounts of the company's currency: Odoo keeps
        it as soon as there are entries."""
        before = self.tie_out.check_text
        self.assertIn("€", before)
        with self.assertRaisesRegex(UserError, "change the currency"):
            self.company.currency_id = self.usd
        self.env.invalidate_all()
        self.close.with_user(self.preparer).action_run_checks()
        self.assertEqual(self.tie_out.check_text, before)
        self.assertEqual(self.tie_out.state, "reviewed")
