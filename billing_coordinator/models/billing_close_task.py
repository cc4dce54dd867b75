from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

WAITING, TODO, PREPARED, REVIEWED = "waiting", "todo", "prepared", "reviewed"
SUSPENDED, NOT_APPLICABLE = "suspended", "na"
SIGNED_STATES = [
    (TODO, "To do"),
    (PREPARED, "Prepared"),
    (REVIEWED, "Reviewed"),
    (SUSPENDED, "Suspended"),
    (NOT_APPLICABLE, "Not applicable"),
]
STATES = [(WAITING, "Waiting"), *SIGNED_STATES]
SIGNED = (PREPARED, REVIEWED, NOT_APPLICABLE)
# What only signing, checking and the close itself write.
OWN = {
    "state",
    "is_done",
    "signed_state",
    "prepared_uid",
    "prepared_at",
    "reviewed_uid",
    "reviewed_at",
    "na_reason",
    "check_state",
    "check_figure",
    "check_text",
    "check_at",
    "check_result",
    "signoff_ids",
    "close_id",
    "company_id",
    "template_task_id",
}
# What a manager wants to be checked: whoever signs does not make it easier.
CONTROLS = {
    "depends_ids",
    "review_required",
    "evidence_required",
    "check_code",
    "check_id",
    "threshold_amount",
    "threshold_count",
    "on_breach",
}
MANAGER = "billing_coordinator.group_billing_manager"


class BillingCloseTask(models.Model):
    """A task of a close: done, checked and signed by people.

    ``signed_state`` is what the last sign-off made of it; ``state`` says too whether it
    waits for other tasks.
    """

    _name = "billing.close.task"
    _inherit = ["billing.close.base.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Task of a close"
    _check_company_auto = True
    _mail_post_access = "read"

    close_id = fields.Many2one(
        "billing.close",
        "Month-end close",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="close_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", compute=False)
    close_state = fields.Selection(related="close_id.state", string="State of close")
    template_task_id = fields.Many2one(
        "billing.close.template.task", index="btree_not_null", ondelete="set null"
    )
    date_due = fields.Date("Due", index=True)
    depends_ids = fields.Many2many(
        "billing.close.task",
        "billing_close_task_depends_rel",
        "task_id",
        "depends_id",
        "Waits for",
        domain="[('close_id', '=', close_id), ('id', '!=', id)]",
        help="Can be signed once these are done.",
    )
    blocked_ids = fields.Many2many(
        "billing.close.task", string="Still waits for", compute="_compute_blocked_ids"
    )
    signed_state = fields.Selection(
        SIGNED_STATES, default=TODO, required=True, readonly=True, copy=False
    )
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, index=True, tracking=True
    )
    is_done = fields.Boolean("Done", compute="_compute_is_done", store=True)
    is_late = fields.Boolean(
        "Late", compute="_compute_is_late", search="_search_is_late"
    )
    prepared_uid = fields.Many2one(
        "res.users", "Prepared by", index="btree_not_null", readonly=True, copy=False
    )
    prepared_at = fields.Datetime("Prepared on", readonly=True, copy=False)
    reviewed_uid = fields.Many2one(
        "res.users", "Reviewed by", index="btree_not_null", readonly=True, copy=False
    )
    reviewed_at = fields.Datetime("Reviewed on", readonly=True, copy=False)
    na_reason = fields.Char("Why not applicable", readonly=True, copy=False)
    signoff_ids = fields.One2many("billing.close.signoff", "task_id", "Sign-offs")
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        "Evidence",
        domain=[("res_model", "=", "billing.close.task")],
    )

    @api.depends("signed_state", "depends_ids.is_done")
    def _compute_state(self):
        for task in self:
            blocked = not all(task.depends_ids.mapped("is_done"))
            waits = task.signed_state == TODO and blocked
            task.state = WAITING if waits else task.signed_state

    @api.depends("signed_state", "review_required")
    def _compute_is_done(self):
        for task in self:
            enough = {REVIEWED, NOT_APPLICABLE}
            if not task.review_required:
                enough.add(PREPARED)
            task.is_done = task.signed_state in enough

    @api.depends("depends_ids.is_done")
    def _compute_blocked_ids(self):
        for task in self:
            task.blocked_ids = task.depends_ids.filtered(
                lambda other: not other.is_done
            )

    @api.depends("is_done", "date_due")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for task in self:
            due = task.date_due
            task.is_late = bool(due and due < today and not task.is_done)

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("is_done", "=", False)
        late &= Domain("date_due", "<", fields.Date.context_today(self))
        return late if True in value else ~late

    @api.constrains("depends_ids", "close_id")
    def _check_same_close(self):
        for task in self:
            strangers = task.depends_ids.filtered(
                lambda other, task=task: other.close_id != task.close_id
            )
            if strangers:
                raise UserError(
                    self.env._(
                        "%(task)s can wait only for tasks of its own close, not for"
                        " %(others)s.",
                        task=task.name,
                        others=", ".join(strangers.mapped("name")),
                    )
                )

    # -- what is signed is not changed -------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # A task is added to a close, and nothing of it is signed yet.
            keys = (key for key in self.env.context if key.startswith("default_"))
            names = {key.removeprefix("default_") for key in keys}
            self._check_not_own(names.union(*vals_list) - {"close_id"})
        tasks = super().create(vals_list)
        tasks.close_id._check_not_locked()
        return tasks

    def write(self, vals):
        changed = {
            name for name in vals if not name.startswith(("message_", "activity_"))
        }
        if changed and not self.env.su:
            self._check_changeable(changed)
        return super().write(vals)

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_signed(self):
        for task in self.sudo():
            if task.signoff_ids:
                raise UserError(
                    self.env._(
                        "%(task)s has sign-offs, which are history: mark it as not"
                        " applicable instead of deleting it.",
                        task=task.name,
                    )
                )
        self.close_id._check_not_locked()

    @api.model
    def _check_not_own(self, names):
        if names & OWN:
            raise UserError(
                self.env._(
                    "State and figures of a task change by signing and checking."
                )
            )

    def _check_changeable(self, names):
        self._check_not_own(names)
        if names & CONTROLS and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "What a task waits for, asks for, checks and tolerates is a"
                    " billing manager's matter."
                )
            )
        self.close_id._check_not_locked()
        for task in self:
            if task.signed_state in SIGNED and names - {"sequence", "attachment_ids"}:
                raise UserError(
                    self.env._(
                        "%(task)s is signed: withdraw the sign-off before you change"
                        " it.",
                        task=task.name,
                    )
                )

    def _get_last_signoff(self):
        return self.signoff_ids.sorted("id")[-1:]
