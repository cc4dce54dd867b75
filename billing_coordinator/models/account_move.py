from odoo import api, fields, models
from odoo.tools.misc import format_date


class AccountMove(models.Model):
    _inherit = "account.move"

    billing_plan_id = fields.Many2one(
        "billing.followup.plan",
        "Follow-up plan",
        index="btree_not_null",
        copy=False,
        check_company=True,
        help="Instead of the plan of the customer.",
    )
    billing_notice_line_ids = fields.One2many(
        "billing.followup.notice.line",
        "move_id",
        "Notices",
        readonly=True,
        groups="account.group_account_invoice",
    )
    billing_followup_status = fields.Char(
        "Follow-up",
        compute="_compute_billing_followup_status",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("billing_notice_line_ids.state", "payment_state")
    def _compute_billing_followup_status(self):
        """Where the invoice stands, in a few words; its rows for all in one query."""
        receivables = self.env["billing.receivable"].search_fetch(
            [("move_id", "in", self.ids)], ["move_id", "stage_id", "hold_reason"]
        )
        by_move = receivables.grouped("move_id")
        for move in self:
            rows = by_move.get(move, receivables.browse())
            move.billing_followup_status = rows._describe_followup()

    @api.depends_context("billing_show_open")
    def _compute_display_name(self):
        """Where an open invoice is chosen: its open amount and due date too."""
        result = super()._compute_display_name()
        if self.env.context.get("billing_show_open"):
            self._add_open_amount_to_name()
        return result

    def _add_open_amount_to_name(self):
        claims = self.env["billing.receivable"].search_fetch(
            [("move_id", "in", self.ids), ("residual", ">", 0)],
            ["move_id", "currency_id", "residual_currency", "date_maturity"],
        )
        for move, rows in claims.grouped("move_id").items():
            move.display_name = self.env._(
                "%(invoice)s: %(amount)s, due %(date)s",
                invoice=move.name,
                amount=rows.currency_id[:1].format(
                    sum(rows.mapped("residual_currency"))
                ),
                date=format_date(self.env, min(rows.mapped("date_maturity"))),
            )

    def action_open_billing_worklist(self):
        """Open the customer of the invoice in the worklist."""
        self.ensure_one()
        row = self.env["billing.worklist"]._get_row(
            self.company_id, self.commercial_partner_id
        )
        return row.get_formview_action()
