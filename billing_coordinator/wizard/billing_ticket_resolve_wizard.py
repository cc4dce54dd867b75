from odoo import api, fields, models

from ..models.billing_ticket import RESOLUTIONS
from ..models.billing_ticket_resolve import ANSWERED, DISCREPANCY


class BillingTicketResolveWizard(models.TransientModel):
    """What came of a ticket: said once, and booked at once."""

    _name = "billing.ticket.resolve.wizard"
    _description = "Resolve a ticket"

    ticket_id = fields.Many2one("billing.ticket", required=True, ondelete="cascade")
    kind = fields.Selection(related="ticket_id.kind", related_sudo=False)
    line_ids = fields.One2many(related="ticket_id.line_ids", related_sudo=False)
    currency_id = fields.Many2one(related="ticket_id.currency_id", related_sudo=False)
    amount_disputed = fields.Monetary(
        related="ticket_id.amount_disputed", related_sudo=False
    )
    resolution = fields.Selection(
        [choice for choice in RESOLUTIONS if choice[0] != ANSWERED],
        "What came of it",
        help="Credit note: the disputed amount is credited, with its taxes.\n"
        "Corrected invoice: the invoice is credited wholly, and a new draft opens.\n"
        "Customer pays: the dispute is over by agreement, reminders resume.\n"
        "Written off: the disputed amount goes to the account of write-offs; taxes are"
        " not corrected.\n"
        "Rejected: the customer is wrong, reminders resume.",
    )
    root_cause_id = fields.Many2one(
        "billing.ticket.cause",
        "Root cause",
        compute="_compute_root_cause_id",
        store=True,
        readonly=False,
        help="What was really wrong, so that it does not come again.",
    )
    post = fields.Boolean(
        "Post the credit note",
        default=lambda self: self.env.user.has_group("account.group_account_invoice"),
        help="Off: it is a draft, and the amount in dispute, until someone posts it.",
    )
    note = fields.Text(help="For colleagues; the customer does not see it.")

    @api.depends("ticket_id")
    def _compute_root_cause_id(self):
        for wizard in self:
            wizard.root_cause_id = wizard.ticket_id.root_cause_id

    def action_resolve(self):
        """Resolve the ticket and book what follows."""
        self.ensure_one()
        ticket = self.ticket_id
        resolution = self.resolution if self.kind == DISCREPANCY else ANSWERED
        done = ticket._settle(resolution, self.root_cause_id, self.post)
        if self.note:
            ticket.message_post(body=self.note, subtype_xmlid="mail.mt_note")
        if resolution == "rebilled" or (resolution == "credited" and not done):
            return ticket.action_open_drafts()
        return {"type": "ir.actions.act_window_close"}
