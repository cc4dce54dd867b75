from odoo import Command
from odoo.tests import tagged

from .worker_common import CUSTOMERS, WorkerCase

LATE = "billing_coordinator.mail_activity_type_late"


@tagged("post_install", "-at_install")
class TestEscalationConcurrency(WorkerCase):
    """Two processes, one that is killed, somebody at work on a ticket: once each."""

    script = "escalate_process.py"
    word = "told"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            env["billing.ticket"].search([]).write({"state": "cancelled"})
            leader = cls._make_user("leader", "group_billing_department")
            cls.team = env["billing.team"].create(
                {
                    "name": "Warehouse",
                    "company_id": cls.company.id,
                    "leader_id": leader.id,
                    "member_ids": [Command.link(leader.id)],
                }
            )

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            tickets = env["billing.ticket"].with_company(self.company)
            tickets = tickets.create(
                [
                    {
                        "subject": "Ten are missing",
                        "partner_id": customer_id,
                        "team_id": self.team.id,
                        "deadline": "2025-06-16 09:00:00",
                    }
                    for customer_id in self.customer_ids
                ]
            )
            self.ticket_ids = tickets.ids

    def tearDown(self):
        with self._environment() as env:
            env["billing.ticket"].browse(self.ticket_ids).write({"state": "cancelled"})
        super().tearDown()

    def _get_told(self, env):
        """``{ticket: activities}`` of lateness."""
        activities = env["mail.activity"].search(
            [
                ("res_model", "=", "billing.ticket"),
                ("res_id", "in", self.ticket_ids),
                ("activity_type_id", "=", env.ref(LATE).id),
            ]
        )
        return activities.grouped("res_id")

    def assertOnceEach(self):
        """One activity and one note a ticket, to the leader, and no trouble."""
        with self._environment() as env:
            told = self._get_told(env)
            self.assertEqual(sorted(told), sorted(self.ticket_ids))
            for ticket in env["billing.ticket"].browse(self.ticket_ids):
                [activity] = told[ticket.id]
                self.assertEqual(activity.user_id, self.team.with_env(env).leader_id)
                notes = ticket.message_ids.filtered(
                    lambda m: "ticket is late" in (m.body or "")
                )
                self.assertEqual(len(notes), 1)
                self.assertEqual(ticket.escalation_level, "1")
                self.assertFalse(ticket.escalation_error)

    def test_two_at_once(self):
        first, second = self._start(0.1), self._start(0.1)
        self._go(first, second)
        self._finish(first)
        self._finish(second)
        self.assertOnceEach()
        self.assertEqual(self._run_once(), 0)

    def test_killed_half_way(self):
        self._kill_half_way()
        with self._environment() as env:
            self.assertEqual(len(self._get_told(env)), 4)
        self.assertEqual(self._run_once(), CUSTOMERS - 4)
        self.assertOnceEach()

    def test_one_of_two_is_killed(self):
        self._kill_one_of_two()
        self.assertOnceEach()

    def test_somebody_at_work_on_a_ticket(self):
        """That ticket is told of by the next run; the others do not wait."""
        with self._environment() as env:
            ticket = env["billing.ticket"].browse(self.ticket_ids[0])
            ticket.priority = "1"
            env.flush_all()
            self.assertEqual(self._run_once(), CUSTOMERS - 1)
        self.assertEqual(self._run_once(), 1)
        self.assertOnceEach()
