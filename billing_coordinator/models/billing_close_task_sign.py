from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .billing_close_task import (
    MANAGER,
    NOT_APPLICABLE,
    PREPARED,
    REVIEWED,
    SUSPENDED,
    TODO,
    WAITING,
)

ACCOUNTANT = "billing_coordinator.group_billing_accountant"
SIGN_WIZARD = "billing.close.sign.wizard"
PREPARE, REVIEW, NA = "prepare", "review", "na"
OVERRIDE, SUSPEND, WITHDRAW = "override", "suspend", "withdraw"
STATE_AFTER = {
    PREPARE: PREPARED,
    REVIEW: REVIEWED,
    NA: NOT_APPLICABLE,
    SUSPEND: SUSPENDED,
    WITHDRAW: TODO,
}


class BillingCloseTask(models.Model):
    """Signing: by the right person, in order, one at a time, for good.

    Who signs holds the close's row until the end of the transaction, so the chain of
    sign-offs has one end, and nobody signs what another has just signed.
    """

    _inherit = "billing.close.task"

    # -- buttons -----------------------------------------------------------------------

    def action_prepare(self):
        return self._open_sign_wizard(PREPARE)

    def action_review(self):
        return self._open_sign_wizard(REVIEW)

    def action_not_applicable(self):
        return self._open_sign_wizard(NA)

    def action_override(self):
        return self._open_sign_wizard(OVERRIDE)

    def action_withdraw(self):
        return self._open_sign_wizard(WITHDRAW)

    def _open_sign_wizard(self, kind):
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["billing.close.sign.wizard"]._make(self, kind)
        return wizard._reopen()

    # -- signing -----------------------------------------------------------------------

    def _sign(self, kind, comment=None, seen=None, attachments=None):
        """Sign a task.

        :param str kind: ``prepare``, ``review``, ``na``, ``override`` or ``withdraw``
        :param seen: the sign-off that the user saw last
        :param attachments: evidence to add, of the same user
        :raise UserError: it cannot be signed now, with what to do
        :raise AccessError: not by this user
        """
        self.ensure_one()
        self.check_access("read")
        self.close_id._lock_row()
        self.close_id._check_not_locked()
        self._check_seen(seen)
        comment = (comment or "").strip()
        getattr(self, f"_check_{kind}")(comment)
        task_sudo = self.sudo()  # the user's right was checked above
        if attachments:
            self._take_files(attachments.with_env(self.env))
        if kind == PREPARE and self.evidence_required and not task_sudo.attachment_ids:
            raise UserError(
                self.env._("%(task)s needs evidence: attach a file.", task=self.name)
            )
        signoff = task_sudo._add_signoff(kind, comment)
        task_sudo.write(task_sudo._get_signed_values(kind, comment))
        task_sudo._plan_activities()
        return signoff

    def _take_files(self, files):
        """Those that were uploaded for the task; of others a copy, they stay where
        they are."""
        files.check_access("write")
        owner = {"res_model": self._name, "res_id": self.id}
        # Sudo: the user's right was checked above. Whole: not their sizes in words.
        whole = {"bin_size": False, "bin_size_raw": False}
        for file_sudo in files.sudo().with_context(**whole):
            placed = file_sudo.res_id and file_sudo.res_model != SIGN_WIZARD
            if not placed and not file_sudo.res_field:
                file_sudo.write(owner)
            elif (file_sudo.res_model, file_sudo.res_id) != (self._name, self.id):
                names = ("name", "type", "url", "mimetype", "raw")
                values = {name: file_sudo[name] for name in names if file_sudo[name]}
                file_sudo.create({**values, **owner})

    def _check_seen(self, seen):
        last = self.sudo()._get_last_signoff()
        if seen is not None and last and last != seen.sudo():
            raise UserError(
                self.env._(
                    "%(user)s has signed %(task)s in the meantime (%(kind)s). Look at"
                    " it again.",
                    user=last.user_id.name,
                    task=self.name,
                    kind=dict(last._fields["kind"]._description_selection(self.env))[
                        last.kind
                    ].lower(),
                )
            )

    def _check_right(self, allowed):
        if not allowed:
            raise AccessError(
                self.env._("%(task)s is not yours to sign this way.", task=self.name)
            )

    def _check_state_in(self, *states):
        if self.state not in states:
            raise UserError(
                self.env._(
                    "%(task)s is %(state)s: that cannot be done now.",
                    task=self.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ].lower(),
                )
            )

    def _check_prepare(self, _comment):
        self._check_right(self._may_prepare())
        if blocked := self.blocked_ids:
            raise UserError(
                self.env._(
                    "%(task)s waits for %(others)s.",
                    task=self.name,
                    others=", ".join(blocked.mapped("name")),
                )
            )
        self._check_state_in(TODO, SUSPENDED)
        self._check_figures()

    def _check_review(self, _comment):
        self._check_state_in(PREPARED)
        if self.env.user == self.prepared_uid:
            raise UserError(
                self.env._(
                    "You prepared %(task)s yourself: another person reviews it.",
                    task=self.name,
                )
            )
        self._check_right(self._may_review())
        self._check_figures()
        task_sudo = self.sudo()  # the user's right was checked above
        if task_sudo._get_moved():
            raise UserError(
                task_sudo._explain_moved(
                    task_sudo._get_valid_signoffs()[:1], self.env.lang
                )
            )

    def _check_na(self, comment):
        self._check_right(self._may_leave_out())
        self._check_state_in(TODO, WAITING, SUSPENDED)
        self._check_reason(comment)

    def _check_override(self, comment):
        self._check_right(self.env.user.has_group(MANAGER))
        self._check_reason(comment)
        self.sudo()._run_checks()

    def _check_withdraw(self, comment):
        self._check_state_in(PREPARED, REVIEWED, NOT_APPLICABLE)
        self._check_right(self._may_withdraw())
        self._check_reason(comment)

    def _check_reason(self, comment):
        if not comment:
            raise UserError(self.env._("Write the reason: an auditor will ask for it."))

    def _add_signoff(self, kind, comment):
        return self.env["billing.close.signoff"]._add(
            self.close_id, kind, comment, task=self
        )

    def _get_state_by_signoffs(self):
        """What the sign-offs made of the task; they are the truth."""
        kinds = [s.kind for s in self.sudo().signoff_ids.sorted("id")]
        states = [STATE_AFTER[kind] for kind in kinds if kind in STATE_AFTER]
        return states[-1] if states else TODO

    def _get_signed_values(self, kind, comment):
        """What a sign-off changes in its task; an override changes nothing."""
        now, user = fields.Datetime.now(), self.env.uid
        values = {"signed_state": STATE_AFTER[kind]} if kind in STATE_AFTER else {}
        if kind in (PREPARE, NA, WITHDRAW):
            values |= dict.fromkeys(
                ("prepared_uid", "prepared_at", "reviewed_uid", "reviewed_at"), False
            )
            values["na_reason"] = comment if kind == NA else False
        if kind == PREPARE:
            values |= {"prepared_uid": user, "prepared_at": now}
        if kind == REVIEW:
            values |= {"reviewed_uid": user, "reviewed_at": now}
        return values
