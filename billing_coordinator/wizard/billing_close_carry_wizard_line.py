from odoo import fields, models
from odoo.fields import Command


class BillingCloseCarryWizardLine(models.TransientModel):
    """One change of a close, compared with its template."""

    _name = "billing.close.carry.wizard.line"
    _description = "Change of a close"
    _order = "id"

    wizard_id = fields.Many2one(
        "billing.close.carry.wizard", required=True, index=True, ondelete="cascade"
    )
    is_chosen = fields.Boolean("Carry", default=True)
    kind = fields.Selection(
        [
            ("add", "Added"),
            ("remove", "Removed"),
            ("change", "Changed"),
            ("due", "Due"),
            ("depends", "Waits for"),
            ("order", "Order"),
        ],
        "Change",
        required=True,
        readonly=True,
    )
    name = fields.Char("Task", readonly=True)
    task_id = fields.Many2one(
        "billing.close.task", readonly=True, index=True, ondelete="cascade"
    )
    template_task_id = fields.Many2one(
        "billing.close.template.task", readonly=True, index=True, ondelete="cascade"
    )
    field_name = fields.Char(readonly=True)
    field_label = fields.Char("Field", readonly=True)
    before = fields.Char("In the template", readonly=True)
    after = fields.Char("In this close", readonly=True)

    def _apply(self, copies, made):
        """Write the change to the new version.

        :param copies: ``{id of a template's task: its copy}``
        :param made: ``{id of a close's task: the same in the new version}``
        """
        copied = copies.get(self.template_task_id.id)
        if self.kind == "remove":
            copied.unlink()
        elif self.kind == "change" and self.field_name in copied._get_shared_fields():
            values = self.task_id._get_shared_values()
            copied[self.field_name] = values[self.field_name]
        elif self.kind == "due":
            days = self.task_id.close_id._get_working_days()
            copied.due_days = self.task_id._get_due_number(days)
        elif self.kind == "depends":
            copied.depends_ids = self._get_depends(copied, copies, made)
        elif self.kind == "order":
            for task in self.wizard_id.close_id.task_ids:
                if task.template_task_id and task.id in made:
                    made[task.id].sequence = task.sequence

    def _get_depends(self, copied, copies, made):
        """Those of the close, and those of other months, which it knows nothing of."""
        of_month = self.wizard_id.close_id._get_template_tasks()
        others = self.template_task_id.depends_ids - of_month
        kept = copied.browse().union(*(copies[task.id] for task in others))
        return self.task_id._get_depends_command(made) + [
            Command.link(task.id) for task in kept.exists()
        ]
