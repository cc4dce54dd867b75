"""A close to print: evidence, reasons, and all that an auditor asks for."""

from lxml import html

from .bank_common import Bank
from .close_common import CloseCase
from .common import SecondCompany

NASTY = '<script>alert("1")</script> & Söhne'


class BinderCase(Bank, SecondCompany, CloseCase):
    """May 2025, in which less goes smoothly than one would like."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asked = cls._make_template_task("Confirm", evidence_required=True)
        cls.odd = cls._make_template_task(NASTY, review_required=False)
        cls.invoice = cls._make_invoice(amount=1234.5, overdue=5)
        cls.close = cls._make_close()

    def _attach(self, task, name="letter.pdf", content=b"signed"):
        return self.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": task._name, "res_id": task.id}
        )

    def _live(self):
        """What the people of a month do that goes less than smoothly."""
        task = {task.name: task for task in self.close.task_ids}
        self._make_invoices([(None, 50, 10)], post=False)
        task["Drafts"].with_user(self.manager)._sign("override", "One <draft> is fine")
        self._sign(task["Drafts"], self.preparer, self.reviewer)
        self._make_invoices([(None, 60, 10)], post=False)
        self.close.with_user(self.preparer).action_run_checks()
        self._attach(task["Confirm"])
        self._sign(task["Confirm"], self.preparer, self.reviewer, comment="2 letters")
        task["Talk"].with_user(self.preparer)._sign("na", "No talk & no walk")
        odd = task[NASTY].with_user(self.preparer)
        odd._sign("prepare")
        odd._sign("withdraw", "Too soon")
        return task

    def _parts(self, user=None):
        close = self.close.with_user(user or self.coordinator)
        close.invalidate_recordset()
        return {
            part["title"]: html.fragment_fromstring(part["html"], create_parent="div")
            for part in close._get_binder_parts()
        }

    def _text(self, title, **kwargs):
        return " ".join(self._parts(**kwargs)[title].text_content().split())
