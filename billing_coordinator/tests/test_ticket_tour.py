from datetime import date

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
        cls.env["billing.ticket.reason"].create(
            {"name": "Too few", "team_id": cls.team.id}
        )

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
