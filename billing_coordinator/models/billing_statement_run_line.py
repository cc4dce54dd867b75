from odoo import api, fields, models


class BillingStatementRunLine(models.Model):
    """The statement of one customer in a run, its e-mail and what became of it."""

    _name = "billing.statement.run.line"
    _description = "Statement sent"
    _inherit = ["billing.email.mixin", "mail.thread"]
    _order = "id"
    _rec_name = "partner_id"
    _check_company_auto = True
    _mail_post_access = "read"

    run_id = fields.Many2one(
        "billing.statement.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="run_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(related="run_id.kind")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    responsible_id = fields.Many2one("res.users", compute="_compute_responsible_id")
    title = fields.Char(compute="_compute_title")
    period = fields.Char(compute="_compute_title")
    subject = fields.Char()
    body = fields.Html("Text", sanitize=False)
    balance = fields.Char(help="What the statement said is open at its last day.")
    overdue = fields.Char(help="What of it was past its due date.")
    processed_on = fields.Datetime("Made on")
    skip_reason = fields.Selection(
        [
            ("open_items", "Nothing is open"),
            ("activity", "Nothing is open and nothing was booked"),
        ],
        "Why left out",
    )
    error = fields.Text(help="What went wrong when the statement was made.")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("queued", "In the mail queue"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Left out"),
        ],
        compute="_compute_state",
        store=True,
        default="waiting",
        help="Shows what became of the e-mail.",
    )
    reason = fields.Char(
        compute="_compute_state", store=True, help="Why it failed or was left out."
    )

    _partner_uniq = models.Constraint(
        "UNIQUE(run_id, partner_id)", "A customer is in a run once."
    )
    _run_state_idx = models.Index("(run_id, state)")
    _waiting_idx = models.Index("(id) WHERE state = 'waiting'")

    @api.depends(
        "processed_on",
        "skip_reason",
        "error",
        "address_problem",
        "mail_message_id.notification_ids.notification_status",
        "mail_message_id.notification_ids.failure_type",
    )
    def _compute_state(self):
        skipped = dict(self._fields["skip_reason"]._description_selection(self.env))
        for line in self:
            failure = line.error or line._get_address_problem_text()
            line.reason = failure or skipped.get(line.skip_reason, False)
            if not line.processed_on:
                line.state = "waiting"
            elif failure:
                line.state = "failed"
            elif line.skip_reason:
                line.state = "skipped"
            else:
                line._set_state_from_mail()

    def _set_state_from_mail(self):
        """Follow the e-mail; a line whose notifications were cleaned up stays."""
        fate = self._get_mail_fate()
        if fate:
            self.state, self.reason = fate
        else:
            self.state = self.state if self.state != "waiting" else "queued"

    @api.depends("partner_id", "company_id")
    def _compute_responsible_id(self):
        """Whoever follows the customer up, else the follow-up manager."""
        for line in self:
            partner = line.partner_id.with_company(line.company_id)
            responsible = partner.billing_responsible_id.filtered("active")
            line.responsible_id = responsible or line.company_id.billing_responsible_id

    @api.depends_context("lang")
    @api.depends("run_id")
    def _compute_title(self):
        """The kind of statement and its days, in the language of the reader."""
        statements = self.env["billing.statement"]
        for line in self:
            run = line.run_id
            line.title = statements._get_title(run.kind)
            line.period = statements._get_period(run.kind, run.date_from, run.date_to)

    # -- actions -------------------------------------------------------------------

    def action_retry(self):
        """Send failed statements once more, with the figures of this moment."""
        self.check_access("read")
        failed = self.filtered(lambda line: line.state == "failed")
        # Nobody may type in what became of a line; this starts it anew.
        failed_sudo = failed.sudo()
        failed_sudo.write(
            {
                "processed_on": False,
                "error": False,
                "address_problem": False,
                "mail_message_id": False,
            }
        )
        for run in failed.run_id:
            run._send()

    def action_open_contact(self):
        """Open the person whose address did not work."""
        self.ensure_one()
        self.check_access("read")
        return (self.contact_id or self.partner_id).get_formview_action()

    # -- answers -------------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        if message.message_type == "email":
            self._tell_of_reply()
        return super()._message_post_after_hook(message, msg_values)

    def _tell_of_reply(self):
        """An answer of the customer reaches the person who is responsible."""
        # Whoever's name the mail comes in with may see neither users nor activities.
        line_sudo = self.sudo()
        user_sudo = line_sudo.responsible_id or (
            line_sudo.company_id._get_followup_manager()
        )
        if not user_sudo:
            return
        line_sudo.message_subscribe(partner_ids=user_sudo.partner_id.ids)
        row_sudo = line_sudo.env["billing.worklist"]._get_row(
            line_sudo.company_id, line_sudo.partner_id
        )
        summary = self.env._(
            "Answer the reply to the statement of %(customer)s",
            customer=line_sudo.partner_id.display_name,
        )
        if row_sudo and summary not in row_sudo.activity_ids.mapped("summary"):
            row_sudo._plan(user_sudo, summary)
