from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .billing_ticket import (
    CANCELLED,
    CLOSED,
    IN_PROGRESS,
    OPEN_STATES,
    RESOLVED,
    WAITING_CUSTOMER,
)
from .billing_ticket_escalation import LATE


class BillingTicket(models.Model):
    """How a ticket goes from state to state."""

    _inherit = "billing.ticket"

    @api.constrains("state", "resolution", "kind")
    def _check_resolution(self):
        """Money is settled before a ticket is closed."""
        for ticket in self:
            done = ticket.state in (RESOLVED, CLOSED) and not ticket.closed_by_clearing
            if done and not ticket.resolution:
                raise ValidationError(
                    self.env._(
                        "%(ticket)s: say first what came of it, with the button"
                        " 'Resolve'.",
                        ticket=ticket.display_name,
                    )
                )

    def action_start(self):
        """Take the tickets up."""
        self._check_open()
        for ticket in self:
            ticket.responsible_id = ticket.responsible_id or self.env.user
        self.state = IN_PROGRESS

    def action_wait_for_customer(self):
        """The customer has to say something: an answer brings the ticket back."""
        self._check_open()
        self.state = WAITING_CUSTOMER

    def action_close(self):
        """Close what is resolved."""
        self.state = CLOSED

    def action_cancel(self):
        """It was no ticket: spam, or made by mistake. What is disputed is chased."""
        self._check_open()
        self.state = CANCELLED
        self._forget_lateness()

    def action_reopen(self):
        """Go on with a ticket that was over."""
        over = self.filtered(lambda ticket: ticket.state not in OPEN_STATES)
        if any(ticket.closed_by_clearing for ticket in over):
            raise UserError(
                self.env._(
                    "Its invoices are settled. Undo the payment or the credit note, and"
                    " the ticket opens by itself; or make a new one."
                )
            )
        over.write({"state": IN_PROGRESS, "resolution": False, "resolved_on": False})
        over._renew_deadline()

    def _resolve(self, resolution, **values):
        """Write down what came of open tickets; their reminders resume."""
        self._check_open()
        self.write(
            {
                "resolution": resolution,
                "state": RESOLVED,
                "resolved_on": fields.Datetime.now(),
                **values,
            }
        )
        self._forget_lateness()

    def _forget_lateness(self):
        """What is over is late no more: nobody has to look into it."""
        ticket_sudo = self.sudo()  # activities of others
        ticket_sudo.activity_unlink([LATE])

    def _check_open(self):
        for ticket in self:
            if ticket.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "%(ticket)s is over: reopen it first.",
                        ticket=ticket.display_name,
                    )
                )
