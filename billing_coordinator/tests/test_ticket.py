from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import BillingCase, days


class TicketCase(BillingCase):
    """Tickets, and a department that answers some of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = cls._make_user("member", "group_billing_department")
        cls.leader = cls._make_user("leader", "group_billing_department")
        cls.team = cls.env["billing.team"].create(
            {
                "name": "Warehouse",
                "company_id": cls.company.id,
                "leader_id": cls.leader.id,
                "member_ids": [Command.link(cls.member.id)],
            }
        )
        cls.reason = cls.env["billing.ticket.reason"].create(
            {
                "name": "Too few",
                "company_id": cls.company.id,
                "team_id": cls.team.id,
                "user_id": cls.member.id,
                "hours": 16,
            }
        )

    def _make_ticket(self, invoice=None, amount=None, **values):
        """A discrepancy about ``amount`` of an invoice, all of it if none is given."""
        lines = []
        if invoice:
            line = {"move_id": invoice.id}
            if amount is not None:
                line["amount_disputed"] = amount
            lines = [Command.create(line)]
        customer = invoice.commercial_partner_id if invoice else self.customer
        return (
            self.env["billing.ticket"]
            .with_user(self.coordinator)
            .create(
                {
                    "subject": "Ten are missing",
                    "partner_id": customer.id,
                    "reason_id": self.reason.id,
                    "line_ids": lines,
                    **values,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestTicket(TicketCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def test_route(self):
        ticket = self._make_ticket(self.invoice, 40)
        self.assertRecordValues(
            ticket,
            [
                {
                    "team_id": self.team.id,
                    "user_id": self.member.id,
                    "responsible_id": self.manager.id,
                    "state": "new",
                    "amount_disputed": 40,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertTrue(ticket.name)

    def test_person_who_left(self):
        backup = self._make_user("backup", "group_billing_department")
        self.reason.backup_user_id = backup
        self.member.active = False
        self.assertEqual(self._make_ticket().user_id, backup)
        backup.active = False
        self.assertFalse(self._make_ticket().user_id)

    def test_deadline_in_working_hours(self):
        """16 hours from Monday 9:00 UTC on, 8 hours a day."""
        calendar = self.env["resource.calendar"].create(
            {"name": "Week", "tz": "UTC", "company_id": self.company.id}
        )
        self.team.resource_calendar_id = calendar
        ticket = self._make_ticket()
        created = ticket.create_date
        expected = calendar.plan_hours(16, created, compute_leaves=True)
        self.assertEqual(ticket.deadline, expected)
        self.assertGreater(ticket.deadline, fields.Datetime.add(created, hours=16))

    def test_disputed_part_is_not_chased(self):
        self._make_ticket(self.invoice, 40)
        notice = self._send()
        self.assertEqual((notice.amount, notice.line_ids.withheld), (60, 40))
        [row] = self._receivables()
        self.assertEqual((row.residual, row.withheld), (100, 40))

    def test_wholly_disputed_is_not_chased(self):
        ticket = self._make_ticket(self.invoice)
        self.assertEqual(ticket.amount_disputed, 100)
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("wait", "disputed"))
        self.assertFalse(self._send())
        ticket._resolve("rejected")
        self.assertEqual(self._row().next_action, "auto")
        self.assertEqual(self._receivables().withheld, 0)

    def test_installments_oldest_first(self):
        lines = self._receivable_lines(self.invoice)
        other = self._make_invoice(amount=300, overdue=-20)
        self._make_ticket(other, 100)
        withheld = {r.move_id: r.withheld for r in self._receivables()}
        self.assertEqual(withheld, {self.invoice: 0, other: 100})
        self.assertEqual(lines.amount_residual, 100)

    def test_promised_and_disputed(self):
        """Together they are never more than what is open."""
        lines = self._receivable_lines(self.invoice)
        self.env["billing.promise"]._make(lines, [(days(3), 70)])
        self._make_ticket(self.invoice, 40)
        self.assertEqual(self._receivables().withheld, 100)
        self.assertFalse(self._send())

    def test_as_of(self):
        ticket = self._make_ticket(self.invoice, 40)
        with self._at(days(5)):
            ticket._resolve("rejected")
        for day, withheld in ((-1, 0), (0, 40), (4, 40), (5, 0)):
            rows = self._receivables(as_of=days(day))
            self.assertEqual(rows.withheld, withheld, day)

    def _assert_refused(self, message, amount):
        with self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
            self._make_ticket(self.invoice, amount)

    def test_more_than_is_open(self):
        self._assert_refused("only .*100.00.* is open", 100.01)
        self._make_ticket(self.invoice, 70)
        self._assert_refused("another ticket", 31)
        self._make_ticket(self.invoice, 30)
        self._assert_refused("negative", -1)

    def test_invoice_of_another_customer(self):
        other = self._make_invoice(self._make_customer("Other"))
        ticket = self._make_ticket()
        with self.assertRaisesRegex(ValidationError, "not an invoice of"):
            ticket.line_ids = [Command.create({"move_id": other.id})]

    def test_contact_in_place_of_the_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.customer.id}
        )
        ticket = self._make_ticket(partner_id=contact.id)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.contact_id, contact)

    def test_paying_closes_and_undoing_opens(self):
        ticket = self._make_ticket(self.invoice, 40)
        payment = self._pay(self.invoice)
        self.assertEqual((ticket.state, ticket.closed_by_clearing), ("closed", True))
        self.assertEqual(ticket.amount_disputed, 0)
        with self.assertRaisesRegex(UserError, "settled"):
            ticket.action_reopen()
        payment.line_ids.remove_move_reconcile()
        self.assertEqual(
            (ticket.state, ticket.closed_by_clearing), ("in_progress", False)
        )
        self.assertEqual(ticket.amount_disputed, 40)

    def test_closing_with_money_unresolved(self):
        ticket = self._make_ticket(self.invoice, 40)
        with (
            self.assertRaisesRegex(ValidationError, "what came of it"),
            self.cr.savepoint(),
        ):
            ticket.action_close()
        ticket._resolve("rejected")
        ticket.action_close()
        with self.assertRaisesRegex(UserError, "reopen"):
            ticket.action_start()
        ticket.action_reopen()
        self.assertEqual((ticket.state, ticket.resolution), ("in_progress", False))

    def test_department_sees_its_own(self):
        own = self._make_ticket(self.invoice, 40)
        others = self._make_ticket(reason_id=False)
        tickets = self.env["billing.ticket"].with_user(self.member)
        self.assertEqual(tickets.search([]), own)
        own.with_user(self.leader).check_access("read")
        with self.assertRaises(AccessError):
            others.with_user(self.member).read(["subject"])
        with self.assertRaises(AccessError):
            own.with_user(self.member).write({"subject": "x"})
        self.assertEqual(
            own.with_user(self.member).line_ids.move_name, self.invoice.name
        )

    def test_question_that_becomes_a_discrepancy(self):
        """The amount that is entered with it stays."""
        ticket = self._make_ticket(self.invoice, kind="inquiry", reason_id=False)
        self.assertEqual(ticket.line_ids.amount_disputed, 0)
        with Form(ticket) as form:
            form.kind = "discrepancy"
            form.reason_id = self.reason
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.amount_disputed, 100)
                line.amount_disputed = 25
        self.assertEqual(ticket.amount_disputed, 25)
        with Form(ticket) as form:
            form.kind = "inquiry"
        self.assertEqual((ticket.amount_disputed, self._receivables().withheld), (0, 0))
