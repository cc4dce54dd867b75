from odoo import fields, models

from .billing_close_task import NOT_APPLICABLE
from .billing_close_task_check import ERROR
from .billing_close_task_sign import NA

# So much of a task is printed; close.xlsx and the evidence have all of it.
MAX_ROWS, MAX_FILES = 10, 40
# So many lines of a task are kept on one page.
SHORT = 12


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
            "files": files[:MAX_FILES],
            "file_count": len(files),
            "has_list": self._has_list(),
            "lines": len(figures["rows"]) + 2 * len(signoffs) + len(files[:MAX_FILES]),
        }

    def _get_done_on(self):
        """The day on which its last sign-off made it done, where the company works."""
        if not self.is_done:
            return None
        moment = self.reviewed_at or self.prepared_at
        if self.signed_state == NOT_APPLICABLE:
            signed = self.signoff_ids.filtered(lambda s: s.kind == NA).sorted("id")
            moment = signed[-1:].date
        if not moment:
            return None
        there = self.company_id._billing_with_zone(self)
        return fields.Datetime.context_timestamp(there, moment).date()

    def _get_days_late(self, done_on):
        """Calendar days after it was due; of what is not done, until today."""
        if not self.date_due or (self.is_done and not done_on):
            return 0
        there = self.company_id._billing_with_zone(self)
        day = done_on or fields.Date.context_today(there)
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
                (label, self._format_figure(value, result))
                for _key, label, value in result.get("figures") or []
            ],
            "rows": [
                (row["label"], self._format_figure(row["figure"], result))
                for row in rows[:MAX_ROWS]
            ],
            "row_count": len(rows),
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
    """The tasks of a close as the binder prints them."""

    _inherit = "billing.close"

    def _get_binder_entries(self):
        tasks = self.task_ids.sorted(lambda task: (task.sequence, task.id))
        return tasks._get_binder_entries()

    def _get_binder_blocks(self, entries):
        """``[(entries, kept on one page)]``: the last task is not alone on its page."""
        last = entries[-2:]
        together = len(last) == 2 and all(e["lines"] <= SHORT for e in last)
        alone = entries[:-2] if together else entries
        blocks = [([entry], entry["lines"] <= SHORT) for entry in alone]
        return [*blocks, (last, True)] if together else blocks
