from odoo import api, fields, models
from odoo.exceptions import UserError

# Directive 2011/7/EU, articles 2(6) and 6(1).
POINTS_ABOVE_REFERENCE = 8
FIXED_SUM_EUR = 40


class BillingLatePresetWizard(models.TransientModel):
    """Interest and fee as EU directive 2011/7 grants them between businesses.

    Reference rates are asked for: they change every half-year and differ between
    countries.
    """

    _name = "billing.late.preset.wizard"
    _description = "Late charges of EU directive 2011/7"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    plan_id = fields.Many2one(
        "billing.followup.plan",
        required=True,
        check_company=True,
        default=lambda self: self.env.company.billing_plan_id,
    )
    stage_id = fields.Many2one(
        "billing.followup.stage",
        "From this stage on",
        required=True,
        domain="[('plan_id', '=', plan_id)]",
        help="Interest is charged from this stage on, the fixed sum at this stage.",
    )
    fee_amount = fields.Monetary(
        "Fixed sum",
        compute="_compute_fee_amount",
        store=True,
        readonly=False,
        help="40 EUR; in another currency, the amount of your national law.",
    )
    line_ids = fields.One2many(
        "billing.late.preset.wizard.line",
        "wizard_id",
        "Reference rates",
    )

    @api.depends("company_id")
    def _compute_fee_amount(self):
        for wizard in self:
            is_euro = wizard.currency_id.name == "EUR"
            wizard.fee_amount = FIXED_SUM_EUR if is_euro else 0

    def action_apply(self):
        """Enter the rates and let the stages charge; what is wrong changes nothing."""
        self.ensure_one()
        self._check()
        rates = self.env["billing.late.rate"]
        for line in self.line_ids:
            rate = rates.search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("date_from", "=", line.date_from),
                ]
            )
            values = {
                "company_id": self.company_id.id,
                "date_from": line.date_from,
                "annual_rate": line.annual_rate,
            }
            rate.write(values) if rate else rates.create(values)
        self._set_stages()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_late_rate_action"
        )

    def _check(self):
        if self.stage_id.plan_id != self.plan_id:
            raise UserError(self.env._("Choose a stage of the plan."))
        if not self.fee_amount:
            raise UserError(
                self.env._(
                    "Enter the fixed sum that your law grants for 40 EUR, in"
                    " %(currency)s.",
                    currency=self.currency_id.name,
                )
            )
        if not self.line_ids:
            raise UserError(
                self.env._("Enter a reference rate and the day it is in force from.")
            )

    def _set_stages(self):
        """Interest from the chosen stage on, the fixed sum once."""
        stages = self.plan_id.stage_ids.sorted(lambda s: (s.sequence, s.id))
        for stage in stages[list(stages).index(self.stage_id) :]:
            stage.charge_interest = True
        self.stage_id.write(
            {"fee_amount": self.fee_amount, "fee_currency_id": self.currency_id.id}
        )


class BillingLatePresetWizardLine(models.TransientModel):
    """A reference rate, and the rate of late-payment interest that follows from it."""

    _name = "billing.late.preset.wizard.line"
    _description = "Reference rate"

    wizard_id = fields.Many2one(
        "billing.late.preset.wizard", required=True, ondelete="cascade", index=True
    )
    date_from = fields.Date("In force from", required=True)
    reference_rate = fields.Float("Reference rate (%)", digits=(7, 4))
    annual_rate = fields.Float(
        "Annual rate (%)",
        digits=(7, 4),
        compute="_compute_annual_rate",
        help="The reference rate and 8 percentage points.",
    )

    @api.depends("reference_rate")
    def _compute_annual_rate(self):
        for line in self:
            line.annual_rate = line.reference_rate + POINTS_ABOVE_REFERENCE
