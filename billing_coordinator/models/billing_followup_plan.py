from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class BillingFollowupPlan(models.Model):
    """A reminder policy: its stages in their order."""

    _name = "billing.followup.plan"
    _description = "Follow-up plan"
    _order = "sequence, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Leave empty to offer the plan in every company.",
    )
    stage_ids = fields.One2many(
        "billing.followup.stage", "plan_id", "Stages", copy=True
    )
    min_interval = fields.Integer(
        "Days between notices",
        default=7,
        required=True,
        help="A customer gets no second notice within this number of days; a notice"
        " that falls into it comes later, nothing is left out.",
    )
    note = fields.Text("Internal note", translate=True)

    _min_interval_not_negative = models.Constraint(
        "CHECK(min_interval >= 0)",
        "The days between two notices cannot be negative.",
    )

    @api.constrains("company_id")
    def _check_company_of_users(self):
        """A plan in use elsewhere cannot become one company's own."""
        for plan in self.filtered("company_id"):
            others = plan._get_companies_of_use() - self.env["res.company"].search(
                [("id", "child_of", plan.company_id.ids)]
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(plan)s is used in %(companies)s: choose another one there"
                        " first.",
                        plan=plan.name,
                        companies=", ".join(others.mapped("name")),
                    )
                )

    def _get_companies_of_use(self):
        """Companies that follow the plan, or have customers or invoices that do."""
        plan_sudo = self.sudo()
        domain = [("billing_plan_id", "in", self.ids)]
        companies = plan_sudo.env["res.company"].search([])
        using = companies.filtered(
            lambda company: (
                company.billing_plan_id in self
                or plan_sudo.env["res.partner"]
                .with_company(company)
                .with_context(active_test=False)
                .search_count(domain, limit=1)
            )
        )
        invoices = plan_sudo.env["account.move"]._read_group(domain, ["company_id"])
        return using.union(*[company for (company,) in invoices]).sudo(False)

    def write(self, vals):
        """Let stages change together: what counts is their order at the end."""
        plans = self.with_context(billing_stages_together=True)
        result = super(BillingFollowupPlan, plans).write(vals)
        if "stage_ids" in vals:
            self.stage_ids._check_order()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["billing.followup.notice"]
            .sudo()
            .search_count([("plan_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Notices were sent with this plan: archive it instead, so that the"
                    " history keeps it."
                )
            )

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", plan.name))
            for plan, vals in zip(self, super().copy_data(default), strict=True)
        ]
