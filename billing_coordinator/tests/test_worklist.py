from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import days
from .job_common import JobCase


@tagged("post_install", "-at_install")
class TestWorklist(JobCase):
    def test_figures(self):
        self._make_invoices([(None, 100, 40), (None, 60, 3), (None, 30, -10)])
        self._make_credit_note(amount=20)
        self.assertRecordValues(
            self._row(),
            [
                {
                    "amount_due": 170,
                    "amount_overdue": 160,
                    "overdue_count": 2,
                    "oldest_due_date": days(-40),
                    "days_overdue": 40,
                    "next_action": "auto",
                    "next_stage_id": self.first.id,
                    "responsible_id": self.manager.id,
                }
            ],
        )

    def test_responsible_of_the_customer(self):
        self.customer.billing_responsible_id = self.coordinator
        self._make_invoice()
        self.assertEqual(self._row().responsible_id, self.coordinator)

    def test_priority_is_explained(self):
        self._make_invoices([(self.customers[0], 900, 100), (self.customers[1], 10, 1)])
        first, second = self._row(self.customers[0]), self._row(self.customers[1])
        self.assertGreater(first.priority, second.priority)
        self.assertEqual(first.priority, sum(first.priority_points.values()))
        for points in first.priority_points.values():
            self.assertIn(str(points), first.priority_explanation)

    def test_priority_tells_its_figures(self):
        self.company.billing_minimum_claim = 0
        self.customer.with_company(self.company).credit_limit = 1000
        self._make_invoice(amount=290, overdue=45)
        with self._at(days(-15)):
            self.assertTrue(self._send())
        lines = self._row().priority_explanation.splitlines()
        self.assertEqual(
            lines,
            [
                "+30 Share of all that is overdue: 100 %",
                "+12 Oldest item overdue: 45 days",
                "+5 Without contact: 15 days",
                "+3 Credit limit used: 29 %",
                "+2 Follow-up plan gone through: 23 %",
            ],
        )

    def test_figures_of_the_priority_are_those_of_the_language(self):
        row = self.env["billing.worklist"]
        facts = {"overdue_share": 0.26, "days_overdue": 1, "broken_promises": 2}
        self.assertEqual(
            [row._format_fact(fact, facts) for fact in (*facts, "days_silent")],
            [": 0.3 %", ": 1 day", ": 2", ""],
        )

    def test_nothing_overdue_is_not_in_the_list(self):
        self._make_invoice(overdue=-30)
        row = self._row()
        self.assertEqual((row.next_action, row.priority), ("none", 0))

    def test_empty_lists_show_no_invented_rows(self):
        """Sample amounts beside real names would be taken for somebody's debt."""
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "billing.%"), ("arch_db", "like", 'sample="1"')]
        )
        self.assertFalse(views)

    def test_search_by_days_overdue(self):
        self._make_invoices([(self.customers[0], 100, 40), (self.customers[1], 10, 5)])
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company)
        for operator, number, expected in (
            (">", 5, self.customers[0]),
            (">=", 5, self.customers[:2]),
            ("<", 40, self.customers[1]),
            ("<=", 5, self.customers[1]),
        ):
            found = worklist.search(
                [
                    ("company_id", "=", self.company.id),
                    ("days_overdue", operator, number),
                ]
            )
            self.assertEqual(found.partner_id, expected, (operator, number))

    def test_refreshed_when_the_ledger_moved(self):
        """The frequent refresh takes only those whose open amount has changed."""
        invoices = self._make_invoices(
            [(customer, 100, 10) for customer in self.customers]
        )
        worklist = self.env["billing.worklist"]
        worklist._refresh_changed(self.company)
        rows = worklist.search([("partner_id", "in", self.customers.ids)])
        self.assertEqual(len(rows), 3)
        self._pay(invoices[0])
        before = fields.Datetime.now()
        with freeze_time("2025-06-16 15:00:00"):
            worklist._refresh_changed(self.company)
        rows.invalidate_recordset()
        moved = rows.filtered(lambda row: row.refreshed_on > before)
        self.assertEqual(moved.partner_id, self.customers[0])
        self.assertEqual((moved.amount_due, moved.next_action), (0, "none"))

    def test_refreshed_on_another_day_and_when_a_setting_changed(self):
        """Opening the worklist shows what is true at this moment."""
        self.first.delay = 11
        self._make_invoice(overdue=10)
        row = self._row()
        self.assertEqual(row.next_action, "wait")
        worklist = self.env["billing.worklist"].with_context(tz="America/Los_Angeles")
        with freeze_time("2025-06-17 06:59:00"):
            worklist._refresh_changed(self.company)
            self.assertEqual(row.next_action, "wait")
        with freeze_time("2025-06-17 07:01:00"):
            worklist._refresh_changed(self.company)
            self.assertEqual(row.next_action, "auto")
        with freeze_time("2025-06-17 07:02:00"):
            self.company.billing_auto_send = False
        with freeze_time("2025-06-17 07:03:00"):
            worklist._refresh_changed(self.company)
            self.assertEqual(row.next_action, "send")

    def test_refreshed_when_a_due_date_moved(self):
        invoice = self._make_invoice(overdue=10)
        row = self._row()
        self._receivable_lines(invoice).date_maturity = days(5)
        self.env["billing.worklist"]._refresh_changed(self.company)
        self.assertEqual((row.amount_overdue, row.next_action), (0, "none"))

    def test_paid_customer_leaves_the_list(self):
        invoice = self._make_invoice()
        self._row()
        self._pay(invoice)
        row = self._row()
        self.assertEqual((row.amount_due, row.oldest_due_date, row.next_action), (
            0, False, "none"))  # fmt: skip

    def test_invoice_without_customer(self):
        """Odd, but possible by hand: it is in the receivables and stops nobody."""
        move = self._make_entry(self.env["res.partner"], 50, days(-40))
        self._make_invoice()
        self._run_job()
        self.assertEqual(len(self._issued()), 1)
        row = self.env["billing.receivable"].search([("move_id", "=", move.id)])
        self.assertEqual(row.residual, 50)


