from odoo import models

from .billing_close_task import NOT_APPLICABLE, SUSPENDED
from .billing_close_task_check import ERROR, FAIL, WARN
from .billing_close_task_sign import NA, OVERRIDE, SUSPEND, WITHDRAW

REOPEN = "reopen"


class BillingClose(models.Model):
    """Exceptions first: what an auditor asks for."""

    _inherit = "billing.close"

    def _get_binder_exceptions(self, entries):
        """``[(title, explanation, rows)]``, those without rows too."""
        return [
            *self._get_signed_groups(entries),
            (
                self.env._("Late"),
                self.env._("Done after the day they were due, or not done yet."),
                self._get_late_exceptions(entries),
            ),
            (
                self.env._("Checks that do not pass"),
                self.env._("As they were run last."),
                self._get_check_exceptions(entries),
            ),
            (
                self.env._("Reopened"),
                self.env._("The close was locked and opened again."),
                self._get_reopened(),
            ),
        ]

    def _get_signed_groups(self, entries):
        kinds = [
            (
                OVERRIDE,
                self.env._("Allowed although the check fails"),
                self.env._("A manager allowed these figures to be signed."),
            ),
            (
                SUSPEND,
                self.env._("Suspended"),
                self.env._("Figures moved after somebody had signed them."),
            ),
            (
                NA,
                self.env._("Not applicable"),
                self.env._("Left out of this close, with the reason."),
            ),
            (
                WITHDRAW,
                self.env._("Withdrawn"),
                self.env._("Sign-offs that their people took back."),
            ),
        ]
        return [
            (title, words, self._get_signed_exceptions(entries, kind))
            for kind, title, words in kinds
        ]

    def _get_signed_exceptions(self, entries, kind):
        return [
            {
                "entry": entry,
                "user": signoff.user_id.name,
                "date": signoff.date,
                # Who suspends tells the figures in the reason.
                "figure": signoff.figure_text if kind == OVERRIDE else "",
                "reason": signoff.comment,
                "after": self._say_outcome(entry["task"], kind),
            }
            for entry in entries
            for signoff in entry["signoffs"]
            if signoff.kind == kind
        ]

    def _say_outcome(self, task, kind):
        """Where the task stands now, where that is not what the exception says."""
        if (kind, task.state) in {(SUSPEND, SUSPENDED), (NA, NOT_APPLICABLE)}:
            return ""
        states = dict(task._fields["state"]._description_selection(self.env))
        return self.env._("Now: %(state)s", state=states[task.state])

    def _get_late_exceptions(self, entries):
        rows = []
        for entry in (entry for entry in entries if entry["days_late"]):
            task = entry["task"]
            user = task.owner_id
            if task.is_done:
                user = task.reviewed_uid or task.prepared_uid or user
            rows.append(
                {
                    "entry": entry,
                    "user": user.name or "",
                    "late": entry["late"],
                    "due": task.date_due,
                    "done": entry["done_on"],
                }
            )
        return rows

    def _get_check_exceptions(self, entries):
        labels = self._get_binder_labels()["check"]
        return [
            {
                "entry": entry,
                "user": "",
                "date": entry["task"].check_at,
                "result": entry["result"],
                "tolerated": entry["tolerated"],
                "state": labels[entry["task"].check_state],
            }
            for entry in entries
            if entry["task"].check_state in (WARN, FAIL, ERROR)
            and entry["task"].state != NOT_APPLICABLE
        ]

    def _get_reopened(self):
        return [
            {
                "entry": None,
                "user": signoff.user_id.name,
                "date": signoff.date,
                "reason": signoff.comment,
            }
            for signoff in self._get_chain()
            if signoff.kind == REOPEN
        ]
