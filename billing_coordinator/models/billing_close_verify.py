from odoo import models
from odoo.tools.misc import format_datetime

from .billing_close import LOCKED
from .res_company_close import LOCKS

LOCKING = ("lock", "reopen")
STRICTER = ("fiscalyear_lock_date", "hard_lock_date")


class BillingClose(models.Model):
    """Is all as it was signed? The chain of sign-offs, their files, and what they made
    of the tasks and the close."""

    _inherit = "billing.close"

    def action_verify(self):
        """Do the digests of all sign-offs still hold?"""
        self.ensure_one()
        broken = self._explain_broken()
        message = broken or self.env._(
            "All %(count)s sign-offs and their files are as they were signed.",
            count=len(self.signoff_ids),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if broken else "success",
                "sticky": bool(broken),
                "message": message,
            },
        }

    def _explain_broken(self):
        """What was changed after it was signed; nothing when all holds."""
        if signoff := self.signoff_ids._find_broken():
            return self.env._(
                "The sign-off of %(task)s by %(user)s on %(date)s was changed"
                " afterwards: its digest does not hold.",
                task=signoff.task_id.name or self.display_name,
                user=signoff.user_id.name,
                date=format_datetime(self.env, signoff.date),
            )
        # A chain does not know that its end is missing; the tasks do.
        for task in self.task_ids:
            if task.signed_state != task._get_state_by_signoffs():
                return self.env._(
                    "The state of %(task)s is not what its last sign-off says.",
                    task=task.name,
                )
        return self._explain_lock()

    def _explain_lock(self):
        """The state of the close itself is that of its last sign-off, too."""
        own = self.signoff_ids.filtered(lambda signoff: signoff.kind in LOCKING)
        signed = own.sorted("id")[-1:].kind == "lock"
        if signed != (self.state == LOCKED):
            return self.env._(
                "%(period)s was locked or opened without a sign-off.",
                period=self.display_name,
            )
        if signed and not self._is_lock_in_force():
            return self.env._(
                "The lock date of Odoo was taken back since: entries of %(period)s can"
                " be changed.",
                period=self.display_name,
            )
        return None

    def _is_lock_in_force(self):
        """Whether one of Odoo's lock dates, of parents too, still holds the period."""
        # What held it before this close did may be any.
        names = {*([self.lock_field] if self.lock_field else dict(LOCKS)), *STRICTER}
        companies_sudo = self.company_id.sudo().parent_ids  # lock dates are no secret
        return any(
            company[name] and company[name] >= self.date_to
            for company in companies_sudo
            for name in names
        )
