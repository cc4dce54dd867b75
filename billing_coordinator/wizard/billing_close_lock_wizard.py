from odoo import api, fields, models


class BillingCloseLockWizard(models.TransientModel):
    """Lock a close, or reopen it with a reason."""

    _name = "billing.close.lock.wizard"
    _description = "Lock or reopen a close"

    close_id = fields.Many2one(
        "billing.close",
        "Month-end close",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection([("lock", "Lock"), ("reopen", "Reopen")], required=True)
    comment = fields.Text()
    what = fields.Char("What is locked", compute="_compute_what")

    @api.constrains("close_id")
    def _check_close(self):
        """Nobody looks through the dialog at what they may not see."""
        self.close_id.sudo(False).check_access("read")

    @api.depends("close_id")
    def _compute_what(self):
        for wizard in self:
            company = wizard.close_id.company_id
            field = company._fields["billing_close_lock"]
            kinds = dict(field._description_selection(self.env))
            wizard.what = kinds.get(company.sudo().billing_close_lock)

    def action_confirm(self):
        self.ensure_one()
        if self.kind == "reopen":
            self.close_id._reopen(self.comment)
        elif not self.close_id._lock(self.comment):
            return self._tell_suspended()
        return {"type": "ir.actions.act_window_close"}

    def _tell_suspended(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "Not locked: figures have moved since they were signed. The tasks"
                    " are suspended, to be signed again."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
