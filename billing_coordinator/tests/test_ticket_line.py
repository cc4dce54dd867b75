from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany
from .test_ticket_resolve import ResolveCase


@tagged("post_install", "-at_install")
class TestTicketLine(SecondCompany, ResolveCase):
    """Invoices and positions on a ticket are those of its customer, each once."""

    def setUp(self):
        super().setUp()
        self.position = {
            "price_unit": 50,
            "account_id": self._account("income").id,
            "tax_ids": False,
        }
        self.invoice = self._make_invoice(
            invoice_line_ids=[
                Command.create({"name": name, **self.position})
                for name in ("Bolts", "Nuts")
            ]
        )
        self.ticket = self._make_ticket(self.invoice, 40)

    def _assert_refused(self, message, values, record=None):
        record = self.ticket if record is None else record
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            record.write(values)
            record.flush_recordset()

    def _add(self, position=None, amount=10, invoice=None):
        values = {
            "move_id": (invoice or self.invoice).id,
            "invoice_line_id": position and position.id,
            "amount_disputed": amount,
        }
        return {"line_ids": [Command.create(values)]}

    def test_another_customer(self):
        """Also where the ticket is changed and not its invoices."""
        other = self._make_customer("Other")
        self._assert_refused("not an invoice of Other", {"partner_id": other.id})
        self._assert_refused("not an invoice of", {"partner_id": False})

    def test_another_customer_with_other_invoices(self):
        """In one step, as the form saves it."""
        other = self._make_customer("Other")
        invoice = self._make_invoice(other, amount=30)
        clear = Command.delete(self.ticket.line_ids.id)
        [add] = self._add(invoice=invoice)["line_ids"]
        self.ticket.write({"partner_id": other.id, "line_ids": [clear, add]})
        self.assertEqual(self.ticket.line_ids.move_id, invoice)

    def test_another_company(self):
        self.coordinator.company_ids += self.other_company
        ticket = self.ticket.with_context(
            allowed_company_ids=self.coordinator.company_ids.ids
        )
        ticket.write({"team_id": False, "reason_id": False})
        values = {"company_id": self.other_company.id}
        message = f"{self.invoice.name}: not of {self.other_company.name}"
        self._assert_refused(message, values, ticket)
        ticket.line_ids.unlink()
        ticket.write(values)
        self.assertEqual(ticket.company_id, self.other_company)

    def test_position_of_another_invoice(self):
        other = self._make_invoice(amount=70)
        position = other.invoice_line_ids
        self._assert_refused("no line of", self._add(position))
        line = self.ticket.line_ids
        self._assert_refused("no line of", {"invoice_line_id": position.id}, line)
        line.write({"move_id": other.id, "invoice_line_id": position.id})
        self._assert_refused("no line of", {"move_id": self.invoice.id}, line)

    def test_an_item_that_is_no_position(self):
        [item] = self._receivable_lines(self.invoice)
        self._assert_refused("no line of", self._add(item))

    def test_invoice_twice(self):
        """As a whole, and by position."""
        message = "on the ticket already"
        self._assert_refused(message, self._add())
        bolts, nuts = self.invoice.invoice_line_ids
        self.ticket.write(self._add(bolts))
        self.ticket.write(self._add(nuts))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self.ticket.write(self._add(bolts))
        last = self.ticket.line_ids[-1]
        self._assert_refused(message, {"invoice_line_id": False}, last)

    def test_positions_that_are_deleted(self):
        """A ticket keeps nobody from correcting an invoice."""
        bolts, nuts = self.invoice.invoice_line_ids
        self.ticket.line_ids.invoice_line_id = bolts
        self.ticket.write(self._add(nuts))
        self.invoice.button_draft()
        self.invoice.invoice_line_ids = [
            Command.delete(bolts.id),
            Command.delete(nuts.id),
            Command.create({"name": "Both", **self.position}),
        ]
        self.env.flush_all()
        self.invoice.action_post()
        self.assertFalse(self.ticket.line_ids.invoice_line_id)
        self.assertEqual(len(self.ticket.line_ids), 2)
