from odoo import api, fields, models

from ..tools.late_claim import Claim


class BillingFollowupRun(models.TransientModel):
    """Whether the run charges interest or fees, for the columns that show it."""

    _inherit = "billing.followup.run"

    has_late_charges = fields.Boolean(compute="_compute_has_late_charges")
    has_late_problems = fields.Boolean(compute="_compute_has_late_charges")
    has_late_notes = fields.Boolean(compute="_compute_has_late_charges")

    @api.depends(
        "line_ids.interest_amount",
        "line_ids.fee_amount",
        "line_ids.late_note",
        "line_ids.late_problem",
    )
    def _compute_has_late_charges(self):
        for run in self:
            run.has_late_problems = any(run.line_ids.mapped("late_problem"))
            run.has_late_notes = any(run.line_ids.mapped("late_note"))
            run.has_late_charges = any(
                line.interest_amount or line.fee_amount for line in run.line_ids
            )


class BillingFollowupRunLine(models.TransientModel):
    """What the notice would charge beside what it claims."""

    _inherit = "billing.followup.run.line"

    interest_amount = fields.Monetary(
        "Interest", aggregator=None, help="Without taxes, on an invoice of its own."
    )
    fee_amount = fields.Monetary(
        "Fee", aggregator=None, help="Without taxes, on an invoice of its own."
    )
    late_problem = fields.Text(
        "What to do", help="Why nothing is sent as long as it is so."
    )
    late_note = fields.Char(
        "Interest waits",
        help="Items that are in dispute: their interest is charged when that is over,"
        " as far as they were owed.",
    )
    reason = fields.Selection(selection_add=[("late_rate", "No late-payment rate")])

    def _add_late_charges(self, evaluated):
        """Fill in interest and fee of all lines together; leave out who lacks a rate.

        :param evaluated: from ``_evaluate`` of the worklist
        """
        sending = self.filtered(lambda line: line.outcome == "send")
        claims = {}
        for line in sending:
            decision, _lines = evaluated[line.partner_id.id][line.currency_id.id]
            items = [
                (item.id, item.due, item.residual_currency)
                for item in decision.listed + decision.credits
            ]
            claims[line] = Claim(line.stage_id, line.currency_id, items)
        assessed = self.env["billing.late.charge"]._assess(
            self.run_id.company_id, claims, fields.Date.context_today(self)
        )
        for line, assessment in assessed.items():
            line.interest_amount = assessment.interest_amount
            line.fee_amount = assessment.fee
            line.late_note = self._describe_waiting(assessment.waiting)
        problems = {
            line.worklist_id: assessment.problem
            for line, assessment in assessed.items()
            if assessment.problem
        }
        # A customer is sent its notices in all currencies or in none.
        for line in sending.filtered(lambda line: line.worklist_id in problems):
            line.write(
                {
                    "outcome": "skip",
                    "reason": "late_rate",
                    "selected": False,
                    "late_problem": problems[line.worklist_id],
                    "interest_amount": 0,
                    "fee_amount": 0,
                }
            )

    @api.model
    def _describe_waiting(self, item_ids):
        """Which items wait for interest, and why; empty if none do."""
        if not item_ids:
            return False
        items = self.env["account.move.line"].browse(item_ids)
        names = ", ".join(items.move_id.mapped("name"))
        return self.env._("In dispute: %(invoices)s", invoices=names)
