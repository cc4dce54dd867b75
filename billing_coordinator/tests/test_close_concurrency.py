"""Two people who sign at once: one of them has, the other is told, the chain is one."""

import psycopg2

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .worker_common import WorkerCase


@tagged("post_install", "-at_install")
class TestCloseConcurrency(WorkerCase):
    script = "sign_process.py"
    word = "signed"

    def setUp(self):
        super().setUp()
        with self._environment() as env, self._at(TODAY):
            closes = env["billing.close"]
            env["billing.close.template"].create(
                {
                    "name": "Two",
                    "company_id": self.company.id,
                    "date_from": "2025-01-01",
                    "task_ids": [Command.create({"name": name}) for name in "AB"],
                }
            )
            number = closes.search_count([]) + 1
            close = closes.create(
                {"company_id": self.company.id, "date_to": f"2025-{number:02}-01"}
            )
            self.close_id = close.id
            self.task_ids = close.task_ids.ids
            self.user_ids = [
                self._make_user(f"{name}{number}", "group_billing_accountant").id
                for name in ("first", "second")
            ]

    def _start_signing(self, task, user, seconds=0.0):
        process = self._spawn(
            self.script, seconds, self.task_ids[task], self.user_ids[user]
        )
        self.processes.append(process)
        return process

    def _race(self, first_task, second_task):
        """The second comes while the first has signed and not committed."""
        first = self._start_signing(first_task, 0, seconds=3)
        second = self._start_signing(second_task, 1)
        self._go(first)
        self.assertEqual(first.stdout.readline(), "signed\n")
        self._go(second)
        _said, errors = second.communicate(timeout=60)
        self._finish(first)
        return second.returncode, errors

    def assertChain(self, count):
        with self._environment() as env:
            close = env["billing.close"].browse(self.close_id)
            self.assertEqual(len(close.signoff_ids), count)
            self.assertFalse(close._explain_broken())

    def test_same_task(self):
        code, errors = self._race(0, 0)
        self.assertNotEqual(code, 0)
        self.assertRegex(errors, "Somebody is signing|is prepared")
        self.assertChain(1)

    def test_two_tasks(self):
        """One chain: the second is told to try again, and nothing is half-done."""
        code, errors = self._race(0, 1)
        self.assertNotEqual(code, 0)
        self.assertIn("Somebody is signing", errors)
        self.assertChain(1)
        process = self._start_signing(1, 1)
        self._go(process)
        self.assertEqual(self._finish(process), 1)
        self.assertChain(2)

    def test_begun_before_another_signed(self):
        """Who does not see the end of the chain begins again, as Odoo does by itself,
        whatever else of the close the other one has changed."""
        self._sign_as(0, 0, "prepare")
        with self._environment() as env:
            task = env["billing.close.task"].browse(self.task_ids[0])
            task = task.with_user(self.user_ids[1])
            self.assertEqual(task.state, "prepared")
            self._sign_as(1, 0, "prepare")
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                task._sign("review")
        self._sign_as(0, 1, "review")
        self.assertChain(3)

    def _sign_as(self, task, user, kind):
        with Registry(self.database).cursor() as cr:
            env = api.Environment(cr, self.user_ids[user], {})
            env["billing.close.task"].browse(self.task_ids[task])._sign(kind)

    def test_killed_before_the_commit(self):
        process = self._start_signing(0, 0, seconds=5)
        self._go(process)
        self.assertEqual(process.stdout.readline(), "signed\n")
        process.kill()
        process.communicate()
        self.assertChain(0)
        process = self._start_signing(0, 1)
        self._go(process)
        self._finish(process)
        self.assertChain(1)
