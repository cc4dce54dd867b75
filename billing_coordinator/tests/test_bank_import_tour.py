from odoo.tests import HttpCase, tagged

from .bank_files import ACCOUNT
from .common import Ledger


@tagged("post_install", "-at_install")
class TestBankImportTour(Ledger, HttpCase):
    """A file of the bank through the menu, by a coordinator in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.bank = cls._journal("TBNK")
        cls.bank.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": ACCOUNT, "partner_id": cls.company.partner_id.id}
        )

    def test_import_from_the_menu(self):
        self.start_tour(
            "/odoo", "billing_coordinator_bank_import", login=self.coordinator.login
        )
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.bank.id)]
        )
        self.assertEqual(lines.mapped("amount"), [40])
        self.assertEqual(lines.payment_ref, "INV 1177")
        self.assertEqual(lines.create_uid, self.coordinator)
