from ast import literal_eval
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany
from .test_ticket_department import QUESTION, DepartmentCase

LATE = "billing_coordinator.mail_activity_type_late"
ESCALATION = "odoo.addons.billing_coordinator.models.billing_ticket_escalation"


def june(day, hour, minute=0):
    return datetime(2025, 6, day, hour, minute)


class WorkingHours(DepartmentCase):
    """Monday to Friday from 8 to 12 and 13 to 17 UTC; today is Monday, 9 o'clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Week", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.resource_calendar_id = cls.calendar

    def _run(self, moment):
        """The job at a moment."""
        with freeze_time(moment):
            self.env.flush_all()
            with self._scheduler() as env:
                env["billing.ticket"]._cron_escalate()
        self.env.invalidate_all()

    def _told(self, ticket=None):
        """Who was told of lateness, in order."""
        activities = self._activities(LATE, ticket).sorted("id")
        return [activity.user_id.name for activity in activities]


@tagged("post_install", "-at_install")
class TestEscalation(WorkingHours):
    """The reason gives 16 hours: until Wednesday, 9 o'clock."""

    def test_leader_then_manager_once_each(self):
        self.assertEqual(self.ticket.deadline, june(18, 9))
        for moment, level, told in (
            (june(18, 8, 59), "0", []),
            (june(18, 9, 30), "1", ["Leader"]),
            (june(18, 10, 30), "1", ["Leader"]),
            (june(19, 9, 29), "1", ["Leader"]),
            (june(19, 9, 30), "2", ["Leader", "Manager"]),
            (june(30, 9, 30), "2", ["Leader", "Manager"]),
        ):
            for _again in range(2):
                self._run(moment)
                self.assertEqual(self.ticket.escalation_level, level, moment)
                self.assertEqual(self._told(), told, moment)
        self.assertEqual(self.ticket.escalated_on, june(19, 9, 30))
        self.assertFalse(self.ticket.escalate_on)
        self.assertEqual(
            self._last_note().notified_partner_ids, self.manager.partner_id
        )

    def test_hours_of_the_team(self):
        self.team.escalate_hours = 2
        self._run(june(18, 16))
        self.assertEqual(self.ticket.escalate_on, june(19, 9))

    def test_the_answer_of_a_department(self):
        self._ask()  # until Tuesday, 12 o'clock
        self._run(june(17, 12))
        self.assertEqual(self._told(), ["Leader"])
        self.assertIn("Were ten", self._last_note().body)
        self._respond(self.member, text="Five")
        self.assertEqual(self.ticket.escalation_level, "0")
        self._run(june(18, 8))
        self.assertEqual(self._told(), ["Leader"])
        self._run(june(18, 9))
        self.assertEqual(self._told(), ["Leader", "Leader"])

    def test_new_deadline_starts_anew(self):
        self._run(june(18, 9, 30))
        self.ticket.deadline = june(18, 9, 10)
        self.assertEqual(self.ticket.escalation_level, "1")
        self.ticket.deadline = june(20, 9)
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "escalation_level": "0",
                    "escalated_on": False,
                    "escalate_on": june(20, 9),
                }
            ],
        )
        self._run(june(19, 12))
        self.assertEqual(self._told(), ["Leader"])
        self._run(june(20, 9))
        self.assertEqual(self._told(), ["Leader", "Leader"])

    def test_work_goes_on(self):
        """Another state is no reason to tell it again."""
        self._run(june(18, 9, 30))
        self.ticket.action_start()
        self._run(june(18, 11))
        self.assertEqual(self._told(), ["Leader"])
        self.ticket.action_wait_for_customer()
        self._run(june(19, 9, 30))
        self.assertEqual(self._told(), ["Leader", "Manager"])

    def test_over_and_reopened(self):
        self.ticket._resolve("rejected")
        self.assertFalse(self.ticket.escalate_on)
        self._run(june(18, 10))
        self.assertFalse(self._told())
        with freeze_time(june(18, 10)):
            self.ticket.action_reopen()
        self.assertEqual(self.ticket.deadline, june(20, 10))
        self._run(june(20, 10))
        self.assertEqual(self._told(), ["Leader"])

    def test_undone_clearing(self):
        """The ticket opens by itself with its old deadline: late, and told."""
        self._ask()
        payment = self._pay(self.invoice)
        self._run(june(18, 10))
        self.assertFalse(self._told())
        self.assertFalse(self._activities(QUESTION))
        payment.line_ids.remove_move_reconcile()
        self._run(june(18, 11))
        self.assertEqual(self._told(), ["Leader"])

    def test_nothing_is_without_a_deadline(self):
        """40 hours where neither reason nor team say anything else."""
        bare = self._make_ticket(reason_id=False, deadline=False)
        self.assertFalse(bare.team_id)
        self.assertEqual(bare.deadline, june(23, 9))
        self.team.default_hours = 8
        quick = self._make_ticket(reason_id=False, team_id=self.team.id)
        self.assertEqual(quick.deadline, june(17, 9))
        quick.deadline = june(19, 9)
        quick.team_id = False
        self.assertEqual(quick.deadline, june(19, 9))

    def test_no_team(self):
        """The coordinator, where there is no leader who could see it."""
        bare = self._make_ticket(reason_id=False, responsible_id=self.coordinator.id)
        self._run(june(23, 9))
        self.assertEqual(self._told(bare), ["Coordinator"])
        self._run(june(24, 9))
        self.assertEqual(self._told(bare), ["Coordinator", "Manager"])

    def test_nobody_but_the_manager(self):
        self.leader.active = False
        self._run(june(18, 9))
        self.assertEqual(self._told(), ["Manager"])
        self.assertEqual(self.ticket.escalation_level, "2")
        self._run(june(20, 9))
        self.assertEqual(self._told(), ["Manager"])

    @contextmanager
    def _failing_for(self, broken):
        tell = self.registry["billing.ticket"]._tell_of_lateness

        def _tell_of_lateness(ticket, user):
            tell(ticket, user)
            if ticket.id == broken.id:
                raise ValueError("Broken")

        model = self.registry["billing.ticket"]
        with (
            patch.object(model, "_tell_of_lateness", _tell_of_lateness),
            mute_logger(ESCALATION),
        ):
            yield

    def test_one_fails(self):
        """It is noted, tried again last, and nobody else waits for it."""
        other = self._make_ticket()
        with self._failing_for(self.ticket):
            self._run(june(18, 9))
        self.assertEqual(self.ticket.escalation_error, "Broken")
        self.assertEqual(self.ticket.escalation_level, "0")
        self.assertFalse(self._told())
        self.assertEqual(self._told(other), ["Leader"])
        self._run(june(18, 10))
        self.assertEqual(self._told(), ["Leader"])
        self.assertFalse(self.ticket.escalation_error)

    def _without_manager(self):
        """A company where nobody has the role, or the task, of a manager."""
        self.company.billing_responsible_id = False
        group = self.env.ref("billing_coordinator.group_billing_manager")
        for user in group.all_user_ids.filtered(
            lambda user: self.company in user.company_ids
        ):
            other = self.env.ref("base.main_company")
            user.write(
                {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
            )
        self.env.invalidate_all()
        self.assertFalse(self.company._get_followup_manager())

    def test_nobody_but_who_made_it(self):
        """No leader, no coordinator, no manager: who made it, with an activity."""
        self.team.leader_id = False
        self.ticket.responsible_id = False
        self._without_manager()
        self._run(june(18, 9))
        self.assertEqual(self._told(), ["Coordinator"])
        self.assertEqual(self.ticket.escalation_level, "2")
        self.assertIn(self.coordinator.partner_id, self._last_note().partner_ids)

    def test_nobody_but_a_coordinator(self):
        """Who made it has left: somebody of the billing desk."""
        other = self._make_user("other", "group_billing_coordinator")
        self.team.leader_id = False
        self.ticket.responsible_id = False
        self._without_manager()
        self.coordinator.active = False
        self._run(june(18, 9))
        self.assertEqual(self._told(), [other.name])

    def test_coordinator_then_who_made_it(self):
        """Nobody is told twice."""
        self.team.leader_id = False
        self.ticket.responsible_id = self.coordinator
        self._without_manager()
        for moment in (june(18, 9), june(19, 9), june(20, 9)):
            self._run(moment)
        self.assertEqual(self._told(), ["Coordinator"])
        self.assertEqual(self.ticket.escalation_level, "2")

    def test_really_nobody(self):
        """It is not passed over in silence, and told once somebody is there."""
        self.team.leader_id = False
        self.ticket.responsible_id = False
        self._without_manager()
        self.coordinator.active = False
        self.assertTrue(self.team.tells_nobody)
        self._run(june(18, 9))
        self.assertEqual(self.ticket.escalation_level, "0")
        self.assertIn("Nobody", self.ticket.escalation_error)
        tickets = self.env["billing.ticket"]
        view = self.env.ref("billing_coordinator.billing_ticket_view_search").arch
        [domain] = etree.fromstring(view).xpath("//filter[@name='untold']/@domain")
        self.assertEqual(tickets.search(literal_eval(domain)), self.ticket)
        self.coordinator.active = True
        self.assertFalse(self.team.tells_nobody)
        self._run(june(18, 10))
        self.assertEqual(self._told(), ["Coordinator"])
        self.assertFalse(self.ticket.escalation_error)

    def test_team_that_tells_nobody(self):
        """Seen in the list and on the form of teams."""
        self._without_manager()
        self.assertFalse(self.team.tells_nobody)
        self.coordinator.active = False
        self.assertFalse(self.team.tells_nobody)
        self.leader.active = False
        self.env.invalidate_all()
        self.assertTrue(self.team.tells_nobody)
        for kind in ("form", "list"):
            arch = self.env["billing.team"].get_view(view_type=kind)["arch"]
            self.assertIn("tells_nobody", arch)

    def test_one_bad_question_stops_nothing(self):
        """A question that cannot be forgotten: the others are, and lateness is told."""
        other = self._make_ticket()
        late = self._make_ticket()
        for ticket in (self.ticket, other):
            self._ask(ticket)
        # As settling the invoices does, which forgets nothing.
        self.env.flush_all()
        for ticket in (self.ticket, other):
            self.cr.execute(
                "UPDATE billing_ticket SET state = 'cancelled' WHERE id = %s",
                [ticket.id],
            )
        self.env.invalidate_all()
        activities = self.registry["mail.activity"]
        unlink = activities.unlink

        def _unlink(records):
            if self.ticket.id in records.mapped("res_id"):
                raise ValueError("Broken")
            return unlink(records)

        with patch.object(activities, "unlink", _unlink), mute_logger(ESCALATION):
            self._run(june(18, 9))
        self.assertTrue(self._activities(QUESTION))
        self.assertFalse(self._activities(QUESTION, other))
        self.assertEqual(self._told(late), ["Leader"])
        self._run(june(18, 10))
        self.assertFalse(self._activities(QUESTION))

    def test_at_work_elsewhere(self):
        def none(records, **options):
            return records.browse()

        model = self.registry["billing.ticket"]
        with patch.object(model, "try_lock_for_update", none):
            self._run(june(18, 9))
        self.assertFalse(self._told())
        self._run(june(18, 10))
        self.assertEqual(self._told(), ["Leader"])

    def test_selection(self):
        """A few queries find what is late or idle, among however many."""
        for _number in range(20):
            self._make_ticket()
        self._ask()
        self.env.flush_all()
        self.env.invalidate_all()
        tickets = self.env["billing.ticket"].sudo()
        with freeze_time(june(17, 9)), self.assertQueryCount(8):
            self.assertFalse(tickets._get_idle())
            late = tickets.search(tickets._get_escalation_domain())
        self.assertFalse(late)


@tagged("post_install", "-at_install")
class TestEscalationElsewhere(SecondCompany, WorkingHours):
    def test_leader_of_another_company(self):
        """A team of all companies whose leader is not at work in this one."""
        stranger = self._make_user(
            "stranger", "group_billing_department", company=self.other_company
        )
        self.team.company_id = False
        self.team.write(
            {"leader_id": stranger.id, "member_ids": [Command.link(stranger.id)]}
        )
        self.ticket.responsible_id = self.coordinator
        self._run(june(18, 9))
        self.assertEqual(self._told(), ["Coordinator"])
