import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import mute_logger

from .billing_ticket import OPEN_STATES, WAITING_DEPARTMENT
from .billing_ticket_department import QUESTION

_logger = logging.getLogger(__name__)

LATE = "billing_coordinator.mail_activity_type_late"
LEVELS = [("0", "Nobody yet"), ("1", "Team leader"), ("2", "Manager")]


class BillingTicket(models.Model):
    """Who hears of a ticket that is late: the team leader, then the manager."""

    _inherit = "billing.ticket"

    escalation_level = fields.Selection(
        LEVELS,
        "Lateness told to",
        compute="_compute_escalation",
        store=True,
        help="Each is told once, until there is a new deadline.",
    )
    escalated_on = fields.Datetime(
        "Escalated on", compute="_compute_escalation", store=True
    )
    escalate_on = fields.Datetime(
        "Next escalation",
        compute="_compute_escalation",
        store=True,
        index="btree_not_null",
    )
    escalation_error = fields.Char(readonly=True, copy=False)
    escalation_error_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("deadline", "question_deadline", "state")
    def _compute_escalation(self):
        """A deadline after the last escalation starts anew; an older one does not."""
        for ticket in self:
            due = ticket._get_due()
            told = ticket.escalated_on
            if due and told and due <= told:
                ticket.escalation_level = ticket.escalation_level
                ticket.escalated_on = told
                ticket.escalate_on = ticket.escalate_on
                continue
            ticket.escalation_level = "0"
            ticket.escalated_on = False
            ticket.escalate_on = due

    def _get_due(self):
        """The deadline that counts now: that of the question while it is with a team.

        :return: False for a ticket that is over
        """
        if self.state not in OPEN_STATES:
            return False
        if self.state == WAITING_DEPARTMENT and self.question_deadline:
            return self.question_deadline
        return self.deadline

    def _renew_deadline(self):
        """What is reopened after its deadline gets a new one."""
        now = fields.Datetime.now()
        for ticket in self.filtered(lambda ticket: ticket.deadline <= now):
            ticket.deadline = ticket._add_working_hours(now, ticket._get_hours_given())

    # -- the job ----------------------------------------------------------------------

    @api.model
    def _cron_escalate(self):
        """Tell of what is late; one ticket is one unit of work, committed by itself."""
        self._forget_activities()
        queue = self.search(
            self._get_escalation_domain(),
            order="escalation_error_on NULLS FIRST, escalate_on, id",
        ).ids
        self.env["ir.cron"]._commit_progress(remaining=len(queue))
        for ticket_id in queue:
            self.browse(ticket_id)._escalate_isolated()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_escalation_domain(self):
        """Tickets that somebody has to hear of. Hook."""
        return Domain("escalate_on", "<=", fields.Datetime.now()) & Domain(
            "state", "in", OPEN_STATES
        )

    @api.model
    def _forget_activities(self):
        """Take away what nobody has to do any more. Hook."""
        self._forget_questions()

    @api.model
    def _forget_questions(self):
        """Nobody has to answer where settling the invoices closed the ticket."""
        kind = self.env["ir.model.data"]._xmlid_to_res_id(QUESTION)
        questions = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("activity_type_id", "=", kind)]
        )
        waiting = self.browse(questions.mapped("res_id")).filtered(
            lambda ticket: ticket.state == WAITING_DEPARTMENT
        )
        questions.filtered(lambda q: q.res_id not in waiting.ids).unlink()

    def _escalate_isolated(self):
        """Escalate one ticket; what fails is noted on it and stops nobody else."""
        try:
            # Where another worker was faster PostgreSQL refuses: no error to log.
            with mute_logger("odoo.sql_db"):
                if not self.try_lock_for_update(allow_referencing=True):
                    return
            self.invalidate_recordset()
            if self.filtered_domain(self._get_escalation_domain()):
                self._escalate()
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Escalating %s failed", self, exc_info=True)
            self._record_escalation_error(error)

    def _record_escalation_error(self, error):
        """Keep the reason on the ticket; the next run tries it last."""
        try:
            self.write(
                {
                    "escalation_error": str(error) or type(error).__name__,
                    "escalation_error_on": fields.Datetime.now(),
                }
            )
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            # Somebody saves the ticket: the next run meets the error again.
            self.env.cr.rollback()

    def _escalate(self):
        """Tell the next one, and when to tell the one after."""
        manager = self.company_id._get_followup_manager()
        first = self._get_first_told() or manager
        told = first if self.escalation_level == "0" else manager
        level = "2" if told == manager else "1"
        now = fields.Datetime.now()
        hours = self.team_id._get_escalate_hours()
        later = self.team_id._plan_hours(self.company_id, now, hours)
        self._tell_of_lateness(told)
        self.write(
            {
                "escalation_level": level,
                "escalated_on": now,
                "escalate_on": later if level == "1" else False,
                "escalation_error": False,
                "escalation_error_on": False,
            }
        )

    def _get_first_told(self):
        """The team leader; of a ticket of no team, the coordinator."""
        for user in self.team_id.leader_id + self.responsible_id:
            if self._can_read(user):
                return user
        return self.env["res.users"]

    def _tell_of_lateness(self, user):
        """An activity, and a note in the words of who is told."""
        ticket = self.with_context(lang=user.lang, tz=user.tz)
        question = self.state == WAITING_DEPARTMENT and self.question
        if question:
            title = ticket.env._("The answer of the department is late")
        else:
            title = ticket.env._("The ticket is late")
        ticket._post_note(title, question or self.subject, user)
        ticket._plan(LATE, user, title)
