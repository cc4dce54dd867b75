from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

MOST_DAYS = 30


class BillingCloseTemplateTask(models.Model):
    """A task that each close of its frequency gets."""

    _name = "billing.close.template.task"
    _inherit = "billing.close.base.mixin"
    _description = "Task of a close template"
    _check_company_auto = True

    template_id = fields.Many2one(
        "billing.close.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id")
    name = fields.Char(translate=True)
    description = fields.Html(translate=True)
    due_days = fields.Integer(
        "Due on working day",
        default=3,
        help="So many working days after the period's end; a negative number: before"
        " it, -1 is its last working day.",
    )
    depends_ids = fields.Many2many(
        "billing.close.template.task",
        "billing_close_template_task_depends_rel",
        "task_id",
        "depends_id",
        "Waits for",
        domain="[('template_id', '=', template_id), ('id', '!=', id)]",
        help="Can be signed once these are done.",
    )

    @api.constrains("due_days")
    def _check_due_days(self):
        for task in self:
            if abs(task.due_days) > MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(task)s: at most %(days)s working days before or after the"
                        " period's end.",
                        task=task.name,
                        days=MOST_DAYS,
                    )
                )

    @api.constrains("depends_ids", "template_id")
    def _check_same_template(self):
        for task in self:
            strangers = task.depends_ids.filtered(
                lambda other, task=task: other.template_id != task.template_id
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        "%(task)s can wait only for tasks of its own template, not for"
                        " %(others)s.",
                        task=task.name,
                        others=", ".join(strangers.mapped("name")),
                    )
                )

    # -- not while a close runs by it --------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks.template_id._check_not_running()
        return tasks

    def write(self, vals):
        self.template_id._check_not_running()
        result = super().write(vals)
        if "template_id" in vals:
            self.template_id._check_not_running()
        return result

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_running(self):
        self.template_id._check_not_running()

    # -- copies ------------------------------------------------------------------------

    def _copy_to(self, template):
        """The same tasks in another template: ``{task: its copy}``."""
        copies = {
            task: task.copy({"template_id": template.id, "depends_ids": False})
            for task in self
        }
        for task, copied in copies.items():
            needed = [copies[other].id for other in task.depends_ids & self]
            copied.depends_ids = [Command.set(needed)]
        return copies
