from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.billing_hold import OPEN_INVOICES


class BillingHoldWizard(models.TransientModel):
    """Pause the reminders of customers, or of one invoice."""

    _name = "billing.hold.wizard"
    _description = "Put follow-up on hold"

    worklist_ids = fields.Many2many("billing.worklist", string="Customers")
    company_id = fields.Many2one("res.company")
    partner_id = fields.Many2one("res.partner", "Customer")
    move_id = fields.Many2one(
        "account.move",
        "Only this invoice",
        domain=OPEN_INVOICES,
        help="Leave empty to pause everything the customer owes.",
    )
    reason = fields.Char(required=True)
    date_end = fields.Date(
        "Until",
        help="Last day of the hold; it ends by itself. Empty: until it is released.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        fill = {
            "billing.worklist": self._get_worklist_values,
            "res.partner": self._get_partner_values,
            "account.move": self._get_invoice_values,
        }.get(self.env.context.get("active_model"))
        active_ids = self.env.context.get("active_ids")
        return values | fill(active_ids) if fill and active_ids else values

    @api.model
    def _get_worklist_values(self, ids):
        rows = self.env["billing.worklist"].browse(ids)
        values = {"worklist_ids": [fields.Command.set(ids)]}
        if len(rows) == 1:
            values |= {
                "company_id": rows.company_id.id,
                "partner_id": rows.partner_id.id,
            }
        return values

    @api.model
    def _get_partner_values(self, ids):
        customer = self.env["res.partner"].browse(ids[0]).commercial_partner_id
        return {"company_id": self.env.company.id, "partner_id": customer.id}

    @api.model
    def _get_invoice_values(self, ids):
        invoice = self.env["account.move"].browse(ids[0])
        return {
            "company_id": invoice.company_id.id,
            "partner_id": invoice.commercial_partner_id.id,
            "move_id": invoice.id,
        }

    def action_hold(self):
        self.ensure_one()
        customers = [(row.company_id, row.partner_id) for row in self.worklist_ids]
        if self.partner_id:
            customers = [(self.company_id, self.partner_id)]
        if not customers:
            raise UserError(self.env._("Choose the customer whose reminders to pause."))
        self.env["billing.hold"].create(
            [
                {
                    "company_id": company.id,
                    "partner_id": customer.id,
                    "move_id": self.move_id.id,
                    "reason": self.reason,
                    "date_end": self.date_end,
                }
                for company, customer in customers
            ]
        )
        return {"type": "ir.actions.act_window_close"}
