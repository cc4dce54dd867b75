from odoo.tests import tagged

from .bank_common import Bank
from .common import TODAY
from .worker_common import WorkerCase

BUSY_LINE = "Somebody else is matching"
BUSY_ITEM = "Somebody else is settling"


@tagged("post_install", "-at_install")
class TestMatchConcurrency(Bank, WorkerCase):
    """Two people at once: one of them applies, the other is told, nothing is halved."""

    script = "match_process.py"
    word = "applied"

    def setUp(self):
        super().setUp()
        with self._environment() as env, self._at(TODAY):
            invoices = env["account.move"].browse(self.invoice_ids[:2])
            self.items = self._receivable_lines(invoices).ids
            self.lines = [self._make_bank_line(100.0).id for _two in "ab"]

    def _propose(self, line, item):
        """A proposal, committed, that a process can apply."""
        with self._environment() as env:
            match = env["billing.payment.match"].create(
                {
                    "statement_line_id": self.lines[line],
                    "line_ids": [
                        (0, 0, {"move_line_id": self.items[item], "amount": 100.0})
                    ],
                }
            )
            return match.id

    def _start_match(self, match_id, seconds=0.0):
        process = self._spawn(self.script, seconds, match_id)
        self.processes.append(process)
        return process

    def _get_refusal(self, process):
        _said, errors = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        return errors

    def assertOneWon(self, *match_ids):
        """One is applied; the books hold its entry and no other."""
        with self._environment() as env:
            matches = env["billing.payment.match"].browse(match_ids).exists()
            applied = matches.filtered(lambda match: match.state == "applied")
            self.assertEqual(len(applied), 1)
            items = env["account.move.line"].browse(self.items)
            partials = items.matched_credit_ids
            self.assertEqual(len(partials), 1)
            self.assertEqual(
                partials.credit_move_id.move_id.statement_line_id,
                applied.statement_line_id,
            )
            self.assertEqual(sum(items.mapped("amount_residual")), 100.0)
            lines = env["account.bank.statement.line"].browse(self.lines)
            self.assertEqual(lines.filtered("is_reconciled"), applied.statement_line_id)
            other = lines - applied.statement_line_id
            self.assertEqual(len(other._seek_for_lines()[1]), 1)

    def _race(self, first_id, second_id):
        """The second comes while the first has applied and not committed."""
        first = self._start_match(first_id, seconds=3)
        second = self._start_match(second_id)
        self._go(first)
        self.assertEqual(first.stdout.readline(), "applied\n")
        self._go(second)
        refusal = self._get_refusal(second)
        self._finish(first)
        self.assertOneWon(first_id, second_id)
        return refusal

    def test_same_line(self):
        first, second = self._propose(0, 0), self._propose(0, 1)
        self.assertIn(BUSY_LINE, self._race(first, second))

    def test_same_invoice(self):
        first, second = self._propose(0, 0), self._propose(1, 0)
        self.assertIn(BUSY_ITEM, self._race(first, second))

    def test_both_at_once(self):
        """Whoever it is: one wins, and the other is told something clear."""
        for second_line in (0, 1):
            with self.subTest(second_line=second_line):
                self.tearDown()
                self.setUp()
                ids = self._propose(0, 0), self._propose(second_line, 0)
                processes = [self._start_match(match_id) for match_id in ids]
                self._go(*processes)
                errors = [process.communicate(timeout=60)[1] for process in processes]
                codes = [process.returncode for process in processes]
                self.assertEqual(sorted(map(bool, codes)), [False, True], errors)
                refusal = next(e for e, code in zip(errors, codes, strict=True) if code)
                self.assertRegex(
                    refusal,
                    "Somebody else|matched already|is settled|applied before|is gone",
                )
                self.assertOneWon(*ids)
