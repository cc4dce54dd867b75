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

    @api.constrains("stage_ids")
    def _check_stages(self):
        self.stage_ids._check_order()

    @api.constrains("company_id")
    def _check_company_of_users(self):
        """A plan in use elsewhere cannot become one company's own."""
        for plan in self.filtered("company_id"):
            others = (
                self.env["res.company"]
                .sudo()
                .search(
                    [
                        ("billing_plan_id", "=", plan.id),
                        "!",
                        ("id", "child_of", plan.company_id.ids),
                    ]
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(plan)s is the default plan of %(companies)s: choose another"
                        " one there first.",
                        plan=plan.name,
                        companies=", ".join(others.mapped("name")),
                    )
                )

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
