from datetime import date

from odoo.tests import Form, HttpCase, tagged

from .common import TODAY, Ledger


@tagged("post_install", "-at_install")
class TestTours(Ledger, HttpCase):
    """The daily jobs in the browser, by users with nothing but their own group.

    The browser has the real date, so that days count from it here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.plan = cls._make_plan("Tour plan")
        cls.plan.stage_ids[0].write({"mode": "manual", "send_letter": True})
        cls.company.billing_plan_id = cls.plan

    @classmethod
    def _make_customer_who_owes(cls, name, amount, overdue=10):
        customer = cls._make_customer(name, is_company=True)
        cls._make_invoice(customer, amount, overdue - (date.today() - TODAY).days)
        return customer

    def _get_row(self, customer):
        row = self.env["billing.worklist"]._get_row(self.company, customer)
        row.invalidate_recordset()
        return row

    def test_morning_of_a_coordinator(self):
        urgent = self._make_customer_who_owes("Tour Urgent", 9000)
        called = self._make_customer_who_owes("Tour Call", 3000)
        later = self._make_customer_who_owes("Tour Later", 2000)
        dispute = self._make_customer_who_owes("Tour Dispute", 100)
        self.start_tour(
            "/odoo", "billing_coordinator_morning", login=self.coordinator.login
        )
        notice = self.env["billing.followup.notice"].search(
            [("partner_id", "=", urgent.id)]
        )
        self.assertEqual(notice.stage_id, self.plan.stage_ids[0])
        self.assertEqual(notice.issued_by_id, self.coordinator)
        self.assertEqual(notice.letter_state, "printed")
        self.assertEqual(self._get_row(called).last_call_date, date.today())
        self.assertEqual(self._get_row(called).wait_reason, "postponed")
        promise = self.env["billing.promise"].search([("partner_id", "=", called.id)])
        self.assertEqual((promise.amount, promise.state), (3000, "open"))
        self.assertEqual(self._get_row(later).wait_reason, "postponed")
        self.assertEqual(self._get_row(dispute).wait_reason, "held")

    def test_narrow_screen(self):
        """What a row is about and its buttons are in sight, other columns are not."""
        self._make_customer_who_owes("Tour Urgent", 9000)
        self.browser_size = "800x860"
        self.start_tour(
            "/odoo/billing-work",
            "billing_coordinator_narrow",
            login=self.coordinator.login,
        )

    def test_manager_adds_a_stage(self):
        self.start_tour("/odoo", "billing_coordinator_plan", login=self.manager.login)
        stage = self.plan.stage_ids.sorted("nominal_days")[-1]
        self.assertEqual((stage.name, stage.nominal_days), ("Last call", 60))

    def test_customer_and_invoice_show_follow_up(self):
        customer = self._make_customer_who_owes("Tour Reminded", 500)
        row = self.env["billing.worklist"]._get_row(self.company, customer)
        row.with_user(self.coordinator)._process_one(("auto", "manual"))
        self.start_tour(
            f"/odoo/res.partner/{customer.id}",
            "billing_coordinator_documents",
            login=self.coordinator.login,
        )

    def test_customer_on_one_page(self):
        customer = self._make_customer_who_owes("Tour Cockpit", 1000, 40)
        for amount, overdue in ((200, 10), (300, -20)):
            self._make_invoice(customer, amount, overdue - (date.today() - TODAY).days)
        customer.with_company(self.company).credit_limit = 2000
        self._make_customer(
            "Tour Payables",
            parent_id=customer.id,
            type="billing_followup",
            phone="+32 2 555",
        )
        self._get_row(customer)._process_one(("auto", "manual"))
        self.start_tour(
            "/odoo", "billing_coordinator_cockpit", login=self.coordinator.login
        )
        self.assertEqual(self._get_row(customer).last_call_date, date.today())

    def test_manager_sets_the_minimum_claim(self):
        wizard = self.env["billing.company.wizard"].with_user(self.manager)
        form = Form(wizard.with_company(self.company))
        self.assertEqual(form.billing_plan_id, self.plan)
        form.billing_minimum_claim = 25
        form.save().action_save()
        self.assertEqual(self.company.billing_minimum_claim, 25)
        self.assertEqual(self.company.billing_plan_id, self.plan)

    def test_department_member_sees_no_billing_menu(self):
        menus = self.env["ir.ui.menu"].with_user(self.department)
        root = self.env.ref("billing_coordinator.billing_coordinator_menu_root")
        self.assertNotIn(root.id, menus._visible_menu_ids())
