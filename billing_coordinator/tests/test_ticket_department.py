from datetime import datetime
from unittest.mock import patch

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany, days
from .test_ticket import TicketCase

QUESTION = "billing_coordinator.mail_activity_type_question"
ANSWER = "billing_coordinator.mail_activity_type_answer"
MONDAY = datetime(2025, 6, 16, 9)
SOON = datetime(2025, 6, 17, 12)


class DepartmentCase(TicketCase):
    """A question that was put to the warehouse."""

    def setUp(self):
        super().setUp()
        # When records are made is the time of the database, which nothing freezes.
        self.patch(self.env.cr, "_now", MONDAY)
        self.invoice = self._make_invoice(amount=100, overdue=10)
        self.ticket = self._make_ticket(self.invoice, 40)

    def _ask(self, ticket=None, **values):
        ticket = ticket or self.ticket
        wizard = self.env["billing.ticket.ask.wizard"].with_user(self.coordinator)
        values = {"question": "Were ten\nmissing?", "deadline": SOON, **values}
        wizard.with_context(active_id=ticket.id).create(values).action_ask()

    def _respond(self, user, action="action_answer", ticket=None, **values):
        wizard = self.env["billing.ticket.answer.wizard"].with_user(user)
        ticket = ticket or self.ticket
        wizard = wizard.with_context(active_id=ticket.id).create(values)
        return getattr(wizard, action)()

    def _activities(self, kind, ticket=None):
        return (ticket or self.ticket).sudo().activity_search([kind])

    def _last_note(self):
        domain = [("message_type", "=", "comment")]
        return self.ticket.sudo().message_ids.filtered_domain(domain)[:1]

    def _questions_of(self, user):
        action = self.env["ir.actions.act_window"].with_user(user)
        action = action._for_xml_id(
            "billing_coordinator.billing_ticket_action_department"
        )
        domain = [("asked_on", "!=", False), ("state", "=", "waiting_department")]
        self.assertEqual(action["domain"], str(domain[:1]))
        tickets = self.env["billing.ticket"].with_user(user)
        companies = user.company_ids.ids
        return tickets.with_context(allowed_company_ids=companies).search(domain)


