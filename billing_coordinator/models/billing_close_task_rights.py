from odoo import api, fields, models

from .billing_close import LOCKED
from .billing_close_task import (
    MANAGER,
    NOT_APPLICABLE,
    PREPARED,
    REVIEWED,
    SIGNED,
    SUSPENDED,
    TODO,
    WAITING,
)
from .billing_close_task_sign import ACCOUNTANT


class BillingCloseTask(models.Model):
    """Who may sign what: two people where two are asked for."""

    _inherit = "billing.close.task"

    can_prepare = fields.Boolean(compute="_compute_can_sign")
    can_review = fields.Boolean(compute="_compute_can_sign")
    can_override = fields.Boolean(compute="_compute_can_sign")
    can_leave_out = fields.Boolean(compute="_compute_can_sign")
    can_withdraw = fields.Boolean(compute="_compute_can_sign")
    can_change = fields.Boolean(compute="_compute_can_change")
    can_control = fields.Boolean(compute="_compute_can_change")

    @api.depends_context("uid")
    @api.depends("state", "check_state", "owner_id", "reviewer_id", "prepared_uid")
    def _compute_can_sign(self):
        """What the user is offered; signing checks it again."""
        manager = self.env.user.has_group(MANAGER)
        for task in self:
            opened = bool(task._origin) and task.close_state != "locked"
            blocked = bool(task.blocked_ids)
            task.can_prepare = (
                opened
                and not blocked
                and task.state in (TODO, SUSPENDED)
                and task._may_prepare()
            )
            task.can_review = (
                opened
                and task.state == PREPARED
                and task.review_required
                and task._may_review()
            )
            task.can_override = (
                opened and manager and task._needs_override() and not task.is_done
            )
            task.can_leave_out = (
                opened
                and task.state in (TODO, WAITING, SUSPENDED)
                and task._may_leave_out()
            )
            task.can_withdraw = (
                opened
                and task.state in (PREPARED, REVIEWED, NOT_APPLICABLE)
                and task._may_withdraw()
            )

    @api.depends_context("uid")
    @api.depends("signed_state", "close_id.state")
    def _compute_can_change(self):
        """What the form offers to edit; writing checks it again."""
        manager = self.env.user.has_group(MANAGER)
        may_write = self.has_access("write")
        for task in self:
            signed = task.signed_state in SIGNED or task.close_id.state == LOCKED
            task.can_change = may_write and not signed
            # Who adds a task may say what it asks for.
            task.can_control = task.can_change and (manager or not task._origin)

    def _may_prepare(self):
        """The preparer; accountants and managers too, to help out."""
        return self.env.user == self.owner_id or self._is_accountant()

    def _may_review(self):
        """The reviewer or a manager; any accountant where there is no reviewer."""
        user = self.env.user
        if user == self.prepared_uid:
            return False
        if user == self.reviewer_id or user.has_group(MANAGER):
            return True
        return not self.reviewer_id and self._is_accountant()

    def _may_leave_out(self):
        """Where two people are asked for, it is not the preparer who decides."""
        if not self.review_required:
            return self._may_prepare()
        return self.env.user != self.owner_id and self._may_review()

    def _is_accountant(self):
        user = self.env.user
        return user.has_group(ACCOUNTANT) or user.has_group(MANAGER)

    def _may_withdraw(self):
        user = self.env.user
        return user in self.prepared_uid | self.reviewed_uid or user.has_group(MANAGER)
