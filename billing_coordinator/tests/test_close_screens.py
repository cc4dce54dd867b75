"""What the screens of a close offer, and to whom."""

from datetime import date

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .bank_common import Bank
from .close_common import MAY, CloseCase


@tagged("post_install", "-at_install")
class TestCloseScreens(Bank, CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close = cls._make_close()
        cls.talk = cls._task(cls.close, "Talk")

    # -- the controls of a task --------------------------------------------------------

    def test_controls_are_for_managers(self):
        for user, may in ((self.preparer, False), (self.manager, True)):
            task = self.talk.with_user(user)
            self.assertTrue(task.can_change)
            self.assertEqual(task.can_control, may, user.name)
        with Form(self.talk.with_user(self.manager)) as form:
            form.evidence_required = True
        with Form(self.talk.with_user(self.preparer)) as form:
            form.name = "Talk to Sales"
            with self.assertRaisesRegex(AssertionError, "readonly"):
                form.evidence_required = False
        self.assertTrue(self.talk.evidence_required)

    def test_controls_of_a_task_that_one_adds(self):
        tasks = self.env["billing.close.task"].with_user(self.preparer)
        self.assertTrue(tasks.new({"close_id": self.close.id}).can_control)

    def test_readers_change_nothing(self):
        self.assertFalse(self.talk.with_user(self.coordinator).can_change)

    def test_what_is_signed_is_not_offered_to_be_changed(self):
        self._sign(self.talk, self.preparer)
        task = self.talk.with_user(self.manager)
        self.assertFalse(task.can_change or task.can_control)
        task._sign("withdraw", "Again")
        self.assertTrue(task.can_change and task.can_control)

    def test_nothing_of_a_locked_close_is(self):
        self._sign_all(self.close)
        self.close.with_user(self.reviewer)._lock()
        added = self.close.task_ids.with_user(self.manager)
        self.assertFalse(any(added.mapped("can_change")))

    # -- what was allowed, what was prepared -------------------------------------------

    def _dialog(self, task, action, user):
        result = getattr(task.with_user(user), action)()
        wizards = self.env[result["res_model"]].with_user(user)
        return wizards.browse(result["res_id"])

    def _fail(self):
        """A draft of the month, so that the check of drafts fails."""
        self._make_invoices([(None, 50, 10)], post=False)
        drafts = self._task(self.close, "Drafts")
        drafts._run_checks()
        return drafts

    def test_what_fails_is_told_before_one_signs(self):
        drafts = self._fail()
        self.assertFalse(drafts.allowed_text)
        self.assertTrue(
            self._dialog(drafts, "action_prepare", self.preparer).needs_override
        )

    def test_what_is_allowed_is_seen_everywhere(self):
        drafts = self._fail()
        drafts.with_user(self.manager)._sign("override", "Posted tomorrow")
        expected = f"{self.manager.name}: Posted tomorrow"
        self.assertEqual(drafts.with_user(self.preparer).allowed_text, expected)
        self.assertEqual(drafts._get_board_row([])["check"]["allowed"], expected)
        dialog = self._dialog(drafts, "action_prepare", self.preparer)
        self.assertEqual(dialog.allowed_text, expected)
        self.assertFalse(dialog.needs_override)
        self._make_invoices([(None, 70, 10)], post=False)
        drafts._run_checks()
        self.assertFalse(drafts.allowed_text, "not these figures")

    def test_reviewer_sees_what_was_prepared(self):
        tie_out = self._task(self.close, "Drafts")
        file = (
            self.env["ir.attachment"]
            .with_user(self.preparer)
            .create({"name": "list.txt", "raw": b"none"})
        )
        tie_out.with_user(self.preparer)._sign("prepare", "None left", None, file)
        dialog = self._dialog(tie_out, "action_review", self.reviewer)
        self.assertEqual(dialog.prepared_comment, "None left")
        self.assertEqual(dialog.prepared_file_ids.name, "list.txt")

    def test_task_without_a_day(self):
        task = self.env["billing.close.task"].create(
            {
                "close_id": self.close.id,
                "name": "Any day",
                "owner_id": self.preparer.id,
            }
        )
        self.assertEqual(task._get_board_row([])["due"], "")
        task.with_user(self.preparer)._sign("prepare")
        self.assertEqual(task.state, "prepared")
        task.with_user(self.preparer)._sign("withdraw", "Again")
        self.assertEqual(task.activity_ids.user_id, self.preparer)

    def test_what_is_not_saved_is_not_signed(self):
        tasks = self.env["billing.close.task"].with_user(self.preparer)
        task = tasks.new({"close_id": self.close.id, "name": "New"})
        self.assertFalse(task.can_prepare or task.can_leave_out)

    # -- the menus of a close ----------------------------------------------------------

    def _menu(self, user):
        actions = self.env["ir.actions.actions"].with_user(user)
        bindings = actions.get_bindings("billing.close")
        return {
            action["name"]: action["id"]
            for kind in ("action", "report")
            for action in bindings.get(kind, ())
        }

    def test_menus(self):
        for user, wanted in (
            (self.coordinator, {"Verify sign-offs"}),
            (self.preparer, {"Verify sign-offs", "Keep binder in the history"}),
        ):
            names = self._menu(user).keys()
            wanted |= {"Close binder", "Close binder with evidence (zip)"}
            self.assertLessEqual(wanted, names, user.name)
            self.assertNotIn("Carry changes to the next periods", names)
        self.assertIn("Carry changes to the next periods", self._menu(self.manager))
        self.assertNotIn("Keep binder in the history", self._menu(self.coordinator))

    def test_who_reads_a_close_may_download_its_binder(self):
        action_id = self._menu(self.coordinator)["Close binder with evidence (zip)"]
        action = self.env["ir.actions.server"].with_user(self.coordinator)
        action = action.browse(action_id).with_context(
            active_model="billing.close",
            active_id=self.close.id,
            active_ids=self.close.ids,
        )
        self.assertIn(f"/close/{self.close.id}/binder.zip", action.run()["url"])

    # -- records behind a figure -------------------------------------------------------

    def test_nothing_is_uploaded_to_what_a_check_found(self):
        self._make_invoices([(None, 50, 10)], post=False)
        task = self._task(self.close, "Drafts").with_user(self.preparer)
        task._run_checks()
        action = task.action_open_records()
        moves = self.env["account.move"].with_user(self.preparer)
        moves = moves.with_context(**action["context"])
        arch = etree.fromstring(moves.get_view(*action["views"][0])["arch"])
        self.assertFalse(arch.get("js_class"), "Odoo's offers to upload bills")
        self.assertEqual(arch.get("create"), "0")
        [customer] = arch.xpath("//field[@string='Customer']")
        self.assertNotEqual(customer.get("column_invisible"), "True")

    # -- locking and reopening ---------------------------------------------------------

    def _wizard(self, kind, user=None):
        wizards = self.env["billing.close.lock.wizard"].with_user(user or self.manager)
        return wizards.create({"close_id": self.close.id, "kind": kind})

    def test_lock_says_what_it_locks(self):
        wizard = self._wizard("lock", self.preparer)
        self.assertEqual(wizard.what, "Global Lock Date: none → 05/31/2025")
        self.assertIn("All journals", wizard.effect)
        self.company.billing_close_lock = "sale_lock_date"
        self.company.sale_lock_date = "2025-04-30"
        wizard = self._wizard("lock", self.preparer)
        self.assertEqual(wizard.what, "Sales Lock Date: 04/30/2025 → 05/31/2025")
        self.assertIn("Other journals, such as bank and purchases", wizard.effect)

    def test_lock_says_that_a_later_date_stays(self):
        self.company.fiscalyear_lock_date = MAY
        self.assertIn("It stays", self._wizard("lock").what)

    def test_reopen_says_what_it_takes_back(self):
        self._sign_all(self.close)
        self.close.with_user(self.reviewer)._lock()
        # What was locked counts, whatever the next close will lock.
        self.company.billing_close_lock = "sale_lock_date"
        wizard = self._wizard("reopen")
        self.assertEqual(wizard.what, "Global Lock Date: 05/31/2025 → none")
        self.assertIn("can be posted and changed again", wizard.effect)

    def test_dialog_does_not_open_in_vain(self):
        """Nobody writes a reason first, only to hear that it is another's turn."""
        june = self._make_close(date(2025, 6, 30))
        with self.assertRaisesRegex(UserError, "has not ended yet"):
            june.with_user(self.manager).action_lock()
        with self._at(date(2025, 7, 2)):
            with self.assertRaisesRegex(UserError, "May 2025 is not locked yet"):
                june.with_user(self.manager).action_lock()
            for close in (self.close, june):
                self._sign_all(close)
                action = close.with_user(self.reviewer).action_lock()
                self.assertEqual(action["context"]["default_kind"], "lock")
                close.with_user(self.reviewer)._lock()
        with self.assertRaisesRegex(UserError, "June 2025 is locked: reopen it first"):
            self.close.with_user(self.manager).action_reopen()
        action = june.with_user(self.manager).action_reopen()
        self.assertEqual(action["context"]["default_kind"], "reopen")

    def test_reopen_says_that_what_others_locked_stays(self):
        self.company.fiscalyear_lock_date = MAY
        self._sign_all(self.close)
        self.close.with_user(self.reviewer)._lock()
        wizard = self._wizard("reopen")
        self.assertEqual(wizard.what, "It stays.")
        self.assertIn("take that lock date back as well", wizard.effect)
