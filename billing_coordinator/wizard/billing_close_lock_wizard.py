from odoo import api, fields, models
from odoo.tools.misc import format_date


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
    what = fields.Char("Lock date", compute="_compute_what")
    effect = fields.Char("What it means", compute="_compute_what")

    @api.constrains("close_id")
    def _check_close(self):
        """Nobody looks through the dialog at what they may not see."""
        self.close_id.sudo(False).check_access("read")

    @api.depends("close_id", "kind")
    def _compute_what(self):
        for wizard in self:
            describe = (
                wizard._describe_reopening
                if wizard.kind == "reopen"
                else wizard._describe_locking
            )
            wizard.what, wizard.effect = describe()

    def _describe_locking(self):
        """``(what happens to which lock date, what cannot be done any more)``"""
        close = self.close_id
        company_sudo = close.company_id.sudo()  # accountants may not read its settings
        name = company_sudo.billing_close_lock
        before = company_sudo[name]
        if before and before >= close.date_to:
            what = self.env._(
                "%(lock)s: %(before)s. It stays, as it is later.",
                lock=self._name_lock(name),
                before=format_date(self.env, before),
            )
        else:
            what = self._describe_change(name, before, close.date_to)
        return what, self._describe_effect(name)

    def _describe_effect(self, name):
        date = format_date(self.env, self.close_id.date_to)
        if name == "sale_lock_date":
            return self.env._(
                "Sales journals: nothing dated up to %(date)s is posted or changed any"
                " more. Other journals, such as bank and purchases, stay open.",
                date=date,
            )
        return self.env._(
            "All journals: nothing dated up to %(date)s is posted or changed any more.",
            date=date,
        )

    def _describe_reopening(self):
        close = self.close_id
        if name := close.lock_field:
            what = self._describe_change(name, close.date_to, close.lock_before)
            return what, self.env._(
                "Entries of %(period)s can be posted and changed again.",
                period=close.display_name,
            )
        return self.env._("It stays."), self.env._(
            "The period was locked in Odoo before this close was. To change its"
            " entries, take that lock date back as well."
        )

    def _describe_change(self, name, before, after):
        nothing = self.env._("none")
        return self.env._(
            "%(lock)s: %(before)s → %(after)s",
            lock=self._name_lock(name),
            before=format_date(self.env, before) or nothing,
            after=format_date(self.env, after) or nothing,
        )

    def _name_lock(self, name):
        return self.env["res.company"]._fields[name]._description_string(self.env)

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
