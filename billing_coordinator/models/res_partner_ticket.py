from odoo import api, fields, models

COORDINATOR = "billing_coordinator.group_billing_coordinator"


class ResPartner(models.Model):
    """What a customer disputes or asks."""

    _inherit = "res.partner"

    billing_ticket_count = fields.Integer(
        "Open tickets", compute="_compute_billing_ticket_count", groups=COORDINATOR
    )

    @api.depends_context("company")
    def _compute_billing_ticket_count(self):
        """Open tickets in the current company; those of all customers in one query."""
        counts = self.env["billing.ticket"]._count_open(
            self.env.company, self.commercial_partner_id
        )
        for partner in self:
            customer = (self.env.company, partner.commercial_partner_id)
            partner.billing_ticket_count = counts.get(customer, 0)

    def action_open_billing_tickets(self):
        """Open the tickets of the customer, the open ones first shown."""
        self.ensure_one()
        return self.env["billing.ticket"]._get_list_action(
            [
                ("company_id", "=", self.env.company.id),
                ("partner_id", "=", self.commercial_partner_id.id),
            ],
            search_default_open=1 if self.billing_ticket_count else 0,
        )

    def action_make_ticket(self):
        """A ticket of the customer in the current company."""
        self.ensure_one()
        return self.env["billing.ticket"]._make_in_dialog(self.env.company, self)
