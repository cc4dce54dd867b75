from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .test_ticket_resolve import ResolveCase

# A ticket with its number, deadline, followers, and the worklist once: 56.
QUERIES = 60


@tagged("post_install", "-at_install")
class TestTicketRefresh(ResolveCase):
    """The figures of a customer follow what is in dispute: once for each thing done."""

    def setUp(self):
        super().setUp()
        self.invoices = self._make_invoices([(None, 100, 10), (None, 200, 5)])
        self.invoice = self.invoices[0]

    def _count(self, act):
        """Do something; return its result and how often the figures were made."""
        worklist = self.registry["billing.worklist"]
        refresh, calls = worklist._refresh, []

        def _refresh(model, company, partner_ids=None, **kwargs):
            calls.append(partner_ids)
            return refresh(model, company, partner_ids, **kwargs)

        with patch.object(worklist, "_refresh", _refresh):
            result = act()
            self.env.flush_all()
        return result, len(calls)

    def _assert_once(self, act):
        result, count = self._count(act)
        self.assertEqual(count, 1)
        return result

    def _reason(self):
        """Of the row as it was left, not evaluated anew."""
        row = self.env["billing.worklist"]._get_row(self.company, self.customer)
        return row.wait_reason

    def test_new_ticket(self):
        ticket = self._assert_once(
            lambda: self._make_ticket(
                line_ids=[Command.create({"move_id": m.id}) for m in self.invoices]
            )
        )
        self.assertEqual(len(ticket.line_ids), 2)
        self.assertEqual(self._reason(), "disputed")

    def test_new_ticket_without_invoices(self):
        self._assert_once(self._make_ticket)

    def test_lines_of_a_ticket(self):
        ticket = self._make_ticket(self.invoice, 40)
        line = ticket.line_ids
        self._assert_once(lambda: line.write({"amount_disputed": 100}))
        self._assert_once(
            lambda: ticket.write(
                {
                    "line_ids": [
                        Command.update(line.id, {"amount_disputed": 90}),
                        Command.create({"move_id": self.invoices[1].id}),
                    ]
                }
            )
        )
        self._assert_once(lambda: ticket.line_ids[1].unlink())
        self._assert_once(lambda: ticket.write({"line_ids": [Command.clear()]}))
        self.assertFalse(self._reason())

    def test_what_comes_after(self):
        ticket = self._make_ticket(self.invoice)
        self._assert_once(ticket.action_start)
        self._assert_once(lambda: ticket._settle("customer_pays", self.cause))
        self._assert_once(ticket.action_reopen)
        self._assert_once(ticket.action_cancel)

    def test_answer_to_what_is_over(self):
        ticket = self._make_ticket(self.invoice)
        ticket._settle("customer_pays", self.cause)
        self._assert_once(ticket._customer_has_answered)
        self.assertEqual(ticket.state, "in_progress")

    def test_merging(self):
        ticket = self._make_ticket(self.invoice, 40)
        other = self._make_ticket(self.invoice, 50)
        self._assert_once(lambda: ticket._merge(other))

    def test_several_tickets(self):
        """Of several customers, in one go."""
        customers = [self._make_customer(name) for name in ("B", "C")]
        values = [{"subject": "x", "partner_id": c.id} for c in customers]
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        self._assert_once(lambda: tickets.create(values))

    def test_queries(self):
        """What a ticket with one invoice costs; two more invoices cost nothing."""
        self._make_ticket(self.invoice, 10)
        self.env.flush_all()

        def make(number, moves):
            lines = [
                Command.create({"move_id": move.id, "amount_disputed": number})
                for move in moves
            ]
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._make_ticket(line_ids=lines)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        more = self._make_invoices([(None, 50, days_) for days_ in (3, 4)])
        one, many = make(1, self.invoice), make(2, self.invoices + more)
        self.assertLessEqual(many, one)
        self.assertLessEqual(one, QUERIES)
