import io
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook

from odoo.tests import BaseCase

from ..tools.bank import table
from ..tools.bank.record import Fault
from ..tools.bank.table import Mapping
from ..tools.bank.table_guess import guess_mapping
from .bank_files import BankFileCase

GERMAN = """Konto;DE89
;
Buchungstag;Valuta;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;Verwendungszweck;\
Betrag;Waehrung
05.11.2025;06.11.2025;Azure;DE12;INV/2025/17;"1.204,50";EUR
06.11.2025;06.11.2025;Möbel;DE13;Rücklast;-3,00;EUR
"""
ENGLISH = """Date,Description,Paid out,Paid in,Reference
11/05/2025,INV 17,,"1,204.50",R1
11/26/2025,Charges,3.00,,R2
"""


def workbook(*rows):
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


class TestBankTable(BankFileCase):
    def _guess(self, data, kind=table.Kinds.CSV):
        return guess_mapping(table.preview(io.BytesIO(data), kind))

    def test_german_export(self):
        data = GERMAN.encode("cp1252")
        mapping = self._guess(data)
        self.assertEqual((mapping.first_row, mapping.amount), (3, 5))
        self.assertEqual(mapping.date_format, "%d.%m.%Y")
        self.assertEqual(mapping.decimal_mark, ",")
        paid, back = self.transactions(data, mapping)
        self.assertEqual(paid.amount, Decimal("1204.50"))
        self.assertEqual(paid.date, date(2025, 11, 5))
        self.assertEqual(paid.value_date, date(2025, 11, 6))
        self.assertEqual((paid.name, paid.account), ("Azure", "DE12"))
        self.assertEqual((paid.text, paid.currency), ("INV/2025/17", "EUR"))
        self.assertEqual((back.amount, back.text), (Decimal("-3.00"), "Rücklast"))
        self.assertEqual(back.place, "row 5")

    def test_english_export_with_two_columns(self):
        """The day of the second row tells that the month comes first."""
        data = ENGLISH.encode()
        mapping = self._guess(data)
        self.assertEqual((mapping.debit, mapping.credit), (2, 3))
        paid, charges = self.transactions(data, mapping)
        self.assertEqual(
            (paid.amount, paid.date), (Decimal("1204.50"), date(2025, 11, 5))
        )
        self.assertEqual(charges.amount, Decimal("-3.00"))
        self.assertEqual(paid.reference, "R1")

    def test_workbook(self):
        data = workbook(
            ("Date", "Amount", "Name", "Details"),
            (datetime(2025, 11, 5), 1204.5, "Azure", "INV 17"),
            (date(2025, 11, 6), -3, "Bank", None),
        )
        mapping = self._guess(data, table.Kinds.XLSX)
        paid, charges = self.transactions(data, mapping)
        self.assertEqual(
            (paid.amount, paid.date), (Decimal("1204.5"), date(2025, 11, 5))
        )
        self.assertEqual((charges.amount, charges.date), (-3, date(2025, 11, 6)))

    def test_heading_that_says_text(self):
        data = b"Date;Amount;Name;Text\n05.11.2025;3,00;Azure;INV 17\n"
        self.assertEqual(self._guess(data, table.Kinds.CSV).text, (3,))

    def test_signs(self):
        for text, amount in (
            ("1 204,50", "1204.50"),
            ("1.204,50-", "-1204.50"),
            ("+3,00 EUR", "3.00"),
            ("−3,00", "-3.00"),  # noqa: RUF001  (the minus of typesetters)
            ("€ 3", "3"),
            ("1'204,50", "1204.50"),
        ):
            mapping = Mapping(0, 1, decimal_mark=",", first_row=0)
            row = f'2025-11-05;"{text}";x\n'.encode()
            (line,) = self.transactions(row, mapping)
            self.assertEqual(line.amount, Decimal(amount), text)
        mapping.negate = True
        (line,) = self.transactions(b"2025-11-05;3,00;x\n", mapping)
        self.assertEqual(line.amount, -3)

    def test_refused(self):
        mapping = Mapping(0, 1, decimal_mark=",", first_row=0)
        for row, fault, place in (
            ("2025-11-05;3.00;x", Fault.BAD_AMOUNT, "row 1, column 2"),
            ("2025-11-05;1.20.450,00;x", Fault.BAD_AMOUNT, "row 1, column 2"),
            ("2025-11-05;;x", Fault.BAD_AMOUNT, "row 1, column 2"),
            ("05.11.2025;3,00;x", Fault.BAD_DATE, "row 1, column 1"),
            ("2025-11-05", Fault.NOT_RECOGNISED, ""),
        ):
            with self.subTest(row=row):
                problem = self.refused(row.encode(), mapping)
                self.assertEqual((problem.fault, problem.place), (fault, place))

    def test_another_currency(self):
        mapping = Mapping(0, 1, currency=2, first_row=0, own_currency="EUR")
        problem = self.refused(b"2025-11-05;3.00;USD\n", mapping)
        self.assertEqual(problem.fault, Fault.OTHER_CURRENCY)

    def test_neither_in_nor_out(self):
        mapping = Mapping(0, debit=1, credit=2, first_row=0)
        problem = self.refused(b"2025-11-05;;\n", mapping)
        self.assertEqual(
            (problem.fault, problem.place), (Fault.BAD_AMOUNT, "row 1, column 3")
        )

    def test_without_a_mapping(self):
        self.assertEqual(self.refused(GERMAN.encode()).fault, Fault.COLUMN)

    def test_no_heading(self):
        self.assertIsNone(self._guess(b"a;b;c\n1;2;3\n"))

    def test_broken_workbook(self):
        data = workbook(("a", "b"))
        problem = self.refused(data[:-200], Mapping(0, 1))
        self.assertEqual(problem.fault, Fault.BROKEN)


class TestBankTablePreview(BaseCase):
    def test_rows_as_they_stand(self):
        rows = table.preview(io.BytesIO(GERMAN.encode()))
        self.assertEqual(rows[0], ["Konto", "DE89"])
        self.assertEqual(rows[3][5], "1.204,50")
