from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY
from .worker_common import WorkerCase

MONTHS = 12


@tagged("post_install", "-at_install")
class TestCloseJobConcurrency(WorkerCase):
    """The nightly job beside people who sign: each sign-off suspended once."""

    script = "close_process.py"
    word = "checked"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env, cls._at(TODAY):
            env["res.company"].search([]).billing_close_auto = False
            preparer = cls._make_user("preparer", "group_billing_accountant")
            cls.preparer_id = preparer.id
            task = {
                "name": "Tie-out",
                "check_code": "receivables",
                "owner_id": preparer.id,
                "review_required": False,
            }
            env["billing.close.template"].create(
                {
                    "name": "Small",
                    "company_id": cls.company.id,
                    "date_from": "2025-01-01",
                    "task_ids": [Command.create(task)],
                }
            )
            first = date(2025, 6, 1)
            days = [first + relativedelta(months=n) for n in range(MONTHS)]
            closes = env["billing.close"].create(
                [{"company_id": cls.company.id, "date_to": day} for day in days]
            )
            cls.close_ids = closes.ids

    def setUp(self):
        """All is signed, then the figures move, and the night begins."""
        super().setUp()
        with self._environment() as env, self._at(TODAY):
            closes = env["billing.close"].browse(self.close_ids)
            for task in closes.task_ids.with_user(self.preparer_id):
                task._sign("prepare")
            self.last_signoff_id = max(closes.signoff_ids.ids)
            self._make_invoice(amount=10, overdue=0)
        with self._environment() as env:
            cron = env.ref("billing_coordinator.ir_cron_close")
            cron.nextcall = fields.Datetime.now()

    def _get_suspended(self, env):
        """Closes of which a sign-off was suspended, and nothing is left undone."""
        closes = env["billing.close"].browse(self.close_ids)
        suspended = closes.filtered(lambda c: c.task_ids.state == "suspended")
        for close in closes:
            new = close.signoff_ids.filtered(lambda s: s.id > self.last_signoff_id)
            self.assertEqual(new.mapped("kind"), ["suspend"] * (close in suspended))
            activities = close.task_ids.activity_ids
            self.assertEqual(len(activities), close in suspended)
            self.assertFalse(close._explain_broken())
            self.assertFalse(close.job_error)
        return suspended

    def test_killed_half_way(self):
        """What was done is kept, nothing is half done, the next run does the rest."""
        self._kill_half_way()
        with self._environment() as env:
            self.assertEqual(len(self._get_suspended(env)), 4)
        self.assertEqual(self._run_once(), MONTHS - 4)
        with self._environment() as env:
            self.assertEqual(len(self._get_suspended(env)), MONTHS)
        self.assertEqual(self._run_once(), 0)

    def test_somebody_signs(self):
        """That close is looked at by the next run; the others do not wait."""
        with self._environment() as env:
            close = env["billing.close"].browse(self.close_ids[5])
            close.lock_for_update()
            self.assertEqual(self._run_once(), MONTHS - 1)
        with self._environment() as env:
            self.assertEqual(len(self._get_suspended(env)), MONTHS - 1)
        self.assertEqual(self._run_once(), 1)
        with self._environment() as env:
            self.assertEqual(len(self._get_suspended(env)), MONTHS)