@tagged("post_install", "-at_install")
class TestAsk(DepartmentCase):
    def test_proposal(self):
        """Team, person and hours by the reason, but not after the ticket's deadline."""
        wizard = self.env["billing.ticket.ask.wizard"].with_user(self.coordinator)
        wizard = wizard.with_context(active_id=self.ticket.id)
        values = {"question": "Ten?"}
        proposal = wizard.create(values)
        self.assertEqual((proposal.team_id, proposal.user_id), (self.team, self.member))
        self.assertEqual(proposal.deadline, self.ticket.deadline)
        self.ticket.deadline = days(60)
        expected = self.team._plan_hours(self.company, MONDAY, self.reason.hours)
        self.assertEqual(wizard.create(values).deadline, expected)

    def test_asking_a_person(self):
        deadline = self.ticket.deadline
        self._ask()
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "state": "waiting_department",
                    "team_id": self.team.id,
                    "user_id": self.member.id,
                    "question": "Were ten\nmissing?",
                    "question_deadline": SOON,
                    "deadline": deadline,
                    "asked_by_id": self.coordinator.id,
                }
            ],
        )
        activity = self._activities(QUESTION)
        self.assertEqual(activity.user_id, self.member)
        self.assertEqual(activity.date_deadline, SOON.date())
        note = self._last_note()
        self.assertTrue(note.subtype_id.internal)
        self.assertEqual(note.author_id, self.coordinator.partner_id)
        self.assertIn("Were ten<br", note.body)
        self.assertEqual(note.notified_partner_ids, self.member.partner_id)

    def test_asking_a_team_without_a_person(self):
        self._ask(user_id=False)
        self.assertEqual(self._activities(QUESTION).user_id, self.leader)
        self.assertEqual(self._questions_of(self.member), self.ticket)
        self.team.leader_id = False
        with self.assertRaisesRegex(UserError, "no leader: choose"):
            self._ask(user_id=False)

    def test_somebody_who_may_not_see_it(self):
        outsider = self._make_user("outsider", "base.group_user")
        with self.assertRaisesRegex(UserError, "Department member"):
            self._ask(user_id=outsider.id)
        self.member.active = False
        with self.assertRaisesRegex(UserError, "cannot see the ticket"):
            self._ask(user_id=self.member.id)

    def test_deadline_of_the_question(self):
        for moment, message in (
            (datetime(2025, 6, 16, 8), "has passed"),
            (datetime(2025, 8, 16, 8), "to be resolved by"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._ask(deadline=moment)

    def test_one_question_after_the_other(self):
        """The thread keeps them all; one activity at a time."""
        self._ask()
        self._respond(self.member, text="No, five.")
        self._ask(question="Who packed them?", user_id=self.leader.id)
        self.assertFalse(self.ticket.answer)
        self.assertEqual(self._activities(QUESTION).user_id, self.leader)
        self.assertFalse(self._activities(ANSWER))
        bodies = " ".join(self.ticket.sudo().message_ids.mapped("body"))
        for text in ("Were ten", "No, five.", "Who packed"):
            self.assertIn(text, bodies)

    def test_what_is_over_is_not_asked(self):
        self.ticket._resolve("rejected")
        with self.assertRaisesRegex(UserError, "reopen"):
            self._ask()

    def test_no_answer_is_needed_any_more(self):
        self._ask()
        self.ticket._resolve("rejected")
        self.assertFalse(self._activities(QUESTION))

    def test_another_reason_another_person(self):
        """The activity goes to whom the ticket goes; who is out hears no more."""
        other_team = self.env["billing.team"].create(
            {"name": "Sales", "company_id": self.company.id}
        )
        seller = self._make_user("seller", "group_billing_department")
        price = self.reason.copy({"team_id": other_team.id, "user_id": seller.id})
        self._ask()
        self.assertIn(self.member.partner_id, self.ticket.message_partner_ids)
        self.ticket.reason_id = price
        self.assertEqual(self._activities(QUESTION).user_id, seller)
        self.assertNotIn(self.member.partner_id, self.ticket.message_partner_ids)


@tagged("post_install", "-at_install")
class TestAnswer(DepartmentCase):
    def setUp(self):
        super().setUp()
        self._ask()

    def test_answer(self):
        action = self._respond(self.member, text="<b>Five</b>", outcome="partly")
        self.assertEqual(action["res_model"], "billing.ticket")
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "state": "in_progress",
                    "answer": "<b>Five</b>",
                    "answer_outcome": "partly",
                    "answered_by_id": self.member.id,
                }
            ],
        )
        self.assertFalse(self._activities(QUESTION))
        self.assertEqual(self._activities(ANSWER).user_id, self.manager)
        note = self._last_note()
        self.assertIn("&lt;b&gt;Five", note.body)
        self.assertIn("Partly right", note.body)
        self.assertEqual(note.author_id, self.member.partner_id)
        self.assertEqual(
            note.notified_partner_ids, (self.manager + self.coordinator).partner_id
        )
        self.assertFalse(self._questions_of(self.member))
        with self.assertRaisesRegex(UserError, "Nobody waits"):
            self._respond(self.member, text="Once more")

    def test_nothing_said(self):
        with self.assertRaisesRegex(UserError, "found out"):
            self._respond(self.member, text="  ")
        with self.assertRaisesRegex(UserError, "Say why"):
            self._respond(self.member, "action_hand_back")

    def test_files(self):
        """They move to the ticket; nobody takes a file from elsewhere."""
        files = self.env["ir.attachment"].with_user(self.member)
        values = {"name": "list.txt", "raw": b"x"}
        model = "billing.ticket.answer.wizard"
        own = files.create({**values, "res_model": model})
        self._respond(self.member, text="See", attachment_ids=own.ids)
        own = own.sudo()
        self.assertEqual(
            (own.res_model, own.res_id), (self.ticket._name, self.ticket.id)
        )
        self.assertEqual(self._last_note().attachment_ids, own)
        own.with_user(self.coordinator).check_access("read")
        self._ask()
        other = files.with_user(self.coordinator).create({**values, "res_model": model})
        foreign = files.sudo().create(
            {**values, "res_model": "res.partner", "res_id": self.customer.id}
        )
        for stolen in (other, foreign, own):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self._respond(self.member, text="See", attachment_ids=stolen.ids)

    def test_not_ours(self):
        deadline = self.ticket.deadline
        self._respond(self.member, "action_hand_back", text="Ask Sales")
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "state": "in_progress",
                    "team_id": False,
                    "user_id": False,
                    "deadline": deadline,
                }
            ],
        )
        self.assertIn("Ask Sales", self._last_note().body)
        self.assertEqual(self._activities(ANSWER).user_id, self.manager)
        self.assertFalse(self._activities(QUESTION))
        self.assertNotIn(self.member.partner_id, self.ticket.message_partner_ids)
        with self.assertRaises(AccessError):
            self.ticket.with_user(self.member).read(["subject"])

    def test_a_colleague(self):
        colleague = self._make_user("colleague", "group_billing_department")
        with self.assertRaisesRegex(UserError, "not with"):
            self._respond(self.leader, "action_reassign", user_id=colleague.id)
        self.team.member_ids = [Command.link(colleague.id)]
        with self.assertRaisesRegex(UserError, "Only the leader"):
            self._respond(self.member, "action_reassign", user_id=colleague.id)
        self._respond(self.leader, "action_reassign", user_id=colleague.id)
        self.assertEqual(self.ticket.user_id, colleague)
        self.assertEqual(self._activities(QUESTION).user_id, colleague)
        self.assertEqual(self._last_note().notified_partner_ids, colleague.partner_id)
        self.assertEqual(self.ticket.state, "waiting_department")

    def test_coordinator_who_has_left(self):
        self.ticket.responsible_id = self.coordinator
        self.coordinator.active = False
        self._respond(self.member, text="Five")
        self.assertEqual(self._activities(ANSWER).user_id, self.manager)

    def test_no_manager_either(self):
        """Somebody of the billing desk: no answer arrives in silence."""
        self.ticket.responsible_id = False
        self.coordinator.active = False
        company = self.registry["res.company"]
        nobody = self.env["res.users"]
        with patch.object(company, "_get_followup_manager", lambda self: nobody):
            self._respond(self.member, text="Five")
        self.assertEqual(self._activities(ANSWER).user_id, self.manager)


