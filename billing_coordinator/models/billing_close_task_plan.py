from odoo import fields, models

from .billing_close_task import PREPARED, SUSPENDED, TODO

TODO_TYPE = "mail.mail_activity_data_todo"


class BillingCloseTask(models.Model):
    """Who has to do something next has a to-do for it."""

    _inherit = "billing.close.task"

    def _plan_activities(self):
        """To-dos of the tasks and of those that wait for them, as they are now."""
        tasks = self | self._get_dependents()
        wanted = {(task, user) for task in tasks for user in task._get_next_people()}
        open_activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", tasks.ids),
                    ("activity_type_id", "=", self.env.ref(TODO_TYPE).id),
                    ("automated", "=", True),  # what people plan is theirs
                ]
            )
        )
        by_id = {task.id: task for task in tasks}
        kept = {(by_id[a.res_id], a.user_id): a for a in open_activities}
        self.env["mail.activity"].union(
            *(activity for key, activity in kept.items() if key not in wanted)
        ).unlink()
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create([t._get_activity_values(u) for t, u in wanted - kept.keys()])

    def _get_dependents(self):
        return self.search([("depends_ids", "in", self.ids)])

    def _get_next_people(self):
        """Preparer or reviewer, when it is their turn; nobody when it is nobody's."""
        self.ensure_one()
        people = self.owner_id.browse()
        if self.close_id.state != "locked":
            if self.state in (TODO, SUSPENDED):
                people = self.owner_id
            elif self.state == PREPARED and self.review_required:
                people = self.reviewer_id
        return self._keep_people(people, self.company_id)

    def _get_activity_values(self, user):
        """In the language of whom it is for, whoever signs."""
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": self.env.ref(TODO_TYPE).id,
            "automated": True,
            "user_id": user.id,
            "summary": self.with_context(lang=user.lang)._get_activity_summary(),
            "date_deadline": self.date_due or fields.Date.context_today(self),
        }

    def _get_activity_summary(self):
        if self.state == PREPARED:
            return self.env._("Review: %(task)s", task=self.name)
        return self.env._("Do: %(task)s", task=self.name)
