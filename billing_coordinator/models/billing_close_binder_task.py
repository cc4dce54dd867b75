from odoo import fields, models

from .billing_close_task import NOT_APPLICABLE, SUSPENDED
from .billing_close_task_check import ERROR, FAIL, WARN
from .billing_close_task_sign import NA, OVERRIDE, SUSPEND, WITHDRAW

REOPEN = "reopen"
MAX_ROWS = 50


class BillingCloseTask(models.Model):
    """A task as the binder tells it; no query of its own for each."""

    _inherit = "billing.close.task"

    def _get_binder_entries(self):
        names = self._fields["check_code"]._description_selection(self.env)
        names = dict(names)
        return [
            task._get_binder_entry(number, names)
            for number, task in enumerate(self, start=1)
        ]

    def _get_binder_entry(self, number, check_names):
        own = self.check_id.name if self.check_code == "own" else None
        done_on = self._get_done_on()
        days_late = self._get_days_late(done_on)
        figures = self._get_binder_figures()
        signoffs, files = self.signoff_ids.sorted("id"), self._get_binder_files()
        return {
            "number": number,
            "task": self,
            "done_on": done_on,
            "days_late": days_late,
            "late": self._say_late(days_late),
            "check_name": own
            or check_names.get(self.check_code)
            or self.env._("Automatic check"),
            "result": self._describe_figure(),
            # An error has no figure: it says why there is none.
            "tolerated": "" if self.check_state == ERROR else self._say_tolerated(),
            **figures,
            "signoffs": signoffs,
            "files": files,
            "lines": len(figures["rows"]) + 2 * len(signoffs) + len(files),
        }

    def _get_done_on(self):
        """The day on which its last sign-off made it done, for who reads it."""
        if not self.is_done:
            return None
        moment = self.reviewed_at or self.prepared_at
        if self.signed_state == NOT_APPLICABLE:
            signed = self.signoff_ids.filtered(lambda s: s.kind == NA).sorted("id")
            moment = signed[-1:].date
        if not moment:
            return None
        return fields.Datetime.context_timestamp(self, moment).date()

    def _get_days_late(self, done_on):
        """Calendar days after it was due; of what is not done, until today."""
        if not self.date_due or (self.is_done and not done_on):
            return 0
        day = done_on or fields.Date.context_today(self)
        return max(0, (day - self.date_due).days)

    def _say_late(self, number):
        if number > 1:
            return self.env._("%(days)s days late", days=number)
        return self.env._("One day late") if number else ""

    def _say_tolerated(self):
        if not self.check_code:
            return ""
        return self._format_figure(self._threshold)

    def _get_binder_figures(self):
        """The named figures of the check, what explains them, and its note."""
        result = self.check_result or {}
        rows = result.get("rows") or []
        return {
            "figures": [
                (label, self._format_figure(value))
                for _key, label, value in result.get("figures") or []
            ],
            "rows": [
                (row["label"], self._format_figure(row["figure"]))
                for row in rows[:MAX_ROWS]
            ],
            "more_rows": max(0, len(rows) - MAX_ROWS),
            # An error is told in place of the figure already.
            "note": result.get("note") if self.check_state != ERROR else "",
        }

    def _get_binder_files(self):
        """Its evidence: what was signed, and what was attached since."""
        there = {file.id: file for file in self.attachment_ids}
        files = {}
        for signoff in self.signoff_ids.sorted("id"):
            for file_id, name, checksum in signoff.files or []:
                file = there.pop(file_id, None) or self._find_file(signoff, file_id)
                files.setdefault(
                    file_id,
                    {
                        "file": file,
                        "name": name,
                        "checksum": checksum,
                        "signoff": signoff,
                        "changed": file.checksum != checksum,
                    },
                )
        unsigned = [
            {
                "file": file,
                "name": file.name,
                "checksum": file.checksum,
                "signoff": None,
                "changed": False,
            }
            for file in there.values()
        ]
        return [*files.values(), *unsigned]

    def _find_file(self, signoff, file_id):
        return signoff.attachment_ids.filtered(lambda file: file.id == file_id)


class BillingClose(models.Model):
    """Exceptions first: what an auditor asks for."""

    _inherit = "billing.close"

    def _get_binder_exceptions(self, entries):
        """``[(title, explanation, rows)]``, those without rows too."""
        signed = {
            kind: self._get_signed_exceptions(entries, kind)
            for kind in (OVERRIDE, SUSPEND, NA, WITHDRAW)
        }
        return [
            (
                self.env._("Allowed although the check fails"),
                self.env._("A manager allowed these figures to be signed."),
                signed[OVERRIDE],
            ),
            (
                self.env._("Suspended"),
                self.env._("Figures moved after somebody had signed them."),
                signed[SUSPEND],
            ),
            (
                self.env._("Not applicable"),
                self.env._("Left out of this close, with the reason."),
                signed[NA],
            ),
            (
                self.env._("Withdrawn"),
                self.env._("Sign-offs that their people took back."),
                signed[WITHDRAW],
            ),
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
