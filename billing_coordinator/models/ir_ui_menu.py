from odoo import models

from .billing_ticket_department_view import COORDINATOR


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Coordinators find the questions among their tickets."""
        menus = super()._load_menus_blacklist()
        if self.env.user.has_group(COORDINATOR):
            menu = self.env.ref(
                "billing_coordinator.billing_ticket_menu_department",
                raise_if_not_found=False,
            )
            menus.extend(menu.ids if menu else [])
        return menus
