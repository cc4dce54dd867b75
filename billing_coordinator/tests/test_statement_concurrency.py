from odoo.tests import tagged

from .common import TODAY
from .worker_common import CUSTOMERS, WorkerCase


@tagged("post_install", "-at_install")
class TestStatementConcurrency(WorkerCase):
    """Two workers on one run, and one that is killed: one e-mail for each customer."""

    script = "statement_process.py"
    word = "made"

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            # Those of the test before have been looked at.
            env["billing.statement.run"].search([]).unlink()
            partners = env["res.partner"].browse(self.customer_ids)
            self.run_id = (
                env["billing.statement.run"]
                ._make(self.company, partners, "open_items", False, TODAY)
                .id
            )

    def assertOnceEach(self):
        with self._environment() as env:
            lines = env["billing.statement.run"].browse(self.run_id).line_ids
            self.assertEqual(sorted(lines.partner_id.ids), sorted(self.customer_ids))
            self.assertEqual(set(lines.mapped("state")), {"queued"})
            mails = env["mail.mail"].search(
                [
                    ("model", "=", "billing.statement.run.line"),
                    ("recipient_ids", "in", self.customer_ids),
                ]
            )
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(lines.ids))

    def test_two_at_once(self):
        first, second = self._start(0.1), self._start(0.1)
        self._go(first, second)
        made = self._finish(first), self._finish(second)
        self.assertEqual(sum(made), CUSTOMERS)
        self.assertOnceEach()

    def test_killed_half_way(self):
        self._kill_half_way()
        self.assertEqual(self._run_once(), CUSTOMERS - 4)
        self.assertOnceEach()
