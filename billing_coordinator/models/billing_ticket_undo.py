from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .billing_ticket import CANCELLED, CLOSED, IN_PROGRESS, OPEN_STATES, RESOLVED
from .billing_ticket_line_settlement import DONE, DRAFT, UNDONE


class BillingTicket(models.Model):
    """A ticket is resolved as long as what was done in the books stands."""

    _inherit = "billing.ticket"

    @api.depends("line_ids.settlement_state")
    def _compute_state(self):
        """Taking back a credit note or write-off opens the ticket; redoing resolves it.

        A resolution without an entry (the customer pays, rejected) stays when a
        payment that closed the ticket is undone: the customer has to pay again.
        """
        cleared = self.filtered("closed_by_clearing")
        result = super()._compute_state()
        for ticket in self.filtered("resolution"):
            states = set(ticket.line_ids.mapped("settlement_state")) - {False}
            reset = ticket.line_ids.filtered(lambda line: line._is_cleared_by_draft())
            if reset and ticket.state == CLOSED:
                ticket.state, ticket.closed_by_clearing = IN_PROGRESS, False
            elif ticket.closed_by_clearing:
                continue
            elif states - {DONE} and ticket.state in (RESOLVED, CLOSED):
                ticket.state = IN_PROGRESS
            elif ticket.state in OPEN_STATES and (
                states == {DONE} or (not states and ticket in cleared)
            ):
                ticket.state = RESOLVED
        return result

    @api.constrains("state")
    def _check_settlement(self):
        """A ticket does not end with its credit note still to be posted."""
        self.filtered(lambda ticket: ticket.state == CANCELLED)._check_no_draft()
        for ticket in self:
            done = ticket.state in (RESOLVED, CLOSED) and not ticket.closed_by_clearing
            if done and ticket.line_ids.filtered(
                lambda line: line.settlement_state in (DRAFT, UNDONE)
            ):
                raise ValidationError(
                    self.env._(
                        "%(ticket)s: what came of it is not in the books. Post its"
                        " credit note, or resolve it anew.",
                        ticket=ticket.display_name,
                    )
                )

    def action_reopen(self):
        settled = self.line_ids.filtered(lambda line: line.settlement_state == DONE)
        if settled.filtered(lambda line: line.ticket_id.state not in OPEN_STATES):
            raise UserError(
                self.env._(
                    "%(entries)s settled it. Take that back, and the ticket opens by"
                    " itself; or make a new one.",
                    entries=", ".join(settled.settlement_move_id.mapped("name")),
                )
            )
        return super().action_reopen()

    def _resolve(self, resolution, **values):
        self.line_ids._forget_settlement()
        return super()._resolve(resolution, **values)
