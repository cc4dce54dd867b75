from datetime import date
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestStatementTour(Ledger, HttpCase):
    """Statements for several customers, by a coordinator in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.plan = cls._make_plan("Tour plan")
        cls.plan.stage_ids[0].mode = "manual"
        cls.company.billing_plan_id = cls.plan

    def _make_customer_who_owes(self, name, amount, **values):
        customer = self._make_customer(name, is_company=True, **values)
        overdue = 10 - (date.today() - TODAY).days
        self._make_invoice(customer, amount, overdue)
        return customer

    def test_statements_to_several_customers(self):
        for name, values in (
            ("Tour One", {}),
            ("Tour Two", {}),
            ("Tour Nowhere", {"email": False}),
        ):
            self._make_customer_who_owes(name, 1000, **values)
        retry = self.registry["billing.statement.run"].action_retry

        def action_retry(run):
            """The address is corrected before the second attempt."""
            run.failed_line_ids.partner_id.email = "found@example.com"
            return retry(run)

        model = self.registry["billing.statement.run"]
        with patch.object(model, "action_retry", action_retry):
            self.start_tour(
                "/odoo",
                "billing_coordinator_statement_batch",
                login=self.coordinator.login,
            )
        run = self.env["billing.statement.run"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(run.requested_by_id, self.coordinator)
        self.assertEqual(run.line_ids.mapped("state"), ["queued"] * 3)
        mails = run.line_ids.mail_message_id.sudo().mail_ids
        self.assertEqual(len(mails), 3)
