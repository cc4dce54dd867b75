from datetime import date
from email.message import EmailMessage

from odoo.tests import HttpCase, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestTicketTour(Ledger, HttpCase):
    """From an invoice to a ticket, by a coordinator in the browser.

    The browser has the real date, so that days count from it here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.customer = cls._make_customer("Tour Ticket", is_company=True)
        overdue = 10 - (date.today() - TODAY).days
        cls.invoice = cls._make_invoice(cls.customer, 1000, overdue)
        cls.team = cls.env["billing.team"].create({"name": "Warehouse"})
        cls.desk = cls.env["billing.team"].create(
            {"name": "Desk", "company_id": cls.company.id}
        )
        cls.env["billing.ticket.reason"].create(
            {"name": "Too few", "team_id": cls.team.id}
        )

    def test_from_the_mail_to_the_credit_note(self):
        """It is disputed and credited in part; the rest is chased."""
        customer = self._make_customer("Tour Mail", is_company=True)
        overdue = 10 - (date.today() - TODAY).days
        invoice = self._make_invoice(customer, 1000, overdue)
        self.env["billing.ticket.cause"].create({"name": "Picked wrongly"})
        message = EmailMessage()
        message["From"] = customer.email
        message["Subject"] = f"Ten are missing: {invoice.name}"
        message["Message-Id"] = "<tour-mail@example.com>"
        message["To"] = "billing@example.com"
        message.set_content("We got ten pieces less than you billed.")
        self.env["mail.thread"].with_user(self.env.user).message_process(
            "billing.ticket",
            message.as_bytes(),
            custom_values={"team_id": self.desk.id},
        )
        self.start_tour(
            "/odoo",
            "billing_coordinator_mail_to_credit_note",
            login=self.coordinator.login,
        )
        ticket = self.env["billing.ticket"].search([("partner_id", "=", customer.id)])
        self.assertRecordValues(
            ticket,
            [{"channel": "email", "state": "resolved", "resolution": "credited"}],
        )
        credit = ticket.line_ids.settlement_move_id
        self.assertEqual((credit.state, credit.amount_total), ("posted", 250))
        rows = self.env["billing.receivable"].search([("move_id", "=", invoice.id)])
        self.assertEqual((rows.residual, rows.withheld), (750, 0))

    def test_from_the_invoice_to_the_kanban(self):
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice_type/{self.invoice.id}",
            "billing_coordinator_ticket",
            login=self.coordinator.login,
        )
        ticket = self.env["billing.ticket"].search([])
        self.assertRecordValues(
            ticket,
            [
                {
                    "partner_id": self.customer.id,
                    "team_id": self.team.id,
                    "state": "in_progress",
                    "amount_disputed": 400,
                    "create_uid": self.coordinator.id,
                }
            ],
        )
        rows = self.env["billing.receivable"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertEqual((rows.residual, rows.withheld), (1000, 400))
