from odoo import models

from ..tools import mail
from .billing_ticket import (
    CLOSED,
    IN_PROGRESS,
    RESOLVED,
    WAITING_CUSTOMER,
    WAITING_DEPARTMENT,
)

# What was settled in the books stays settled, whatever is written later.
SETTLED = ("credited", "rebilled", "written_off")


class BillingTicket(models.Model):
    """What an answer means: the ticket goes on, and the coordinator learns of it."""

    _inherit = "billing.ticket"

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        self._leave_out_large(msg_dict)
        writer = self.env.context.get("billing_mail_writer", mail.PERSON)
        if writer != mail.REPLY:
            self._take_reply(self._get_internal_user(msg_dict.get("author_id")))
        return result

    def _take_reply(self, user):
        """An answer of a colleague, or, without ``user``, of the customer."""
        if not user:
            self._take_reply_of_customer()
        elif self._is_department(user):
            if self.state == WAITING_DEPARTMENT:
                self.state = IN_PROGRESS
            self._plan_for_coordinator(
                lambda ticket: ticket.env._(
                    "Read the answer to %(ticket)s", ticket=ticket.name
                )
            )

    def _take_reply_of_customer(self):
        """A reply brings back what is over; nobody reopens what was no ticket."""
        if self.state in (RESOLVED, CLOSED):
            self._reopen_by_reply()
        elif self.state == WAITING_CUSTOMER:
            self.state = IN_PROGRESS
        self._plan_for_coordinator(
            lambda ticket: ticket.env._(
                "Answer the reply to %(ticket)s", ticket=ticket.name
            )
        )

    def _reopen_by_reply(self):
        """The conversation goes on. What was settled is not disputed again.

        What was rejected is in dispute again, as far as it is still open.
        """
        settled = self.closed_by_clearing or self.resolution in SETTLED
        for line in self.line_ids:
            left = 0.0 if settled else max(0.0, line.amount_residual)
            if line.currency_id.compare_amounts(line.amount_disputed, left) > 0:
                line.amount_disputed = left
        self.write(
            {
                "state": IN_PROGRESS,
                "closed_by_clearing": False,
                "resolution": False,
                "resolved_on": False,
            }
        )

    def _plan_for_coordinator(self, get_summary):
        """One activity for whoever talks with the customer, until it is done."""
        user = self._get_coordinator()
        if not user:
            return
        ticket = self.with_context(lang=user.lang)
        summary = get_summary(ticket)
        if summary not in self.activity_ids.mapped("summary"):
            ticket.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )

    def _get_coordinator(self):
        """The coordinator; where nobody is, or has left, the follow-up manager."""
        for user in (self.responsible_id, self.company_id._get_followup_manager()):
            if user.active and self.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]

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
            ticket._plan_for_coordinator(
                lambda ticket: ticket.env._(
                    "Correct the address of %(ticket)s", ticket=ticket.name
                )
            )
        return result
