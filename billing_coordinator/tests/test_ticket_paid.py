from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_ticket_resolve import ResolveCase
from .ticket_mail_common import TicketMailCase


class PaidCase(ResolveCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)
        self.payment = self._pay(self.invoice)

    def _credit_by_hand(self):
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        wizard = reversal.create({"journal_id": self.invoice.journal_id.id})
        wizard.reverse_moves()
        credit = wizard.new_move_ids
        credit.action_post()
        return credit


@tagged("post_install", "-at_install")
class TestTicketPaid(PaidCase):
    """An invoice that is paid already may be disputed: somebody has to resolve it."""

    def test_stays_open(self):
        ticket = self._make_ticket(self.invoice)
        self.env.flush_all()
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("new", False))
        ticket.action_start()
        self.env.flush_all()
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.amount_disputed, 0)

    def test_in_the_form(self):
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        with Form(tickets) as form:
            form.subject = "Paid too much"
            form.partner_id = self.customer
            form.reason_id = self.reason
            with form.line_ids.new() as line:
                line.move_id = self.invoice
        self.env.flush_all()
        self.assertEqual(form.record.state, "new")

    def test_payment_that_comes_back(self):
        """It is open, and settled again: that closes the ticket."""
        ticket = self._make_ticket(self.invoice)
        self.payment.line_ids.remove_move_reconcile()
        self.assertEqual(ticket.state, "new")
        ticket.line_ids.amount_disputed = 40
        self._pay(self.invoice)
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))

    def test_one_open_and_one_paid(self):
        """It closes when the open one is settled."""
        other = self._make_invoice(amount=50)
        ticket = self._make_ticket(self.invoice)
        ticket.line_ids = [Command.create({"move_id": other.id})]
        self.assertEqual(ticket.state, "new")
        self._pay(other)
        self.assertEqual(ticket.state, "closed")

    def test_open_without_an_amount(self):
        """Somebody else disputes all of it: it was open when this one came."""
        other = self._make_invoice(amount=50)
        self._make_ticket(other)
        ticket = self._make_ticket(other)
        self.assertEqual(ticket.line_ids.amount_disputed, 0)
        self._pay(other)
        self.assertEqual(ticket.state, "closed")

    def test_paid_before_the_question_became_a_discrepancy(self):
        other = self._make_invoice(amount=50)
        ticket = self._make_ticket(other, kind="inquiry", reason_id=False)
        self._pay(other)
        self.env.flush_all()
        with Form(ticket) as form:
            form.kind = "discrepancy"
            form.reason_id = self.reason
        self.env.flush_all()
        self.assertEqual(ticket.state, "new")

    # -- what came of it ---------------------------------------------------------------

    def test_resolved_without_an_entry(self):
        ticket = self._make_ticket(self.invoice)
        self._resolve(ticket, "rejected")
        self.env.flush_all()
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("resolved", False))

    def test_what_cannot_be_booked(self):
        """Nothing is open: the message says how the customer gets the money."""
        ticket = self._make_ticket(self.invoice)
        for resolution in ("credited", "rebilled", "written_off"):
            with (
                self.assertRaisesRegex(UserError, "'Credit Note' of the invoice"),
                self.cr.savepoint(),
            ):
                self._resolve(ticket, resolution, user=self.manager)
        self.assertEqual(ticket.state, "new")

    def test_credited_by_hand(self):
        """The credit note is a credit of the customer; the ticket says so."""
        before = self._credit_by_hand()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE account_move SET create_date = create_date - INTERVAL '1 day'"
            " WHERE id = %s",
            before.ids,
        )
        before.invalidate_recordset()
        ticket = self._make_ticket(self.invoice)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._resolve(ticket, "credited")
        credit = self._credit_by_hand()
        self._resolve(ticket, "credited")
        self.env.flush_all()
        self.assertEqual((ticket.state, ticket.resolution), ("resolved", "credited"))
        self.assertEqual(credit.amount_residual, 100)
        self.assertEqual(self.invoice.reversal_move_ids, before + credit)

    # -- the button of the invoice -----------------------------------------------------

    def _dialog(self, invoice):
        action = invoice.with_user(self.coordinator).action_make_ticket()
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        view = "billing_coordinator.billing_ticket_view_form_make"
        return Form(tickets.with_context(**action["context"]), view)

    def test_button_proposes_a_question(self):
        form = self._dialog(self.invoice)
        self.assertEqual(form.kind, "inquiry")
        reason = self.env.ref("billing_coordinator.ticket_reason_question")
        self.assertEqual(form.reason_id, reason)
        form.subject = "Where is it?"
        ticket = form.save()
        self.assertEqual((ticket.state, ticket.line_ids.move_id), ("new", self.invoice))

    def test_button_of_an_open_invoice(self):
        other = self._make_invoice(amount=50)
        self._make_ticket(other)  # all of it; the next one is a discrepancy too
        self.assertEqual(self._dialog(other).kind, "discrepancy")


@tagged("post_install", "-at_install")
class TestTicketPaidByMail(PaidCase, TicketMailCase):
    def test_by_mail(self):
        """A question that a person makes a discrepancy; it stays until resolved."""
        ticket = self._mail(f"Wrong {self.invoice.name}")
        self.assertEqual(ticket.line_ids.move_id, self.invoice)
        self.assertEqual((ticket.kind, ticket.state), ("inquiry", "new"))
        with Form(ticket.with_user(self.coordinator)) as form:
            form.kind = "discrepancy"
            form.reason_id = self.reason
        self.env.flush_all()
        self.assertEqual((ticket.kind, ticket.state), ("discrepancy", "new"))
        self._resolve(ticket, "rejected")
        self.assertEqual(ticket.state, "resolved")
