from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SecondCompany
from .test_ticket import TicketCase


@tagged("post_install", "-at_install")
class TestTicketMake(SecondCompany, TicketCase):
    """Tickets from what is on the screen, as the dialog makes them."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def _dialog(self, record, user=None, **context):
        action = (
            record.with_user(user or self.coordinator)
            .with_context(**context)
            .action_make_ticket()
        )
        return self._form(action)

    def _form(self, action):
        self.assertEqual(action["target"], "new")
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        return Form(
            tickets.with_context(**action["context"]),
            "billing_coordinator.billing_ticket_view_form_make",
        )

    def _save(self, form):
        form.subject = form.subject or "It is wrong"
        return form.save()

    def _disputed(self, ticket):
        return {line.move_id: line.amount_disputed for line in ticket.line_ids}

    def test_from_an_invoice(self):
        form = self._dialog(self.invoice)
        form.reason_id = self.reason
        ticket = self._save(form)
        self.assertEqual(self._disputed(ticket), {self.invoice: 100})
        self.assertRecordValues(
            ticket,
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "kind": "discrepancy",
                    "team_id": self.team.id,
                    "channel": "manual",
                }
            ],
        )
        self.assertEqual(ticket.action_open()["res_id"], ticket.id)

    def test_what_others_dispute_is_not_proposed(self):
        self._make_ticket(self.invoice, 30)
        self.assertEqual(
            self._disputed(self._save(self._dialog(self.invoice))), {self.invoice: 70}
        )
        self.assertEqual(
            self._disputed(self._save(self._dialog(self.invoice))), {self.invoice: 0}
        )

    def test_an_inquiry_disputes_nothing(self):
        form = self._dialog(self.invoice)
        form.reason_id = self.reason
        form.kind = "inquiry"
        self.assertFalse(form.reason_id, "reasons are of one kind")
        self.assertEqual(self._disputed(self._save(form)), {self.invoice: 0})

    def test_from_a_credit_note(self):
        credit = self._make_credit_note()
        self.assertEqual(self._disputed(self._save(self._dialog(credit))), {credit: 0})

    def test_from_a_contact(self):
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.customer.id}
        )
        ticket = self._save(self._dialog(person))
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.contact_id, person)
        self.assertFalse(ticket.line_ids)

    def test_from_a_notice(self):
        other = self._make_invoice(amount=50, overdue=20)
        notice = self._send()
        self._pay(other)
        ticket = self._save(self._dialog(notice))
        self.assertEqual(self._disputed(ticket), {self.invoice: 100})

    def test_from_open_items(self):
        second, third = self._make_invoices([(None, 200, 5), (None, 300, 5)])
        rows = self._receivables().filtered(lambda row: row.move_id != third)
        ticket = self._save(self._dialog(rows))
        self.assertEqual(self._disputed(ticket), {self.invoice: 100, second: 200})

    def test_from_one_installment(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 10}),
                    Command.create({"value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        invoice = self._make_invoice(
            amount=80, invoice_payment_term_id=term.id, invoice_date_due=False
        )
        row = self._receivables().filtered(lambda row: row.move_id == invoice)[:1]
        self.assertEqual(self._disputed(self._save(self._dialog(row))), {invoice: 40})

    def test_from_a_payment_that_is_not_applied(self):
        """Which the customer asks about: where is my payment?"""
        entry = self._make_entry(self.customer, -60, self.invoice.date)
        row = self._receivables().filtered(lambda row: row.move_id == entry)
        ticket = self._save(self._dialog(row))
        self.assertEqual((ticket.kind, ticket.line_ids.ids), ("inquiry", []))
        self.assertEqual(
            ticket.reason_id,
            self.env.ref("billing_coordinator.ticket_reason_allocation"),
        )

    def test_open_items_of_two_customers(self):
        other = self._make_invoice(self._make_customer("Other"))
        rows = self._receivables() + self._receivables(other.partner_id)
        with self.assertRaisesRegex(UserError, "one customer"):
            rows.with_user(self.coordinator).action_make_ticket()

    def test_from_the_worklist(self):
        ticket = self._save(self._dialog(self._row()))
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertFalse(ticket.line_ids)

    def test_after_a_call(self):
        wizard = (
            self.env["billing.call.wizard"]
            .with_user(self.coordinator)
            .with_context(active_model="billing.worklist", active_ids=self._row().ids)
            .create({"note": "Ten are <missing>"})
        )
        action = wizard.with_context(call_outcome="disputed").action_log()
        ticket = self._save(self._form(action))
        self.assertEqual(ticket.channel, "phone")
        self.assertIn("Ten are &lt;missing&gt;", ticket.description)

    def _bank_line(self, amount, invoice=None, customer=True):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal("TBNK").id,
                "date": self.invoice.date,
                "payment_ref": "Paid",
                "partner_id": customer and self.customer.id,
                "amount": amount,
                "counterpart_account_id": self._account("asset_receivable").id,
            }
        )
        if invoice:
            lines = self._receivable_lines(line.move_id + invoice)
            lines.reconcile()
        return line

    def test_from_a_short_payment(self):
        line = self._bank_line(90, self.invoice)
        ticket = self._save(self._dialog(line.move_id))
        self.assertEqual(self._disputed(ticket), {self.invoice: 10})
        self.assertEqual(ticket.channel, "bank")

    def test_from_an_unclear_bank_line(self):
        ticket = self._save(self._dialog(self._bank_line(500).move_id))
        self.assertEqual((ticket.kind, ticket.line_ids.ids), ("inquiry", []))
        self.assertEqual(ticket.partner_id, self.customer)

    def test_nobody_to_make_it_of(self):
        line = self._bank_line(90, customer=False)
        with self.assertRaisesRegex(UserError, "no customer"):
            line.move_id.with_user(self.coordinator).action_make_ticket()

    def test_not_by_departments(self):
        for record in (self.customer, self.invoice):
            with self.assertRaises(AccessError):
                record.with_user(self.member).action_make_ticket()

    def test_in_the_company_of_the_invoice(self):
        invoice = self._make_invoice(
            self.other_customer, company=self.other_company, amount=10
        )
        with self.assertRaises(AccessError):
            invoice.with_user(self.coordinator).with_context(
                allowed_company_ids=self.company.ids
            ).action_make_ticket()
        self.coordinator.company_ids += self.other_company
        both = (self.company + self.other_company).ids
        action = (
            invoice.with_user(self.coordinator)
            .with_context(allowed_company_ids=both)
            .action_make_ticket()
        )
        self.assertEqual(action["context"]["default_company_id"], self.other_company.id)
