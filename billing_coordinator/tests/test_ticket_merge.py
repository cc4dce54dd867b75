from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SecondCompany, days
from .test_ticket_resolve import ResolveCase

ANSWER = """From: {email}
To: catchall@example.com
Subject: Re: Which ones?
Message-Id: <answer-of-the-customer@example.com>
In-Reply-To: {parent}
References: {parent}
Content-Type: text/plain; charset=utf-8

The blue ones.
"""


@tagged("post_install", "-at_install")
class TestTicketMerge(SecondCompany, ResolveCase):
    def setUp(self):
        super().setUp()
        self.invoice, self.second = self._make_invoices(
            [(None, 100, 10), (None, 200, 20)]
        )
        self.kept = self._make_ticket(self.invoice, 40)
        self.other = self._make_ticket(self.invoice, 50, subject="Missing again")

    def _merge(self, tickets, kept=None):
        wizard = (
            self.env["billing.ticket.merge.wizard"]
            .with_user(self.coordinator)
            .with_context(active_ids=tickets.ids)
            .create({})
        )
        if kept:
            wizard.ticket_id = kept
        return wizard.action_merge()

    def _disputed(self, ticket):
        return {line.move_id: line.amount_disputed for line in ticket.line_ids}

    def test_questions_about_an_invoice(self):
        """Nothing is in dispute, before and after."""
        invoice = self._make_invoice(amount=100)
        kept = self._make_ticket(kind="inquiry")
        other = self._make_ticket(invoice, kind="inquiry")
        self.env.flush_all()
        self.env.invalidate_all()
        kept._merge(other)
        self.assertEqual(kept.line_ids.move_id, invoice)
        self.assertFalse(kept.line_ids.dispute_periods)

    def test_the_oldest_remains(self):
        action = self._merge(self.other + self.kept)
        self.assertEqual(action["res_id"], self.kept.id)
        self.assertEqual(self.kept.state, "new")
        self.assertEqual(self.other.state, "cancelled")
        self.assertEqual(self.other.merged_into_id, self.kept)

    def test_the_larger_amount_counts(self):
        self._merge(self.kept + self.other)
        self.assertEqual(self._disputed(self.kept), {self.invoice: 50})
        self.assertEqual(self._disputed(self.other), {self.invoice: 50})
        self.assertEqual(self._receivables()[1].withheld, 50)

    def test_own_larger_amount_stays(self):
        line = self.other.line_ids
        self._merge(self.kept + self.other, self.other)
        self.assertEqual(self.other.line_ids, line)
        self.assertEqual(self._disputed(self.other), {self.invoice: 50})

    def test_invoices_are_united(self):
        third = self._make_ticket(self.second, 120)
        self._merge(self.kept + self.other + third)
        self.assertEqual(
            self._disputed(self.kept), {self.invoice: 50, self.second: 120}
        )
        self.assertEqual(self.kept.amount_disputed, 170)

    def _add_position(self, ticket, position, amount):
        values = {
            "move_id": position.move_id.id,
            "invoice_line_id": position.id,
            "amount_disputed": amount,
        }
        ticket.line_ids = [Command.create(values)]

    def _positions(self, ticket):
        return {line.invoice_line_id: line.amount_disputed for line in ticket.line_ids}

    def test_positions_of_one_invoice_are_united(self):
        """Of the same position the larger amount, and all of the others."""
        position = {"account_id": self._account("income").id, "tax_ids": False}
        invoice = self._make_invoice(
            invoice_line_ids=[
                Command.create({"name": name, "price_unit": 50, **position})
                for name in ("Bolts", "Nuts")
            ]
        )
        bolts, nuts = invoice.invoice_line_ids
        kept, other = self._make_ticket(), self._make_ticket()
        self._add_position(kept, bolts, 20)
        self._add_position(other, bolts, 10)
        self._add_position(other, nuts, 30)
        self._merge(kept + other)
        self.assertEqual(self._positions(kept), {bolts: 20, nuts: 30})
        self.assertEqual(kept.amount_disputed, 50)

    def test_positions_never_more_than_is_open(self):
        """What is too much is cut from what comes from the other ticket."""
        position = self.invoice.invoice_line_ids
        self._add_position(self.other, position, 10)
        self._pay(self.invoice, 45)
        self._merge(self.kept + self.other)
        none = position.browse()
        self.assertEqual(self._positions(self.kept), {none: 50, position: 5})

    def test_never_more_than_is_open(self):
        """Most of it was paid since it was disputed."""
        self._pay(self.invoice, 70)
        self._merge(self.kept + self.other)
        self.assertEqual(self._disputed(self.kept), {self.invoice: 30})

    def test_in_dispute_before_and_after(self):
        """Before it both, afterwards the larger: no day without."""
        with self._at(days(5)):
            self._merge(self.kept + self.other)
        for day, disputed in ((4, 90), (5, 50)):
            rows = self._receivables(as_of=days(day))
            by_move = {row.move_id: row.disputed for row in rows}
            self.assertEqual(by_move[self.invoice], disputed, day)

    def test_messages_files_activities_and_followers_move(self):
        follower = self._make_customer("Follower")
        self.other.message_subscribe(follower.ids)
        message = self.other.message_post(
            body="Hello", attachments=[("photo.txt", b"x")], author_id=follower.id
        )
        activity = self.other.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.manager.id
        )
        self._merge(self.kept + self.other)
        self.assertIn(message, self.kept.message_ids)
        self.assertEqual(message.attachment_ids.res_id, self.kept.id)
        self.assertEqual(self.kept.activity_ids, activity)
        self.assertIn(follower, self.kept.message_partner_ids)
        self.assertIn(self.kept.name, self.other.message_ids[0].body)
        self.assertIn(self.other.name, self.kept.message_ids[0].body)

    def test_an_answer_arrives_on_the_one_that_remains(self):
        message = self.other.message_post(
            body="Which ones?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._merge(self.kept + self.other)
        self.env["mail.thread"].message_process(
            False, ANSWER.format(email=self.customer.email, parent=message.message_id)
        )
        self.assertIn("The blue ones", self.kept.message_ids[0].body)

    def test_the_most_urgent_counts(self):
        self.other.write({"priority": "2", "description": "<p>Ten</p>"})
        self.other.deadline = days(1)
        self._merge(self.kept + self.other)
        self.assertEqual(self.kept.priority, "2")
        self.assertEqual(self.kept.deadline.date(), days(1))
        self.assertIn("Ten", self.kept.description)

    def _assert_refused(self, message, tickets, kept=None):
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            self._merge(tickets, kept)

    def test_refused(self):
        self._assert_refused("at least two", self.kept)
        invoice = self._make_invoice(self._make_customer("Other"))
        self._assert_refused(
            "several customers", self.kept + self._make_ticket(invoice)
        )
        self.other.action_cancel()
        self._assert_refused("is over", self.kept + self.other)

    def test_a_credit_note_that_waits(self):
        """It would be posted for a ticket that is over."""
        self._resolve(self.other, "credited", post=False)
        for kept in (self.kept, self.other):
            self._assert_refused("waits to be posted", self.kept + self.other, kept)

    def test_what_is_in_the_books_already(self):
        """A part that is settled would be disputed, and credited, once more."""
        line = self.other.line_ids
        self.other.line_ids = [
            Command.create({"move_id": self.second.id, "amount_disputed": 20})
        ]
        self._resolve(self.other, "credited")
        settled = (self.other.line_ids - line).settlement_move_id
        line.settlement_move_id.button_draft()
        line.settlement_move_id.button_cancel()
        self.assertEqual(self.other.state, "in_progress")
        self._assert_refused(settled.name, self.kept + self.other)

    def test_a_write_off_to_approve(self):
        """Nobody approves what was asked for on a ticket that is over."""
        self.company.billing_writeoff_limit = 0
        self._resolve(self.other, "written_off")
        self.assertTrue(self.other.activity_ids)
        self._merge(self.kept + self.other)
        self.assertFalse(self.other.writeoff_requested_by_id)
        self.assertFalse((self.kept + self.other).activity_ids)

    def test_the_write_off_of_the_one_that_remains(self):
        self.company.billing_writeoff_limit = 0
        self._resolve(self.kept, "written_off")
        self._merge(self.kept + self.other)
        self.assertTrue(self.kept.activity_ids)
        with self.assertRaisesRegex(UserError, "more than the"):
            self.kept.with_user(self.manager).action_approve_writeoff()

    def test_an_inquiry_does_not_swallow_a_dispute(self):
        question = self._make_ticket(kind="inquiry", reason_id=False)
        self._assert_refused("discrepancy remain", self.kept + question, question)
        self._merge(self.kept + question)
        self.assertEqual(question.merged_into_id, self.kept)

    def test_companies(self):
        self.coordinator.company_ids += self.other_company
        ticket = (
            self.env["billing.ticket"]
            .with_user(self.coordinator)
            .with_context(allowed_company_ids=self.coordinator.company_ids.ids)
            .create(
                {
                    "subject": "Elsewhere",
                    "partner_id": self.customer.id,
                    "company_id": self.other_company.id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "companies"):
            self.kept.with_env(ticket.env)._merge(ticket)

    def test_not_by_departments(self):
        with self.assertRaises(AccessError):
            self.kept.with_user(self.member)._merge(self.other)
