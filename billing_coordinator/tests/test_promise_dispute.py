from odoo.tests import tagged

from .common import days
from .test_promise import PromiseCase
from .test_ticket_resolve import ResolveCase


@tagged("post_install", "-at_install")
class TestPromiseDispute(PromiseCase, ResolveCase):
    """100 promised until in three days, judged in five; then a part is disputed."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)
        [self.promise] = self._promise(self.invoice, (3, 100))

    def _assert_judged(self, state, paid, promise=None):
        promise = promise or self.promise
        self.assertEqual((promise.state, promise.judged_amount), (state, paid))

    def test_rest_is_paid(self):
        self._make_ticket(self.invoice, 40)
        self._pay(self.invoice, 60, day=days(1))
        self._judge(5)
        self._assert_judged("kept", 60)

    def test_rest_is_not_paid(self):
        self._make_ticket(self.invoice, 40)
        self._judge(5)
        self._assert_judged("broken", 0)

    def test_rest_is_paid_in_part(self):
        self._make_ticket(self.invoice, 40)
        self._pay(self.invoice, 59.99, day=days(1))
        self._judge(5)
        self._assert_judged("partially_kept", 59.99)

    def test_dispute_of_what_is_not_promised(self):
        """The promise was of the rest: nothing of it is in dispute."""
        self.promise.action_withdraw()
        promise = self._promise(self.invoice, (3, 60))
        self._make_ticket(self.invoice, 40)
        self._judge(5)
        self._assert_judged("broken", 0, promise)

    def test_all_of_it_is_in_dispute(self):
        """Nobody knows yet what was owed: it waits, and is judged afterwards."""
        ticket = self._make_ticket(self.invoice)
        self._judge(5)
        self._judge(9)
        self._assert_judged("open", 0)
        with self._at(days(10)):
            self._resolve(ticket, "rejected")
        self._judge(10)
        self._assert_judged("broken", 0)

    def test_paid_before_the_dispute_is_over(self):
        ticket = self._make_ticket(self.invoice)
        self._judge(5)
        with self._at(days(7)):
            self._resolve(ticket, "customer_pays")
            self._pay(self.invoice, day=days(7))
        self._judge(7)
        self._assert_judged("kept", 100)

    def test_dispute_that_was_right(self):
        """All of it is credited: nothing is left to pay."""
        ticket = self._make_ticket(self.invoice)
        self._judge(5)
        self._resolve(ticket, "credited")
        self._judge(6)
        self._assert_judged("withdrawn", 0)

    def test_dispute_that_is_withdrawn(self):
        ticket = self._make_ticket(self.invoice)
        self._judge(5)
        ticket.action_cancel()
        self._judge(6)
        self._assert_judged("broken", 0)

    def test_paid_in_part_and_the_rest_in_dispute(self):
        self._pay(self.invoice, 30, day=days(1))
        self._make_ticket(self.invoice, 70)
        self._judge(5)
        self._assert_judged("kept", 30)

    def test_two_promises(self):
        """What is in dispute is taken off the older one first."""
        self.promise.action_withdraw()
        older, newer = self._promise(self.invoice, (2, 50), (3, 50)).sorted("id")
        self._make_ticket(self.invoice, 40)
        self._pay(self.invoice, 10, day=days(1))
        self.assertEqual((older.line_ids.remaining, newer.line_ids.remaining), (0, 50))
        self._judge(5)
        self._assert_judged("kept", 10, older)
        self._assert_judged("broken", 0, newer)

    def test_several_items(self):
        """A wholly disputed item says nothing; the other one is judged."""
        other = self._make_invoice(amount=30, overdue=9)
        self.promise.action_withdraw()
        promise = self._promise(self.invoice + other, (3, 130))
        self._make_ticket(self.invoice)
        self._pay(other, day=days(1))
        self._judge(5)
        self._assert_judged("kept", 30, promise)

    def test_python_and_sql_agree(self):
        """What promises wait for and what is in dispute are what is not chased."""
        self._make_ticket(self.invoice, 40)
        for paid in (0, 25, 20, 30):
            if paid:
                self._pay(self.invoice, paid, day=days(1))
            self.env.invalidate_all()
            row = self._receivables()
            self.assertEqual(
                self.promise.line_ids.remaining + row.disputed, row.withheld, paid
            )
