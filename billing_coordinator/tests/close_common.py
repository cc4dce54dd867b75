"""A company with a small close template of its own, and people who close."""

from datetime import date

from odoo.fields import Command

from .common import BillingCase

MAY = date(2025, 5, 31)


class CloseCase(BillingCase):
    """Closes of May 2025, seen from 16 June: preparer, reviewer and manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer = cls._make_user("preparer", "group_billing_accountant")
        cls.reviewer = cls._make_user("reviewer", "group_billing_accountant")
        cls.template = cls.env["billing.close.template"].create(
            {
                "name": "Small",
                "company_id": cls.company.id,
                "date_from": "2025-01-01",
            }
        )
        cls.drafts = cls._make_template_task("Drafts", check_code="draft_invoices")
        cls.tie_out = cls._make_template_task(
            "Tie-out",
            check_code="receivables",
            depends_ids=[Command.set(cls.drafts.ids)],
            due_days=4,
        )
        cls.talk = cls._make_template_task("Talk", review_required=False, due_days=-2)

    @classmethod
    def _make_template_task(cls, name, **values):
        return cls.env["billing.close.template.task"].create(
            {"template_id": cls.template.id, "name": name, **values}
        )

    @classmethod
    def _make_close(cls, day=MAY, user=None, **values):
        closes = cls.env["billing.close"]
        return closes.with_user(user or closes.env.user).create(
            {"company_id": cls.company.id, "date_to": day, **values}
        )

    @staticmethod
    def _task(close, name):
        return close.task_ids.filtered(lambda task: task.name == name)

    @classmethod
    def _sign(cls, task, *users, **kwargs):
        """Prepared by the first user, reviewed by the second, if any."""
        for kind, user in zip(("prepare", "review"), users, strict=False):
            task.with_user(user)._sign(kind, **kwargs)

    @classmethod
    def _sign_all(cls, close):
        for task in close.task_ids.sorted("id"):
            users = (cls.preparer, cls.reviewer)
            cls._sign(task, *users[: 2 if task.review_required else 1])
