from odoo import fields, models
from odoo.tools import email_normalize, html2plaintext

from ..tools import mail
from .billing_ticket import IN_PROGRESS, WAITING_DEPARTMENT
from .billing_ticket_department import ANSWER


class BillingTicket(models.Model):
    """What an answer by e-mail means, and who learns of it."""

    _inherit = "billing.ticket"

    def message_update(self, msg_dict, update_vals=None):
        self.check_access("write")  # the gateway has it
        result = super().message_update(msg_dict, update_vals)
        self._leave_out_large(msg_dict)
        if self.env.context.get("billing_mail_writer") == mail.REPLY:
            return result
        user_sudo = self._get_internal_user(msg_dict.get("author_id"))
        if user_sudo:
            self._colleague_has_written(user_sudo, msg_dict.get("body"))
        elif self._is_known(email_normalize(msg_dict.get("email_from"))):
            self._customer_has_answered()
        else:
            self._plan_once(
                lambda ticket: ticket.env._("Read what somebody else writes")
            )
        return result

    def _colleague_has_written(self, user, body):
        """Only who may see the ticket answers for the department."""
        if not self._can_read(user):
            self._plan_reading()
        elif self._is_department(user):
            self._take_answer_of_department(user, body)

    def _take_answer_of_department(self, user, body):
        """As if it had been entered; what comes later is to be read only."""
        coordinator = self._get_coordinator()
        ticket = self.with_context(lang=coordinator.lang)
        if self.state == WAITING_DEPARTMENT:
            self.write(
                {
                    "answer": html2plaintext(body or ""),
                    "answer_outcome": False,
                    "answered_by_id": user.id,
                    "answered_on": fields.Datetime.now(),
                    "state": IN_PROGRESS,
                }
            )
            title = ticket.env._("Answer of %(team)s", team=ticket.team_id.name)
            self._plan(ANSWER, coordinator, title)
        else:
            self._plan_reading()

    def _plan_reading(self):
        self._plan_once(lambda ticket: ticket.env._("Read what colleagues write"))

    def _plan_once(self, get_summary):
        """One activity for whoever talks with the customer, until it is done."""
        user = self._get_coordinator()
        if not user:
            return
        ticket = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        summary = get_summary(ticket)
        if summary not in self.activity_ids.mapped("summary"):
            ticket.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )

    def _message_receive_bounce(self, email, partner):
        """An answer that did not arrive is told: the customer waits for it."""
        result = super()._message_receive_bounce(email, partner)
        for ticket in self.sudo():  # the gateway's user may see no tickets
            ticket._message_log(
                body=ticket.env._(
                    "The e-mail to %(address)s came back: it was not delivered.",
                    address=email,
                )
            )
            ticket._plan_once(lambda ticket: ticket.env._("Correct the e-mail address"))
        return result
