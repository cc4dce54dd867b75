from odoo import fields, models


class BillingPromiseWithdrawWizard(models.TransientModel):
    """Take promises back, with the reason."""

    _name = "billing.promise.withdraw.wizard"
    _description = "Withdraw promises"

    promise_ids = fields.Many2many(
        "billing.promise",
        string="Promises",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True)

    def action_withdraw(self):
        self.ensure_one()
        self.promise_ids.action_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
