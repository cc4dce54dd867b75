"""What only signing and locking may write, whoever asks by whatever way."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCase


@tagged("post_install", "-at_install")
class TestCloseAccess(CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close = cls._make_close()
        cls.talk = cls._task(cls.close, "Talk")

    def test_state_of_a_task_is_not_written(self):
        for values in (
            {"state": "reviewed"},
            {"is_done": True},
            {"signed_state": "reviewed"},
            {"company_id": self.env.company.id},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "change by signing"),
            ):
                self.talk.with_user(self.manager).write(values)

    def test_task_is_not_made_signed(self):
        tasks = self.env["billing.close.task"].with_user(self.preparer)
        values = {"close_id": self.close.id, "name": "Forged"}
        with self.assertRaisesRegex(UserError, "change by signing"):
            tasks.create({**values, "signed_state": "reviewed"})
        with self.assertRaisesRegex(UserError, "change by signing"):
            tasks.with_context(default_is_done=True).create(values)
        self.assertEqual(tasks.create(values).state, "todo")

    def test_state_of_a_close_is_not_written(self):
        for values in (
            {"state": "locked"},
            {"date_locked": "2025-06-05 08:00:00"},
            {"lock_field": "hard_lock_date", "lock_before": False},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "signing, locking and reopening"),
            ):
                self.close.with_user(self.manager).write(values)

    def test_close_is_not_made_locked(self):
        closes = self.env["billing.close"].with_user(self.preparer)
        values = {"company_id": self.company.id, "date_to": "2025-06-30"}
        locked = {"date_locked": "2025-06-05 08:00:00"}
        with self.assertRaisesRegex(UserError, "signing, locking and reopening"):
            closes.create({**values, **locked})
        june = closes.with_context(
            default_date_locked=locked["date_locked"], default_signed_state="reviewed"
        ).create(values)
        self.assertEqual(june.state, "open")
        self.assertEqual(set(june.task_ids.mapped("signed_state")), {"todo"})

    def test_tasks_are_edited_in_the_close(self):
        command = Command.update(self.talk.id, {"name": "Talk to Sales"})
        self.close.with_user(self.preparer).task_ids = [command]
        self.assertEqual(self.talk.name, "Talk to Sales")
