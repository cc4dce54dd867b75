from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class BillingFollowupNotice(models.Model):
    """One reminder to one customer: what was claimed, how, and what became of it.

    Once issued, what it claimed is never changed; a wrong notice is cancelled, which
    gives its receivables the stage back that they had before.
    """

    _name = "billing.followup.notice"
    _description = "Follow-up notice"
    _inherit = ["billing.email.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char("Number", required=True, readonly=True, copy=False, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        "res.currency", "Company currency", related="company_id.currency_id"
    )
    plan_id = fields.Many2one(
        related="stage_id.plan_id", store=True, index=True, precompute=True
    )
    stage_id = fields.Many2one(
        "billing.followup.stage", required=True, index=True, ondelete="restrict"
    )
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    line_ids = fields.One2many("billing.followup.notice.line", "notice_id", "Lines")
    amount = fields.Monetary(
        "Claimed", readonly=True, help="Open amounts listed, less unapplied credits."
    )
    company_amount = fields.Monetary(
        "Claimed in company currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    responsible_id = fields.Many2one("res.users", index="btree_not_null")
    issued_by_id = fields.Many2one("res.users", "Issued by", readonly=True, copy=False)
    subject = fields.Char(readonly=False)
    # Cleaned in create and write, when a person writes it.
    body = fields.Html("Text", sanitize=False, readonly=False)

    addressee = fields.Char(
        "Name in the salutation",
        compute="_compute_addressee",
        help="The person written to; the customer where an address has no name.",
    )
    amount_text = fields.Char("Amount with currency", compute="_compute_amount_text")
    line_table = fields.Html(
        "Table of open items", compute="_compute_line_table", sanitize=False
    )

    send_email = fields.Boolean("By e-mail")
    send_letter = fields.Boolean("By letter")
    letter_state = fields.Selection(
        [("to_print", "To print"), ("printed", "Printed")],
        "Letter",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    letter_printed_on = fields.Datetime("Printed on", readonly=True, copy=False)
    issued_on = fields.Datetime("Issued on", readonly=True, copy=False)
    cancelled_on = fields.Datetime("Cancelled on", readonly=True, copy=False)
    cancel_reason = fields.Char("Why cancelled", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        default="draft",
        help="Shows what became of the e-mail or letter.",
    )
    failure_reason = fields.Char("Why it failed", compute="_compute_state", store=True)
    failure_handed_over = fields.Boolean(
        "Failure handed over",
        readonly=True,
        copy=False,
        help="The responsible person has been told of the failure.",
    )
    failure_activity_id = fields.Many2one(
        "mail.activity",
        "Activity about the failure",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    failure_handled = fields.Boolean(
        "Failure handled",
        readonly=True,
        copy=False,
        help="Someone has taken over by letter or by phone.",
    )

    _partner_date_idx = models.Index("(company_id, partner_id, date DESC)")
    _open_failure_idx = models.Index(
        "(company_id, partner_id)"
        " WHERE state = 'failed' AND failure_handled IS NOT TRUE"
    )
    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "This notice number is already in use."
    )

    @api.depends(
        "issued_on",
        "cancelled_on",
        "letter_state",
        "address_problem",
        "mail_message_id.notification_ids.notification_status",
        "mail_message_id.notification_ids.failure_type",
    )
    def _compute_state(self):
        for notice in self:
            reason = notice._get_address_problem_text()
            if notice.cancelled_on:
                notice.state = "cancelled"
            elif not notice.issued_on:
                notice.state = "draft"
            elif notice.letter_state == "printed":
                notice.state = "sent"
            elif notice.address_problem:
                notice.state = "failed"
            elif notice.send_email:
                notice.state, reason = notice._get_state_from_mail()
            else:
                notice.state = "queued" if notice.letter_state else "sent"
            if notice.state == "failed" and notice.letter_state == "to_print":
                notice.state = "queued"  # the letter takes over
            notice.failure_reason = notice.state == "failed" and reason

    def _get_state_from_mail(self):
        """Follow the e-mail; a notice whose notifications were cleaned up stays."""
        fate = self._get_mail_fate()
        if fate:
            return fate
        return (self.state if self.state != "draft" else "queued"), self.failure_reason

    @api.depends("contact_id.name", "partner_id.name")
    def _compute_addressee(self):
        for notice in self:
            notice.addressee = notice.contact_id.name or notice.partner_id.name

    @api.depends_context("lang")
    @api.depends("amount", "currency_id")
    def _compute_amount_text(self):
        for notice in self:
            notice.amount_text = notice.currency_id.format(notice.amount)

    @api.depends_context("lang")
    @api.depends("line_ids")
    def _compute_line_table(self):
        """The list of open items, for the texts of e-mail and letter."""
        for notice in self:
            notice.line_table = self.env["ir.qweb"]._render(
                "billing_coordinator.followup_line_table", notice._get_table_values()
            )

    def _get_table_values(self):
        return {"rows": self.line_ids._get_texts(), "total": self.amount_text}

    @api.depends("name", "stage_id", "partner_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = f"{notice.name} {notice.stage_id.name or ''}".strip()

    # -- actions ----------------------------------------------------------------

    def action_issue(self):
        """Send the drafts after checking again what the customers owe."""
        self._ask_about_bank_data("billing_coordinator.billing_followup_notice_issue")
        for notice in self:
            notice._issue_draft()

    def action_cancel(self, reason=None):
        """Take notices back that have not gone out; their stages are given back."""
        notices = self.filtered(lambda notice: notice.state != "cancelled")
        notices._check_can_be_cancelled()
        mails = notices.sudo().mail_message_id.mail_ids
        mails.filtered(lambda mail: mail.state == "outgoing").cancel()
        notices._write_fate(
            {"cancelled_on": fields.Datetime.now(), "cancel_reason": reason}
        )
        notices.line_ids._give_back()
        notices._close_failure_activity()
        notices._refresh_worklist()

    def _check_can_be_cancelled(self):
        for notice in self:
            if notice.state == "sent" or notice.cancelled_on:
                raise UserError(
                    self.env._(
                        "%(notice)s has been sent and cannot be taken back.",
                        notice=notice.display_name,
                    )
                    if notice.state == "sent"
                    else self.env._(
                        "%(notice)s is already cancelled.", notice=notice.display_name
                    )
                )

    def action_open_contact(self):
        """Open the person whose address did not work."""
        self.ensure_one()
        return (self.contact_id or self.partner_id).get_formview_action()

    def _refresh_worklist(self):
        for company, notices in self.grouped("company_id").items():
            self.env["billing.worklist"]._refresh(company, notices.partner_id.ids)

    # -- earlier notices ----------------------------------------------------------

    @api.model
    def _get_last_dates(self, company, partner_ids=None):
        """Dates of the latest issued notices: ``{(partner, currency): date}``."""
        self.flush_model()
        where = SQL(
            "company_id = %s AND issued_on IS NOT NULL AND cancelled_on IS NULL",
            company.id,
        )
        if partner_ids is not None:
            where = SQL("%s AND partner_id = ANY(%s)", where, list(partner_ids))
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, currency_id, MAX(date),
                          BOOL_OR(state = 'failed' AND failure_handled IS NOT TRUE)
                     FROM billing_followup_notice WHERE %s
                    GROUP BY partner_id, currency_id""",
                where,
            )
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}
