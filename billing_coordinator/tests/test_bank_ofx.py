from datetime import date
from decimal import Decimal

from ..tools.bank.record import Fault
from .bank_files import BankFileCase, ofx

ENTRY = "<TRNTYPE>CREDIT<DTPOSTED>20251105<TRNAMT>50.00<FITID>F1<NAME>Azure<MEMO>INV 17"


class TestBankOfx(BankFileCase):
    def test_statement(self):
        data = ofx(ENTRY)
        (statement,) = self.statements(data)
        self.assertEqual((statement.account, statement.currency), ("0532013000", "EUR"))
        self.assertIsNone(statement.opening)
        self.assertEqual(statement.closing, 100)
        self.assertEqual(statement.closed_on, date(2025, 11, 30))
        (line,) = self.transactions(data)
        self.assertEqual(line.amount, Decimal("50.00"))
        self.assertEqual(line.date, date(2025, 11, 5))
        self.assertEqual((line.name, line.text), ("Azure", "INV 17"))
        self.assertEqual(line.reference, "F1")
        self.assertEqual(line.place, "line 14")

    def test_version_2(self):
        xml = (
            b'<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"'
            b' SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?><OFX><BANKMSGSRSV1>'
            b"<STMTTRNRS><TRNUID>1</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO"
            b"</SEVERITY></STATUS><STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><BANKID>1"
            b"</BANKID><ACCTID>9100</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN>"
            b"<TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20251105</DTPOSTED><TRNAMT>-16.85"
            b"</TRNAMT><FITID>1</FITID><NAME><![CDATA[SHOP  ]]></NAME></STMTTRN>"
            b"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
        )
        (line,) = self.transactions(xml)
        self.assertEqual((line.amount, line.name), (Decimal("-16.85"), "SHOP"))

    def test_evening_at_the_bank_is_the_same_day(self):
        """The library would make it the next day, in Greenwich."""
        late = ENTRY.replace("20251105", "20251105233000.000[-5:EST]")
        (line,) = self.transactions(ofx(late))
        self.assertEqual(line.date, date(2025, 11, 5))

    def test_decimal_comma(self):
        (line,) = self.transactions(ofx(ENTRY.replace("50.00", "50,25")))
        self.assertEqual(line.amount, Decimal("50.25"))

    def test_same_entry_with_another_memo(self):
        (one,) = self.transactions(ofx(ENTRY))
        (two,) = self.transactions(ofx(ENTRY.replace("INV 17", "INV 17 ")))
        (three,) = self.transactions(ofx(ENTRY.replace("F1", "F2")))
        self.assertEqual(one.entry, two.entry)
        self.assertNotEqual(one.entry, three.entry)

    def test_payment_that_comes_back(self):
        for name, returned in (
            ("RETURNED ITEM", True),
            ("RETURNED CHECK FEE", False),
            ("Azure", False),
        ):
            (line,) = self.transactions(ofx(ENTRY.replace("Azure", name)))
            self.assertEqual(line.is_return, returned, name)

    def test_refused(self):
        for old, new, fault in (
            ("50.00", "$50", Fault.BAD_AMOUNT),
            ("50.00", "1,234", Fault.BAD_AMOUNT),
            ("50.00", "null", Fault.BAD_AMOUNT),
            ("20251105", "201120000000", Fault.BROKEN),
            ("20251105", "yesterday", Fault.BAD_DATE),
            ("<FITID>F1", "", Fault.BROKEN),
        ):
            with self.subTest(new=new):
                problem = self.refused(ofx(ENTRY.replace(old, new)))
                self.assertEqual(problem.fault, fault, problem)
                if fault in (Fault.BAD_AMOUNT, Fault.BAD_DATE):
                    self.assertEqual(problem.place, "line 14")

    def test_no_account(self):
        data = ofx(ENTRY).replace(b"<ACCTID>0532013000", b"")
        self.assertEqual(self.refused(data).fault, Fault.MISSING)

    def test_nothing_in_it(self):
        self.assertEqual(self.refused(b"<OFX></OFX>").fault, Fault.EMPTY)

    def test_tags_without_end(self):
        data = b"<OFX>" + b"<A>" * 5000 + b"</A></OFX>"
        self.assertEqual(self.refused(data).fault, Fault.BROKEN)