@tagged("post_install", "-at_install")
class TestDepartmentAccess(SecondCompany, DepartmentCase):
    def setUp(self):
        super().setUp()
        self._ask()
        self.seller = self._make_user("seller", "group_billing_department")
        self.env["billing.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [Command.link(self.seller.id)],
            }
        )
        self.stranger = self._make_user(
            "stranger", "group_billing_department", company=self.other_company
        )
        self.team.sudo().company_id = False
        self.team.member_ids = [Command.link(self.stranger.id)]

    def test_own_team_only(self):
        for user, expected in (
            (self.member, self.ticket),
            (self.leader, self.ticket),
            (self.seller, self.ticket.browse()),
            (self.stranger, self.ticket.browse()),
            (self.department, self.ticket.browse()),
        ):
            self.assertEqual(self._questions_of(user), expected, user.name)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_others_cannot_answer(self):
        for user in (self.seller, self.stranger):
            for action in ("action_answer", "action_hand_back"):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self._respond(user, action, text="x")
            with self.assertRaises(AccessError), self.cr.savepoint():
                self._respond(user, "action_reassign", user_id=user.id)
        self.assertEqual(self.ticket.state, "waiting_department")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nothing_else_by_rpc(self):
        ticket = self.ticket.with_user(self.member)
        for values in (
            {"answer": "x"},
            {"state": "closed"},
            {"line_ids": [Command.clear()]},
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                ticket.write(values)
        for method in ("action_cancel", "action_start", "unlink"):
            with self.assertRaises(AccessError), self.cr.savepoint():
                getattr(ticket, method)()
        with self.assertRaises(AccessError), self.cr.savepoint():
            ticket.line_ids.amount_disputed = 1
        ask = self.env["billing.ticket.ask.wizard"].with_user(self.member)
        with self.assertRaises(AccessError), self.cr.savepoint():
            ask.create({"ticket_id": ticket.id, "question": "x"})

    def _get_view_data(self, user, kind, view_id=None):
        tickets = self.env["billing.ticket"].with_user(user)
        views = tickets.get_views([(view_id, kind)])
        return views["views"][kind]["arch"], views["models"]

    def test_light_views(self):
        """Whatever view is asked for; all that it shows can be read."""
        full = self.env.ref("billing_coordinator.billing_ticket_view_form").id
        for kind in ("form", "list", "kanban", "search"):
            arch, models = self._get_view_data(self.member, kind, full)
            self.assertNotIn("account.move", models)
            names = etree.fromstring(arch).xpath(
                "//field[not(ancestor::field) and not(ancestor::chatter)]/@name"
            )
            self.ticket.with_user(self.member).read(names)
        arch, models = self._get_view_data(self.member, "form")
        shown = models["billing.ticket.line"]["fields"]
        lines = self.ticket.with_user(self.member).line_ids
        values = lines.read([name for name in shown if name != "move_id"])
        self.assertEqual(values[0]["move_name"], self.invoice.name)
        self.assertEqual(values[0]["amount_original"], 100)
        self.assertNotIn('name="action_start"', arch)
        self.assertIn(
            'name="action_start"', self._get_view_data(self.coordinator, "form")[0]
        )

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_no_accounting(self):
        for model in ("account.move", "account.move.line", "billing.worklist"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.member).search([])

    def test_menus(self):
        menu = self.env.ref("billing_coordinator.billing_ticket_menu_department")
        for user, expected in (
            (self.member, True),
            (self.coordinator, False),
            (self.manager, False),
            (self._make_user("employee", "base.group_user"), False),
        ):
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            self.assertEqual(menu.id in menus, expected, user.name)

    def test_notes_only(self):
        """The coordinator talks with the customer."""
        ticket = self.ticket.with_user(self.member)
        ticket.message_post(body="Note", subtype_xmlid="mail.mt_note")
        for values in (
            {"subtype_xmlid": "mail.mt_comment"},
            {"subtype_xmlid": "mail.mt_note", "partner_ids": self.customer.ids},
        ):
            with (
                self.assertRaisesRegex(UserError, "talks with the customer"),
                self.cr.savepoint(),
            ):
                ticket.message_post(body="Hello", message_type="comment", **values)
        self.ticket.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
