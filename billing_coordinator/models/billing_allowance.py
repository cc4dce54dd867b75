from datetime import MAXYEAR

from odoo import api, fields, models
from odoo.tools.misc import format_date


class BillingAllowance(models.Model):
    """The allowance for doubtful accounts of a company as of the end of a period.

    The full amount is posted each time: the entry of the period before is reversed on
    its own date, so that the expense of a period is the change of the allowance.
    """

    _name = "billing.allowance"
    _description = "Allowance for doubtful accounts"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _mail_post_access = "read"  # whoever reads it may remark on it
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date = fields.Date(
        "As of",
        required=True,
        default=lambda self: self._default_date(),
        tracking=True,
        help="The end of the period. What was paid later was still owed on that day.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        "billing.allowance.line", "allowance_id", readonly=True, copy=False
    )
    total_base = fields.Monetary(
        "Receivables",
        compute="_compute_totals",
        store=True,
        help="What customers owe, each one's credits taken off.",
    )
    total = fields.Monetary(
        "Allowance", compute="_compute_totals", store=True, tracking=True
    )
    coverage = fields.Float(
        compute="_compute_coverage",
        help="The part of the receivables that is expected to be lost.",
    )
    computed_on = fields.Datetime(readonly=True, copy=False)
    # Bounds and rates that the lines were computed with.
    policy = fields.Json(readonly=True, copy=False)
    journal_id = fields.Many2one(
        "account.journal",
        compute="_compute_from_company",
        store=True,
        check_company=True,
        index="btree_not_null",
    )
    expense_account_id = fields.Many2one(
        "account.account",
        "Expense account",
        compute="_compute_from_company",
        store=True,
        check_company=True,
        index="btree_not_null",
    )
    allowance_account_id = fields.Many2one(
        "account.account",
        "Allowance account",
        compute="_compute_from_company",
        store=True,
        check_company=True,
        index="btree_not_null",
    )
    reversal_date = fields.Date(
        "Reversed on",
        compute="_compute_from_company",
        store=True,
        help="Odoo posts the reversal on this day by itself if it is still to come.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Entry",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_id = fields.Many2one(
        "account.move",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    posted_by_id = fields.Many2one(
        "res.users", "Posted by", readonly=True, copy=False, index="btree_not_null"
    )
    cancelled_by_id = fields.Many2one(
        "res.users", "Cancelled by", readonly=True, copy=False, index="btree_not_null"
    )
    cancelled_on = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Char("Reason", readonly=True, copy=False)

    _active_uniq = models.UniqueIndex(
        "(company_id, date) WHERE state != 'cancelled'",
        "There is an allowance of this company as of this day already: open that one."
        " A posted one has to be cancelled before a new one is made.",
    )

    @api.model
    def _default_date(self):
        """The end of the month before."""
        today = fields.Date.context_today(self)
        return fields.Date.subtract(today.replace(day=1), days=1)

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for allowance in self:
            allowance.display_name = self.env._(
                "Allowance as of %(date)s", date=format_date(self.env, allowance.date)
            )

    @api.depends("line_ids.base", "line_ids.amount")
    def _compute_totals(self):
        for allowance in self:
            allowance.total_base = sum(allowance.line_ids.mapped("base"))
            allowance.total = sum(allowance.line_ids.mapped("amount"))

    @api.depends("total", "total_base")
    def _compute_coverage(self):
        for allowance in self:
            base = allowance.total_base
            allowance.coverage = allowance.total / base if base else 0

    @api.depends(
        "company_id.billing_allowance_account_id",
        "company_id.billing_allowance_expense_account_id",
        "company_id.billing_allowance_journal_id",
        "company_id.billing_allowance_reversal_days",
        "date",
    )
    def _compute_from_company(self):
        """As the settings have it, until the allowance is posted."""
        for allowance in self:
            if allowance.state == "draft":
                company, day = allowance.company_id, allowance.date
                days = company.billing_allowance_reversal_days
                allowance.journal_id = company.billing_allowance_journal_id
                allowance.expense_account_id = (
                    company.billing_allowance_expense_account_id
                )
                allowance.allowance_account_id = company.billing_allowance_account_id
                # A slip of the pen in the year has no day after it.
                known = day and day.year < MAXYEAR
                allowance.reversal_date = known and fields.Date.add(day, days=days)
            else:
                for name in (
                    "journal_id",
                    "expense_account_id",
                    "allowance_account_id",
                    "reversal_date",
                ):
                    allowance[name] = allowance[name]

    # -- actions -----------------------------------------------------------------------

    def action_open_lines(self):
        """The lines, by customer."""
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "billing_coordinator.billing_allowance_line_action"
        )
        return {
            **action,
            "domain": [("allowance_id", "in", self.ids)],
            "context": {"search_default_group_partner": 1},
        }

    def action_open_entries(self):
        """The entry, its reversal, and the entries of a cancellation."""
        self.check_access("read")
        moves = self.move_id | self.reversal_id
        moves |= moves.reversal_move_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("account.view_move_tree").id, "list"),
                (False, "form"),
            ],
            "domain": [("id", "in", moves.ids)],
            "context": {"create": False},
        }

    def action_open_cancel_wizard(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel the allowance"),
            "res_model": "billing.allowance.cancel.wizard",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_allowance_id": self.id},
        }
