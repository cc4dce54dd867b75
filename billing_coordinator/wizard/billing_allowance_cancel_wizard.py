from odoo import fields, models


class BillingAllowanceCancelWizard(models.TransientModel):
    """Cancel a posted allowance, with the reason."""

    _name = "billing.allowance.cancel.wizard"
    _description = "Cancel an allowance"

    allowance_id = fields.Many2one(
        "billing.allowance",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reason = fields.Char(required=True)

    def action_cancel(self):
        self.ensure_one()
        self.allowance_id._cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
