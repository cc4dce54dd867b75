from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import clean_context
from odoo.tools.misc import format_date

from ..tools import period

OPEN, IN_PROGRESS, READY, LOCKED = "open", "in_progress", "ready", "locked"
STATES = [
    (OPEN, "Open"),
    (IN_PROGRESS, "In progress"),
    (READY, "Ready to lock"),
    (LOCKED, "Locked"),
]
# Chosen once, when the close is made.
CHOSEN = {"company_id", "date_to", "template_id"}
# What only its tasks, locking, reopening and the jobs write.
OWN = {
    "date_from",
    "state",
    "progress",
    "date_due",
    "date_locked",
    "locked_uid",
    "days_to_close",
    "lock_field",
    "lock_before",
    "signoff_ids",
    "last_signoff_id",
    "job_error",
    "job_at",
    "kept_binder_ids",
}
MOST_DAYS_AHEAD = 366


class BillingClose(models.Model):
    """The month-end checklist of one company and month.

    It is ready when each task is done, then locked through Odoo's lock dates.
    """

    _name = "billing.close"
    _description = "Month-end close"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, company_id, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(
        "Period end",
        required=True,
        default=lambda self: self._get_default_date_to(),
        help="Any day of the month: the month's last day is taken.",
    )
    date_from = fields.Date(
        "Period start",
        compute="_compute_date_from",
        store=True,
        required=True,
        precompute=True,
    )
    template_id = fields.Many2one(
        "billing.close.template",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: the one that is in force.",
    )
    task_ids = fields.One2many("billing.close.task", "close_id", "Tasks")
    signoff_ids = fields.One2many("billing.close.signoff", "close_id", "Sign-offs")
    last_signoff_id = fields.Many2one(
        "billing.close.signoff",
        "Last sign-off",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The end of the chain.",
    )
    state = fields.Selection(STATES, compute="_compute_state", store=True, index=True)
    progress = fields.Float(
        "Done (%)",
        compute="_compute_state",
        store=True,
        aggregator="avg",
        help="Tasks that are reviewed, or prepared where no review is asked for.",
    )
    date_due = fields.Date(
        "Due", compute="_compute_date_due", store=True, help="Of the last task."
    )
    date_locked = fields.Datetime("Locked on", readonly=True, copy=False)
    locked_uid = fields.Many2one(
        "res.users", "Locked by", index="btree_not_null", readonly=True, copy=False
    )

    _period_uniq = models.UniqueIndex(
        "(company_id, date_to)", "This company has a close of that month already."
    )

    @api.model
    def _get_default_date_to(self):
        """The month that ended last."""
        start = fields.Date.start_of(fields.Date.context_today(self), "month")
        return fields.Date.subtract(start, days=1)

    @api.depends("date_to")
    def _compute_date_from(self):
        for close in self:
            close.date_from = period.month_of(close.date_to)[0]

    @api.depends("task_ids.is_done", "task_ids.signed_state", "date_locked")
    def _compute_state(self):
        for close in self:
            tasks = close.task_ids
            done = len(tasks.filtered("is_done"))
            # Whole percents, rounded down: 100 only when all is done.
            close.progress = 100 * done // len(tasks) if tasks else 0
            if close.date_locked:
                close.state = LOCKED
            elif tasks and done == len(tasks):
                close.state = READY
            else:
                begun = any(task.signed_state != "todo" for task in tasks)
                close.state = IN_PROGRESS if begun else OPEN

    @api.depends("task_ids.date_due")
    def _compute_date_due(self):
        for close in self:
            dates = [task.date_due for task in close.task_ids if task.date_due]
            close.date_due = max(dates, default=False)

    @api.depends_context("lang")
    @api.depends("date_to", "company_id")
    def _compute_display_name(self):
        for close in self:
            close.display_name = close._get_name()

    def _get_name(self):
        """The month in words, as in *October 2026*."""
        return format_date(self.env, self.date_to, date_format="MMMM y")

    @api.constrains("date_to")
    def _check_date_to(self):
        for close in self:
            if close.date_to != period.month_of(close.date_to)[1]:
                raise ValidationError(
                    self.env._("A close ends with the last day of a month.")
                )
            today = fields.Date.context_today(close)
            if close.date_to > fields.Date.add(today, days=MOST_DAYS_AHEAD):
                raise ValidationError(
                    self.env._("A close is made at most a year before its month.")
                )

    # -- made from the template --------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_own(vals)
            if day := fields.Date.to_date(vals.get("date_to")):
                vals["date_to"] = period.month_of(day)[1]
        # Defaults in the context of a client would pass by these checks.
        closes = self.with_context(clean_context(self.env.context))
        closes = super(BillingClose, closes).create(vals_list)
        for close in closes:
            # Tasks that a person adds come on top of those of the template.
            if not (self.env.su and close.task_ids):
                close._make_tasks()
        return closes.with_env(self.env)

    def write(self, vals):
        self._check_not_own(vals)
        if not self.env.su and CHOSEN & vals.keys():
            raise UserError(
                self.env._(
                    "Company, period and template of a close are not changed: delete it"
                    " while nothing is signed, and make a new one."
                )
            )
        return super().write(vals)

    @api.model
    def _check_not_own(self, vals):
        if not self.env.su and OWN & vals.keys():
            raise UserError(
                self.env._(
                    "The state of a close changes by signing, locking and reopening."
                )
            )

    def unlink(self):
        """Its tasks go with their files, messages and to-dos, which no key ties."""
        self.check_access("unlink")
        self._unlink_except_signed()
        self.sudo().task_ids.unlink()  # whoever may delete a close may delete its tasks
        return super().unlink()

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_signed(self):
        for close in self.sudo():
            if close.signoff_ids:
                raise UserError(
                    self.env._(
                        "The close of %(period)s has sign-offs, which are history: it"
                        " cannot be deleted.",
                        period=close.display_name,
                    )
                )

    # -- buttons -----------------------------------------------------------------------

    def action_run_checks(self):
        """Run every automatic check again."""
        self.check_access("read")
        self._check_not_locked()
        self.task_ids._run_checks()
        self._suspend_moved()

    def _check_not_locked(self):
        locked = self.filtered(lambda close: close.state == LOCKED)[:1]
        if locked:
            raise UserError(
                self.env._(
                    "%(period)s is locked. A manager can reopen it, with a reason.",
                    period=locked.display_name,
                )
            )
