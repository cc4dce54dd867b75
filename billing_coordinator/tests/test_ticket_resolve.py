from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import days
from .test_ticket import TicketCase


class ResolveCase(TicketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._make_user("accountant", "group_billing_accountant")
        cls.cause = cls.env["billing.ticket.cause"].create({"name": "Wrong price"})
        cls.expense = cls._account("expense")
        cls.company.write(
            {
                "billing_writeoff_account_id": cls.expense.id,
                "billing_writeoff_journal_id": cls._journal("TMISC").id,
                "billing_writeoff_limit": 50,
            }
        )

    def _resolve(self, ticket, resolution, user=None, **values):
        """Resolve with the wizard, as one of the people."""
        wizard = (
            self.env["billing.ticket.resolve.wizard"]
            .with_user(user or self.coordinator)
            .create(
                {
                    "ticket_id": ticket.id,
                    "resolution": resolution,
                    "root_cause_id": self.cause.id,
                    **values,
                }
            )
        )
        return wizard.action_resolve()

    def _credit_of(self, ticket):
        return ticket.line_ids.settlement_move_id

    def _assert_state(self, ticket, state, withheld=0):
        self.env.flush_all()
        self.assertEqual(ticket.state, state)
        rows = self._receivables()
        self.assertEqual(sum(rows.mapped("withheld")), withheld)


@tagged("post_install", "-at_install")
class TestTicketResolve(ResolveCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    # -- credit notes ------------------------------------------------------------------

    def test_credit_note_of_the_disputed_part(self):
        for user in (self.coordinator, self.accountant, self.manager):
            invoice = self._make_invoice(amount=100, overdue=10)
            ticket = self._make_ticket(invoice, 40)
            self._resolve(ticket, "credited", user=user, note="Price list of May")
            credit = self._credit_of(ticket)
            self.assertEqual((credit.state, credit.amount_total), ("posted", 40))
            self.assertEqual(credit.reversed_entry_id, invoice)
            self.assertEqual(invoice.amount_residual, 60)
            self.assertEqual(ticket.state, "resolved")
            self.assertEqual(ticket.resolution, "credited")
            self.assertEqual(ticket.root_cause_id, self.cause)
            self.assertTrue(ticket.resolved_on)
            self.assertIn("Price list of May", ticket.message_ids[0].body)
        self.assertEqual(sum(self._receivables().mapped("withheld")), 0)

    def test_credit_note_of_all_closes(self):
        ticket = self._make_ticket(self.invoice)
        self._resolve(ticket, "credited")
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))
        self.assertEqual(ticket.resolution, "credited")

    def test_credit_note_as_a_draft(self):
        """Nobody is reminded while the credit note waits to be posted."""
        ticket = self._make_ticket(self.invoice, 40)
        action = self._resolve(ticket, "credited", post=False)
        credit = self._credit_of(ticket)
        self.assertEqual(action["res_id"], credit.id)
        self.assertEqual((credit.state, credit.amount_total), ("draft", 40))
        self._assert_state(ticket, "new", withheld=40)
        for refused in (ticket.action_resolve, ticket.action_close):
            with self.assertRaisesRegex(UserError, "credit note"), self.cr.savepoint():
                refused()
        credit.with_user(self.coordinator).action_post()
        self._assert_state(ticket, "resolved")
        self.assertEqual(self.invoice.amount_residual, 60)

    def test_draft_credit_note_deleted(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited", post=False)
        self._credit_of(ticket).unlink()
        self._assert_state(ticket, "new", withheld=40)
        with (
            self.assertRaisesRegex(ValidationError, "not in the books"),
            self.cr.savepoint(),
        ):
            ticket.action_close()
        self._resolve(ticket, "rejected")
        self._assert_state(ticket, "resolved")

    def test_undo_and_redo(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited")
        credit = self._credit_of(ticket)
        items = self._receivable_lines(credit)
        items.remove_move_reconcile()
        self._assert_state(ticket, "in_progress", withheld=40)
        (items + self._receivable_lines(self.invoice)).reconcile()
        self._assert_state(ticket, "resolved")
        credit.button_draft()
        self._assert_state(ticket, "in_progress", withheld=40)
        credit.action_post()
        self._assert_state(ticket, "resolved")
        credit.button_draft()
        credit.button_cancel()
        self._assert_state(ticket, "in_progress", withheld=40)
        self.assertEqual(ticket.line_ids.settlement_state, "undone")

    def test_undo_of_a_closed_one(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited")
        ticket.action_close()
        self._credit_of(ticket).button_draft()
        self._assert_state(ticket, "in_progress", withheld=40)

    def test_undo_of_a_full_credit_note(self):
        ticket = self._make_ticket(self.invoice)
        self._resolve(ticket, "credited")
        credit = self._credit_of(ticket)
        credit.button_draft()  # Odoo leaves it reconciled: nothing is chased
        self._assert_state(ticket, "in_progress")
        self.assertFalse(ticket.closed_by_clearing)
        credit.action_post()
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))
        self._receivable_lines(credit).remove_move_reconcile()
        self._assert_state(ticket, "in_progress", withheld=100)

    def test_paid_while_the_credit_note_is_a_draft(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited", post=False)
        self._pay(self.invoice)
        self.env.flush_all()
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))

    def test_paid_after_a_partial_credit_note(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited")
        payment = self._pay(self.invoice)
        self.assertEqual(ticket.state, "closed")
        payment.line_ids.remove_move_reconcile()
        self._assert_state(ticket, "resolved")

    def test_reopening_what_is_credited(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "credited")
        with self.assertRaisesRegex(UserError, self._credit_of(ticket).name):
            ticket.action_reopen()

    def test_several_invoices(self):
        """One resolution for all of them; undoing one of them opens the ticket."""
        other = self._make_invoice(amount=300, overdue=20)
        ticket = self._make_ticket(self.invoice, 40)
        ticket.line_ids = [
            Command.create({"move_id": other.id, "amount_disputed": 100})
        ]
        self._resolve(ticket, "credited")
        credits = self._credit_of(ticket)
        self.assertEqual(credits.mapped("amount_total"), [40, 100])
        self._assert_state(ticket, "resolved")
        credits[0].button_draft()
        self._assert_state(ticket, "in_progress", withheld=40)
        credits[0].button_cancel()
        self._resolve(ticket, "credited")
        self.assertEqual(other.reversal_move_ids, credits[1])
        self.assertEqual(other.amount_residual, 200)
        self._assert_state(ticket, "resolved")

    def test_only_what_is_still_open(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._pay(self.invoice, 70)
        self._resolve(ticket, "credited")
        self.assertEqual(self._credit_of(ticket).amount_total, 30)
        self.assertEqual(ticket.state, "closed")

    # -- corrected invoice -------------------------------------------------------------

    def test_corrected_invoice(self):
        self._pay(self.invoice, 30)
        ticket = self._make_ticket(self.invoice, 40)
        action = self._resolve(ticket, "rebilled")
        line = ticket.line_ids
        corrected = line.rebilled_move_id
        self.assertEqual(action["res_id"], corrected.id)
        self.assertEqual((corrected.state, corrected.amount_total), ("draft", 100))
        self.assertEqual(line.settlement_move_id.amount_total, 100)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual((ticket.state, ticket.resolution), ("resolved", "rebilled"))
        self.assertEqual(ticket.settlement_count, 2)
        self.assertEqual(ticket.action_open_settlements()["res_model"], "account.move")
        line.settlement_move_id.button_draft()
        self.assertEqual(ticket.state, "in_progress")

    def test_invoice_with_two_lines_is_corrected_once(self):
        position = self.invoice.invoice_line_ids
        ticket = self._make_ticket(self.invoice, 40)
        ticket.line_ids = [
            Command.create(
                {
                    "move_id": self.invoice.id,
                    "invoice_line_id": position.id,
                    "amount_disputed": 10,
                }
            )
        ]
        self._resolve(ticket, "rebilled")
        self.assertEqual(len(self.invoice.reversal_move_ids), 1)
        self.assertEqual(ticket.settlement_count, 2)
        self._assert_state(ticket, "resolved")

    # -- no entry ----------------------------------------------------------------------

    def test_reminders_resume_with_the_interval(self):
        """No reminder on the day of one before, and no stage is left out."""
        self.plan.min_interval = 7
        ticket = self._make_ticket(self.invoice, 40)
        first = self._send()
        self.assertEqual((first.stage_id, first.amount), (self.first, 60))
        self._resolve(ticket, "customer_pays")
        self._assert_state(ticket, "resolved")
        self.assertFalse(self._send())
        with self._at(days(6)):
            self.assertFalse(self._send())
        with self._at(days(8)):
            second = self._send()
        self.assertEqual((second.stage_id, second.amount), (self.second, 100))

    def test_payment_that_comes_back(self):
        """Who agreed to pay is reminded again."""
        for resolution in ("customer_pays", "rejected"):
            invoice = self._make_invoice(amount=100, overdue=10)
            ticket = self._make_ticket(invoice, 40)
            self._resolve(ticket, resolution)
            payment = self._pay(invoice)
            self.assertEqual(ticket.state, "closed")
            payment.line_ids.remove_move_reconcile()
            self.env.flush_all()
            self.assertEqual(ticket.state, "resolved")

    def test_answered(self):
        ticket = self._make_ticket(kind="inquiry")
        self._resolve(ticket, False, root_cause_id=False)
        self.assertEqual((ticket.state, ticket.resolution), ("resolved", "answered"))

    def test_wizard_form(self):
        ticket = self._make_ticket(self.invoice, 40)
        wizards = self.env["billing.ticket.resolve.wizard"].with_user(self.coordinator)
        context = ticket.action_resolve()["context"]
        with Form(wizards.with_context(**context)) as form:
            form.resolution = "rejected"
            form.root_cause_id = self.cause
        form.record.action_resolve()
        self.assertEqual(ticket.resolution, "rejected")

    # -- bad input ---------------------------------------------------------------------

    def _assert_refused(self, ticket, resolution, message, **values):
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            self._resolve(ticket, resolution, **values)

    def test_refused(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._assert_refused(ticket, "credited", "root cause", root_cause_id=False)
        with self.assertRaisesRegex(ValidationError, "discrepancy ends otherwise"):
            ticket._settle("answered", self.cause)
        self._assert_refused(self._make_ticket(), "credited", "open any more")
        question = self._make_ticket(kind="inquiry")
        with self.assertRaisesRegex(ValidationError, "is answered"):
            question._settle("credited", self.cause)
        self._resolve(ticket, "rejected")
        self._assert_refused(ticket, "rejected", "reopen it first")

    def test_paid_invoice(self):
        """It can be asked about, but nothing of it is in dispute."""
        self._pay(self.invoice)
        ticket = self._make_ticket(self.invoice)
        self.assertEqual(ticket.amount_disputed, 0)
        for resolution in ("credited", "rebilled", "written_off"):
            self._assert_refused(ticket, resolution, "open any more")
        self._resolve(ticket, "rejected")
        with self.assertRaisesRegex(ValidationError, "only .*0.00.* is open"):
            self._make_ticket(self.invoice, 1)

    def test_invoice_of_another_company(self):
        elsewhere = self._make_company("Elsewhere Ltd")
        invoice = self._make_invoice(company=elsewhere)
        ticket = self._make_ticket(self.invoice, 40)
        with self.assertRaises(UserError):
            ticket.sudo().line_ids = [Command.create({"move_id": invoice.id})]

    def test_draft_invoice(self):
        [draft] = self._make_invoices([(None, 100, 5)], post=False)
        ticket = self._make_ticket(draft, 40)
        self._assert_refused(ticket, "credited", "open any more")
        ticket = self._make_ticket(self.invoice, 40)
        self.invoice.button_draft()
        self._assert_refused(ticket, "credited", "open any more")

    def test_failing_posting_leaves_all_as_it_was(self):
        ticket = self._make_ticket(self.invoice, 40)
        moves = self.env["account.move"].search_count([])

        def fail(*args, **kwargs):
            raise UserError(self.env._("The period is locked"))

        with patch.object(self.registry["account.move"], "_post", fail):
            for resolution in ("credited", "rebilled", "written_off"):
                self._assert_refused(ticket, resolution, "locked")
        self.env.invalidate_all()
        self._assert_state(ticket, "new", withheld=40)
        self.assertFalse(ticket.resolution)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_departments_do_not_resolve(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self.assertRaises(AccessError):
            self._resolve(ticket, "rejected", user=self.member)
        with self.assertRaises(AccessError):
            ticket.with_user(self.member)._settle("rejected", self.cause)

    # -- write-off ---------------------------------------------------------------------

    def test_write_off(self):
        ticket = self._make_ticket(self.invoice, 40)
        self._resolve(ticket, "written_off")
        entry = self._credit_of(ticket)
        self.assertEqual(entry.state, "posted")
        self.assertEqual(self.invoice.amount_residual, 60)
        cost = entry.line_ids.filtered(lambda line: line.account_id == self.expense)
        self.assertEqual((cost.balance, cost.partner_id), (40, self.customer))
        self._assert_state(ticket, "resolved")
        entry.line_ids.remove_move_reconcile()
        self._assert_state(ticket, "in_progress", withheld=40)

    def test_write_off_in_foreign_currency(self):
        """At the rate of the invoice: no exchange difference."""
        invoice = self._make_invoice(
            amount=400, currency_id=self.usd.id, invoice_date=days(-60)
        )
        [item] = self._receivable_lines(invoice)
        ticket = self._make_ticket(invoice, 100)
        self._resolve(ticket, "written_off", user=self.manager)
        entry = self._credit_of(ticket)
        self.assertEqual(invoice.amount_residual, 300)
        self.assertAlmostEqual(item.amount_residual, item.balance * 3 / 4, 2)
        self.assertFalse(item.matched_credit_ids.exchange_move_id)
        self.assertAlmostEqual(sum(entry.line_ids.mapped("debit")), item.balance / 4, 2)

    def test_above_the_limit_a_manager_decides(self):
        ticket = self._make_ticket(self.invoice, 60)
        self._resolve(ticket, "written_off")
        self._assert_state(ticket, "new", withheld=60)
        self.assertEqual(ticket.writeoff_requested_by_id, self.coordinator)
        self.assertEqual(ticket.writeoff_amount, 60)
        self.assertEqual(ticket.activity_ids.user_id, self.manager)
        for action in (ticket.action_approve_writeoff, ticket.action_refuse_writeoff):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()
        ticket.with_user(self.manager).action_approve_writeoff()
        self._assert_state(ticket, "resolved")
        self.assertEqual(self.invoice.amount_residual, 40)
        self.assertEqual(ticket.root_cause_id, self.cause)
        self.assertFalse(ticket.activity_ids)
        self.assertFalse(ticket.writeoff_requested_by_id)
        with self.assertRaises(UserError):
            ticket.with_user(self.manager).action_approve_writeoff()

    def test_manager_refuses(self):
        ticket = self._make_ticket(self.invoice, 60)
        self._resolve(ticket, "written_off")
        ticket.with_user(self.manager).action_refuse_writeoff()
        self._assert_state(ticket, "new", withheld=60)
        self.assertFalse(ticket.activity_ids)
        told = ticket.message_ids[0]
        self.assertIn(self.coordinator.partner_id, told.notified_partner_ids)

    def test_not_more_than_was_asked_for(self):
        ticket = self._make_ticket(self.invoice, 60)
        self._resolve(ticket, "written_off")
        ticket.line_ids.amount_disputed = 90
        with self.assertRaisesRegex(UserError, "more than the"):
            ticket.with_user(self.manager).action_approve_writeoff()

    def test_manager_needs_nobody(self):
        ticket = self._make_ticket(self.invoice)
        self._resolve(ticket, "written_off", user=self.manager)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))

    def test_request_ends_with_another_resolution(self):
        ticket = self._make_ticket(self.invoice, 60)
        self._resolve(ticket, "written_off")
        self._resolve(ticket, "credited")
        self.assertFalse(ticket.writeoff_requested_by_id)
        self.assertFalse(ticket.activity_ids)

    def test_no_account(self):
        self.company.billing_writeoff_account_id = False
        ticket = self._make_ticket(self.invoice, 40)
        self._assert_refused(ticket, "written_off", "Account of write-offs: choose it")
        self._assert_state(ticket, "new", withheld=40)

    def test_settings(self):
        wizard = self.env["billing.company.wizard"].with_user(self.manager).create({})
        self.assertEqual(wizard.billing_writeoff_limit, 50)
        wizard.billing_writeoff_limit = 20
        wizard.action_save()
        self.assertEqual(self.company.billing_writeoff_limit, 20)
        with self.assertRaises(ValidationError):
            self.company.billing_writeoff_limit = -1
        with self.assertRaisesRegex(ValidationError, "no journal for write-offs"):
            self.company.billing_writeoff_journal_id = self._journal("TINV")
