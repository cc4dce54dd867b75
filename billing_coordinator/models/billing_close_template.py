from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

INSTALLING = ("install_mode", "_force_unlink")


class BillingCloseTemplate(models.Model):
    """The tasks of a close. What is in force for a period makes its tasks.

    While a close runs by it, its tasks are not changed: a new version is made, which is
    in force from the next period.
    """

    _name = "billing.close.template"
    _description = "Close template"
    _order = "date_from desc, id desc"
    _check_company_domain = models.check_company_domain_parent_of
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="restrict",  # it would become everybody's
        help="Empty: for all companies.",
    )
    date_from = fields.Date(
        "In force from",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        ),
        help="Closes of periods that end on this day or later are made from it, until a"
        " later version is in force.",
    )
    active = fields.Boolean(default=True)
    task_ids = fields.One2many("billing.close.template.task", "template_id", "Tasks")
    task_count = fields.Integer("Number of tasks", compute="_compute_task_count")
    close_ids = fields.One2many("billing.close", "template_id", "Closes")
    is_running = fields.Boolean(
        "A close runs by it",
        compute="_compute_is_running",
        help="Its tasks cannot be changed until the close is locked.",
    )

    @api.depends("task_ids")
    def _compute_task_count(self):
        groups = self.env["billing.close.template.task"]._read_group(
            [("template_id", "in", self.ids)], ["template_id"], ["__count"]
        )
        counts = {template.id: count for template, count in groups}
        for template in self:
            template.task_count = counts.get(template.id, 0)

    def _compute_is_running(self):
        running = self._get_running_closes().template_id
        for template in self:
            template.is_running = template._origin in running

    @api.constrains("company_id")
    def _check_closes_company(self):
        for template in self.filtered("company_id"):
            # Of any company: the template was everybody's, or another's.
            closes_sudo = template.sudo().close_ids
            strangers = closes_sudo.company_id - closes_sudo.company_id.filtered(
                lambda company, own=template.company_id: own in company.parent_ids
            )
            if strangers:
                seen = strangers.sudo(False)._filtered_access("read")
                names = seen.mapped("name")
                if strangers.sudo(False) - seen:
                    names.append(self.env._("other companies"))
                raise ValidationError(
                    self.env._(
                        "Closes of %(companies)s were made from the template"
                        " %(template)s: it stays theirs. Make a copy of it for"
                        " %(company)s.",
                        companies=", ".join(names),
                        template=template.name,
                        company=template.company_id.name,
                    )
                )

    @api.model
    def _get_in_force(self, company, day):
        """The template of the close that ends on a day: a company's own goes first."""
        versions = self.with_context(active_test=True).search(
            Domain("date_from", "<=", day)
            & Domain("company_id", "in", [False, *company.sudo().parent_ids.ids])
        )
        # People of a branch need not see its parents.
        depth = {v: len(v.sudo().company_id.parent_ids) for v in versions}
        return versions.sorted(lambda v: (depth[v], v.date_from, v.id))[-1:]

    def _get_running_closes(self):
        # Of any company: the template may be everybody's.
        return (
            self.env["billing.close"]
            .sudo()
            .search([("template_id", "in", self.ids), ("state", "!=", "locked")])
        )

    def _check_not_running(self):
        # An upgrade may bring another task, closes have their own; or the app goes.
        if self.env.su and any(map(self.env.context.get, INSTALLING)):
            return
        close = self._get_running_closes()[:1]
        if close:
            raise UserError(
                self.env._(
                    "The close of %(period)s of %(company)s runs by the template"
                    " %(template)s. Make a new version of it, for the next period.",
                    period=close.display_name,
                    company=close.company_id.name,
                    template=close.template_id.name,
                )
            )

    def copy_data(self, default=None):
        """A copy is in force after all closes of the original."""
        default = dict(default or {})
        all_values = super().copy_data(default)
        for template, values in zip(self, all_values, strict=True):
            latest = max(template.close_ids.mapped("date_to"), default=None)
            if latest and "date_from" not in default:
                values["date_from"] = fields.Date.add(latest, days=1)
            if "name" not in default:
                values["name"] = template.name
        return all_values

    def copy(self, default=None):
        """Tasks come along, and what each waits for is the copy's own task."""
        copies = super().copy(default)
        for template, copied in zip(self, copies, strict=True):
            template.task_ids._copy_to(copied)
        return copies

    def action_new_version(self):
        self.ensure_one()
        self.check_access("write")
        return self.copy().get_formview_action()
