from odoo.tests import tagged

from .common import days
from .match_common import MatchCase

# Of a line that pays one invoice; what two more items of the same line add.
QUERIES_A_LINE = 90
QUERIES_AN_ITEM = 6


@tagged("post_install", "-at_install")
class TestMatchFollow(MatchCase):
    """Follow-up, promises and tickets see the payment at once, and its undoing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_promise_grace = 2
        cls.invoice = cls._make_invoice(amount=100.0)

    def _get_row(self, customer=None):
        """The row as it is in the table: nobody refreshes it."""
        worklist = self.env["billing.worklist"]
        return worklist._get_row(self.company, customer or self.customer)

    def _apply(self, amount=100.0):
        line = self._make_bank_line(amount)
        return self._match(line, (self.invoice, amount))

    def test_worklist(self):
        self.assertEqual(self._row().amount_overdue, 100.0)
        match = self._apply(70.0)
        row = self._get_row()
        self.assertEqual((row.amount_overdue, row.amount_due), (30.0, 30.0))
        match.action_undo()
        row.invalidate_recordset()
        self.assertEqual((row.amount_overdue, row.next_action), (100.0, "auto"))

    def test_nobody_is_reminded_of_what_is_paid(self):
        self._row()
        self._apply()
        self.assertFalse(self._get_row()._process_one())
        self.assertFalse(self._receivables())

    def test_several_customers(self):
        theirs = self._make_invoice(self.other, amount=50.0)
        self._row()
        self._row(self.other)
        line = self._make_bank_line(150.0)
        match = self._match(line, (self.invoice, 100.0), (theirs, 50.0))
        for customer in (self.customer, self.other):
            self.assertEqual(self._get_row(customer).amount_overdue, 0.0)
        match.action_undo()
        self.env.invalidate_all()
        self.assertEqual(self._get_row(self.other).amount_overdue, 50.0)

    def _promise(self):
        promises = self.env["billing.promise"].with_user(self.coordinator)
        return promises._make(self._item(self.invoice), [(days(3), 100.0)])

    def _judge(self, day):
        with self._at(days(day)), self._scheduler() as env:
            company = env["res.company"].browse(self.company.id)
            worklist = env["billing.worklist"]._in_company(company)
            worklist.env["billing.promise"]._judge_due(company)
        self.env.invalidate_all()

    def test_promise_is_kept(self):
        promise = self._promise()
        self._apply()
        self.assertEqual(promise.amount_paid, 100.0)
        self._judge(5)
        self.assertEqual(promise.state, "kept")

    def test_promise_after_undo(self):
        promise = self._promise()
        match = self._apply()
        match.action_undo()
        promise.invalidate_recordset()
        self.assertEqual(promise.amount_paid, 0.0)
        self._judge(5)
        self.assertEqual(promise.state, "broken")

    def test_promise_of_a_payment_that_is_returned(self):
        promise = self._promise()
        match = self._apply()
        line = self._make_bank_line(-100.0)
        self.env["billing.payment.match"].create(
            {
                "statement_line_id": line.id,
                "returned_line_id": match.statement_line_id.id,
            }
        ).action_apply()
        self._judge(5)
        self.assertEqual(promise.state, "broken")

    def test_ticket_closes_and_opens_again(self):
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Too dear",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "line_ids": [(0, 0, {"move_id": self.invoice.id})],
            }
        )
        match = self._apply()
        self.assertEqual((ticket.state, ticket.line_ids.is_cleared), ("closed", True))
        match.action_undo()
        self.assertIn(ticket.state, ("new", "in_progress"))
        self.assertFalse(ticket.line_ids.is_cleared)

    def test_refreshed_once(self):
        """Also where it makes a ticket, which refreshes by itself."""
        worklist = self.env.registry["billing.worklist"]
        calls = []
        original = worklist._refresh

        def refresh(records, *args, **kwargs):
            calls.append(args)
            return original(records, *args, **kwargs)

        self.patch(worklist, "_refresh", refresh)
        line = self._make_bank_line(95.0)
        match = self._match(line, (self.invoice, 95.0), rest={"handling": "ticket"})
        self.assertEqual(len(calls), 1)
        match.action_undo()
        self.assertEqual(len(calls), 2)


@tagged("post_install", "-at_install")
class TestMatchQueries(MatchCase):
    """Invariant 9: the work grows with the lines, and hardly with their items."""

    def _propose_lines(self, count, items=1):
        invoices = self._make_invoices([(None, 10.0, 10)] * count * items)
        groups = [invoices[n * items : (n + 1) * items] for n in range(count)]
        matches = self.env["billing.payment.match"]
        for group in groups:
            line = self._make_bank_line(10.0 * items)
            matches += self._propose(line, *((move, 10.0) for move in group))
        self.env.flush_all()
        return matches.with_user(self.coordinator)

    def _count_queries(self, count, items=1):
        """Of applying so many lines that pay so many items each."""
        matches = self._propose_lines(count, items)
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        matches.action_apply()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_lines(self):
        self._count_queries(2)  # what is read once
        five = self._count_queries(5)
        twenty = self._count_queries(20)
        self.assertLessEqual(twenty, 20 * QUERIES_A_LINE)
        self.assertLessEqual(twenty - five, 15 * QUERIES_A_LINE)

    def test_items(self):
        self._count_queries(1)
        one = self._count_queries(1)
        many = self._count_queries(1, items=21)
        self.assertLessEqual(many - one, 20 * QUERIES_AN_ITEM)
