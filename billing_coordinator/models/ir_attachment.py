from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class IrAttachment(models.Model):
    """Files of internal notes on a ticket are not the customer's to read."""

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su:
            return result
        forbidden, make_error = result or (self.browse(), self._make_internal_error)
        internal = (self - forbidden)._get_internal_of_tickets()
        return (forbidden + internal, make_error) if internal else result

    def _get_internal_of_tickets(self):
        """Those on tickets that no message from or to the customer has.

        Nothing is kept from our own people.
        """
        files_sudo = self.sudo()
        files_sudo = files_sudo.filtered(
            lambda file: file.res_model == "billing.ticket" and not file.public
        )
        if not files_sudo or self.env.user._is_internal():
            return self.browse()
        tickets = self.env["billing.ticket"].browse(files_sudo.mapped("res_id"))
        messages_sudo = self.env["mail.message"].sudo()
        messages_sudo = messages_sudo.search(
            tickets._get_public_messages_domain()
            & Domain("attachment_ids", "in", files_sudo.ids)
        )
        return (files_sudo - messages_sudo.attachment_ids).sudo(False)

    def _make_internal_error(self):
        return AccessError(self.env._("This file is not meant for customers."))
