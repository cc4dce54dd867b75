from odoo import api, models

from .billing_ticket import OPEN_STATES
from .billing_ticket_line_settlement import DONE


class BillingTicket(models.Model):
    """Tickets that a short payment made, and what matching asks of tickets."""

    _inherit = "billing.ticket"

    def _get_mark(self):
        """What changes when somebody works on the ticket."""
        messages = self.message_ids.filtered(lambda m: m.message_type != "notification")
        return [self.state, self.user_id.id, self.team_id.id, len(messages)]

    def _withdraw_untouched(self, mark):
        """Cancel the tickets that nobody worked on; the others say what happened."""
        for ticket in self.filtered(lambda ticket: ticket.state in OPEN_STATES):
            if ticket._get_mark() == mark:
                ticket.action_cancel()
                continue
            ticket.message_post(
                body=self.env._(
                    "The payment was undone: the whole invoice is open again."
                ),
                subtype_xmlid="mail.mt_note",
            )

    @api.model
    def _get_written_off_of(self, moves):
        """What tickets wrote off of invoices, in company currency."""
        written_off = self.env["billing.ticket.line"].search(
            [
                ("settlement_state", "=", DONE),
                ("settlement_move_id.move_type", "=", "entry"),
                ("move_id", "in", moves.ids),
            ]
        )
        return sum(
            line.amount_settled * line._get_booked_rate() for line in written_off
        )
