from odoo import fields, models


class BillingLateWaiveWizard(models.TransientModel):
    """Give up interest and fees, with the reason."""

    _name = "billing.late.waive.wizard"
    _description = "Waive late charges"

    charge_ids = fields.Many2many(
        "billing.late.charge",
        string="Charges",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True)

    def action_waive(self):
        self.ensure_one()
        self.charge_ids._waive(self.reason)
        return {"type": "ir.actions.act_window_close"}
