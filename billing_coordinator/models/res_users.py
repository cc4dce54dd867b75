from odoo import models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    _inherit = "res.users"

    def _billing_check_colleagues(self):
        """Tickets are answered by colleagues; customers have logins too."""
        outside_sudo = self.sudo().filtered("share")  # of any company
        if outside_sudo:
            raise ValidationError(
                self.env._(
                    "%(people)s can log in only as a customer: choose a colleague.",
                    people=", ".join(outside_sudo.mapped("name")),
                )
            )
