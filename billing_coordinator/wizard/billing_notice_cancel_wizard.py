from odoo import fields, models


class BillingNoticeCancelWizard(models.TransientModel):
    """Take notices back before they have gone out, with the reason."""

    _name = "billing.notice.cancel.wizard"
    _description = "Cancel notices"

    notice_ids = fields.Many2many(
        "billing.followup.notice",
        string="Notices",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True)

    def action_cancel(self):
        self.ensure_one()
        self.notice_ids.action_cancel(self.reason)
        return {"type": "ir.actions.act_window_close"}
