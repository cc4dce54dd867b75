from odoo import api, models
from odoo.exceptions import UserError

LIGHT_VIEWS = {
    kind: f"billing_coordinator.billing_ticket_view_{kind}_department"
    for kind in ("form", "kanban", "list", "search")
}
COORDINATOR = "billing_coordinator.group_billing_coordinator"


class BillingTicket(models.Model):
    """What departments get to see, and whom they write to."""

    _inherit = "billing.ticket"

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Departments always get the light views, by links and activities too."""
        light = LIGHT_VIEWS.get(view_type)
        if light and not self.env.user.has_group(COORDINATOR):
            view_id = self.env.ref(light).id
        return super().get_view(view_id, view_type, **options)

    def _message_post_after_hook(self, message, msg_values):
        self._check_may_write_to(message)
        return super()._message_post_after_hook(message, msg_values)

    def _check_may_write_to(self, message):
        """Departments write notes: the coordinator talks with the customer."""
        by_hand = message.message_type == "comment" and not self.env.su
        if not by_hand or self.env.user.share or self.has_access("write"):
            return
        outside = message.partner_ids.filtered("partner_share")
        if outside or not message.subtype_id.internal:
            raise UserError(
                self.env._(
                    "%(coordinator)s talks with the customer: log a note instead.",
                    coordinator=self.responsible_id.sudo().name
                    or self.env._("The coordinator"),
                )
            )


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
