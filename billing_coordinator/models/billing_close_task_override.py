from odoo import api, fields, models

from .billing_close_task_check import ERROR, FAIL
from .billing_close_task_sign import OVERRIDE


class BillingCloseTask(models.Model):
    """What fails is signed only after a manager allowed these very figures."""

    _inherit = "billing.close.task"

    allowed_text = fields.Char("Allowed by", compute="_compute_allowed_text")

    @api.depends("check_state", "check_result", "signoff_ids")
    def _compute_allowed_text(self):
        for task in self:
            override = task._get_override()
            task.allowed_text = (
                f"{override.user_id.name}: {override.comment}" if override else False
            )

    def _get_override(self):
        """The sign-off that allows what fails now, if there is one."""
        none = self.env["billing.close.signoff"]
        if self.check_state not in (FAIL, ERROR):
            return none
        overrides = self.sudo().signoff_ids.filtered(lambda s: s.kind == OVERRIDE)
        last = overrides.sorted("id")[-1:]
        if self.check_state == ERROR:
            return last if last.check_state == ERROR else none
        return none if last and self._has_moved_since(last) else last

    def _needs_override(self):
        return self.check_state in (FAIL, ERROR) and not self._get_override()
