from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tools.misc import format_date

from .billing_close import LOCKED, READY
from .billing_close_task_sign import ACCOUNTANT, MANAGER


class BillingClose(models.Model):
    """Locking sets Odoo's lock date by Odoo's own rules; reopening takes it back."""

    _inherit = "billing.close"

    lock_field = fields.Char(
        readonly=True, copy=False, help="The lock date of Odoo that was set."
    )
    lock_before = fields.Date(
        "Lock date before", readonly=True, copy=False, help="What it was before."
    )
    can_lock = fields.Boolean(compute="_compute_can_lock")
    can_reopen = fields.Boolean(compute="_compute_can_lock")

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_can_lock(self):
        manager = self.env.user.has_group(MANAGER)
        may_lock = manager or self.env.user.has_group(ACCOUNTANT)
        for close in self:
            close.can_lock = may_lock and close.state == READY
            close.can_reopen = manager and close.state == LOCKED

    def action_lock(self):
        self.ensure_one()
        self.check_access("read")
        # Told before anything is written; locking checks it again.
        self._check_ended()
        self._check_previous_locked()
        return self._open_reason_wizard("lock")

    def action_reopen(self):
        self.ensure_one()
        self.check_access("read")
        self._check_later_open()
        return self._open_reason_wizard("reopen")

    def _open_reason_wizard(self, kind):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lock") if kind == "lock" else self.env._("Reopen"),
            "res_model": "billing.close.lock.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_close_id": self.id, "default_kind": kind},
        }

    # -- locking -----------------------------------------------------------------------

    def _lock(self, comment=None):
        """Lock the period, once all is done and the checks still agree.

        :return: False when sign-offs were suspended instead, as figures had moved
        """
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if not (user.has_group(MANAGER) or user.has_group(ACCOUNTANT)):
            raise AccessError(self.env._("Accountants and managers lock a close."))
        self._lock_row()
        self._check_not_locked()
        self._check_ended()
        self._check_previous_locked()
        self.task_ids._run_checks()
        if self._suspend_moved():
            return False
        self._check_ready()
        self._set_lock_date()
        close_sudo = self.sudo()  # the right was checked above
        close_sudo.env["billing.close.signoff"]._add(close_sudo, "lock", comment)
        close_sudo.write(
            {"date_locked": fields.Datetime.now(), "locked_uid": self.env.uid}
        )
        return True

    def _lock_row(self):
        """One signs at a time; a second one is told, and loses nothing."""
        try:
            self.sudo().lock_for_update()
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody is signing in this close right now. Try again in a"
                    " moment."
                )
            ) from None

    def _check_ended(self):
        there = self.company_id._billing_with_zone(self)
        if self.date_to >= fields.Date.context_today(there):
            raise UserError(
                self.env._(
                    "%(period)s has not ended yet: lock it then.",
                    period=self.display_name,
                )
            )

    def _check_previous_locked(self):
        earlier = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_to", "<", self.date_to),
                ("state", "!=", LOCKED),
            ],
            order="date_to",
            limit=1,
        )
        if earlier:
            raise UserError(
                self.env._(
                    "%(earlier)s is not locked yet: close it before %(period)s.",
                    earlier=earlier.display_name,
                    period=self.display_name,
                )
            )

    def _check_ready(self):
        left = self.task_ids.filtered(lambda task: not task.is_done)
        if left or not self.task_ids:
            raise UserError(
                self.env._(
                    "%(period)s is not ready to lock. Still to do: %(tasks)s.",
                    period=self.display_name,
                    tasks=", ".join(left.mapped("name")),
                )
            )
        failing = self.task_ids.filtered(
            lambda task: task.signed_state != "na" and task._needs_override()
        )
        if failing:
            raise UserError(
                self.env._(
                    "The checks of %(tasks)s fail: a manager has to allow them with a"
                    " reason.",
                    tasks=", ".join(failing.mapped("name")),
                )
            )

    def _set_lock_date(self):
        """Odoo validates it: no open bank lines, nothing unhashed, and so on."""
        company_sudo = self.company_id.sudo()  # accountants do not write companies
        name = company_sudo.billing_close_lock
        before = company_sudo[name]
        values = {"lock_field": name, "lock_before": before}
        if not before or before < self.date_to:
            company_sudo.write({name: self.date_to})
        else:
            # It was locked by other means already: that is not ours to take back.
            values["lock_field"] = False
        self.sudo().write(values)

    # -- reopening ---------------------------------------------------------------------

    def _reopen(self, comment):
        """Take the lock back, with a reason; the trace stays in the chain."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("A manager reopens a close."))
        if not (comment or "").strip():
            raise UserError(self.env._("Write the reason: an auditor will ask for it."))
        self._lock_row()
        if self.state != LOCKED:
            raise UserError(
                self.env._("%(period)s is not locked.", period=self.display_name)
            )
        self._check_later_open()
        self._take_lock_date_back()
        close_sudo = self.sudo()  # the right was checked above
        close_sudo.env["billing.close.signoff"]._add(close_sudo, "reopen", comment)
        close_sudo.write({"date_locked": False, "locked_uid": False})

    def _check_later_open(self):
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_to", ">", self.date_to),
                ("state", "=", LOCKED),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "%(later)s is locked: reopen it first.", later=later.display_name
                )
            )

    def _take_lock_date_back(self):
        company_sudo = self.company_id.sudo()  # managers do not write companies
        name = self.lock_field
        if not name:
            return
        if company_sudo[name] != self.date_to:
            raise UserError(
                self.env._(
                    "The lock date was changed to %(date)s since: change it there"
                    " first.",
                    date=format_date(self.env, company_sudo[name])
                    or self.env._("nothing"),
                )
            )
        company_sudo.write({name: self.lock_before})

    # -- drift -------------------------------------------------------------------------

    def _suspend_moved(self):
        """Suspend the sign-offs whose figures have moved; the tasks they are of."""
        moved = self.env["billing.close.task"].union(
            *(close.task_ids._get_moved() for close in self)
        )
        for close in moved.close_id:
            close._lock_row()
        # Nobody signs that figures have moved: the system suspends.
        moved.with_user(SUPERUSER_ID)._suspend()
        return moved
