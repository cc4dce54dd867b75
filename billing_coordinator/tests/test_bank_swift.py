from datetime import date
from decimal import Decimal

from ..tools.bank.record import Fault, Kind
from .bank_files import BankFileCase, mt940

CLOSING = ":62F:C251130EUR150,00"


class TestBankSwift(BankFileCase):
    def test_statement(self):
        data = mt940(":61:2511051105C50,00NTRFNONREF//B1", ":86:INV/2025/7", CLOSING)
        (statement,) = self.statements(data)
        self.assertEqual(statement.account, "37040044/0532013000")
        self.assertEqual(statement.number, "1/1")
        self.assertEqual(statement.currency, "EUR")
        self.assertEqual((statement.opening, statement.closing), (100, 150))
        self.assertEqual(statement.opened_on, date(2025, 11, 1))
        (line,) = self.transactions(data)
        self.assertEqual(line.amount, 50)
        self.assertEqual(line.text, "INV/2025/7")
        self.assertEqual((line.reference, line.end_to_end), ("B1", ""))
        self.assertEqual(line.place, "line 5")

    def test_entry_of_the_next_year(self):
        (line,) = self.transactions(mt940(":61:2512310102C50,00NTRFX", CLOSING))
        self.assertEqual(line.date, date(2026, 1, 2))
        self.assertEqual(line.value_date, date(2025, 12, 31))

    def test_thirtieth_of_february(self):
        """Banks that count thirty days a month."""
        (line,) = self.transactions(mt940(":61:250230C50,00NTRFX", CLOSING))
        self.assertEqual(line.date, date(2025, 2, 28))

    def test_german_details(self):
        data = mt940(
            ":61:2511051105C50,00NTRFKREF+",
            ":86:166?00GUTSCHRIFT?109310?20EREF+E-77?21SVWZ+INV/2025/00",
            "?2217 Danke?30COBADEFF?31DE02120300000000202051?32Azure?33 Interior",
            CLOSING,
        )
        (line,) = self.transactions(data)
        self.assertEqual(line.name, "Azure Interior")
        self.assertEqual(line.account, "DE02120300000000202051")
        self.assertEqual(line.bic, "COBADEFF")
        self.assertEqual(line.end_to_end, "E-77")
        self.assertEqual(line.text, "INV/2025/0017 Danke")

    def test_dutch_details(self):
        data = mt940(
            ":61:2511051105C50,00N541EREF",
            "NL70ABNA0987654321",
            ":86:/EREF/E-77/BENM//NAME/Azure Inte",
            "rior/REMI/INV 17/ISDT/2025-11-05",
            CLOSING,
        )
        (line,) = self.transactions(data)
        self.assertEqual(line.name, "Azure Interior")
        self.assertEqual(line.account, "NL70ABNA0987654321")
        self.assertEqual(line.end_to_end, "E-77")
        self.assertEqual(line.text, "INV 17")

    def test_reversal_of_a_credit(self):
        data = mt940(
            ":61:2511051105RC50,00NRTIX",
            ":86:109?00RETOURE?20SVWZ+INV 17?34914",
            ":62F:C251130EUR50,00",
        )
        (line,) = self.transactions(data)
        self.assertEqual(line.amount, -50)
        self.assertTrue(line.is_return)
        self.assertEqual(line.return_reason, "914")

    def test_several_messages_and_what_is_around_them(self):
        page = mt940(":61:2511051105C50,00NTRFX", CLOSING)
        data = b"ABNANL2A\r\n940\r\n" + page + b"\r\nABNANL2A\r\n940\r\n" + page
        self.assertEqual(len(self.statements(data)), 2)
        self.assertEqual(len(self.transactions(data)), 2)

    def test_swift_envelope(self):
        page = mt940(":61:2511051105C50,00NTRFX", CLOSING).removesuffix(b"-") + b"-}"
        self.assertEqual(len(self.transactions(b"{1:F01X}{2:I940X}{4:\r\n" + page)), 1)

    def test_report_of_the_day(self):
        lines = (
            ":20:R",
            ":25:0532013000",
            ":28C:1",
            ":34F:EURC0,",
            ":13D:2511051200+0100",
            ":61:2511051105C50,00NTRFX",
            ":86:INV 17",
            ":90C:1EUR50,",
            "-",
        )
        data = "\r\n".join(lines).encode()
        (statement,) = self.statements(data)
        self.assertEqual(statement.kind, Kind.REPORT)
        self.assertEqual(statement.currency, "EUR")
        (line,) = self.transactions(data)
        self.assertEqual(line.amount, Decimal(50))

    def test_umlauts(self):
        data = mt940(":61:2511051105C50,00NTRFX", ":86:Müller", CLOSING)
        (line,) = self.transactions(data)
        self.assertEqual(line.text, "Müller")
        (line,) = self.transactions(data.decode("cp1252").encode())
        self.assertEqual(line.text, "Müller")

    def test_no_decimals(self):
        (line,) = self.transactions(mt940(":61:2511051105C50,NTRFX", CLOSING))
        self.assertEqual(line.amount, 50)

    def test_refused(self):
        good = ":61:2511051105C50,00NTRFX"
        for lines, fault, place in (
            ((good.replace("50,00", "50.00"), CLOSING), Fault.BAD_AMOUNT, "line 5"),
            ((good.replace("C50", "X50"), CLOSING), Fault.BAD_AMOUNT, "line 5"),
            ((good, ":62F:C251130150,00"), Fault.BAD_AMOUNT, "line 6"),
            ((good, ":62F:C251130USD150,00"), Fault.OTHER_CURRENCY, "line 1"),
            ((good, ":62F:C251130EUR150,01"), Fault.BALANCE, "line 1"),
            ((good.replace("251105", "251305"), CLOSING), Fault.BROKEN, "line"),
        ):
            with self.subTest(lines=lines):
                problem = self.refused(mt940(*lines))
                self.assertEqual(problem.fault, fault, problem)
                self.assertIn(place, problem.place)

    def test_without_an_account(self):
        data = mt940(CLOSING).replace(b":25:", b":26:")
        self.assertEqual(self.refused(data).fault, Fault.NOT_RECOGNISED)
        data = data + b"\r\n" + mt940(CLOSING)
        self.assertEqual(self.refused(data).fault, Fault.MISSING)
