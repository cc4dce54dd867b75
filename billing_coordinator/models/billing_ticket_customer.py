from odoo import api, models
from odoo.exceptions import ValidationError


class BillingTicket(models.Model):
    """Whose ticket it is: a customer in a company, whose invoices are on it."""

    _inherit = "billing.ticket"

    @api.constrains("partner_id", "contact_id")
    def _check_customer(self):
        for ticket in self:
            customer = ticket.partner_id.commercial_partner_id
            if ticket.partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "Choose %(company)s as the customer, and the person as the"
                        " contact.",
                        company=customer.display_name,
                    )
                )
            if ticket.contact_id and (
                ticket.contact_id.commercial_partner_id != customer
            ):
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not with %(customer)s.",
                        contact=ticket.contact_id.display_name,
                        customer=customer.display_name or self.env._("a customer"),
                    )
                )

    @api.constrains("partner_id", "company_id")
    def _check_invoices(self):
        """Also where the ticket changes, and not what is on it."""
        self.line_ids._check_customer()
        for ticket in self:
            moves = ticket.line_ids.move_id
            elsewhere = moves.filtered(lambda m, t=ticket: m.company_id != t.company_id)
            if elsewhere:
                raise ValidationError(
                    self.env._(
                        "%(invoices)s: not of %(company)s. Take them off the ticket"
                        " first.",
                        invoices=", ".join(elsewhere.mapped("name")),
                        company=ticket.company_id.display_name,
                    )
                )

    @api.model
    def _to_commercial(self, vals):
        if vals.get("partner_id"):
            partner = self.env["res.partner"].browse(vals["partner_id"])
            customer = partner.commercial_partner_id
            if customer != partner:
                vals = {"contact_id": partner.id, **vals, "partner_id": customer.id}
        return vals
