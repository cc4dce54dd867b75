from datetime import date

from odoo.tests import HttpCase, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestPromiseTour(Ledger, HttpCase):
    """A promise, then broken, then back in the worklist.

    The browser has the real date, so that days count from it here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.customer = cls._make_customer("Tour Promise", is_company=True)
        cls._make_invoice(cls.customer, 1000, 10 - (date.today() - TODAY).days)
        others = cls.env["res.company"].sudo().search([("id", "!=", cls.company.id)])
        others.billing_auto_send = False

    def _let_days_pass(self, promise, days):
        """The promise as it will be so many days from now."""
        promise.flush_recordset()
        self.env.cr.execute(
            "UPDATE billing_promise SET date = date - %s, judge_on = judge_on - %s"
            " WHERE id = %s",
            [days, days, promise.id],
        )
        promise.invalidate_recordset()

    def test_promised_broken_and_back(self):
        row = self.env["billing.worklist"]._get_row(self.company, self.customer)
        self.start_tour(
            f"/odoo/billing.worklist/{row.id}",
            "billing_coordinator_promise",
            login=self.coordinator.login,
        )
        promise = self.env["billing.promise"].search([])
        self.assertEqual((promise.state, promise.amount), ("open", 1000))
        self.assertEqual(promise.user_id, self.coordinator)
        row.invalidate_recordset()
        self.assertEqual(row.wait_reason, "promised")
        self._let_days_pass(promise, 7 + self.company.billing_promise_grace)
        promise._judge()
        self.env["billing.worklist"]._refresh(self.company)
        self.assertEqual(promise.state, "broken")
        self.start_tour(
            "/odoo", "billing_coordinator_broken", login=self.coordinator.login
        )

    def test_in_several_amounts(self):
        row = self.env["billing.worklist"]._get_row(self.company, self.customer)
        self.start_tour(
            f"/odoo/billing.worklist/{row.id}",
            "billing_coordinator_promise_days",
            login=self.coordinator.login,
        )
        promises = self.env["billing.promise"].search([], order="date")
        self.assertEqual(promises.mapped("amount"), [600, 400])
