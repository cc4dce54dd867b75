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

    def _check_may_write_to_customer(self):
        """Departments write notes: the coordinator talks with the customer."""
        for ticket in self:
            if not ticket.has_access("write"):
                raise UserError(
                    self.env._(
                        "%(coordinator)s talks with the customer: log a note instead.",
                        coordinator=ticket.sudo().responsible_id.name
                        or self.env._("The coordinator"),
                    )
                )
