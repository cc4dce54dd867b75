"""Changes of a close become the template of the next periods, by choice."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCase

JUNE = date(2025, 6, 30)


@tagged("post_install", "-at_install")
class TestCloseCarry(CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.close = cls._make_close()

    def _wizard(self):
        action = self.close.with_user(self.manager).action_carry()
        return (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .browse(action["res_id"])
        )

    def _change(self):
        """A task is added, one removed, one changed, and one waits for another."""
        talk = self._task(self.close, "Talk")
        more = self.env["billing.close.task"].create(
            {
                "close_id": self.close.id,
                "name": "More",
                "date_due": "2025-06-05",
                "depends_ids": [Command.set(talk.ids)],
            }
        )
        self._task(self.close, "Tie-out").write(
            {"owner_id": self.preparer.id, "depends_ids": [Command.set(more.ids)]}
        )
        self._task(self.close, "Drafts").unlink()

    def _apply(self, wizard):
        action = wizard.action_apply()
        return self.env["billing.close.template"].browse(action["res_id"])

    def test_nothing_to_carry(self):
        action = self.close.with_user(self.manager).action_carry()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("Nothing to carry", action["params"]["message"])

    def test_what_differs(self):
        self._change()
        lines = [
            (line.kind, line.name, line.field_label, line.before, line.after)
            for line in self._wizard().line_ids
        ]
        self.assertEqual(
            lines,
            [
                ("add", "More", False, False, False),
                ("remove", "Drafts", False, False, False),
                ("change", "Tie-out", "Preparer", "", "Preparer"),
                ("depends", "Tie-out", "Waits for", "Drafts", "More"),
            ],
        )

    def test_all(self):
        self._change()
        version = self._apply(self._wizard())
        self.assertEqual(version.date_from, date(2025, 6, 1))
        tasks = {task.name: task for task in version.task_ids}
        self.assertEqual(set(tasks), {"More", "Tie-out", "Talk"})
        self.assertEqual(tasks["Tie-out"].owner_id, self.preparer)
        self.assertEqual(tasks["Tie-out"].depends_ids, tasks["More"])
        self.assertEqual(tasks["More"].depends_ids, tasks["Talk"])
        self.assertEqual(tasks["More"].due_days, 4)
        self.assertEqual(tasks["Talk"].due_days, -2)
        june = self._make_close(JUNE)
        self.assertEqual(june.template_id, version)
        self.assertEqual(self._task(june, "More").date_due, date(2025, 7, 4))

    def test_by_choice(self):
        self._change()
        wizard = self._wizard()
        wizard.line_ids.filtered(lambda line: line.kind != "change").is_chosen = False
        version = self._apply(wizard)
        tasks = {task.name: task for task in version.task_ids}
        self.assertEqual(set(tasks), {"Drafts", "Tie-out", "Talk"})
        self.assertEqual(tasks["Tie-out"].owner_id, self.preparer)
        self.assertEqual(tasks["Tie-out"].depends_ids, tasks["Drafts"])

    def test_a_dependency_on_what_is_not_added(self):
        self._change()
        wizard = self._wizard()
        wizard.line_ids.filtered(lambda line: line.kind != "depends").is_chosen = False
        version = self._apply(wizard)
        tie_out = version.task_ids.filtered(lambda task: task.name == "Tie-out")
        self.assertFalse(tie_out.depends_ids)

    def test_due_day(self):
        self._task(self.close, "Drafts").date_due = "2025-06-06"
        [line] = self._wizard().line_ids
        self.assertEqual(
            (line.kind, line.name, line.field_label, line.before, line.after),
            ("due", "Drafts", "Due on working day", "3", "5"),
        )
        version = self._apply(line.wizard_id)
        due_days = {task.name: task.due_days for task in version.task_ids}
        self.assertEqual(due_days, {"Drafts": 5, "Tie-out": 4, "Talk": -2})

    def test_order(self):
        self._task(self.close, "Talk").sequence = 1
        wizard = self._wizard()
        self.assertEqual(wizard.line_ids.mapped("kind"), ["order"])
        version = self._apply(wizard)
        version.invalidate_recordset(["task_ids"])
        self.assertEqual(version.task_ids[0].name, "Talk")

    def test_a_task_of_the_quarter_stays(self):
        """What does not belong to this month was not removed from it."""
        self.close.unlink()
        self._make_template_task("Quarter", frequency="quarterly")
        self.close = self._make_close()
        self._task(self.close, "Talk").owner_id = self.preparer
        wizard = self._wizard()
        self.assertEqual(wizard.line_ids.mapped("kind"), ["change"])
        self.assertIn("Quarter", self._apply(wizard).task_ids.mapped("name"))

    def test_other_companies_keep_theirs(self):
        self.close.unlink()
        self.template.company_id = False
        self.close = self._make_close()
        self._task(self.close, "Talk").owner_id = self.preparer
        version = self._apply(self._wizard())
        self.assertEqual(version.company_id, self.company)
        self.assertFalse(self.template.company_id)

    def test_a_later_version_is_shown(self):
        self._change()
        self.assertFalse(self._wizard().later_id)
        version = self._apply(self._wizard())
        self.assertEqual(self._wizard().later_id, version)

    def test_nothing_chosen(self):
        self._change()
        wizard = self._wizard()
        wizard.line_ids.is_chosen = False
        with self.assertRaisesRegex(UserError, "Choose the changes"):
            wizard.action_apply()

    def test_only_managers(self):
        self._change()
        with self.assertRaises(AccessError):
            self.close.with_user(self.preparer).action_carry()
