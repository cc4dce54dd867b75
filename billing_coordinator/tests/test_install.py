from odoo.tests import tagged

from .common import Ledger
from .copied_database import CopiedDatabase


@tagged("post_install", "-at_install")
class TestUninstall(Ledger, CopiedDatabase):
    """Without the addon, Odoo works as if it had never been there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            cls._set_up_company()
            cls.customer.billing_plan_id = cls._make_plan("Own")
            cls._make_invoice(ref="REMINDED")
            env["billing.hold"].create(
                {"partner_id": cls._make_customer("Held").id, "reason": "Talks"}
            )
            worklist = env["billing.worklist"]
            worklist._refresh(cls.company)
            row = worklist._get_row(cls.company, cls.customer)
            cls.notices = len(row._process_one())
            row.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)

    def test_uninstall(self):
        self.assertEqual(self.notices, 1)
        process = self._spawn("uninstall_process.py")
        self.addCleanup(process.kill)
        said, errors = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(said.splitlines(), ["reminded 1"], errors)
