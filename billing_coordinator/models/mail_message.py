from odoo import SUPERUSER_ID, api, models

# What decides who gets to read a message.
AUDIENCE = {"subtype_id", "partner_ids", "outgoing_email_to", "model", "res_id"}


class MailMessage(models.Model):
    """Departments write notes on tickets: the coordinator talks with the customer.

    All ways to write end here: the conversation, the composer, notifications, mass
    mails and RPC. Some post with all rights: what counts is who the user is.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_audience_of_tickets()
        return messages

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & AUDIENCE:
            self._check_audience_of_tickets()
        return result

    def _get_forbidden_access(self, operation):
        """Customers read no notes on tickets, of whatever type, by their ids either."""
        forbidden = super()._get_forbidden_access(operation)
        if self.env.user._is_internal():
            return forbidden
        others_sudo = (self - forbidden).sudo()  # to look at them
        notes = others_sudo.filtered(lambda message: message._is_note_on_ticket())
        return forbidden | notes.sudo(False)

    def _is_note_on_ticket(self):
        public = self.subtype_id and not self.subtype_id.internal
        return self.model == "billing.ticket" and (self.is_internal or not public)

    def _check_audience_of_tickets(self):
        if self.env.uid == SUPERUSER_ID or not self.env.user._is_internal():
            return
        messages_sudo = self.sudo()  # the user need not be allowed to read them
        outside = messages_sudo.filtered(
            lambda message: (
                message.model == "billing.ticket" and message._reaches_customers()
            )
        )
        tickets = self.env["billing.ticket"].browse(outside.mapped("res_id"))
        tickets.sudo(False)._check_may_write_to_customer()

    def _reaches_customers(self):
        """Whether anybody but colleagues gets it, or finds it in the portal."""
        return (
            not self.subtype_id.internal
            or bool(self.outgoing_email_to)
            or any(self.partner_ids.mapped("partner_share"))
        )
