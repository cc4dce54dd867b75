from odoo import api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .worker_common import CUSTOMERS, WorkerCase


@tagged("post_install", "-at_install")
class TestConcurrency(WorkerCase):
    """Two processes, a crash half-way, a payment in between: still once."""

    script = "job_process.py"
    word = "sent"

    def _start(self, seconds=0.0, pause=False):
        process = self._spawn(self.script, seconds, int(pause))
        self.processes.append(process)
        return process

    def assertOnceEach(self, customer_ids=None):
        """One notice and one e-mail a customer, each line at the first stage once."""
        customer_ids = customer_ids or self.customer_ids
        with self._environment() as env:
            notices = env["billing.followup.notice"].search(
                [("partner_id", "in", self.customer_ids)]
            )
            self.assertEqual(sorted(notices.partner_id.ids), sorted(customer_ids))
            self.assertEqual(len(notices), len(customer_ids))
            mails = env["mail.mail"].search(
                [
                    ("model", "=", "billing.followup.notice"),
                    ("recipient_ids", "in", self.customer_ids),
                ]
            )
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(notices.ids))
            lines = notices.line_ids
            self.assertEqual(len(lines.move_line_id), 2 * len(customer_ids))
            self.assertEqual(len(lines), 2 * len(customer_ids))
            self.assertTrue(all(lines.mapped("advances")))
            rows = env["billing.worklist"].search([("partner_id", "in", customer_ids)])
            self.assertEqual(rows.mapped("run_error"), [False] * len(customer_ids))

    def test_two_at_once(self):
        first, second = self._start(0.1), self._start(0.1)
        self._go(first, second)
        sent = self._finish(first), self._finish(second)
        self.assertEqual(sum(sent), CUSTOMERS)
        self.assertOnceEach()

    def test_killed_half_way(self):
        self._kill_half_way()
        with self._environment() as env:
            done = env["billing.followup.notice"].search_count(
                [("partner_id", "in", self.customer_ids)]
            )
        self.assertEqual(done, 4)
        self.assertEqual(self._run_once(), CUSTOMERS - 4)
        self.assertOnceEach()

    def test_one_of_two_is_killed(self):
        self._kill_one_of_two()
        self.assertOnceEach()

    def _promise(self, customer_id):
        """A promise of all that the customer owes, as the web client records it."""
        with Registry(self.database).cursor() as cr:
            env = api.Environment(cr, self.coordinator.id, {})
            lines = self._receivable_lines(
                env["account.move"].search([("partner_id", "=", customer_id)])
            )
            day = fields.Date.add(fields.Date.today(), days=5)
            amount = sum(lines.mapped("amount_residual"))
            with mute_logger("odoo.sql_db"):  # it tries again
                retrying(
                    lambda: env["billing.promise"]._make(
                        lines, [(day, amount)], user_id=env.uid
                    ),
                    env,
                )

    def test_promised_just_before_the_customer_is_taken(self):
        """The queue was made without the promises; they count all the same.

        The first customer is locked in a transaction that began before its promise,
        the second one in a new transaction.
        """
        process = self._start(pause=True)
        self._go(process)
        self.assertEqual(process.stdout.readline(), "locking\n")
        for customer_id in self.customer_ids[:2]:
            self._promise(customer_id)
        process.stdin.write("\n")
        process.stdin.flush()
        self.assertEqual(self._finish(process), CUSTOMERS - 2)
        self.assertEqual(self._run_once(), 0)
        self.assertOnceEach(self.customer_ids[2:])

    def test_promised_while_the_customer_is_being_sent_to(self):
        """The promise waits for the notice that is on its way; there is no second."""
        process = self._start(1.0)
        self._go(process)
        self.assertEqual(process.stdout.readline(), "sent\n")
        promised = self.customer_ids[0]
        self._promise(promised)
        process.kill()
        process.communicate()
        with self._environment() as env:
            domain = [("partner_id", "=", promised)]
            notice = env["billing.followup.notice"].search(domain)
            promise = env["billing.promise"].search(domain)
            self.assertEqual((len(notice), len(promise)), (1, 1))
            self.assertGreater(promise.create_date, notice.create_date)
            row = env["billing.worklist"].search(domain)
            self.assertEqual(row.wait_reason, "promised")
        self._run_once()
        self.assertOnceEach()

    def test_payment_at_the_same_moment(self):
        """While somebody registers a payment, the customer is left alone."""
        paid = self.customer_ids[0]
        with self._environment() as env:
            invoices = env["account.move"].search(
                [("partner_id", "=", paid), ("id", "in", self.invoice_ids)]
            )
            self._pay(invoices)
            env.flush_all()
            self.assertEqual(self._run_once(), CUSTOMERS - 1)
        self.assertEqual(self._run_once(), 0)
        self.assertOnceEach(self.customer_ids[1:])
