from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import Ledger

ACTION = "/odoo/action-billing_coordinator.billing_close_board_action"


@tagged("post_install", "-at_install")
class TestCloseTour(Ledger, HttpCase):
    """Two accountants close a month in the browser, from the first task to the lock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.preparer = cls._make_user("preparer", "group_billing_accountant")
        cls.reviewer = cls._make_user("reviewer", "group_billing_accountant")
        cls.template = cls.env["billing.close.template"].create(
            {"name": "Tour", "company_id": cls.company.id, "date_from": "2025-01-01"}
        )
        drafts = cls._make_task(
            "Tour drafts", check_code="draft_invoices", review_required=False
        )
        cls._make_task(
            "Tour tie-out",
            check_code="receivables",
            reviewer_id=cls.reviewer.id,
            depends_ids=[Command.set(drafts.ids)],
        )
        cls._make_task("Tour talk", owner_id=cls.preparer.id)

    @classmethod
    def _make_task(cls, name, **values):
        return cls.env["billing.close.template.task"].create(
            {"template_id": cls.template.id, "name": name, **values}
        )

    def test_two_people_close_a_month(self):
        self.start_tour(ACTION, "billing_coordinator_close", login=self.preparer.login)
        close = self.env["billing.close"].search([("company_id", "=", self.company.id)])
        self.assertEqual(close.task_ids.prepared_uid, self.preparer)
        self.assertEqual(close.state, "in_progress")
        self.start_tour(
            ACTION, "billing_coordinator_close_review", login=self.reviewer.login
        )
        self.env.invalidate_all()
        self.assertEqual(close.state, "locked")
        self.assertEqual(close.locked_uid, self.reviewer)
        self.assertEqual(close.task_ids.reviewed_uid, self.reviewer)
        self.assertEqual(self.company.fiscalyear_lock_date, close.date_to)

    def test_switch_the_company(self):
        other = self._make_company("Tour elsewhere")
        self.preparer.company_ids = [Command.link(other.id)]
        self.env["billing.close"].create({"company_id": self.company.id})
        self.start_tour(
            ACTION,
            "billing_coordinator_close_companies",
            login=self.preparer.login,
            cookies={"cids": f"{self.company.id}-{other.id}"},
        )
