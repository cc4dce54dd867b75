from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.close_check import COUNT, MONEY

# What decides on what is read: whoever writes any of it answers for it.
DEFINITION = {
    "company_id",
    "model",
    "domain",
    "date_field",
    "measure",
    "sum_field",
    "author_id",
}


class BillingCloseCheck(models.Model):
    """A check that users make without code: records of a kind, counted or summed.

    It reads with the rights of whoever wrote it last, in the companies of the close:
    its figure is the same for everybody and tells nothing that its author may not see.
    What accountants may not read is refused, as they look at the figure.
    """

    _name = "billing.close.check"
    _description = "Close check"
    _order = "name, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="restrict",  # it would become everybody's
        default=lambda self: self.env.company,
        help="Empty: for the closes of all companies.",
    )
    model = fields.Selection(
        "_selection_model",
        "Records",
        required=True,
        help="What is looked at. What accountants may not read is not offered.",
    )
    domain = fields.Char(
        "Which of them",
        required=True,
        default="[]",
        help="Records of other companies are left out by themselves.",
    )
    date_field = fields.Char(
        "Date",
        help="Only records with this date in the period of the close. Empty: all, as"
        " they are when the check is run.",
    )
    measure = fields.Selection(
        [("count", "Their number"), ("sum", "The sum of a field")],
        "Figure",
        required=True,
        default="count",
    )
    sum_field = fields.Char(
        "Field", help="Amounts in other currencies count by the rate of the period end."
    )
    unit = fields.Selection(
        [(COUNT, "Number"), (MONEY, "Amount")], compute="_compute_unit"
    )
    author_id = fields.Many2one(
        "res.users",
        "Written by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The check reads what this user may read.",
    )

    _sum_has_field = models.Constraint(
        "CHECK(measure = 'count' OR sum_field IS NOT NULL)",
        "Choose the field to sum.",
    )

    @api.model
    def _selection_model(self):
        """Kinds of records that accountants may read, by their names."""
        # Names of models are no secret; users may not read them one by one.
        models_sudo = self.env["ir.model"].sudo().search([], order="name, model")
        allowed = self._get_readable_models()
        return [(m.model, m.name) for m in models_sudo if m.model in allowed]

    @api.depends("model", "measure", "sum_field")
    def _compute_unit(self):
        for check in self:
            field = check.model in self.env and check._get_field(check.sum_field)
            summed = check.measure == "sum" and field
            check.unit = MONEY if summed and field.type == "monetary" else COUNT

    @api.onchange("model")
    def _onchange_model(self):
        self.domain = "[]"
        self.date_field = self.sum_field = False

    @api.constrains("model", "domain", "date_field", "measure", "sum_field")
    def _check_definition(self):
        for check in self:
            check._validate()

    @api.constrains("company_id")
    def _check_tasks_company(self):
        for check in self.filtered("company_id"):
            if strangers := check._name_strangers():
                raise ValidationError(
                    self.env._(
                        "The check %(check)s is used by tasks that are not of"
                        " %(company)s: %(tasks)s. Make a copy of it.",
                        check=check.name,
                        company=check.company_id.name,
                        tasks=", ".join(strangers),
                    )
                )

    def _name_strangers(self):
        """Tasks with the check that are not of its company, as the user may know."""
        names = {}
        for model in ("billing.close.template.task", "billing.close.task"):
            # Of any company: the check was everybody's, or another's.
            tasks_sudo = self.env[model].sudo().search([("check_id", "in", self.ids)])
            tasks = tasks_sudo.filtered(
                lambda task: self.company_id not in task.company_id.parent_ids
            ).sudo(False)
            seen = tasks._filtered_access("read")
            names |= dict.fromkeys(seen.mapped("name"))
            if tasks - seen:
                names[self.env._("tasks of other companies")] = None
        return list(names)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sign(values) for values in vals_list])

    def write(self, vals):
        return super().write(self._sign(vals) if DEFINITION & vals.keys() else vals)

    @api.model
    def _sign(self, values):
        """Nobody lends a check the rights of somebody else."""
        return {**values, "author_id": self.env.uid}
