import io

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from .bank_files import entry
from .bank_import_common import BankImportCase, statement

CSV = (
    "Konto;Umsätze\r\n"
    "Buchungstag;Zahlungsbeteiligter;Verwendungszweck;Betrag;Währung\r\n"
    "05.11.2025;ACME;INV 1177;1.204,50;EUR\r\n"
    "04.11.2025;Bank;Gebühr;-3,00;EUR\r\n"
)


def table(text=CSV):
    return text.encode("cp1252")


@tagged("post_install", "-at_install")
class TestBankImportTable(BankImportCase):
    """CSV and Excel: the columns are asked for once, and remembered."""

    def _choose(self, wizard):
        wizard.journal_id = self.bank
        wizard.action_use_columns()

    def test_columns_are_guessed_and_shown(self):
        wizard = self._upload({"export.csv": table()})
        self.assertEqual(wizard.state, "columns")
        self.assertEqual(wizard.date_column, "0")
        self.assertEqual(wizard.amount_column, "3")
        self.assertEqual(wizard.date_format, "%d.%m.%Y")
        self.assertEqual(wizard.decimal_mark, ",")
        self.assertEqual(wizard.first_row, 2)
        for text in ("INV 1177", "1,204.50", "11/05/2025"):
            self.assertIn(text, wizard.preview)
        self.assertFalse(self._lines())

    def test_the_only_bank_account_is_chosen(self):
        journals = self.env["account.journal"].search(
            [
                ("type", "in", ("bank", "credit")),
                ("company_id", "=", self.company.id),
                ("id", "!=", self.bank.id),
            ]
        )
        journals.action_archive()
        wizard = self._upload({"export.csv": table()})
        self.assertEqual(wizard.journal_id, self.bank)
        self.bank.copy()
        self.assertFalse(self._upload({"other.csv": table()}).journal_id)

    def test_preview_tells_what_does_not_fit(self):
        wizard = self._upload({"export.csv": table()})
        wizard.date_format = "%Y-%m-%d"
        self.assertIn("is no date", wizard.preview)

    def test_preview_escapes(self):
        text = CSV.replace("ACME", "<script>x</script>")
        wizard = self._upload({"export.csv": table(text)})
        self.assertNotIn("<script>", wizard.preview)

    def test_import(self):
        wizard = self._upload({"export.csv": table()})
        self._choose(wizard)
        self.assertEqual(wizard.state, "done")
        self.assertCounts(wizard.file_ids, new=2)
        fee, paid = self._lines()
        self.assertEqual((fee.amount, paid.amount), (-3, 1204.5))
        self.assertEqual(paid.partner_name, "ACME")
        self.assertEqual(paid.payment_ref, "INV 1177")
        self.assertFalse(self._statements(), "the table tells no balance")

    def test_columns_are_remembered(self):
        self._choose(self._upload({"export.csv": table()}))
        later = CSV.replace("05.11", "08.11").replace("04.11", "07.11")
        later = "Name;Somebody\r\n" + later  # the heading stands lower
        result = self._import(table(later), "later.csv")
        self.assertEqual(result.state, "imported", result.told)
        self.assertCounts(result, new=2)
        self.assertCounts(self._import(table(), "again.csv"), known=2)

    def test_two_files_of_a_kind_ask_once(self):
        later = CSV.replace("05.11", "08.11").replace("04.11", "07.11")
        wizard = self._upload({"a.csv": table(), "b.csv": table(later)})
        self._choose(wizard)
        self.assertEqual(wizard.file_ids.mapped("state"), ["imported"] * 2)

    def test_left_out(self):
        wizard = self._upload(
            {
                "a.csv": table(),
                "good.xml": statement(entry("40.00"), "100.00", "140.00"),
            }
        )
        wizard.action_leave_out()
        self.assertEqual(wizard.file_ids.mapped("state"), ["failed", "imported"])

    def test_bad_row_is_named(self):
        wizard = self._upload({"a.csv": table(CSV.replace("-3,00", "three"))})
        self._choose(wizard)
        self.assertRefused(wizard.file_ids, "row 4, column 4", "three")
        self.assertFalse(self._lines())

    def test_what_must_be_chosen(self):
        wizard = self._upload({"a.csv": table()})
        wizard.journal_id = False
        with self.assertRaisesRegex(UserError, "bank account"):
            wizard.action_use_columns()
        wizard.journal_id = self.bank
        wizard.amount_column = False
        with self.assertRaisesRegex(UserError, "amount"):
            wizard.action_use_columns()

    def test_excel(self):
        book = Workbook()
        for row in (("Date", "Description", "Amount"), ("2025-11-05", "INV 1", 12.5)):
            book.active.append(row)
        data = io.BytesIO()
        book.save(data)
        wizard = self._upload({"a.xlsx": data.getvalue()}, journal_id=self.bank.id)
        wizard.action_use_columns()
        self.assertEqual(wizard.file_ids.state, "imported", wizard.file_ids.told)
        self.assertEqual(self._lines().amount, 12.5)

    def test_unknown_columns(self):
        """Nothing is guessed of a table without a heading; a person may know."""
        wizard = self._upload({"a.csv": b"x;y;z\r\nu;v;w\r\n"})
        self.assertEqual(wizard.state, "columns")
        self.assertFalse(wizard.date_column)
