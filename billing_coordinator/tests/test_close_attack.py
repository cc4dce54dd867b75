"""Hostile and careless people in a close: what is signed and locked stays true."""

from contextlib import suppress
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .close_common import MAY, CloseCase
from .common import SecondCompany

REFUSED = UserError  # and what inherits from it
MANAGERS_WORK = (
    {"threshold_amount": 1e12},
    {"threshold_count": 1000},
    {"on_breach": "warn"},
    {"check_code": False},
    {"check_code": "not_sent"},
    {"review_required": False},
    {"evidence_required": False},
)


class AttackCase(SecondCompany, CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._make_user(
            "stranger", "group_billing_manager", company=cls.other_company
        )
        cls.close = cls._make_close()
        cls.drafts, cls.tie_out, cls.talk = (
            cls._task(cls.close, name) for name in ("Drafts", "Tie-out", "Talk")
        )

    @staticmethod
    def _as(record, user):
        """The record as a client of the user has it, with the user's companies."""
        context = {"allowed_company_ids": user.company_ids.ids}
        return record.with_user(user).with_context(**context)

    def assertRefused(self, call, *args, **kwargs):
        with self.assertRaises(REFUSED), self.cr.savepoint():
            call(*args, **kwargs)

    def assertRefusedAnyhow(self, call, *args, **kwargs):
        """Refused by the ORM or by PostgreSQL."""
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                call(*args, **kwargs)
                self.env.flush_all()
        except (REFUSED, ValueError, ArithmeticError, psycopg2.Error):
            self.env.invalidate_all()
        else:
            self.fail("not refused")

    def _make_file(self, user, **values):
        files = self.env["ir.attachment"].with_user(user)
        return files.create({"name": "proof.txt", "raw": b"proof", **values})


@tagged("post_install", "-at_install")
class TestCloseForged(AttackCase):
    """Values that no screen sends."""

    def test_nobody_writes_that_a_task_is_done(self):
        for user in (self.preparer, self.manager, self.coordinator):
            for values in (
                {"state": "reviewed"},
                {"is_done": True},
                {"signed_state": "reviewed"},
                {"prepared_uid": self.reviewer.id},
                {"check_result": {}},
                {"company_id": self.other_company.id},
                {"template_task_id": False},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(self.talk.with_user(user).write, values)

    def test_nobody_writes_that_a_close_is_locked(self):
        for user in (self.preparer, self.manager, self.coordinator):
            for values in (
                {"date_locked": fields.Datetime.now()},
                {"locked_uid": user.id},
                {"state": "locked"},
                {"progress": 100},
                {"lock_field": "hard_lock_date"},
                {"lock_before": "2030-01-01"},
                {"date_from": "2020-01-01"},
                {"date_due": "2020-01-01"},
                {"days_to_close": 1},
                {"job_error": "no"},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(self.close.with_user(user).write, values)

    def test_no_task_is_born_signed(self):
        tasks = self.env["billing.close.task"]
        for user in (self.preparer, self.manager):
            for values in (
                {"signed_state": "reviewed", "prepared_uid": self.reviewer.id},
                {"state": "reviewed"},
                {"is_done": True},
                {"check_state": "pass"},
                {"company_id": self.company.id},
            ):
                task = {"name": "Forged", "close_id": self.close.id, **values}
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(tasks.with_user(user).create, task)
                    command = [Command.create({"name": "Forged", **values})]
                    mine = self.close.with_user(user)
                    self.assertRefused(mine.write, {"task_ids": command})
            self.assertRefused(
                self.talk.with_user(user).copy, {"signed_state": "reviewed"}
            )
            context = {"default_signed_state": "reviewed", "default_is_done": True}
            forged = tasks.with_user(user).with_context(**context)
            self.assertRefused(
                forged.create, {"name": "By default", "close_id": self.close.id}
            )

    def test_no_close_is_born_locked(self):
        closes = self.env["billing.close"]
        for user in (self.preparer, self.manager):
            for values in (
                {"date_locked": "2025-06-30 10:00:00"},
                {"lock_field": "hard_lock_date", "lock_before": "2030-01-01"},
                {"state": "ready"},
                {"date_from": "2000-01-01"},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(
                        closes.with_user(user).create,
                        {"date_to": "2025-06-30", **values},
                    )
            with self.cr.savepoint() as point:
                context = {
                    "default_date_locked": "2025-06-30 10:00:00",
                    "default_lock_field": "hard_lock_date",
                }
                born = closes.with_user(user).with_context(**context)
                born = born.create({"date_to": "2025-06-30"})
                self.assertEqual(
                    (born.state, born.date_locked, born.lock_field),
                    ("open", False, False),
                )
                point.rollback()

    def test_task_is_not_put_into_the_close_of_another_company(self):
        tasks = self._as(self.env["billing.close.task"], self.stranger)
        for values in ({}, {"company_id": self.other_company.id}):
            self.assertRefused(
                tasks.create, {"name": "Foreign", "close_id": self.close.id, **values}
            )

    def test_own_tasks_do_not_take_the_place_of_the_template(self):
        closes = self.env["billing.close"].with_user(self.preparer)
        june = closes.create(
            {
                "date_to": "2025-06-30",
                "task_ids": [Command.create({"name": "Only this"})],
            }
        )
        self.assertLessEqual(
            {"Drafts", "Tie-out", "Talk"}, set(june.task_ids.mapped("name"))
        )

    def test_nobody_writes_signoffs(self):
        self._sign(self.talk, self.preparer)
        signoff = self.talk.signoff_ids
        for user in (self.preparer, self.manager, self.stranger):
            self.assertRefused(signoff.with_user(user).write, {"comment": "x"})
            self.assertRefused(signoff.with_user(user).unlink)
            self.assertRefused(signoff.with_user(user).copy)
            for record, name in ((self.talk, "task"), (self.close, "close")):
                for command in (
                    Command.delete(signoff.id),
                    Command.unlink(signoff.id),
                    Command.update(signoff.id, {"comment": "x"}),
                    Command.create({"kind": "review", "user_id": user.id}),
                ):
                    with self.subTest(name=name, command=command):
                        self.assertRefused(
                            record.with_user(user).write, {"signoff_ids": [command]}
                        )
        self.assertIsNone(self.close._explain_broken())

    def test_checks_are_not_weakened_by_who_prepares(self):
        for values in MANAGERS_WORK:
            with self.subTest(values=values):
                self.assertRefused(self.drafts.with_user(self.preparer).write, values)
                self.assertRefused(
                    self.close.with_user(self.preparer).write,
                    {"task_ids": [Command.update(self.drafts.id, values)]},
                )
        self.assertRefused(
            self.tie_out.with_user(self.preparer).write, {"depends_ids": [(5,)]}
        )
        self.assertRefused(
            self.tie_out.with_user(self.preparer).write,
            {"depends_ids": [(3, self.drafts.id)]},
        )

    def test_managers_change_checks_until_signed(self):
        self.drafts.with_user(self.manager).write(
            {"threshold_count": 2, "on_breach": "warn"}
        )
        self.talk.with_user(self.preparer).write({"date_due": "2025-06-20"})
        self._sign(self.talk, self.preparer)
        for values in (*MANAGERS_WORK, {"date_due": "2030-01-01"}, {"name": "X"}):
            with self.subTest(values=values):
                self.assertRefused(self.talk.with_user(self.manager).write, values)

    def test_no_number_is_no_threshold(self):
        for number in (float("nan"), float("inf"), -1):
            for task in (self.drafts, self.template.task_ids[0]):
                with self.subTest(number=number, task=task):
                    self.assertRefusedAnyhow(task.write, {"threshold_amount": number})
        self.assertRefusedAnyhow(self.drafts.write, {"threshold_count": -1})

    def test_wizard_of_a_foreign_task(self):
        wizards = self._as(self.env["billing.close.sign.wizard"], self.stranger)
        for kind in ("prepare", "review", "na", "override", "withdraw"):
            self.assertRefused(
                wizards.create, {"task_id": self.talk.id, "kind": kind, "comment": "x"}
            )
        locks = self._as(self.env["billing.close.lock.wizard"], self.stranger)
        for kind in ("lock", "reopen"):
            self.assertRefused(locks.create, {"close_id": self.close.id, "kind": kind})

    def test_wizard_with_forged_figures(self):
        wizards = self.env["billing.close.sign.wizard"].with_user(self.preparer)
        for seen in (False, {}, [], "x", {"figure": 0}, {"figures": [1], "rows": 3}):
            with self.subTest(seen=seen):
                wizard = wizards.create(
                    {
                        "task_id": self.drafts.id,
                        "kind": "prepare",
                        "seen_figures": seen,
                    }
                )
                action = wizard.action_sign()
                self.assertEqual(action["type"], "ir.actions.act_window")
                self.assertEqual(self.drafts.state, "todo")

    def test_wizard_with_a_foreign_signoff_seen(self):
        self._sign(self.talk, self.preparer)
        wizard = self.env["billing.close.sign.wizard"].with_user(self.preparer)
        wizard = wizard.create({"task_id": self.drafts.id, "kind": "prepare"})
        wizard.seen_id = self.talk.signoff_ids
        wizard.action_sign()  # shows the figures first
        wizard.action_sign()
        self.assertEqual(self.drafts.state, "prepared")
        self.assertRefused(wizard.action_sign)

    def test_wizard_of_another_user(self):
        wizard = self.env["billing.close.sign.wizard"].with_user(self.preparer)
        wizard = wizard.create({"task_id": self.talk.id, "kind": "prepare"})
        for user in (self.reviewer, self.manager):
            self.env.invalidate_all()
            self.assertRefused(wizard.with_user(user).action_sign)


@tagged("post_install", "-at_install")
class TestCloseEvidence(AttackCase):
    def test_signed_file_stays(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        link = self._make_file(self.preparer, raw=False, type="url", url="https://a.b")
        self.assertEqual(self.talk.attachment_ids, proof)
        for user in (self.preparer, self.manager, self.env.ref("base.user_admin")):
            mine = proof.with_user(user)
            for values in (
                {"raw": b"x"},
                {"datas": b"eA=="},
                {"res_id": self.drafts.id},
                {"res_id": False},
                {"res_model": "res.partner"},
                {"res_field": "name"},
                {"type": "url", "url": "https://elsewhere.example.com"},
                {"url": "https://elsewhere.example.com"},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(mine.write, values)
            self.assertRefused(mine.unlink)
            task = self.talk.with_user(user)
            for command in (
                Command.delete(proof.id),
                Command.unlink(proof.id),
                Command.clear(),
                Command.set(link.ids),
                Command.update(proof.id, {"raw": b"x"}),
            ):
                with self.subTest(user=user.login, command=command):
                    self.assertRefused(task.write, {"attachment_ids": [command]})
        self.assertEqual(self.talk.attachment_ids, proof)
        self.assertIsNone(self.close._explain_broken())

    def test_message_with_evidence_deleted(self):
        proof = self._make_file(
            self.preparer, res_model="mail.compose.message", res_id=0
        )
        message = self.talk.with_user(self.preparer).message_post(
            body="Proof", attachment_ids=proof.ids
        )
        self._sign(self.talk, self.preparer)
        self.assertEqual(self.talk.signoff_ids.attachment_ids, proof)
        message.sudo().unlink()
        self.assertTrue(proof.exists())
        self.assertIsNone(self.close._explain_broken())

    def test_file_of_an_invoice_stays_there(self):
        invoice = self._make_invoice()
        file = self._make_file(
            self.preparer, res_model="account.move", res_id=invoice.id
        )
        self.talk.with_user(self.preparer)._sign("prepare", attachments=file)
        self.assertEqual((file.res_model, file.res_id), ("account.move", invoice.id))
        kept = self.talk.signoff_ids.attachment_ids
        self.assertEqual(kept, self.talk.attachment_ids)
        self.assertEqual(kept.raw, b"proof")

    def test_file_of_a_field_stays_there(self):
        partner = self.preparer.partner_id
        file = self._make_file(
            self.preparer,
            res_model="res.partner",
            res_id=partner.id,
            res_field="image_1920",
        )
        with suppress(REFUSED), self.cr.savepoint():
            self.talk.with_user(self.preparer)._sign("prepare", attachments=file)
        self.assertEqual(
            (file.res_model, file.res_field), ("res.partner", "image_1920")
        )

    def test_evidence_of_another_signed_task_is_copied_or_refused(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        with suppress(REFUSED), self.cr.savepoint():
            self.drafts.with_user(self.preparer)._sign("prepare", attachments=proof)
        self.assertEqual(proof.res_id, self.talk.id)
        self.assertIsNone(self.close._explain_broken())

    def test_file_uploaded_by_another(self):
        file = self._make_file(self.reviewer)
        self.assertRefused(
            self.talk.with_user(self.preparer)._sign, "prepare", attachments=file
        )

    def test_storage_moves_signed_files(self):
        proof = self._make_file(self.preparer)
        self.talk.with_user(self.preparer)._sign("prepare", attachments=proof)
        proof.sudo().write({"raw": b"proof", "mimetype": proof.mimetype})
        self.assertEqual(proof.raw, b"proof")


@tagged("post_install", "-at_install")
class TestClosePeriods(AttackCase):
    def test_strange_months(self):
        for day in ("1999-12-31", "0001-01-31", "2999-12-31", "9999-12-31"):
            with self.subTest(day=day), self.cr.savepoint() as point:
                with suppress(REFUSED):
                    self._make_close(day, user=self.preparer)
                point.rollback()

    def test_a_month_that_has_not_ended_is_not_locked(self):
        self._sign_all(self.close)
        self.close.with_user(self.preparer)._lock()
        june = self._make_close("2025-06-30", user=self.preparer)
        self._sign_all(june)
        self.assertRefused(june.with_user(self.preparer)._lock)
        self.assertEqual(self.company.fiscalyear_lock_date, MAY)

    def test_the_far_future(self):
        self.assertRefused(self._make_close, "2035-12-31", user=self.preparer)

    def test_no_working_days(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Never", "company_id": self.company.id, "attendance_ids": [(5,)]}
        )
        calendar.attendance_ids.unlink()
        self.company.resource_calendar_id = calendar
        june = self._make_close("2025-06-30", user=self.preparer)
        self.assertTrue(all(june.task_ids.mapped("date_due")))

    def test_branch_uses_the_template_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids = [Command.link(branch.id)]
        user = self._make_user("branch", "group_billing_accountant", company=branch)
        closes = self._as(self.env["billing.close"], user)
        close = closes.create({"company_id": branch.id, "date_to": MAY})
        self.assertEqual(close.sudo().template_id, self.template)
        self.assertEqual(len(close.task_ids), 3)
        close.task_ids.filtered(lambda t: t.name == "Talk")._sign("prepare")
        close.action_run_checks()

    def test_copies(self):
        self.assertRefusedAnyhow(self.close.with_user(self.preparer).copy)
        self._sign_all(self.close)
        self.close.with_user(self.preparer)._lock()
        june = self.close.with_user(self.preparer).copy({"date_to": "2025-06-30"})
        self.assertEqual((june.state, june.date_locked), ("open", False))
        self.assertEqual(len(june.task_ids), 3)
        self.assertFalse(june.signoff_ids)
        self.assertRefused(self.talk.with_user(self.preparer).copy)

    def test_deleted_dependency(self):
        self.assertEqual(self.tie_out.state, "waiting")
        self.drafts.with_user(self.manager).unlink()
        self.assertEqual(self.tie_out.state, "todo")

    def test_self_dependency(self):
        for other in (self.talk, self.drafts):
            other.invalidate_recordset()
        self.assertRefused(
            self.talk.with_user(self.manager).write,
            {"depends_ids": [(4, self.talk.id)]},
        )

    def test_task_of_a_running_template(self):
        other = self.template.copy({"name": "Other", "date_from": "2030-01-01"})
        task = other.task_ids[0]
        self.assertRefused(
            task.with_user(self.manager).write, {"template_id": self.template.id}
        )

    def test_check_of_an_app_that_is_gone(self):
        self.env.cr.execute(
            "UPDATE billing_close_template_task SET check_code = 'gone'"
            " WHERE template_id = %s AND name->>'en_US' = 'Drafts'",
            [self.template.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "gone"), self.cr.savepoint():
            self._make_close("2025-06-30", user=self.preparer)

    def test_template_lost_its_check_after_the_close_was_made(self):
        self.env.cr.execute(
            "UPDATE billing_close_task SET check_code = 'gone' WHERE id = %s",
            self.drafts.ids,
        )
        self.env.invalidate_all()
        self.close.with_user(self.preparer).action_run_checks()
        self.assertEqual(self.drafts.check_state, "error")
        self.assertRefused(self._sign, self.drafts, self.preparer)


@tagged("post_install", "-at_install")
class TestCloseLockAttack(AttackCase):
    def _lock(self):
        self._sign_all(self.close)
        self.assertTrue(self.close.with_user(self.preparer)._lock())

    def test_reopen_after_a_hard_lock(self):
        self._lock()
        self.company.hard_lock_date = MAY
        try:
            with self.cr.savepoint():
                self.close.with_user(self.manager)._reopen("Mistake")
        except REFUSED:
            self.assertEqual(self.close.state, "locked")
        self.assertEqual(self.company.hard_lock_date, MAY)

    def test_reopen_takes_back_no_other_date(self):
        self._lock()
        for user in (self.preparer, self.manager):
            self.assertRefused(
                self.close.with_user(user).write,
                {"lock_field": "tax_lock_date", "lock_before": "2020-01-01"},
            )

    def test_who_may(self):
        self._sign_all(self.close)
        for user in (self.coordinator, self.department, self.stranger):
            self.assertRefused(self._as(self.close, user)._lock)
        self.close.with_user(self.preparer)._lock()
        for user in (self.coordinator, self.department, self.preparer, self.stranger):
            self.assertRefused(self._as(self.close, user)._reopen, "x")
        self.assertRefused(self.close.with_user(self.manager)._reopen, "  ")

    def test_draft_entry_stops_the_lock_and_nothing_is_lost(self):
        self._sign_all(self.close)
        before = self.company.fiscalyear_lock_date
        with patch.object(
            type(self.company), "_validate_locks", side_effect=UserError("Drafts")
        ):
            self.assertRefused(self.close.with_user(self.preparer)._lock)
        self.assertEqual(self.company.fiscalyear_lock_date, before)
        self.assertEqual(self.close.state, "ready")
        self.assertNotIn("lock", self.close.signoff_ids.mapped("kind"))

    def test_locked_close_changes_no_more(self):
        self._lock()
        for user in (self.preparer, self.manager):
            self.assertRefused(
                self.env["billing.close.task"].with_user(user).create,
                {"name": "Late", "close_id": self.close.id},
            )
            self.assertRefused(self.talk.with_user(user).write, {"sequence": 3})
            self.assertRefused(self.talk.with_user(user)._sign, "withdraw", "x")
            self.assertRefused(self.close.with_user(user).unlink)
            self.assertRefused(self.close.with_user(user)._lock)

    def test_review_of_own_work_by_detours(self):
        self.drafts.with_user(self.preparer)._sign("prepare")
        mine = self.drafts.with_user(self.preparer)
        self.assertRefused(mine._sign, "review")
        self.assertRefused(mine.write, {"reviewer_id": self.preparer.id})
        self.assertRefused(mine.write, {"owner_id": self.reviewer.id})
        self.assertRefused(mine.write, {"prepared_uid": self.reviewer.id})
        self.assertRefused(mine.sudo().with_user(self.preparer)._sign, "prepare")
        mine._sign("withdraw", "Once more")
        mine._sign("prepare")
        self.assertRefused(mine._sign, "review")
