from odoo import api, fields, models

POLICY_FIELDS = (
    "billing_allowance_account_id",
    "billing_allowance_expense_account_id",
    "billing_allowance_journal_id",
    "billing_allowance_reversal_days",
    "billing_auto_send",
    "billing_plan_id",
    "billing_responsible_id",
    "billing_minimum_claim",
    "billing_bank_freshness",
    "billing_ageing_bounds",
    "billing_close_auto",
    "billing_close_lead_days",
    "billing_close_lock",
    "billing_promise_grace",
    "billing_promise_portal",
    "billing_promise_max_days",
    "billing_promise_max_amount",
    "billing_late_fee_product_id",
    "billing_late_interest_product_id",
    "billing_late_journal_id",
    "billing_late_minimum",
    "billing_late_payment_term_id",
    "billing_late_post",
    "billing_match_auto",
    "billing_match_charges_account_id",
    "billing_match_discount_grace",
    "billing_match_short",
    "billing_match_threshold",
    "billing_match_tolerance",
    "billing_statement_schedule",
    "billing_statement_day",
    "billing_statement_kind",
    "billing_writeoff_account_id",
    "billing_writeoff_journal_id",
    "billing_writeoff_limit",
)


class BillingCompanyWizard(models.TransientModel):
    """The follow-up settings of a company, for managers who do not administer it."""

    _name = "billing.company.wizard"
    _description = "Follow-up settings"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    billing_plan_id = fields.Many2one(
        "billing.followup.plan",
        "Follow-up plan",
        check_company=True,
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_auto_send = fields.Boolean(
        "Send reminders automatically",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_responsible_id = fields.Many2one(
        "res.users",
        "Follow-up manager",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_minimum_claim = fields.Monetary(
        "Minimum claim", compute="_compute_policy", store=True, readonly=False
    )
    billing_bank_freshness = fields.Integer(
        "Maximum age of bank data (days)",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_promise_grace = fields.Integer(
        "Days of grace for promises",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_promise_portal = fields.Boolean(
        "Customers may promise in the portal",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_promise_max_days = fields.Integer(
        "Latest day of a promise in the portal (days)",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_promise_max_amount = fields.Monetary(
        "Largest promise in the portal",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_ageing_bounds = fields.Char(
        "Ageing buckets", compute="_compute_policy", store=True, readonly=False
    )

    billing_statement_schedule = fields.Selection(
        lambda self: self._get_company_selection("billing_statement_schedule"),
        "Send statements",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )
    billing_statement_day = fields.Integer(
        "Day of the month", compute="_compute_policy", store=True, readonly=False
    )
    billing_statement_kind = fields.Selection(
        lambda self: self._get_company_selection("billing_statement_kind"),
        "Kind of statement",
        compute="_compute_policy",
        store=True,
        readonly=False,
    )

    @api.model
    def _get_company_selection(self, name):
        return self.env["res.company"]._fields[name]._description_selection(self.env)

    @api.depends("company_id")
    def _compute_policy(self):
        for wizard in self:
            for name in POLICY_FIELDS:
                wizard[name] = wizard.company_id[name]

    def action_save(self):
        """Write the settings; only these, and only in a company of the manager."""
        self.ensure_one()
        self.company_id.check_access("read")
        # A billing manager decides on follow-up without administering the company.
        company_sudo = self.company_id.sudo()
        company_sudo.write(
            {
                name: self._fields[name].convert_to_write(self[name], self)
                for name in POLICY_FIELDS
            }
        )
        return {"type": "ir.actions.act_window_close"}
