from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.followup import NOTHING_DUE, PROMISED, SEND

# A customer who paid after a notice of the last days is shown as paid.
PAID_SINCE_DAYS = 30


class BillingFollowupRun(models.TransientModel):
    """Preview of a run: who gets what and why, who does not and why not."""

    _name = "billing.followup.run"
    _description = "Follow-up run"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("billing.followup.run.line", "run_id", "Lines")
    send_line_ids = fields.One2many(
        "billing.followup.run.line",
        "run_id",
        "Will be sent",
        domain=[("outcome", "=", "send")],
    )
    skip_line_ids = fields.One2many(
        "billing.followup.run.line",
        "run_id",
        "Will not be sent",
        domain=[("outcome", "=", "skip")],
    )
    selected_count = fields.Integer("Notices to send", compute="_compute_totals")
    selected_amount = fields.Monetary("Amount claimed", compute="_compute_totals")
    skipped_count = fields.Integer("Left out", compute="_compute_totals")
    bank_data_problem = fields.Text(
        "Bank data problem", compute="_compute_bank_data_problem"
    )
    accept_bank_data = fields.Boolean(
        "Send even though the bank data is old",
        help="Tick this if you know that nobody on the list has paid in the meantime.",
    )

    def _compute_display_name(self):
        self.display_name = self.env._("Follow-up run")

    @api.depends("send_line_ids.selected", "skip_line_ids")
    def _compute_totals(self):
        for run in self:
            selected = run.send_line_ids.filtered("selected")
            run.selected_count = len(selected)
            run.selected_amount = sum(selected.mapped("company_amount"))
            left_out = len(run.send_line_ids) - len(selected)
            run.skipped_count = left_out + len(run.skip_line_ids)

    @api.depends("company_id")
    def _compute_bank_data_problem(self):
        for run in self:
            run.bank_data_problem = run.company_id._get_bank_data_problem()

    # -- preview ------------------------------------------------------------------

    @api.model
    def _preview(self, company, rows=None):
        """A run for all customers of ``company``, or for the given worklist rows."""
        run = self.create({"company_id": company.id})
        run._fill(rows and rows.partner_id.ids)
        return run

    def _fill(self, partner_ids=None):
        worklist = self.env["billing.worklist"]
        company = self.company_id
        worklist._refresh(company, partner_ids)
        evaluated = worklist._evaluate(company, partner_ids)
        rows = worklist.search(
            [("company_id", "=", company.id), ("partner_id", "in", list(evaluated))]
        )
        rows_by_partner = {row.partner_id.id: row for row in rows}
        values = [
            self._prepare_line(
                rows_by_partner[partner_id], currency_id, decision, lines
            )
            for partner_id, decisions in evaluated.items()
            for currency_id, (decision, lines) in decisions.items()
        ]
        values = list(filter(None, values))
        told = {vals["partner_id"] for vals in values}
        values += self._prepare_paid_lines(told, partner_ids)
        lines = self.env["billing.followup.run.line"].create(values)
        lines._fill_addresses()
        lines._add_late_charges(evaluated)

    def _prepare_line(self, row, currency_id, decision, lines):
        """Values of a customer to whom something is due, None for all others."""
        today = fields.Date.context_today(self)
        overdue = [line for line in lines if line.residual > 0 and line.due < today]
        if decision.outcome != SEND and not overdue:
            return None
        reason, next_date = self._get_obstacle(row, decision, overdue)
        shown = decision.listed or overdue
        newest = max(shown, key=lambda line: line.id)
        amount = decision.amount if decision.listed else None
        booked = decision.company_amount if decision.listed else None
        return {
            "run_id": self.id,
            "worklist_id": row.id,
            "partner_id": row.partner_id.id,
            "currency_id": currency_id,
            "outcome": "skip" if reason else "send",
            "reason": reason,
            "selected": not reason,
            "stage_id": decision.stage.id if decision.stage else False,
            "next_date": next_date,
            "item_count": len(shown),
            "amount": sum(x.residual_currency for x in shown)
            if amount is None
            else amount,
            "company_amount": sum(x.residual for x in shown)
            if booked is None
            else booked,
            "newest_line_id": newest.id,
        }

    @api.model
    def _get_obstacle(self, row, decision, overdue):
        """Why nothing goes out today and the earliest day, where they are known.

        What somebody arranged with the customer is told first.
        """
        if row._is_postponed():
            day = row.postponed_until
            return "postponed", max(decision.date or day, day)
        if decision.outcome == SEND and row.next_action in ("fix", "print"):
            return row.wait_reason, False
        reason = decision.outcome != SEND and decision.outcome
        if reason == NOTHING_DUE and any(line.withheld for line in overdue):
            return PROMISED, decision.date  # a part; the rest waits for its stage
        return reason, reason and decision.date

    def _prepare_paid_lines(self, told, partner_ids):
        """Customers who were reminded lately and settled it.

        What is not due yet is no debt; an open item that a notice has named is, though
        it may have been a courtesy reminder.

        :param told: ids of the customers who have a line anyway
        """
        since = fields.Date.subtract(
            fields.Date.context_today(self), days=PAID_SINCE_DAYS
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("last_notice_date", ">=", since),
            ("amount_overdue", "=", 0),
            ("stage_id", "=", False),
            ("partner_id", "not in", list(told)),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", partner_ids))
        return [
            {
                "run_id": self.id,
                "worklist_id": row.id,
                "partner_id": row.partner_id.id,
                "currency_id": self.currency_id.id,
                "outcome": "skip",
                "reason": "paid",
            }
            for row in self.env["billing.worklist"].search(domain)
        ]

    # -- actions ---------------------------------------------------------------------

    @api.model
    def action_open_preview(self):
        """Open the preview for the current company."""
        return self._preview(self.env.company)._get_form_action()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-up run"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_send(self):
        """Send to the customers that are ticked; the others are left out today."""
        self.ensure_one()
        if self.bank_data_problem and not self.accept_bank_data:
            raise UserError(
                self.env._(
                    "%(problem)s Or tick 'Send even though the bank data is old'.",
                    problem=self.bank_data_problem,
                )
            )
        ticked = self.send_line_ids.filtered("selected")
        if not ticked:
            raise UserError(self.env._("Nobody is ticked: there is nothing to send."))
        wanted = ticked.worklist_id
        unticked = (self.send_line_ids - ticked).worklist_id
        self._check_ticked_as_a_whole(wanted & unticked)
        unticked._take_out_today()
        return wanted._send_now_with_message()

    def _check_ticked_as_a_whole(self, partly):
        """Sending and leaving out apply to a customer, in all its currencies."""
        if partly:
            raise UserError(
                self.env._(
                    "A customer is sent its notices in all currencies or in none. Tick"
                    " or untick all currencies of %(customers)s.",
                    customers=", ".join(partly.mapped("display_name")),
                )
            )
