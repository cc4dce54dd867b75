from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .billing_ticket import IN_PROGRESS, WAITING_DEPARTMENT

QUESTION = "billing_coordinator.mail_activity_type_question"
ANSWER = "billing_coordinator.mail_activity_type_answer"
OUTCOMES = [
    ("right", "Customer is right"),
    ("partly", "Partly right"),
    ("wrong", "Customer is wrong"),
]


class BillingTicket(models.Model):
    """A question for a department, and what it says.

    The ticket holds the latest question; all of them are in its thread. Departments
    may only read tickets: what they do is written by the methods here, which check
    that they may read the ticket and that somebody waits for them.
    """

    _inherit = "billing.ticket"

    question = fields.Text(readonly=True, copy=False)
    question_deadline = fields.Datetime(
        "Answer by", readonly=True, copy=False, index="btree_not_null"
    )
    asked_by_id = fields.Many2one(
        "res.users", "Asked by", readonly=True, copy=False, index="btree_not_null"
    )
    asked_on = fields.Datetime("Asked on", readonly=True, copy=False)
    answer = fields.Text(readonly=True, copy=False)
    answer_outcome = fields.Selection(
        OUTCOMES, "The department says", readonly=True, copy=False
    )
    answered_by_id = fields.Many2one(
        "res.users", "Answered by", readonly=True, copy=False, index="btree_not_null"
    )
    answered_on = fields.Datetime("Answered on", readonly=True, copy=False)
    is_team_leader = fields.Boolean(compute="_compute_is_team_leader")

    @api.depends("team_id.leader_id")
    @api.depends_context("uid")
    def _compute_is_team_leader(self):
        for ticket in self:
            ticket.is_team_leader = ticket.team_id.sudo().leader_id == self.env.user

    # -- asking -----------------------------------------------------------------------

    def _ask(self, team, question, deadline, person=None):
        """Hand a question over to a team: to a person, else to its leader."""
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        self._withdraw_question()
        person = person or self.env["res.users"]
        self.with_context(mail_auto_subscribe_no_notify=True).write(
            {
                "team_id": team.id,
                "user_id": person.id,
                "deadline": self.deadline,
                "state": WAITING_DEPARTMENT,
                "question": question,
                "question_deadline": deadline,
                "asked_by_id": self.env.uid,
                "asked_on": fields.Datetime.now(),
                "answer": False,
                "answer_outcome": False,
                "answered_by_id": False,
                "answered_on": False,
            }
        )
        self._hand_over_question()

    def _hand_over_question(self):
        """Tell the one who has to answer, with a note and an activity."""
        asked = self._get_asked()
        self._check_can_answer(asked)
        title = self.env._("Question for %(team)s", team=self.team_id.name)
        self._post_note(title, self.question, asked)
        self._plan(QUESTION, asked, title, self.question_deadline)

    def _get_asked(self):
        """The person who has to answer; where none is chosen, the team leader."""
        return self.user_id or self.team_id.sudo().leader_id.sudo(False)

    def _check_can_answer(self, person):
        if not person:
            raise UserError(
                self.env._(
                    "%(team)s has no leader: choose the person to ask.",
                    team=self.team_id.name,
                )
            )
        if not self._can_read(person):
            raise UserError(
                self.env._(
                    "%(person)s cannot see the ticket. Ask somebody with the role"
                    " 'Department member' in %(company)s.",
                    person=person.sudo().name,
                    company=self.company_id.name,
                )
            )

    def _can_read(self, user):
        """Whether a user is at work here and may see the ticket."""
        user_sudo, company = user.sudo(), self.company_id
        at_work = user_sudo.active and not user_sudo.share
        if not at_work or company not in user_sudo.company_ids:
            return False
        ticket = self.with_user(user).with_context(allowed_company_ids=company.ids)
        return ticket.has_access("read")

    # -- answering --------------------------------------------------------------------

    def _answer(self, text, outcome=False, attachments=None):
        """Say what the department found out; the coordinator goes on."""
        self._check_asked()
        title = self.env._("Answer of %(team)s", team=self.team_id.name)
        body = self._get_outcome_text(outcome) + text
        coordinator = self._get_coordinator()
        self._post_note(title, body, self.asked_by_id | coordinator, attachments)
        ticket_sudo = self.sudo()  # departments may only read
        ticket_sudo.write(
            {
                "answer": text,
                "answer_outcome": outcome,
                "answered_by_id": self.env.uid,
                "answered_on": fields.Datetime.now(),
                "state": IN_PROGRESS,
            }
        )
        self._plan(ANSWER, coordinator, title)

    def _get_outcome_text(self, outcome):
        names = dict(self._fields["answer_outcome"]._description_selection(self.env))
        return f"{names[outcome]}\n" if outcome else ""

    def _hand_back(self, reason):
        """It is not for this team: the coordinator finds who can answer."""
        self._check_asked()
        title = self.env._("%(team)s hands the question back", team=self.team_id.name)
        coordinator = self._get_coordinator()
        self._post_note(title, reason, self.asked_by_id | coordinator)
        ticket_sudo = self.sudo()  # departments may only read
        ticket_sudo.write(
            {
                "team_id": False,
                "user_id": False,
                "deadline": self.deadline,
                "state": IN_PROGRESS,
            }
        )
        self._plan(ANSWER, coordinator, title)

    def _reassign(self, person):
        """The leader gives a question to somebody else of the team."""
        self._check_asked()
        team_sudo = self.team_id.sudo()
        if not (self.is_team_leader or self.has_access("write")):
            raise UserError(
                self.env._(
                    "Only the leader of %(team)s gives questions to others.",
                    team=team_sudo.name,
                )
            )
        if person not in team_sudo.member_ids | team_sudo.leader_id:
            raise UserError(
                self.env._(
                    "%(person)s is not with %(team)s.",
                    person=person.sudo().name,
                    team=team_sudo.name,
                )
            )
        self._withdraw_question()
        ticket_sudo = self.sudo()  # departments may only read
        ticket_sudo.with_context(mail_auto_subscribe_no_notify=True).user_id = person
        self._hand_over_question()

    def _check_asked(self):
        """The user sees the ticket, and it waits for an answer."""
        self.ensure_one()
        self.check_access("read")
        if self.state != WAITING_DEPARTMENT:
            raise UserError(
                self.env._(
                    "Nobody waits for an answer to %(ticket)s any more.",
                    ticket=self.display_name,
                )
            )

    def _get_coordinator(self):
        """Who goes on with the ticket: a coordinator who is still here."""
        for user in self.responsible_id + self.asked_by_id:
            if self._can_read(user):
                return user
        company = self.company_id
        return company._get_followup_manager() or company._get_billing_desk()[:1]

    # -- notes and activities ---------------------------------------------------------

    def _post_note(self, title, text, users, attachments=None):
        """An internal note of the user; ``users`` who are still here are told of it."""
        told_sudo = users.filtered(self._can_read).sudo()  # of any company
        body = Markup("<p><b>%s</b></p>%s") % (title, plaintext2html(text))
        return self.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=told_sudo.partner_id.ids,
            attachment_ids=attachments.ids if attachments else None,
        )

    def _plan(self, kind, user, summary, deadline=None):
        """An activity of a user who was told by a note already."""
        if not user:
            return
        day = fields.Datetime.context_timestamp(
            self.with_context(tz=user.sudo().tz or self.env.user.tz),
            deadline or fields.Datetime.now(),
        )
        ticket_sudo = self.sudo()  # departments may only read
        ticket_sudo.with_context(mail_activity_quick_update=True).activity_schedule(
            kind, day.date(), summary, user_id=user.id
        )

    def _withdraw_question(self):
        """Nobody has to answer any more, or somebody else has."""
        ticket_sudo = self.sudo()  # activities of others
        ticket_sudo.activity_unlink([QUESTION, ANSWER])
