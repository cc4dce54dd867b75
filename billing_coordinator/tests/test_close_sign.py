"""Signing: by the right person, in order, with the figures seen, for good."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .close_common import CloseCase


@tagged("post_install", "-at_install")
class TestCloseSign(CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100, overdue=0)
        cls.close = cls._make_close()
        cls.drafts = cls._task(cls.close, "Drafts")
        cls.tie_out = cls._task(cls.close, "Tie-out")
        cls.talk = cls._task(cls.close, "Talk")

    def _open_wizard(self, task, user, kind="prepare"):
        action = getattr(
            task.with_user(user),
            {
                "prepare": "action_prepare",
                "review": "action_review",
                "na": "action_not_applicable",
                "override": "action_override",
                "withdraw": "action_withdraw",
            }[kind],
        )()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    # -- the way through ---------------------------------------------------------------

    def test_prepare_and_review(self):
        self._sign(self.drafts, self.preparer)
        self.assertEqual(self.drafts.state, "prepared")
        self.assertFalse(self.drafts.is_done)
        self.assertEqual(self.close.state, "in_progress")
        self.assertEqual(self.tie_out.state, "waiting")
        self.drafts.with_user(self.reviewer)._sign("review", "Seen")
        self.assertEqual(self.drafts.state, "reviewed")
        self.assertTrue(self.drafts.is_done)
        self.assertEqual(self.tie_out.state, "todo")
        self.assertEqual(self.close.progress, 33)
        kinds = self.drafts.signoff_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["prepare", "review"])

    def test_without_review_prepared_is_done(self):
        self._sign(self.talk, self.preparer)
        self.assertTrue(self.talk.is_done)

    def test_all_done_is_ready(self):
        self._sign_all(self.close)
        self.assertEqual(self.close.state, "ready")
        self.assertEqual(self.close.progress, 100)

    def test_figures_seen_are_kept(self):
        self._sign(self.drafts, self.preparer, self.reviewer)
        self._sign(self.tie_out, self.preparer)
        seen = self.tie_out.signoff_ids.figures
        self.assertEqual(seen["figures"][0], ["ledger", "Balance in the ledger", 100.0])
        self.assertEqual(self.tie_out.signoff_ids.check_state, "pass")

    # -- who and when ------------------------------------------------------------------

    def test_not_by_the_same_person(self):
        self._sign(self.drafts, self.preparer)
        with self.assertRaisesRegex(UserError, "You prepared Drafts yourself"):
            self.drafts.with_user(self.preparer)._sign("review")

    def test_not_by_the_same_manager(self):
        self.drafts.owner_id = self.manager
        self._sign(self.drafts, self.manager)
        with self.assertRaisesRegex(UserError, "You prepared Drafts yourself"):
            self.drafts.with_user(self.manager)._sign("review")

    def test_named_reviewer_or_manager(self):
        self.drafts.reviewer_id = self.manager
        self._sign(self.drafts, self.preparer)
        with self.assertRaises(AccessError):
            self.drafts.with_user(self.reviewer)._sign("review")
        self.drafts.with_user(self.manager)._sign("review")

    def test_coordinator_signs_what_is_theirs(self):
        with self.assertRaises(AccessError):
            self.talk.with_user(self.coordinator)._sign("prepare")
        self.talk.owner_id = self.coordinator
        self._sign(self.talk, self.coordinator)
        self.assertEqual(self.talk.prepared_uid, self.coordinator)

    def test_not_before_what_it_waits_for(self):
        with self.assertRaisesRegex(UserError, "Tie-out waits for Drafts"):
            self._sign(self.tie_out, self.preparer)

    def test_not_twice(self):
        self._sign(self.drafts, self.preparer)
        with self.assertRaisesRegex(UserError, "Drafts is prepared"):
            self._sign(self.drafts, self.reviewer)

    def test_somebody_else_was_faster(self):
        wizard = self._open_wizard(self.talk, self.reviewer)
        self._sign(self.talk, self.preparer)
        with self.assertRaisesRegex(UserError, "Preparer has signed Talk"):
            wizard.action_sign()

    # -- evidence ----------------------------------------------------------------------

    def _make_file(self, user, **values):
        files = self.env["ir.attachment"].with_user(user)
        return files.create({"name": "proof.txt", "raw": b"proof", **values})

    def test_evidence(self):
        self.talk.evidence_required = True
        with self.assertRaisesRegex(UserError, "needs evidence"):
            self._sign(self.talk, self.preparer)
        wizard = self._open_wizard(self.talk, self.preparer)
        wizard.attachment_ids = self._make_file(self.preparer)
        wizard.action_sign()
        self.assertEqual(self.talk.signoff_ids.attachment_ids, self.talk.attachment_ids)

    def test_evidence_of_what_is_signed_stays(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        for change in (
            lambda: proof.sudo().unlink(),
            lambda: proof.sudo().write({"raw": b"other"}),
            lambda: proof.sudo().write({"res_id": self.drafts.id}),
            lambda: proof.sudo().write({"type": "url", "url": "https://a.example"}),
        ):
            with self.assertRaisesRegex(UserError, "evidence of Talk"):
                change()
        proof.sudo().name = "renamed.txt"

    def test_evidence_of_what_is_not_signed_goes(self):
        proof = self._make_file(
            self.preparer, res_model=self.talk._name, res_id=self.talk.id
        )
        proof.unlink()
        self.assertFalse(proof.exists())

    def test_file_of_another_is_not_taken(self):
        theirs = self._make_file(self.env.user, res_model="res.users", res_id=1)
        with self.assertRaises(AccessError):
            self.talk.with_user(self.preparer)._sign("prepare", attachments=theirs)

    # -- checks ------------------------------------------------------------------------

    def _make_draft(self):
        return self._make_invoices([(None, 50, 10)], post=False)

    def test_failing_check_needs_a_manager(self):
        self._make_draft()
        with self.assertRaisesRegex(UserError, "The check of Drafts fails"):
            self._sign(self.drafts, self.preparer)
        with self.assertRaises(AccessError):
            self.drafts.with_user(self.preparer)._sign("override", "I may")
        with self.assertRaisesRegex(UserError, "Write the reason"):
            self.drafts.with_user(self.manager)._sign("override", " ")
        self.drafts.with_user(self.manager)._sign("override", "Waits for an order")
        self._sign(self.drafts, self.preparer, self.reviewer)
        self.assertEqual(self.drafts.state, "reviewed")
        self.assertEqual(self.drafts.check_state, "fail")

    def test_what_was_allowed_got_worse(self):
        self._make_draft()
        self.drafts.with_user(self.manager)._sign("override", "Known")
        self._make_draft()
        with self.assertRaisesRegex(UserError, "fails"):
            self._sign(self.drafts, self.preparer)

    def test_warning_is_signed(self):
        self._make_draft()
        self.drafts.on_breach = "warn"
        self._sign(self.drafts, self.preparer)
        self.assertEqual(self.drafts.check_state, "warn")

    def test_tolerated_number(self):
        self._make_draft()
        self.drafts.threshold_count = 1
        self._sign(self.drafts, self.preparer)
        self.assertEqual(self.drafts.check_state, "pass")

    def test_figures_moved_while_the_dialog_was_open(self):
        self.drafts.on_breach = "warn"
        wizard = self._open_wizard(self.drafts, self.preparer)
        self._make_draft()
        action = wizard.action_sign()
        self.assertEqual(action["res_id"], wizard.id)
        self.assertTrue(wizard.has_moved)
        self.assertEqual(self.drafts.state, "todo")
        wizard.action_sign()
        self.assertEqual(self.drafts.state, "prepared")

    def test_dialog_of_every_check_signs(self):
        """The figures of the dialog are compared with those of the moment."""
        codes = list(self.env["billing.close.checks"]._get_checks())
        for code in codes:
            with self.subTest(code):
                self.talk.write({"check_code": code, "on_breach": "warn"})
                wizard = self._open_wizard(self.talk, self.preparer)
                wizard.action_sign()
                self.assertFalse(wizard.has_moved)
                self.talk.with_user(self.preparer)._sign("withdraw", "Next")

    # -- not applicable, withdrawn -----------------------------------------------------

    def test_not_applicable_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "Write the reason"):
            self.drafts.with_user(self.reviewer)._sign("na")
        self.drafts.owner_id = self.preparer
        with self.assertRaises(AccessError):
            self.drafts.with_user(self.preparer)._sign("na", "No time")
        self.drafts.with_user(self.reviewer)._sign("na", "We have none")
        self.assertTrue(self.drafts.is_done)
        self.assertEqual(self.drafts.na_reason, "We have none")

    def test_withdraw(self):
        self._sign(self.drafts, self.preparer, self.reviewer)
        with self.assertRaises(AccessError):
            self.drafts.with_user(self.coordinator)._sign("withdraw", "No")
        self.drafts.with_user(self.preparer)._sign("withdraw", "Wrong month")
        self.assertEqual(self.drafts.state, "todo")
        self.assertFalse(self.drafts.reviewed_uid)
        self.assertEqual(len(self.drafts.signoff_ids), 3)

    def test_todo_of_somebody_s_own_stays(self):
        self.talk.owner_id = self.preparer
        self.talk.sudo()._plan_activities()
        own = self.talk.with_user(self.reviewer).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.reviewer.id, automated=False
        )
        self.assertEqual(len(self.talk.activity_ids), 2)
        self._sign(self.talk, self.preparer)
        self.assertEqual(self.talk.activity_ids, own)

    # -- nothing by the back door ------------------------------------------------------

    def test_states_are_not_written(self):
        for values in ({"signed_state": "reviewed"}, {"check_state": "pass"}):
            with self.assertRaisesRegex(UserError, "by signing and checking"):
                self.drafts.with_user(self.preparer).write(values)

    def test_what_is_signed_is_not_changed(self):
        self._sign(self.talk, self.preparer)
        with self.assertRaisesRegex(UserError, "withdraw the sign-off"):
            self.talk.with_user(self.preparer).name = "Other"
        with self.assertRaisesRegex(UserError, "history"):
            self.talk.with_user(self.manager).unlink()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.close.with_user(self.preparer).unlink()

    def test_signoffs_are_history(self):
        self._sign(self.talk, self.preparer)
        signoff = self.talk.signoff_ids
        with self.assertRaisesRegex(UserError, "never changed"):
            signoff.sudo().comment = "Other"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            signoff.sudo().unlink()
        with self.assertRaises(AccessError):
            signoff.with_user(self.manager).create({"close_id": self.close.id})

    # -- the chain ---------------------------------------------------------------------

    def _verify(self):
        return self.close.with_user(self.preparer).action_verify()["params"]["type"]

    def test_chain_holds(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        self._sign(self.drafts, self.preparer, self.reviewer)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._verify(), "success")

    def test_changed_behind_its_back(self):
        self._sign(self.talk, self.preparer)
        self._sign(self.drafts, self.preparer, self.reviewer)
        self.env.flush_all()
        for column, value in (("user_id", self.manager.id), ("comment", "Else")):
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(
                    f"UPDATE billing_close_signoff SET {column} = %s WHERE id = %s",
                    [value, self.talk.signoff_ids.id],
                )
                self.env.invalidate_all()
                self.assertEqual(self._verify(), "danger")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_taken_out_at_the_end(self):
        self._sign(self.drafts, self.preparer, self.reviewer)
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM billing_close_signoff WHERE id = %s",
            [self.drafts.signoff_ids.sorted("id")[-1].id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._verify(), "danger")

    def test_file_changed_behind_its_back(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET checksum = 'x' WHERE id = %s", [proof.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self._verify(), "danger")
