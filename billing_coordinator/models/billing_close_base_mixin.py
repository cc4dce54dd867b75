from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

from ..tools import period

COORDINATOR = "billing_coordinator.group_billing_coordinator"
FREQUENCIES = [
    (period.MONTHLY, "Every month"),
    (period.QUARTERLY, "Every quarter"),
    (period.YEARLY, "Every year"),
]


class BillingCloseBaseMixin(models.AbstractModel):
    """What a task of a template and one of a close have in common."""

    _name = "billing.close.base.mixin"
    _description = "Task of a close or of its template"
    _order = "sequence, id"

    company_id = fields.Many2one("res.company")
    name = fields.Char("Task", required=True)
    sequence = fields.Integer(default=10)
    description = fields.Html(help="What to do, and where.")
    owner_id = fields.Many2one(
        "res.users",
        "Preparer",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', '=?', company_id)]",
        help="Does the task. Empty: any accountant.",
    )
    reviewer_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', '=?', company_id)]",
        help="Checks what the preparer did. Empty: any other accountant.",
    )
    review_required = fields.Boolean("Needs a review", default=True)
    evidence_required = fields.Boolean(
        "Needs evidence", help="A file is attached before it is signed."
    )
    frequency = fields.Selection(FREQUENCIES, default=period.MONTHLY, required=True)
    check_code = fields.Selection(
        lambda self: self.env["billing.close.checks"]._get_selection(),
        "Automatic check",
        help="Counts or adds up what should not be there at the end of the period."
        " Where it looks at an app that is not installed, closes leave the task out.",
    )
    check_id = fields.Many2one(
        "billing.close.check",
        "Check of your own",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    check_unit = fields.Selection(
        [("count", "Records"), ("money", "Amount")], compute="_compute_check_unit"
    )
    threshold_amount = fields.Monetary(
        "Tolerated amount",
        help="Up to this amount the check passes, and figures may move after signing.",
    )
    threshold_count = fields.Integer("Tolerated number")
    on_breach = fields.Selection(
        [("fail", "Fails"), ("warn", "Warns")],
        "Beyond that it",
        default="fail",
        required=True,
        help="What fails is signed only after a manager allowed it with a reason.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    _threshold_positive = models.Constraint(
        "CHECK(threshold_amount >= 0 AND threshold_count >= 0)",
        "What is tolerated cannot be negative.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for task in self:
            company = task.company_id or self.env.company
            task.currency_id = company.currency_id

    @api.depends("check_code", "check_id")
    def _compute_check_unit(self):
        units = {
            code: info.unit
            for code, info in self.env["billing.close.checks"]._get_checks().items()
        }
        for task in self:
            own = task.check_id.unit if task.check_code == "own" else None
            task.check_unit = own or units.get(task.check_code, False)

    @api.constrains("owner_id", "reviewer_id")
    def _check_segregation(self):
        for task in self:
            if task.owner_id and task.owner_id == task.reviewer_id:
                raise ValidationError(
                    self.env._(
                        "%(task)s: preparer and reviewer are different people. Choose"
                        " another reviewer than %(user)s.",
                        task=task.name,
                        user=task.owner_id.name,
                    )
                )

    @api.constrains("owner_id", "reviewer_id")
    def _check_people(self):
        for task in self:
            people = task.owner_id | task.reviewer_id
            if strangers := people - task._keep_people(people, task.company_id):
                raise ValidationError(
                    self.env._(
                        "%(task)s: %(people)s cannot see the closes of %(company)s."
                        " Give them a role in billing and access to the company.",
                        task=task.name,
                        people=", ".join(strangers.mapped("name")),
                        company=task.company_id.name or self.env._("any company"),
                    )
                )

    @api.model
    def _keep_people(self, people, company):
        """Those who can see the closes of a company; of any, if it is empty."""
        # Who may edit tasks may not always read the groups of others.
        return people.filtered(
            lambda user: (
                user.active
                and user.sudo().has_group(COORDINATOR)
                and (not company or company in user.sudo().company_ids)
            )
        )

    @api.constrains("check_code", "check_id")
    def _check_own_check(self):
        for task in self:
            self.env["billing.close.checks"]._check_code(task.check_code)
            if task.check_code == "own" and not task.check_id:
                raise ValidationError(
                    self.env._("%(task)s: choose the check.", task=task.name)
                )

    @api.constrains("depends_ids")
    def _check_depends(self):
        if self._has_cycle("depends_ids"):
            names = ", ".join(self.mapped("name"))
            raise ValidationError(
                self.env._(
                    "Tasks cannot wait for each other in a circle: %(tasks)s.",
                    tasks=names,
                )
            )

    @api.model
    def _get_shared_fields(self):
        """What a template's task gives to that of a close, and takes back. Hook."""
        return [
            "name",
            "sequence",
            "description",
            "owner_id",
            "reviewer_id",
            "review_required",
            "evidence_required",
            "frequency",
            "check_code",
            "check_id",
            "threshold_amount",
            "threshold_count",
            "on_breach",
        ]

    def _get_shared_values(self):
        """``{field: value}`` of one task, to be written to another."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in self._get_shared_fields()
        }
        return self._drop_gone_check(values)

    def copy_data(self, default=None):
        all_values = super().copy_data(default)
        return [self._drop_gone_check(values) for values in all_values]

    @api.model
    def _drop_gone_check(self, values):
        """A copy cannot have a check whose app is gone: its description says so."""
        code = values.get("check_code")
        if not code or self.env["billing.close.checks"]._is_known(code):
            return values
        note = self.env._(
            "The check %(code)s was left out: the app that it came with is not"
            " installed.",
            code=code,
        )
        description = Markup(values.get("description") or "")
        description += Markup("<p>%s</p>") % note
        return {**values, "check_code": False, "description": description}

    def _describe_value(self, name):
        """A field's value in words."""
        field, value = self._fields[name], self[name]
        if field.relational:
            return ", ".join(value.sudo().mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type == "monetary":
            return self.currency_id.format(value)
        if field.type == "html":
            return html2plaintext(value or "").strip()
        return str(value or "")
