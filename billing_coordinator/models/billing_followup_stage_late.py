from odoo import api, fields, models


class BillingFollowupStage(models.Model):
    """What a notice of the stage charges beside what it claims."""

    _inherit = "billing.followup.stage"

    charge_interest = fields.Boolean(
        "Charge interest",
        help="A notice of this stage charges late-payment interest on every overdue"
        " item that it lists, on an invoice of its own.",
    )
    fee_amount = fields.Monetary(
        "Fee",
        currency_field="fee_currency_id",
        help="Charged once per notice, on the same invoice as the interest. 0: no fee.",
    )
    # Not the company's currency: companies with another one may share the plan.
    fee_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the fee",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="A notice in another currency charges the fee at the day's rate.",
    )

    is_late_rate_missing = fields.Boolean(compute="_compute_is_late_rate_missing")

    _fee_amount_not_negative = models.Constraint(
        "CHECK(fee_amount >= 0)", "A fee cannot be negative."
    )

    def _charges_late(self):
        """Whether a notice of the stage charges anything."""
        return bool(self.charge_interest or self.fee_amount)

    @api.depends_context("company")
    @api.depends("charge_interest", "company_id")
    def _compute_is_late_rate_missing(self):
        """Whether interest is asked for while the company has no rate for today."""
        today = fields.Date.context_today(self)
        rates = self.env["billing.late.rate"]
        for company, stages in self.grouped(
            lambda stage: stage.company_id or self.env.company
        ).items():
            charging = stages.filtered("charge_interest")
            (stages - charging).is_late_rate_missing = False
            if charging:
                charging.is_late_rate_missing = not rates._has_rate(company, today)

    @api.depends("charge_interest", "fee_amount", "fee_currency_id")
    def _compute_summary(self):
        result = super()._compute_summary()
        for stage in self.filtered(lambda stage: stage._charges_late()):
            stage.summary += ", " + stage._describe_late_charges()
        return result

    def _describe_late_charges(self):
        fee = self.fee_currency_id.format(self.fee_amount)
        if self.charge_interest and self.fee_amount:
            return self.env._("charges interest and %(fee)s", fee=fee)
        if self.charge_interest:
            return self.env._("charges interest")
        return self.env._("charges %(fee)s", fee=fee)
