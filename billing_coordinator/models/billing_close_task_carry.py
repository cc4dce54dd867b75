from odoo import models
from odoo.fields import Command

from ..tools import period
from .billing_close_template_task import MOST_DAYS


class BillingCloseTask(models.Model):
    """How a task differs from that of the template it was made of."""

    _inherit = "billing.close.task"

    def _get_depends_command(self, made):
        """What the task's copy waits for, as far as it has copies: ``{id: copy}``."""
        needed = [made[task.id] for task in self.depends_ids if task.id in made]
        return [Command.set([task.id for task in needed if task.exists()])]

    def _get_added_line(self):
        return {"kind": "add", "task_id": self.id, "name": self.name}

    def _get_changed_lines(self, template_task, of_month, days):
        """Values of the wizard's lines; ``days`` are the close's working days."""
        lines = [
            self._get_line(template_task, "change", name)
            for name in self._get_shared_fields()
            if name != "sequence" and self._differs(template_task, name)
        ]
        due = self.close_id._get_due_date(template_task.due_days, days)
        if self.date_due and self.date_due != due:
            lines.append(self._get_due_line(template_task, days))
        now = self.depends_ids
        needed = template_task.depends_ids & of_month
        if now.template_task_id != needed or len(now) != len(needed):
            lines.append(self._get_line(template_task, "depends", "depends_ids"))
        return lines

    def _get_due_number(self, days):
        """The working day on which it is due, as templates tell it."""
        end = self.close_id.date_to
        number = period.working_day_number(self.date_due, end, days)
        return max(-MOST_DAYS, min(MOST_DAYS, number))

    def _get_due_line(self, template_task, days):
        field = template_task._fields["due_days"]
        return {
            "kind": "due",
            "task_id": self.id,
            "template_task_id": template_task.id,
            "name": self.name,
            "field_label": field._description_string(self.env),
            "before": str(template_task.due_days),
            "after": str(self._get_due_number(days)),
        }

    def _differs(self, template_task, name):
        values = (
            record._fields[name].convert_to_write(record[name], record) or False
            for record in (self, template_task)
        )
        return len(set(values)) > 1

    def _get_line(self, template_task, kind, name):
        return {
            "kind": kind,
            "task_id": self.id,
            "template_task_id": template_task.id,
            "field_name": name,
            "name": self.name,
            "field_label": self._fields[name]._description_string(self.env),
            "before": template_task._describe_value(name),
            "after": self._describe_value(name),
        }
