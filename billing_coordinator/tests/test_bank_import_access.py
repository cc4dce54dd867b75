from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .bank_files import camt, entry
from .bank_import_common import OTHER_ACCOUNT, BankImportCase, own_account, statement
from .common import SecondCompany

FILE = camt(entry("5.00"), account=own_account(OTHER_ACCOUNT))


@tagged("post_install", "-at_install")
class TestBankImportAccess(SecondCompany, BankImportCase):
    """Coordinators import into bank accounts of their companies, others nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_bank = cls._journal("TBNK", cls.other_company)
        cls._set_number(cls.other_bank, OTHER_ACCOUNT)

    def test_plain_coordinator(self):
        """Without any right to write statement lines by hand."""
        lines = self.env["account.bank.statement.line"].with_user(self.coordinator)
        self.assertFalse(lines.has_access("create"))
        result = self._import(statement(entry("5.00"), "0.00", "5.00"))
        self.assertEqual(result.state, "imported", result.told)
        self.assertEqual(self._lines().create_uid, self.coordinator)
        action = result.import_id.action_open_lines()
        self.assertEqual(lines.search(action["domain"]), self._lines())

    def test_account_of_another_company_is_not_found(self):
        self.assertRefused(self._import(FILE), "No bank account of", OTHER_ACCOUNT)
        self.assertFalse(self._lines(self.other_bank))
        result = self._import(FILE, user=self.other_coordinator)
        self.assertEqual(result.state, "imported", result.told)

    def test_journal_of_another_company_cannot_be_chosen(self):
        """The dialog does not even tell its name."""
        self.other_bank.bank_account_id = False
        result = self._import(FILE, journal_id=self.other_bank.id)
        self.assertEqual(result.state, "failed")
        self.assertFalse(self._lines(self.other_bank))

    def test_columns_cannot_be_saved_elsewhere(self):
        wizard = self._upload({"a.csv": b"Date;Text;Amount\r\n2025-11-05;x;1.00\r\n"})
        wizard.journal_id = self.other_bank
        with self.assertRaises(AccessError):
            wizard.action_use_columns()
            self.env.flush_all()

    def test_company_that_is_switched_off(self):
        """A file of a company that the user has, but does not look at."""
        both = self.company + self.other_company
        self.coordinator.company_ids = [Command.set(both.ids)]
        env = self.env(
            user=self.coordinator, context={"allowed_company_ids": self.company.ids}
        )
        attachment = env["ir.attachment"].create({"name": "a.xml", "raw": FILE})
        imports = env["billing.statement.import"]
        wizard = imports.create({"attachment_ids": attachment.ids})
        wizard.action_import()
        self.assertEqual(wizard.file_ids.state, "failed")

    def test_two_companies_at_once(self):
        both = self.company + self.other_company
        self.coordinator.company_ids = [Command.set(both.ids)]
        wizard = self._upload(
            {"own.xml": statement(entry("5.00"), "0.00", "5.00"), "other.xml": FILE}
        )
        self.assertEqual(wizard.file_ids.mapped("state"), ["imported"] * 2)
        self.assertEqual(self._lines().company_id, self.company)
        self.assertEqual(self._lines(self.other_bank).company_id, self.other_company)
        moves = self._lines(self.other_bank).move_id
        self.assertEqual(moves.line_ids.account_id.company_ids, self.other_company)

    def test_customer_account_of_another_company(self):
        self.other_customer.company_id = self.other_company
        self.env["res.partner.bank"].create(
            {
                "acc_number": "NL91ABNA0417164300",
                "partner_id": self.other_customer.id,
            }
        )
        paid = (
            "<TxDtls><RltdPties><DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id>"
            "</DbtrAcct></RltdPties></TxDtls>"
        )
        self._import(camt(entry("5.00", paid)))
        self.assertFalse(self._lines().partner_id)

    def test_dialog_of_somebody_else(self):
        wizard = self._upload({"a.xml": camt(entry("5.00"))})
        colleague = self._make_user("colleague", "group_billing_coordinator")
        for record in (wizard, wizard.file_ids):
            with self.assertRaises(AccessError):
                record.with_user(colleague).read(["display_name"])
        with self.assertRaises(AccessError):
            wizard.with_user(colleague).action_import()

    def test_attachment_of_somebody_else(self):
        secret = self.env["ir.attachment"].create({"name": "a.xml", "raw": FILE})
        imports = self.env["billing.statement.import"].with_user(self.coordinator)
        with self.assertRaises(AccessError):
            imports.create({"attachment_ids": secret.ids}).action_import()

    def test_without_the_group(self):
        user = self._make_user("invoicing", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._upload({"a.xml": FILE}, user=user)

    # -- files dropped on the dashboard ----------------------------------------------

    def _drop(self, journal, user=None):
        user = user or self.coordinator
        env = self.env(
            user=user,
            context={
                "allowed_company_ids": user.company_ids.ids,
                "default_journal_id": journal.id,
                "default_move_type": "entry",
            },
        )
        data = statement(entry("5.00"), "0.00", "5.00")
        attachment = env["ir.attachment"].create({"name": "a.xml", "raw": data})
        return env["account.journal"].create_document_from_attachment(attachment.ids)

    def test_dropped_on_a_bank_account(self):
        action = self._drop(self.bank)
        self.assertEqual(action["res_model"], "billing.statement.import")
        wizard = self.env["billing.statement.import"].browse(action["res_id"])
        self.assertEqual(wizard.file_ids.state, "imported", wizard.file_ids.told)
        self.assertEqual(self._lines().amount, 5)

    def test_dropped_elsewhere(self):
        """What is no bank account is Odoo's own affair."""
        action = self._drop(self._journal("TMISC"), user=self.manager)
        self.assertEqual(action["res_model"], "account.move")
