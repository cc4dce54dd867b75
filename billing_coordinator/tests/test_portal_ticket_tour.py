from datetime import date

from odoo.tests import HttpCase, new_test_user, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestPortalTicketTour(Ledger, HttpCase):
    """A customer disputes an invoice, is answered, and writes back.

    The browser has the real date, so that days count from it here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.customer = cls._make_customer("Tour Portal", is_company=True)
        overdue = 10 - (date.today() - TODAY).days
        cls.invoice = cls._make_invoice(cls.customer, 1000, overdue)
        cls.user = new_test_user(
            cls.env,
            "billing_tour_portal",
            groups="base.group_portal",
            partner_id=cls.customer.id,
            email=cls.customer.email,
        )
        cls.env["billing.ticket.reason"].create(
            {"name": "Tour reason", "company_id": cls.company.id}
        )

    def test_dispute_and_reply(self):
        self.start_tour(
            "/my/billing", "billing_coordinator_portal_dispute", login=self.user.login
        )
        ticket = self.env["billing.ticket"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((ticket.amount_disputed, ticket.kind), (250, "discrepancy"))
        self.assertEqual(ticket.message_ids.attachment_ids.name, "proof.txt")
        ticket.with_user(self.coordinator).message_post(
            body="Which ten?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        ticket.action_wait_for_customer()
        self.start_tour(
            "/my/billing", "billing_coordinator_portal_reply", login=self.user.login
        )
        self.assertEqual(ticket.state, "in_progress")
        self.assertIn("The blue ones", str(ticket.message_ids.mapped("body")))
