from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.billing_ticket_escalation import LATE
from .common import days
from .test_ticket_resolve import ResolveCase


@tagged("post_install", "-at_install")
class TestTicketBooks(ResolveCase):
    """Nothing is booked twice, split, or forgotten."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=200, overdue=10)

    # -- cancelling --------------------------------------------------------------------

    def test_cancelling_with_a_credit_note_that_waits(self):
        """It would be posted for a ticket that is over."""
        ticket = self._make_ticket(self.invoice, 100)
        self._resolve(ticket, "credited", post=False)
        for cancel in (
            ticket.action_cancel,
            lambda: ticket.write({"state": "cancelled"}),
        ):
            with self.assertRaisesRegex(UserError, "delete it"), self.cr.savepoint():
                cancel()
        self._credit_of(ticket).unlink()
        ticket.action_cancel()
        self.assertEqual(ticket.state, "cancelled")

    def _ask_for_approval(self):
        ticket = self._make_ticket(self.invoice, 60)
        self._resolve(ticket, "written_off")
        self.assertTrue(ticket.activity_ids)
        return ticket

    def test_cancelling_ends_the_approval(self):
        ticket = self._ask_for_approval()
        ticket.action_cancel()
        self.assertFalse(ticket.activity_ids)
        self.assertFalse(ticket.writeoff_requested_by_id)

    def test_approval_of_what_was_paid(self):
        """The hourly job takes it from the manager's list."""
        ticket = self._ask_for_approval()
        paid = self._make_invoice(amount=100, overdue=10)
        other = self._make_ticket(paid)
        self._resolve(other, "written_off")
        self._pay(paid)
        self.assertEqual(other.state, "closed")
        self._forget()
        self.assertFalse(other.activity_ids)
        self.assertFalse(other.writeoff_requested_by_id)
        self.assertTrue(ticket.activity_ids)

    # -- credit notes that people made by hand -----------------------------------------

    def _credit_by_hand(self, amount, invoice=None):
        """Odoo's button 'Credit note' on the invoice."""
        invoice = invoice or self.invoice
        reversal = (
            self.env["account.move.reversal"]
            .with_user(self.coordinator)
            .with_context(active_model="account.move", active_ids=invoice.ids)
        )
        wizard = reversal.create({"journal_id": invoice.journal_id.id})
        wizard.refund_moves()
        credit = wizard.new_move_ids
        credit.invoice_line_ids.price_unit = amount
        credit.action_post()
        return credit

    def _assert_credited(self, ticket, amount):
        self._resolve(ticket, "credited")
        self.assertEqual(self._credit_of(ticket).mapped("amount_total"), [amount])
        self.assertEqual(ticket.state, "resolved")

    def test_credited_by_hand_since(self):
        """Of 100 in dispute 40 are credited: 60 are left, though 160 are open."""
        ticket = self._make_ticket(self.invoice, 100)
        self._credit_by_hand(40)
        self._assert_credited(ticket, 60)
        self.assertEqual(self.invoice.amount_residual, 100)

    def test_credited_by_hand_before(self):
        """Whoever entered the amount knew it."""
        self._credit_by_hand(40)
        ticket = self._make_ticket(self.invoice, 100)
        self._assert_credited(ticket, 100)
        self.assertEqual(self.invoice.amount_residual, 60)

    def test_amount_entered_anew_after_a_credit_by_hand(self):
        ticket = self._make_ticket(self.invoice, 100)
        self._credit_by_hand(40)
        ticket.line_ids.amount_disputed = 60
        self._assert_credited(ticket, 60)

    def test_all_credited_by_hand(self):
        """Nothing is left to book; that is what came of it."""
        for post in (True, False):
            invoice = self._make_invoice(amount=200, overdue=10)
            ticket = self._make_ticket(invoice, 40)
            credit = self._credit_by_hand(50, invoice)
            with self.assertRaisesRegex(UserError, "Nothing of"), self.cr.savepoint():
                self._resolve(ticket, "written_off")
            action = self._resolve(ticket, "credited", post=post)
            self.assertEqual(action["type"], "ir.actions.act_window_close")
            self.assertEqual(invoice.reversal_move_ids, credit)
            self._assert_state(ticket, "resolved")

    def test_credit_by_hand_that_is_taken_back(self):
        ticket = self._make_ticket(self.invoice, 100)
        credit = self._credit_by_hand(40)
        self._receivable_lines(credit).remove_move_reconcile()
        self._assert_credited(ticket, 100)

    def test_credit_by_hand_counts_for_write_offs(self):
        ticket = self._make_ticket(self.invoice, 100)
        self._credit_by_hand(70)
        self._resolve(ticket, "written_off")  # 30: below the limit
        self.assertEqual(self.invoice.amount_residual, 100)
        self.assertEqual(ticket.state, "resolved")

    def test_credit_that_is_no_correction(self):
        """A credit note of something else that pays for the invoice is a payment."""
        ticket = self._make_ticket(self.invoice, 100)
        credit = self._make_credit_note(amount=40)
        self._receivable_lines(self.invoice + credit).reconcile()
        self._assert_credited(ticket, 100)

    def test_credit_by_hand_counts_once(self):
        """For the oldest dispute first, also when that was resolved since."""
        first = self._make_ticket(self.invoice, 50)
        second = self._make_ticket(self.invoice, 60)
        self._credit_by_hand(40)
        self._assert_credited(first, 10)
        self._assert_credited(second, 60)
        self.assertEqual(self.invoice.amount_residual, 90)

    def test_credit_by_hand_that_is_more_than_one_dispute(self):
        self._make_ticket(self.invoice, 30)
        self._credit_by_hand(20)
        second = self._make_ticket(self.invoice, 60)
        self._credit_by_hand(20)
        self._assert_credited(second, 50)

    def test_credit_by_hand_of_a_merged_ticket(self):
        kept = self._make_ticket(self.invoice, 10)
        other = self._make_ticket(self.invoice, 100)
        self._credit_by_hand(40)
        kept._merge(other)
        self._assert_credited(kept, 60)

    def test_corrected_invoice_after_a_credit(self):
        """The corrected invoice replaces all of it: 40 would be credited twice."""
        ticket = self._make_ticket(self.invoice, 100)
        credit = self._credit_by_hand(40)
        with self.assertRaisesRegex(UserError, credit.name), self.cr.savepoint():
            self._resolve(ticket, "rebilled")
        self._receivable_lines(credit).remove_move_reconcile()
        self._resolve(ticket, "rebilled")
        self.assertEqual(ticket.resolution, "rebilled")

    def test_queries_of_credits_by_hand(self):
        """As many for one invoice as for several."""
        invoices = self._make_invoices([(None, 100, 10)] * 5)
        tickets = [self._make_ticket(invoice, 50) for invoice in invoices]
        for invoice in invoices:
            self._credit_by_hand(20, invoice)
        several = tickets[0]
        several.line_ids = [
            Command.create({"move_id": invoice.id, "amount_disputed": 10})
            for invoice in invoices[1:]
        ]
        self.env.flush_all()
        for ticket in (tickets[1], several):
            ticket.line_ids.move_id.mapped("amount_residual")
            ticket.line_ids._get_open_amounts()
            with self.assertQueryCount(2):
                ticket.line_ids._get_open_amounts()

    # -- limit of write-offs -----------------------------------------------------------

    def _write_off(self, amount, user=None):
        ticket = self._make_ticket(self.invoice, amount)
        self._resolve(ticket, "written_off", user=user)
        return ticket

    def test_write_off_in_small_parts(self):
        """Two of 40 are 80, which is above 50."""
        self.assertEqual(self._write_off(40).state, "resolved")
        second = self._write_off(40)
        self.assertEqual(second.state, "new")
        self.assertEqual(second.writeoff_amount, 40)
        self.assertRegex(second.activity_ids.summary, "40.00.*40.00")
        second.with_user(self.manager).action_approve_writeoff()
        self.assertEqual(second.state, "resolved")

    def test_write_off_up_to_the_limit(self):
        self._write_off(40)
        self.assertEqual(self._write_off(10).state, "resolved")

    def test_write_off_that_was_taken_back(self):
        first = self._write_off(40)
        self._receivable_lines(self._credit_of(first)).remove_move_reconcile()
        self._resolve(first, "rejected")
        self.assertEqual(self._write_off(40).state, "resolved")

    def test_write_off_after_a_credit_note(self):
        """Only what was written off counts, not what was credited."""
        self._resolve(self._make_ticket(self.invoice, 40), "credited")
        self.assertEqual(self._write_off(40).state, "resolved")

    def test_write_off_of_a_part_of_the_ticket(self):
        """Another invoice on the same ticket counts as well."""
        other = self._make_invoice(amount=100, overdue=5)
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "written_off")
        ticket.line_ids = [Command.create({"move_id": other.id, "amount_disputed": 30})]
        ticket.state = "in_progress"
        self._resolve(ticket, "written_off")
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.writeoff_amount, 30)

    # -- corrected invoices ------------------------------------------------------------

    def _rebill(self):
        ticket = self._make_ticket(self.invoice, 100)
        self._resolve(ticket, "rebilled")
        return ticket, ticket.line_ids.rebilled_move_id

    def _forget(self):
        for ticket in self.env["billing.ticket"]._get_idle():
            ticket._forget_activities()

    def test_lateness_of_what_was_paid(self):
        """Nobody keeps a to-do about a ticket that a payment closed."""
        invoice = self._make_invoice(amount=100, overdue=10)
        tickets = self._make_ticket(invoice) | self._make_ticket()
        for ticket in tickets:
            ticket._plan(LATE, self.manager, "The ticket is late")
        self._pay(invoice)
        self.env.flush_all()
        self._forget()
        self.assertFalse(tickets[0].activity_search([LATE]))
        self.assertTrue(tickets[1].activity_search([LATE]))

    def test_corrected_invoice_is_not_forgotten(self):
        ticket, corrected = self._rebill()
        self._assert_state(ticket, "resolved")
        [activity] = corrected.activity_ids
        self.assertEqual(activity.user_id, ticket.responsible_id)
        self.assertIn(ticket.name, activity.summary)
        self._forget()
        self.assertTrue(corrected.activity_ids)
        corrected.with_user(self.coordinator).action_post()
        self.env.flush_all()
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))
        self._forget()
        self.assertFalse(corrected.activity_ids)

    def test_corrected_invoice_deleted(self):
        ticket, corrected = self._rebill()
        activity = corrected.activity_ids
        corrected.unlink()
        self.env.flush_all()
        self.assertEqual(ticket.state, "closed")
        self.assertFalse(activity.exists())

    def test_corrected_invoice_back_in_draft(self):
        ticket, corrected = self._rebill()
        corrected.action_post()
        self.env.flush_all()
        corrected.button_draft()
        self._assert_state(ticket, "resolved")
        corrected.button_cancel()
        self._assert_state(ticket, "closed")

    def test_credit_of_a_corrected_invoice_taken_back(self):
        ticket, _corrected = self._rebill()
        credit = self._credit_of(ticket)
        credit.button_draft()
        self.assertEqual(ticket.state, "in_progress")
        credit.action_post()
        self.assertEqual(ticket.state, "resolved")

    def test_corrected_invoice_of_a_credit_that_was_taken_back(self):
        """Both invoices would be claimed: the draft goes before anything else."""
        ticket, corrected = self._rebill()
        credit = self._credit_of(ticket)
        credit.button_draft()
        credit.button_cancel()
        self._assert_state(ticket, "in_progress", withheld=100)
        with self.assertRaisesRegex(UserError, "delete it"), self.cr.savepoint():
            self._resolve(ticket, "rejected")
        corrected.unlink()
        self._resolve(ticket, "rejected")
        self._assert_state(ticket, "resolved")
        self._pay(self.invoice)
        self._assert_state(ticket, "closed")

    def test_other_activities_of_a_corrected_invoice_stay(self):
        _ticket, corrected = self._rebill()
        own = corrected.activity_schedule(
            "mail.mail_activity_data_todo", days(1), user_id=self.manager.id
        )
        corrected.action_post()
        self._forget()
        self.assertEqual(corrected.activity_ids, own)
