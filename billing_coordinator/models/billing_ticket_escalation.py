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
        late = self.search(
            self._get_escalation_domain(),
            order="escalation_error_on NULLS FIRST, escalate_on, id",
        )
        queue = [(id_, "_forget_activities") for id_ in self._get_idle().ids]
        queue += [(id_, "_escalate_if_late") for id_ in late.ids]
        self.env["ir.cron"]._commit_progress(remaining=len(queue))
        for ticket_id, method in queue:
            self.browse(ticket_id)._run_isolated(method)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_escalation_domain(self):
        """Tickets that somebody has to hear of. Hook."""
        return Domain("escalate_on", "<=", fields.Datetime.now()) & Domain(
            "state", "in", OPEN_STATES
        )

    @api.model
    def _get_idle(self):
        """Tickets with activities that nobody has to do any more. Hook.

        Settling the invoices closed them, without anybody who took these away.
        """
        kinds = self._get_planned_kinds()
        activities = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("activity_type_id", "in", list(kinds))]
        )
        tickets = self.browse(set(activities.mapped("res_id")))
        states = dict(zip(tickets.ids, tickets.mapped("state"), strict=True))
        return self.browse(
            {
                activity.res_id
                for activity in activities
                if states[activity.res_id] not in kinds[activity.activity_type_id.id]
            }
        )

    @api.model
    def _get_planned_kinds(self):
        """``{activity type id: states in which somebody has to do it}``."""
        id_of = self.env["ir.model.data"]._xmlid_to_res_id
        return {id_of(QUESTION): (WAITING_DEPARTMENT,), id_of(LATE): OPEN_STATES}

    def _forget_activities(self):
        """Take away what nobody has to do any more. Hook."""
        if self.state != WAITING_DEPARTMENT:
            self.activity_unlink([QUESTION])
        if self.state not in OPEN_STATES:
            self.activity_unlink([LATE])

    def _escalate_if_late(self):
        if self.filtered_domain(self._get_escalation_domain()):
            self._escalate()

    def _run_isolated(self, method):
        """Work on one ticket; what fails is noted on it and stops nobody else."""
        try:
            # Where another worker was faster PostgreSQL refuses: no error to log.
            with mute_logger("odoo.sql_db"):
                if not self.try_lock_for_update(allow_referencing=True):
                    return
            self.invalidate_recordset()
            getattr(self, method)()
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
        first, last = self._get_told()
        if not last:
            self._record_escalation_error(
                self.env._(
                    "Nobody can be told: choose a leader of the team or a coordinator."
                )
            )
            return
        told = first if self.escalation_level == "0" else last
        level = "2" if told == last else "1"
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

    def _get_told(self):
        """Who is told first, and who if it is late still.

        First the team leader, else the coordinator; then the follow-up manager, else
        who made the ticket, else anybody of the billing desk.
        """
        manager = self.company_id._get_followup_manager()
        first = self._find_reader(self.team_id.leader_id + self.responsible_id)
        last = self._find_reader(manager + self.create_uid) or self._find_reader(
            self.company_id._get_billing_desk()
        )
        return first or last, last or first

    def _find_reader(self, users):
        """The first of them who may see the ticket."""
        return next(filter(self._can_read, users), users.browse())

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
