from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, Form, tagged

from ..tools.dispute import note
from .common import days
from .test_ticket_resolve import ResolveCase


class TestPeriods(BaseCase):
    """What is kept of a dispute: from when to when how much."""

    def _note(self, *changes):
        periods = []
        for day, amount in changes:
            periods = note(periods, f"2025-06-{day:02}", amount)
        return [
            (int(p["from"][-2:]), p["to"] and int(p["to"][-2:]), p["amount"])
            for p in periods
        ]

    def test_changes(self):
        for changes, periods in (
            ([(1, 0)], []),
            ([(1, 40)], [(1, None, 40)]),
            ([(1, 40), (5, 40)], [(1, None, 40)]),
            ([(1, 40), (5, 0)], [(1, 5, 40)]),
            ([(1, 40), (5, 0), (8, 40)], [(1, 5, 40), (8, None, 40)]),
            ([(1, 40), (5, 60)], [(1, 5, 40), (5, None, 60)]),
            ([(1, 40), (1, 60)], [(1, None, 60)]),
            ([(1, 40), (1, 0)], []),
            ([(1, 40), (5, 0), (5, 40)], [(1, None, 40)]),
            ([(1, 40), (5, 60), (5, 40)], [(1, None, 40)]),
            ([(1, 40), (5, 0), (5, 60)], [(1, 5, 40), (5, None, 60)]),
        ):
            self.assertEqual(self._note(*changes), periods, changes)


@tagged("post_install", "-at_install")
class TestTicketHistory(ResolveCase):
    """What was in dispute on a day stays what it was, whatever comes later."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def _assert_disputed(self, **expected):
        """``d3=40``: three days from today 40 were in dispute; ``now`` is the last."""
        self.env.flush_all()
        for day, amount in expected.items():
            context = {} if day == "now" else {"as_of": days(int(day[1:]))}
            self.assertEqual(self._receivables(**context).disputed, amount, day)

    def _answer(self, ticket):
        ticket.message_post(
            body="No",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=self.customer.id,
        )

    def test_answer_to_what_is_over(self):
        """The ticket is open again, the dispute is not; its amount is kept."""
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(5)):
            self._resolve(ticket, "customer_pays")
        with self._at(days(8)):
            self._answer(ticket)
        self.assertEqual((ticket.state, ticket.amount_disputed), ("in_progress", 0))
        line = ticket.line_ids
        self.assertEqual((line.amount_disputed, line.is_open), (40, False))
        self._assert_disputed(d0=40, d4=40, d5=0, d7=0, d8=0, d9=0, now=0)
        with self._at(days(10)):
            line.is_disputed = True
        self.assertEqual(ticket.amount_disputed, 40)
        self._assert_disputed(d4=40, d5=0, d9=0, d10=40, now=40)

    def test_answer_after_most_of_it_was_paid(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "customer_pays")
        self._pay(self.invoice, 80)
        self._answer(ticket)
        self.assertEqual(ticket.state, "in_progress")
        with self.assertRaisesRegex(ValidationError, "only .*20.00.* is open"):
            ticket.line_ids.is_disputed = True

    def test_what_is_disputed_no_more_is_not_credited(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "customer_pays")
        self._answer(ticket)
        self.assertFalse(ticket.line_ids._get_open_amounts())

    def test_one_of_two_lines(self):
        """The customer accepts one of the invoices now."""
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(3)), Form(ticket) as form:
            with form.line_ids.edit(0) as line:
                line.is_disputed = False
        self._assert_disputed(d2=40, d3=0, now=0)
        self.assertEqual(self._row().next_action, "auto")
        self.assertEqual(self._send().amount, 100)

    def test_discrepancy_that_becomes_a_question(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(5)), Form(ticket) as form:
            form.kind = "inquiry"
        self.assertEqual(ticket.amount_disputed, 0)
        self._assert_disputed(d0=40, d4=40, d5=0, now=0)

    def test_question_that_becomes_a_discrepancy(self):
        """On the day it became one."""
        ticket = self._make_ticket(self.invoice, kind="inquiry", reason_id=False)
        with self._at(days(5)), Form(ticket) as form:
            form.kind = "discrepancy"
            with form.line_ids.edit(0) as line:
                line.amount_disputed = 25
        self._assert_disputed(d0=0, d4=0, d5=25, now=25)

    def test_another_amount(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(3)):
            ticket.line_ids.amount_disputed = 60
        self._assert_disputed(d0=40, d2=40, d3=60, now=60)

    def test_reopened(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(3)):
            self._resolve(ticket, "rejected")
        with self._at(days(6)):
            ticket.action_reopen()
        self._assert_disputed(d2=40, d3=0, d5=0, d6=40, now=40)

    def test_credited_and_taken_back(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(3)):
            self._resolve(ticket, "credited")
        with self._at(days(6)):
            credit = ticket.line_ids.settlement_move_id
            self._receivable_lines(credit).remove_move_reconcile()
            self.env.flush_all()
        domain = [("move_id", "=", self.invoice.id)]
        for day, amount in ((2, 40), (4, 0), (6, 40)):
            rows = self.env["billing.receivable"].with_context(as_of=days(day))
            self.assertEqual(rows.search(domain).disputed, amount, day)

    def test_merged(self):
        """Of the ticket that remains too, whose line gives way."""
        kept = self._make_ticket(self.invoice, 30)
        other = self._make_ticket(self.invoice, 50)
        with self._at(days(4)):
            kept._merge(other)
        self.assertEqual(kept.amount_disputed, 50)
        self._assert_disputed(d0=80, d3=80, d4=50, now=50)
