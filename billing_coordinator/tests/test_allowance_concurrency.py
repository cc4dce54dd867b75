from odoo import fields
from odoo.tests import tagged

from .allowance_common import MAY, Allowances
from .common import TODAY
from .worker_common import WorkerCase


@tagged("post_install", "-at_install")
class TestAllowanceConcurrency(Allowances, WorkerCase):
    """Two people post the same allowance: one entry, and the other is told."""

    script = "allowance_process.py"
    word = "posted"

    @classmethod
    def _set_up_allowances(cls):
        with cls._environment():
            return super()._set_up_allowances()

    def setUp(self):
        super().setUp()
        with self._environment() as env, self._at(TODAY):
            before = env["billing.allowance"].search_count([])
            day = fields.Date.subtract(MAY, days=3 * before)
            allowance = self._make_allowance(day, env.user)
            self.allowance_id = allowance.id

    def _start_post(self, seconds=0.0):
        process = self._spawn(self.script, seconds, self.allowance_id)
        self.processes.append(process)
        return process

    def _get_refusal(self, process):
        _said, errors = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        return errors

    def assertPostedOnce(self):
        with self._environment() as env:
            allowance = env["billing.allowance"].browse(self.allowance_id)
            self.assertEqual(allowance.state, "posted")
            moves = env["account.move"].search(
                [
                    ("line_ids.account_id", "=", allowance.allowance_account_id.id),
                    ("date", ">=", allowance.date),
                    ("date", "<=", allowance.reversal_date),
                ]
            )
            self.assertEqual(moves, allowance.move_id | allowance.reversal_id)

    def test_second_comes_while_the_first_posts(self):
        first, second = self._start_post(seconds=3), self._start_post()
        self._go(first)
        self.assertEqual(first.stdout.readline(), "posted\n")
        self._go(second)
        self.assertIn("Somebody else", self._get_refusal(second))
        self._finish(first)
        self.assertPostedOnce()

    def test_both_at_once(self):
        processes = [self._start_post(), self._start_post()]
        self._go(*processes)
        errors = [process.communicate(timeout=60)[1] for process in processes]
        codes = [process.returncode for process in processes]
        self.assertEqual(sorted(map(bool, codes)), [False, True], errors)
        refusal = next(e for e, code in zip(errors, codes, strict=True) if code)
        self.assertRegex(refusal, "Somebody else|no draft any more")
        self.assertPostedOnce()
