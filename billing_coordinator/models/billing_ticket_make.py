from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

INVOICES = ("out_invoice", "out_refund", "out_receipt")


class BillingTicket(models.Model):
    """Tickets made from what is on the screen, with customer and invoices filled in."""

    _inherit = "billing.ticket"

    @api.model
    def _make_in_dialog(self, company, partner, amounts=None, **values):
        """Open the short form in a dialog.

        :param partner: the customer, or one of its contacts
        :param amounts: ``{invoice: what is in dispute}``, in the invoice's currency
        :param values: more that is filled in
        """
        self.browse().check_access("create")
        customer = partner.commercial_partner_id
        if not customer:
            raise UserError(
                self.env._("There is no customer whom the ticket could be of.")
            )
        amounts = amounts or {}
        values = {
            "company_id": company.id,
            "partner_id": customer.id,
            "contact_id": partner.id if partner != customer else False,
            "line_ids": [Command.create({"move_id": move.id}) for move in amounts],
            **values,
        }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_ticket_action_make"
        )
        context = {f"default_{name}": value for name, value in values.items()}
        # Amounts are computed in the dialog: these are the most that is proposed.
        at_most = {str(move.id): amount for move, amount in amounts.items()}
        return dict(action, context=context | {"billing_ticket_at_most": at_most})

    @api.model
    def _get_disputable_amounts(self, moves, except_lines=None):
        """``{invoice: open and not in dispute yet}``; nothing of a credit note."""
        moves = moves.filtered(lambda m: m.move_type in INVOICES and m.state != "draft")
        domain = [("move_id", "in", moves.ids), ("is_open", "=", True)]
        if except_lines:
            domain.append(("id", "not in", except_lines.ids))
        lines = self.env["billing.ticket.line"]
        disputed = dict(lines._read_group(domain, ["move_id"], ["amount_disputed:sum"]))
        at_most = self.env.context.get("billing_ticket_at_most", {})
        amounts = {}
        for move in moves:
            free = move.amount_residual - disputed.get(move, 0.0)
            free = min(free, at_most.get(str(move.id), free))
            is_claim = move.move_type != "out_refund"
            amounts[move] = move.currency_id.round(max(0.0, free)) if is_claim else 0.0
        return amounts

    @api.model
    def _as_question(self, xmlid="ticket_reason_allocation"):
        """Values of an inquiry, with its reason where that is still in use."""
        reason = self.env.ref(f"billing_coordinator.{xmlid}", raise_if_not_found=False)
        return {
            "kind": "inquiry",
            "reason_id": reason.id if reason and reason.active else False,
        }

    @api.model
    def _get_one_customer(self, records):
        """Company and customer of records that belong to one and the same.

        :raise UserError: they are of several
        """
        customers = {(r.company_id, r.partner_id) for r in records}
        if len(customers) > 1:
            raise UserError(
                self.env._("A ticket is of one customer: choose rows of one only.")
            )
        return customers.pop() if customers else (self.env.company, records.partner_id)

    def action_open(self):
        """Open the ticket by itself."""
        self.ensure_one()
        self.check_access("read")
        return self.get_formview_action()
