from odoo import api, models


class MailThread(models.AbstractModel):
    """Where incoming e-mail is handed to the documents."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        ticket = self.env["billing.ticket"]
        self, routes = ticket._prepare_mail(self, message, message_dict, routes)
        return super()._message_route_process(message, message_dict, routes)
