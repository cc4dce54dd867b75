from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class BillingTicketMergeWizard(models.TransientModel):
    """Choose which of several tickets about the same remains."""

    _name = "billing.ticket.merge.wizard"
    _description = "Merge tickets"

    ticket_ids = fields.Many2many("billing.ticket", string="Tickets", required=True)
    ticket_id = fields.Many2one(
        "billing.ticket",
        "This one remains",
        required=True,
        domain="[('id', 'in', ticket_ids)]",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        tickets = self.env["billing.ticket"].browse(self.env.context.get("active_ids"))
        if len(tickets) < 2:
            raise UserError(self.env._("Choose at least two tickets to merge."))
        # The oldest discrepancy: its deadline and its reminders are the first.
        oldest = tickets.sorted(
            lambda ticket: (ticket.kind != "discrepancy", ticket.id)
        )
        oldest[0]._check_mergeable(oldest[1:])
        return values | {
            "ticket_ids": [Command.set(tickets.ids)],
            "ticket_id": oldest[0].id,
        }

    def action_merge(self):
        """Put them together and open the ticket that remains."""
        self.ensure_one()
        self.ticket_id._merge(self.ticket_ids)
        return self.ticket_id.get_formview_action()
