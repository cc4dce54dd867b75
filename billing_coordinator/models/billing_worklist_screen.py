from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, get_lang

# Day and month, in the order of the language: the next days need no year.
DAY = "MMMd"


class BillingWorklist(models.Model):
    """What the screens show of a customer beside the figures."""

    _inherit = "billing.worklist"

    todo = fields.Char("To do", compute="_compute_todo")
    is_call_due = fields.Boolean(
        "Activity due", compute="_compute_todo", help="An activity is due today."
    )
    is_postponed = fields.Boolean("Postponed", compute="_compute_is_postponed")
    hold_text = fields.Char("What is on hold", compute="_compute_hold_text")
    promise_ids = fields.Many2many(
        "billing.promise", string="Promises", compute="_compute_promise_ids"
    )
    promised_until = fields.Date(
        "Promised for",
        compute="_compute_promise_ids",
        help="Latest day of the open promises.",
    )
    promise_text = fields.Char("Promised", compute="_compute_promise_text")
    receivable_ids = fields.Many2many(
        "billing.receivable", string="Open items", compute="_compute_receivable_ids"
    )
    notice_ids = fields.Many2many(
        "billing.followup.notice", string="Notices", compute="_compute_notice_ids"
    )
    failed_notice_id = fields.Many2one(
        "billing.followup.notice",
        "Notice that did not arrive",
        compute="_compute_notice_ids",
    )
    failure_reason = fields.Char("Why it failed", compute="_compute_notice_ids")

    @api.depends_context("lang")
    @api.depends(
        "next_action",
        "wait_reason",
        "next_date",
        "next_stage_id.name",
        "postponed_until",
        "activity_ids.date_deadline",
    )
    def _compute_todo(self):
        """One line that says what the coordinator has to do, or what happens next."""
        today = fields.Date.context_today(self)
        for row in self:
            due = row.activity_ids.filtered(lambda a: a.date_deadline <= today)[:1]
            row.is_call_due = bool(due)
            if due and row.next_action not in ("fix", "send", "print", "decide"):
                row.todo = ": ".join(
                    filter(None, (due.activity_type_id.name, due.summary))
                )
            else:
                row.todo = row._describe_next_action()

    def _describe_next_action(self):
        stage = self.next_stage_id.name or ""
        if self.next_action == "auto" and self.wait_reason == "bank_data":
            return self.env._("Waits for bank statements: %(stage)s", stage=stage)
        if self.next_action == "wait" or not self.next_action:
            return self._describe_waiting()
        return {
            "fix": self._describe_problem(),
            "print": self.env._("Print the letter"),
            "send": self.env._("Send: %(stage)s", stage=stage),
            "decide": self.env._("Decide: the plan has ended"),
            "auto": self.env._("Next run sends: %(stage)s", stage=stage),
            "none": self.env._("Nothing overdue"),
        }[self.next_action]

    def _describe_problem(self):
        """What somebody has to solve."""
        if self.run_error:
            return self.env._("Solve: the last run failed")
        return {
            "missing": self.env._("Solve: no e-mail address"),
            "invalid": self.env._("Solve: invalid e-mail address"),
            "blacklisted": self.env._("Solve: e-mail address is blacklisted"),
        }.get(self.wait_reason, self.env._("Solve: a notice failed"))

    def _describe_waiting(self):
        """Why the customer waits, and until when where that is known."""
        if self.wait_reason == "postponed":
            return self.env._(
                "Postponed until %(date)s",
                date=self._format_day(self.postponed_until),
            )
        if self.wait_reason == "promised" and self.promised_until:
            return self.env._(
                "Promised for %(date)s", date=self._format_day(self.promised_until)
            )
        if self.wait_reason == "nothing_due" and self.next_stage_id:
            return self.env._(
                "%(stage)s on %(date)s",
                stage=self.next_stage_id.name,
                date=self._format_day(self.next_date),
            )
        reasons = dict(self._fields["wait_reason"]._description_selection(self.env))
        return reasons.get(self.wait_reason, self.env._("Wait"))

    @api.model
    def _format_day(self, date):
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton(DAY, date, locale=locale) if date else ""

    @api.depends("postponed_until")
    def _compute_is_postponed(self):
        for row in self:
            row.is_postponed = row._is_postponed()

    @api.depends_context("lang")
    def _compute_hold_text(self):
        for row in self:
            row.hold_text = row.hold_ids._describe()

    def _compute_receivable_ids(self):
        """The open items of all rows in one query."""
        items = self.env["billing.receivable"].search(self._get_customers_domain())
        by_customer = items.grouped(lambda item: (item.company_id, item.partner_id))
        for row in self:
            row.receivable_ids = by_customer.get((row.company_id, row.partner_id))

    def _compute_promise_ids(self):
        """Promises of all rows in one query, the open ones first."""
        promises = self.env["billing.promise"].search(self._get_customers_domain())
        by_customer = promises.grouped(lambda p: (p.company_id, p.partner_id))
        none = promises.browse()
        for row in self:
            own = by_customer.get((row.company_id, row.partner_id), none)
            row.promise_ids = own
            waiting = own.filtered(lambda promise: promise.state == "open")
            row.promised_until = max(waiting.mapped("date"), default=False)

    def _compute_notice_ids(self):
        notices = self.env["billing.followup.notice"].search(
            self._get_customers_domain()
        )
        by_customer = notices.grouped(lambda n: (n.company_id, n.partner_id))
        none = notices.browse()
        for row in self:
            row.notice_ids = by_customer.get((row.company_id, row.partner_id), none)
            row.failed_notice_id = row.notice_ids.filtered(
                lambda n: n.state == "failed" and not n.failure_handled
            )[:1]
            row.failure_reason = row.failed_notice_id.failure_reason

    def _get_customers_domain(self):
        """What belongs to one of the rows, and a little more with two companies."""
        return [
            ("company_id", "in", self.company_id.ids),
            ("partner_id", "in", self.partner_id.ids),
        ]

    def _message_post_after_hook(self, message, msg_values):
        """A planned call that is marked as done is a call like one that is logged."""
        is_call = message.mail_activity_type_id.category == "phonecall"
        if is_call and not self.env.context.get("billing_call_logged"):
            message.sudo().subtype_id = self.env.ref("billing_coordinator.mt_call")
            self._write_state({"last_call_date": fields.Date.context_today(self)})
            self._refresh_figures()
        return super()._message_post_after_hook(message, msg_values)

    # -- buttons ------------------------------------------------------------------

    def action_resume(self):
        """End a postponement before its day."""
        self.postponed_until = False
        self._refresh_figures()

    def action_open_failed_notice(self):
        self.ensure_one()
        return self.failed_notice_id.get_formview_action()

    def _refresh_figures(self):
        """Bring the figures of these customers up to date."""
        for company, rows in self.grouped("company_id").items():
            self._refresh(company, rows.partner_id.ids)
