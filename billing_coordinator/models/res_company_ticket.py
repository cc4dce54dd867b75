from odoo import models

from .billing_ticket_department_view import COORDINATOR


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_billing_desk(self):
        """Everybody at work here with the role of a coordinator or manager."""
        self.ensure_one()
        group_sudo = self.env.ref(COORDINATOR).sudo()  # groups are not for users
        users_sudo = group_sudo.all_user_ids.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        return users_sudo.sorted("id").sudo(False)