@tagged("post_install", "-at_install")
class TestQueries(JobCase):
    """The number of queries does not grow with the number of customers."""

    def _fill(self, number):
        customers = self.env["res.partner"].create(
            [
                {"name": f"Many {index}", "email": f"many{index}@example.com"}
                for index in range(number)
            ]
        )
        self._make_invoices(
            [(customer, 100, 10) for customer in customers for _n in "ab"]
        )

    def _count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assertDoesNotGrow(self, work, at_most):
        worklist = self.env["billing.worklist"]
        self._fill(4)
        worklist._refresh(self.company)
        work()
        few = self._count(work)
        self._fill(8)
        worklist._refresh(self.company)
        self.assertLessEqual(self._count(work), few)
        self.assertLessEqual(few, at_most)

    def test_evaluation(self):
        worklist = self.env["billing.worklist"]
        self.assertDoesNotGrow(lambda: worklist._refresh(self.company), 30)

    def test_refresh_of_what_changed(self):
        worklist = self.env["billing.worklist"]
        self.assertDoesNotGrow(lambda: worklist._refresh_changed(self.company), 15)

    def test_worklist_on_the_screen(self):
        worklist = self.env["billing.worklist"].with_user(self.coordinator)
        names = list(worklist.fields_get(attributes=["type"]))
        domain = [("company_id", "=", self.company.id)]
        specification = dict.fromkeys(names, {})
        self.assertDoesNotGrow(
            lambda: worklist.web_search_read(domain, specification), 60
        )

    def test_customers_on_the_screen(self):
        partners = self.env["res.partner"].with_user(self.coordinator)
        names = [name for name in partners._fields if name.startswith("billing_")]
        domain = [("name", "like", "Many")]
        self.assertDoesNotGrow(lambda: partners.search_read(domain, names), 60)

    def test_notices_on_the_screen(self):
        self._fill(4)
        self._run_job()
        notices = self.env["billing.followup.notice"].with_user(self.coordinator)
        names = [
            name
            for name, field in notices._fields.items()
            if name not in ("line_table", "body") and not field.related
        ]
        domain = [("company_id", "=", self.company.id)]

        def work():
            notices.search_read(domain, names)

        work()
        few = self._count(work)
        self._fill(8)
        self._run_job()
        self.assertLessEqual(self._count(work), few)

    def test_installments_and_plans(self):
        """More plans in use do not mean more queries."""
        worklist = self.env["billing.worklist"]
        self._fill(4)
        few = self._count(lambda: worklist._refresh(self.company))
        for number in range(6):
            self._make_plan(f"Extra {number}")
        self.assertLessEqual(self._count(lambda: worklist._refresh(self.company)), few)

    def test_posting_costs_nothing(self):
        """Nothing of ours is written when an invoice is posted."""
        moves = self._make_invoices([(None, 100, 10)], post=False)
        queries = []
        execute = type(self.cr).execute

        def log(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        with patch.object(type(self.cr), "execute", log):
            moves.action_post()
            self.env.flush_all()
        ours = [
            query
            for query in queries
            if query.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
            and "billing_" in query.split("(")[0].split("SET")[0]
        ]
        self.assertFalse(ours)
        self.assertTrue(queries)


@tagged("post_install", "-at_install")
class TestBranches(JobCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {
                "name": "Branch",
                "parent_id": cls.company.id,
                "billing_plan_id": cls.plan.id,
                "billing_bank_freshness": 0,
                "billing_auto_send": True,
            }
        )
        cls.env.user.company_ids = [Command.link(cls.branch.id)]
        cls.env["ir.default"].set(
            "res.partner",
            "property_account_receivable_id",
            cls._account("asset_receivable").id,
            company_id=cls.branch.id,
        )
        cls.own = cls._make_invoice(amount=80)
        cls.of_branch = cls._make_invoice(amount=50, company=cls.branch)

    def test_each_reminds_of_its_own_invoices(self):
        self.assertEqual(self.of_branch.company_id, self.branch)
        self._run_job()
        notices = self.env["billing.followup.notice"].search(
            [("partner_id", "=", self.customer.id)]
        )
        by_company = {n.company_id: n.line_ids.move_id for n in notices}
        self.assertEqual(
            by_company, {self.company: self.own, self.branch: self.of_branch}
        )

    def test_people_of_a_branch_see_its_customers_only(self):
        self._run_job()
        user = self._make_user("b", "group_billing_coordinator", company=self.branch)
        env = self.env(user=user, context={"allowed_company_ids": self.branch.ids})
        for name in ("worklist", "receivable", "followup.notice"):
            records = env[f"billing.{name}"].search([])
            self.assertEqual(records.company_id, self.branch, name)
