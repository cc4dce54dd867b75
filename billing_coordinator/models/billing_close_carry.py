from odoo import fields, models
from odoo.exceptions import AccessError

from .billing_close_task_sign import MANAGER


class BillingClose(models.Model):
    """What was changed in a close can become the template of the next periods."""

    _inherit = "billing.close"

    def action_carry(self):
        self.ensure_one()
        self._check_may_carry()
        wizard = self.env["billing.close.carry.wizard"]._make(self)
        if wizard.line_ids:
            return wizard._open()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Nothing to carry: the tasks of %(period)s are those of the"
                    " template %(template)s.",
                    period=self.display_name,
                    template=self.template_id.name,
                ),
            },
        }

    def _check_may_carry(self):
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Managers decide about the templates."))

    def _get_template_tasks(self):
        """Those that this close was made of, in the company's language."""
        template = self.template_id.with_context(lang=self.company_id.partner_id.lang)
        return template.task_ids.filtered(self._is_due)

    # -- what differs ------------------------------------------------------------------

    def _get_differences(self):
        """Values of the wizard's lines."""
        self.ensure_one()
        ours = self._get_template_tasks()
        added = self.task_ids.filtered(lambda task: task.template_task_id not in ours)
        kept = self.task_ids - added
        lines = [task._get_added_line() for task in added]
        lines += [
            {"kind": "remove", "template_task_id": task.id, "name": task.name}
            for task in ours - kept.template_task_id
        ]
        by_id, days = {task.id: task for task in ours}, self._get_working_days()
        for task in kept:
            template_task = by_id[task.template_task_id.id]
            lines += task._get_changed_lines(template_task, ours, days)
        if any(t.sequence != by_id[t.template_task_id.id].sequence for t in kept):
            lines.append({"kind": "order", "name": self.env._("All tasks")})
        return lines

    # -- the new version ---------------------------------------------------------------

    def _carry(self, lines):
        """A version of the template for the periods after this one.

        It is of this company alone: others keep a template that is everybody's.
        """
        self.ensure_one()
        self._check_may_carry()
        template = self.template_id.with_context(lang=self.company_id.partner_id.lang)
        version = template.copy(
            {
                "company_id": self.company_id.id,
                "date_from": fields.Date.add(self.date_to, days=1),
            }
        )
        pairs = zip(template.task_ids, version.task_ids.sorted("id"), strict=True)
        copies = {task.id: copied for task, copied in pairs}
        made = {
            task.id: copies[task.template_task_id.id]
            for task in self.task_ids
            if task.template_task_id.id in copies
        }
        self._add_to_version(version, lines, made)
        # What is turned round makes no circle on the way.
        for line in lines.filtered(lambda line: line.kind == "depends"):
            copies[line.template_task_id.id].depends_ids = False
        for line in lines:
            line._apply(copies, made)
        self._set_depends_of_added(lines, made)
        return version

    def _add_to_version(self, version, lines, made):
        days = self._get_working_days()
        for line in lines.filtered(lambda line: line.kind == "add"):
            task = line.task_id
            values = task._get_shared_values()
            values["template_id"] = version.id
            if task.date_due:
                values["due_days"] = task._get_due_number(days)
            made[task.id] = version.task_ids.create(values)

    def _set_depends_of_added(self, lines, made):
        for task in lines.filtered(lambda line: line.kind == "add").task_id:
            made[task.id].depends_ids = task._get_depends_command(made)
