from odoo.tests import tagged

from .bank_common import Bank
from .common import TODAY
from .worker_common import CUSTOMERS, WorkerCase


@tagged("post_install", "-at_install")
class TestMatchJobConcurrency(Bank, WorkerCase):
    """Two workers on the same lines, and one that is killed: each is applied once."""

    script = "match_job_process.py"
    word = "applied"

    def setUp(self):
        super().setUp()
        with self._environment() as env, self._at(TODAY):
            self.company.billing_match_auto = True
            # The second invoice of each customer stays open.
            self.paid_ids = self.invoice_ids[::2]
            lines = env["account.bank.statement.line"].union(
                *(
                    self._make_bank_line(move.amount_residual, move.name)
                    for move in env["account.move"].browse(self.paid_ids)
                )
            )
            self.line_ids = lines.ids
            env["billing.payment.match"]._propose(lines)

    def assertOnceEach(self):
        with self._environment() as env:
            lines = env["account.bank.statement.line"].browse(self.line_ids)
            self.assertTrue(all(lines.mapped("is_reconciled")))
            matches = env["billing.payment.match"].search(
                [("statement_line_id", "in", self.line_ids)]
            )
            applied = matches.filtered(lambda match: match.state == "applied")
            self.assertEqual(
                sorted(applied.statement_line_id.ids), sorted(self.line_ids)
            )
            self.assertFalse(matches.filtered("error"))
            invoices = env["account.move"].browse(self.invoice_ids)
            for invoice in invoices:
                partials = invoice.line_ids.matched_credit_ids
                self.assertEqual(len(partials), invoice.id in self.paid_ids)

    def test_two_at_once(self):
        first, second = self._start(0.1), self._start(0.1)
        self._go(first, second)
        applied = self._finish(first) + self._finish(second)
        self.assertGreater(applied, 0)
        # A line on which the two met may be left: the next run has it.
        self.assertEqual(applied + self._run_once(), CUSTOMERS)
        self.assertOnceEach()

    def test_killed_half_way(self):
        self._kill_half_way()
        self.assertEqual(self._run_once(), CUSTOMERS - 4)
        self.assertOnceEach()
