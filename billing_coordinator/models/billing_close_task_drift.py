from odoo import models

from .billing_close_task import PREPARED, REVIEWED
from .billing_close_task_check import ERROR
from .billing_close_task_sign import SUSPEND


class BillingCloseTask(models.Model):
    """Figures that move after somebody signed them suspend the sign-off."""

    _inherit = "billing.close.task"

    def _get_moved(self):
        """Signed tasks whose figures have moved since."""
        signed = self.filtered(
            lambda task: (
                task.signed_state in (PREPARED, REVIEWED) and task.check_state != ERROR
            )
        )
        return signed.filtered(
            lambda task: any(
                task._has_moved_since(s) for s in task._get_valid_signoffs()
            )
        )

    def _get_valid_signoffs(self):
        """The one that prepared it as it is now, and the review of that, if any."""
        signoffs = self.signoff_ids.sorted("id", reverse=True)
        valid = signoffs.browse()
        for signoff in signoffs:
            valid += signoff
            if signoff.kind == "prepare":
                break
        return valid.filtered(lambda s: s.kind in ("prepare", "review"))

    def _suspend(self):
        """Sign-offs that no longer hold: kept in history, to be done again.

        History is in the company's language; each person is told in their own.
        """
        for task in self:
            before = task._get_valid_signoffs()[:1]
            people = task.prepared_uid | task.reviewed_uid | task.owner_id
            words = task._explain_moved(before, task.company_id.partner_id.lang)
            task._add_signoff(SUSPEND, words)
            task.write(task._get_signed_values(SUSPEND, words))
            for lang, users in people.grouped("lang").items():
                task._tell_suspended(users, before, lang)
        self._plan_activities()

    def _explain_moved(self, before, lang):
        task = self.with_context(lang=lang)
        return task.env._(
            "The figures have moved since %(user)s signed: %(before)s then,"
            " %(now)s now.",
            user=before.user_id.name,
            before=task._say_figures(before.figures),
            now=task._say_figures(task.check_result),
        )

    def _tell_suspended(self, users, before, lang):
        task = self.with_context(lang=lang)
        task.message_notify(
            partner_ids=users.partner_id.ids,
            subject=task.env._(
                "Suspended: %(task)s, %(period)s",
                task=task.name,
                period=task.close_id.display_name,
            ),
            body=task._explain_moved(before, lang),
        )
