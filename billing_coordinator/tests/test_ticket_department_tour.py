from datetime import date, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestTicketDepartmentTour(Ledger, HttpCase):
    """A question reaches a member of the warehouse, who answers it in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.member = cls._make_user("member", "group_billing_department")
        cls.team = cls.env["billing.team"].create(
            {
                "name": "Warehouse",
                "company_id": cls.company.id,
                "member_ids": [Command.link(cls.member.id)],
            }
        )
        cls.invoice = cls._make_invoice(overdue=10 - (date.today() - TODAY).days)

    def test_question_is_answered(self):
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        line = {"move_id": self.invoice.id, "amount_disputed": 40}
        ticket = tickets.create(
            {
                "subject": "Ten are missing",
                "partner_id": self.customer.id,
                "line_ids": [Command.create(line)],
            }
        )
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        ticket._ask(self.team, "Were ten missing?", tomorrow, self.member)
        self.start_tour("/odoo", "billing_ticket_department", login=self.member.login)
        ticket.invalidate_recordset()
        self.assertEqual(
            (ticket.state, ticket.answer_outcome), ("in_progress", "partly")
        )
        self.assertIn("Five were missing", ticket.answer)
        self.assertEqual(ticket.answered_by_id, self.member)
