"""Contexts that no screen sends, dialogs of a locked close, and second thoughts."""

import io
import zipfile

from odoo.fields import Command
from odoo.tests import tagged

from .test_close_attack import AttackCase


@tagged("post_install", "-at_install")
class TestCloseContext(AttackCase):
    def _forced(self, record, user):
        """As if the app were being uninstalled."""
        return self._as(record, user).with_context(_force_unlink=True)

    def test_evidence_is_not_deleted_as_if_at_uninstall(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        for user in (self.preparer, self.manager):
            self.assertRefused(self._forced(proof, user).unlink)
            task = self._forced(self.talk, user)
            self.assertRefused(
                task.write, {"attachment_ids": [Command.delete(proof.id)]}
            )
        self.assertTrue(proof.exists())
        self.assertIsNone(self.close._explain_broken())

    def test_kept_binder_is_not_deleted_as_if_at_uninstall(self):
        self.close.with_user(self.preparer).action_keep_binder()
        binder = self.close.kept_binder_ids
        self.assertTrue(binder)
        for user in (self.preparer, self.manager):
            self.assertRefused(self._forced(binder, user).unlink)

    def test_history_is_not_deleted_as_if_at_uninstall(self):
        self._sign(self.talk, self.preparer)
        for user in (self.preparer, self.manager):
            for record in (self.talk, self.close, self.talk.signoff_ids):
                self.assertRefusedAnyhow(self._forced(record, user).unlink)

    def test_template_of_a_running_close_as_if_at_uninstall(self):
        for task in self.template.task_ids:
            self.assertRefusedAnyhow(self._forced(task, self.manager).unlink)

    def test_evidence_is_copied_whole_whatever_size_is_asked_for(self):
        invoice = self._make_invoice()
        file = self._make_file(
            self.preparer, res_model="account.move", res_id=invoice.id
        )
        task = self._as(self.talk, self.preparer).with_context(bin_size=True)
        task._sign("prepare", attachments=file)
        self.env.invalidate_all()
        self.assertEqual(self.talk.signoff_ids.attachment_ids.raw, b"proof")

    def test_evidence_keeps_its_kind(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        for user in (self.preparer, self.manager):
            with self.subTest(user=user.login):
                values = {"mimetype": "application/pdf"}
                self.assertRefused(self._as(proof, user).write, values)

    def test_evidence_is_not_taken_out_of_its_message(self):
        proof = self._make_file(
            self.preparer, res_model="mail.compose.message", res_id=0
        )
        mine = self.talk.with_user(self.preparer)
        message = mine.message_post(
            body="Proof",
            attachment_ids=proof.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._sign(self.talk, self.preparer)
        self.assertRefused(
            mine._message_update_content,
            message.with_user(self.preparer),
            body="",
            attachment_ids=[],
        )
        self.assertTrue(proof.exists())

    def test_archived_template_by_context(self):
        old = self.template.copy({"name": "Old", "date_from": "2025-02-01"})
        old.active = False
        closes = self._as(self.env["billing.close"], self.preparer)
        june = closes.with_context(active_test=False).create({"date_to": "2025-06-30"})
        self.assertEqual(june.template_id, self.template)


@tagged("post_install", "-at_install")
class TestCloseLockedDialog(AttackCase):
    def test_dialogs_run_no_checks_of_a_locked_close(self):
        wizard = self.env["billing.close.sign.wizard"].with_user(self.preparer)
        wizard = wizard.create({"task_id": self.drafts.id, "kind": "prepare"})
        self._sign_all(self.close)
        self.close.with_user(self.preparer)._lock()
        self.drafts.sudo().check_result = {
            **self.drafts.check_result,
            "note": "As locked",
        }
        for call in (
            self.drafts.with_user(self.coordinator).action_prepare,
            self.drafts.with_user(self.preparer).action_override,
            wizard.action_sign,
        ):
            self.assertRefused(call)
            self.assertEqual(self.drafts.check_result["note"], "As locked")

    def test_dialog_tells_nothing_of_a_foreign_task(self):
        self.drafts.check_state = "fail"
        wizards = self._as(self.env["billing.close.sign.wizard"], self.stranger)
        names = ("check_state", "check_code", "evidence_required", "figures_text")
        values = {"task_id": self.drafts.id, "kind": "prepare"}
        self.env.invalidate_all()
        spec = dict.fromkeys(names, {})
        self.assertRefused(wizards.onchange, values, list(values), spec)


@tagged("post_install", "-at_install")
class TestCloseSecondThoughts(AttackCase):
    def test_dependencies_turned_round_are_carried(self):
        manager = self.manager
        self.tie_out.with_user(manager).depends_ids = [Command.clear()]
        self.drafts.with_user(manager).depends_ids = [Command.set(self.tie_out.ids)]
        wizard = self.env["billing.close.carry.wizard"].with_user(manager)
        wizard = wizard._make(self.close.with_user(manager))
        version = self.close.with_user(manager)._carry(wizard.line_ids)
        by_name = {task.name: task for task in version.task_ids}
        self.assertEqual(by_name["Drafts"].depends_ids, by_name["Tie-out"])
        self.assertFalse(by_name["Tie-out"].depends_ids)

    def test_signed_figures_keep_their_unit(self):
        check = self.env["billing.close.check"].create(
            {"name": "Own", "model": "res.partner", "domain": "[('id', '=', 1)]"}
        )
        self.talk.write(
            {"check_code": "own", "check_id": check.id, "on_breach": "warn"}
        )
        self._sign(self.talk, self.preparer)
        before = self.talk.signoff_ids.figure_text
        self.assertIn("1 record", before)
        check.write(
            {"model": "account.move", "measure": "sum", "sum_field": "amount_total"}
        )
        self.env.invalidate_all()
        self.assertEqual(self.talk.signoff_ids.figure_text, before)

    def test_branch_manager_and_the_controls_of_the_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids = [Command.link(branch.id)]
        user = self._make_user("branch", "group_billing_manager", company=branch)
        self.close.unlink()
        check = self.env["billing.close.check"].create(
            {"name": "Own", "model": "res.partner", "company_id": self.company.id}
        )
        for record, values in (
            (self.template, {"date_from": "2024-01-01"}),
            (self.template.task_ids[0], {"review_required": False}),
            (check, {"domain": "[('id', '=', 0)]"}),
        ):
            with self.subTest(record=record):
                mine = self._as(record, user)
                self.assertTrue(mine.display_name)
                self.assertRefused(mine.write, values)
                self.assertRefused(mine.unlink)

    def test_long_and_strange_names(self):
        self.talk.write({"name": "100 % %s %(x)s {0} \x0b\x1f " + "ä" * 40000})
        proof = self._make_file(self.preparer, name="ü" * 3000 + "%s.txt")
        self.talk.with_user(self.preparer)._sign("prepare", "%(x)s", attachments=proof)
        file = io.BytesIO()
        self.close.with_user(self.preparer)._write_binder_zip(file)
        names = zipfile.ZipFile(file).namelist()
        self.assertLess(max(len(n.encode()) for n in names), 400, names)

    def test_sixty_tasks_in_a_circle(self):
        tasks = self.env["billing.close.task"].create(
            [{"name": f"T{n} %s", "close_id": self.close.id} for n in range(60)]
        )
        for task, other in zip(tasks[1:], tasks, strict=False):
            task.depends_ids = other
        circle = {"depends_ids": [Command.link(tasks[-1].id)]}
        self.assertRefused(tasks[0].write, circle)
        manager = self.manager
        wizard = self.env["billing.close.carry.wizard"].with_user(manager)
        wizard = wizard._make(self.close.with_user(manager))
        version = self.close.with_user(manager)._carry(wizard.line_ids)
        self.assertEqual(len(version.task_ids), 63)
