from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .bank_files import ACCOUNT
from .common import Ledger


@tagged("post_install", "-at_install")
class TestBankFileTour(Ledger, HttpCase):
    """From the file of the bank to the paid invoice, and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls._journal("TBNK").bank_account_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": ACCOUNT,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.invoice = cls._make_invoice(
            cls._make_customer("Tour One"), name="TOUR/2025/01177"
        )

    def test_import_match_undo(self):
        paid = []
        undo = self.registry["billing.payment.match"].action_undo

        def action_undo(match, reason=None):
            paid.append(match.env["account.move"].browse(self.invoice.id).payment_state)
            return undo(match, reason)

        with patch.object(
            self.registry["billing.payment.match"], "action_undo", action_undo
        ):
            self.start_tour(
                "/odoo", "billing_coordinator_bank_file", login=self.coordinator.login
            )
        self.env.invalidate_all()
        self.assertEqual(paid, ["paid"])
        self.assertEqual(self.invoice.payment_state, "not_paid")
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self._journal("TBNK").id)]
        )
        self.assertEqual(lines.mapped("amount"), [100])
        self.assertFalse(lines.is_reconciled)
        self.assertTrue(lines.statement_id.is_complete)
