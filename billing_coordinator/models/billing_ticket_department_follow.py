from odoo import models

from .billing_ticket import WAITING_DEPARTMENT
from .billing_ticket_department import QUESTION

ROUTE = {"user_id", "team_id", "reason_id"}


class BillingTicket(models.Model):
    """Who learns of a ticket that goes to somebody else, and who does not any more."""

    _inherit = "billing.ticket"

    def write(self, vals):
        """Whoever has to answer a question gets its activity, and nobody else."""
        changed = vals.keys() & (ROUTE | {"state"})
        waiting = self.filtered(lambda t: t.state == WAITING_DEPARTMENT)
        asked = {t: t._get_asked() for t in waiting} if changed else {}
        people = {t: t._get_people() for t in self} if changed & ROUTE else {}
        result = super().write(vals)
        for ticket, person in asked.items():
            ticket._follow_question(person)
        for ticket, users in people.items():
            ticket._forget_followers(users)
        return result

    def _get_people(self):
        """Who sees the ticket because of team and assignment."""
        team_sudo = self.team_id.sudo()  # of any company
        return self.user_id.sudo() | team_sudo.member_ids | team_sudo.leader_id

    def _follow_question(self, person):
        """``person`` had to answer until now."""
        asked = self._get_asked()
        ticket_sudo = self.sudo()  # activities of others
        questions_sudo = ticket_sudo.activity_search([QUESTION])
        if self.state != WAITING_DEPARTMENT or not asked:
            questions_sudo.unlink()
        elif asked != person:
            questions_sudo.user_id = asked

    def _forget_followers(self, users):
        """Those of ``users`` who cannot read the ticket any more get no notes of it."""
        gone_sudo = (users - self._get_people()).sudo()
        if not gone_sudo:
            return
        ticket_sudo = self.sudo()  # followers are not for departments
        followers_sudo = gone_sudo.filtered(
            lambda user: (
                user.partner_id in ticket_sudo.message_partner_ids
                and not self._can_read(user)
            )
        )
        ticket_sudo.message_unsubscribe(followers_sudo.partner_id.ids)
