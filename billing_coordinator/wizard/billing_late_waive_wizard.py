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
        messages = self.charge_ids._waive(self.reason)
        close = {"type": "ir.actions.act_window_close"}
        if not messages:
            return close
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join(messages),
                "next": close,
            },
        }
