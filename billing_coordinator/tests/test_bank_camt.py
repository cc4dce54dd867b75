from datetime import date
from decimal import Decimal

from ..tools.bank.record import Document, Fault, Kind
from .bank_files import ACCOUNT, BankFileCase, balance, camt, detail, entry, money

BALANCES = balance("OPBD", "100.00", "2025-11-01") + balance(
    "CLBD", "220.50", "2025-11-30"
)


class TestBankCamt(BankFileCase):
    def test_statement(self):
        data = camt(entry("120.50"), BALANCES)
        (statement,) = self.statements(data)
        self.assertEqual(statement.account, ACCOUNT)
        self.assertEqual(statement.currency, "EUR")
        self.assertEqual(statement.number, "S1")
        self.assertEqual(statement.kind, Kind.STATEMENT)
        self.assertEqual(statement.opening, Decimal("100.00"))
        self.assertEqual(statement.closing, Decimal("220.50"))
        self.assertEqual(statement.opened_on, date(2025, 11, 1))
        self.assertEqual(statement.closed_on, date(2025, 11, 30))

    def test_every_version_of_every_message(self):
        """Names and banks stand elsewhere from version 8 on, codes in version 2."""
        for message, kind in zip(
            ("052", "053", "054"),
            (Kind.REPORT, Kind.STATEMENT, Kind.NOTIFICATION),
            strict=True,
        ):
            for version in range(2, 15):
                new = version >= 8
                name = "<Pty><Nm>Azure</Nm></Pty>" if new else "<Nm>Azure</Nm>"
                bic = (
                    "<BICFI>COBADEFF</BICFI>" if version > 3 else "<BIC>COBADEFF</BIC>"
                )
                inner = (
                    "<Refs><EndToEndId>E1</EndToEndId></Refs>"
                    f"<RltdPties><Dbtr>{name}</Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id>"
                    "</DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId>"
                    f"{bic}</FinInstnId></DbtrAgt></RltdAgts>"
                )
                data = camt(
                    entry("7.00", detail(inner, "INV/2025/1"), version=version),
                    message=message,
                    version=version,
                )
                with self.subTest(message=message, version=version):
                    (statement,) = self.statements(data)
                    self.assertEqual(statement.kind, kind)
                    (line,) = self.transactions(data)
                    self.assertEqual(
                        (line.name, line.account, line.bic, line.end_to_end, line.text),
                        ("Azure", "DE1", "COBADEFF", "E1", "INV/2025/1"),
                    )
                    self.assertEqual(line.date, date(2025, 11, 5))
                    self.assertEqual(line.value_date, date(2025, 11, 6))

    def test_money_out(self):
        inner = (
            "<RltdPties><Dbtr><Nm>Us</Nm></Dbtr>"
            "<Cdtr><Nm>Supplier</Nm></Cdtr></RltdPties>"
        )
        (line,) = self.transactions(
            camt(entry("5.00", detail(inner), direction="DBIT"))
        )
        self.assertEqual(line.amount, Decimal("-5.00"))
        self.assertEqual(line.name, "Supplier")

    def test_not_provided_is_no_reference(self):
        inner = "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        (line,) = self.transactions(camt(entry("5.00", detail(inner))))
        self.assertEqual(line.end_to_end, "")

    def test_what_is_not_booked_is_left_out(self):
        data = camt(entry("5.00", status="PDNG") + entry("6.00"), message="052")
        (statement,) = self.statements(data)
        (line,) = self.transactions(data)
        self.assertEqual(line.amount, Decimal("6.00"))
        self.assertEqual(statement.pending, 1)

    def test_structured_remittance(self):
        inner = (
            "<RmtInf><Strd><RfrdDocInf><Nb>INV/2025/7</Nb></RfrdDocInf>"
            f"<RfrdDocAmt>{money('9.00', 'RmtdAmt')}</RfrdDocAmt>"
            "<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>"
            "<AddtlRmtInf>thanks</AddtlRmtInf></Strd></RmtInf>"
        )
        (line,) = self.transactions(camt(entry("9.00", detail(inner))))
        self.assertEqual(line.structured, ("RF18539007547034",))
        self.assertEqual(line.documents, (Document("INV/2025/7", Decimal("9.00")),))
        self.assertEqual(line.text, "thanks")

    def test_foreign_amount(self):
        inner = (
            f"<AmtDtls><InstdAmt>{money('110.00', currency='USD')}</InstdAmt></AmtDtls>"
        )
        (line,) = self.transactions(camt(entry("100.00", detail(inner))))
        self.assertEqual(line.original_amount, Decimal("110.00"))
        self.assertEqual(line.original_currency, "USD")
        self.assertEqual(line.amount, Decimal("100.00"))

    def test_foreign_bank_account_number(self):
        account = "<Acct><Id><Othr><Id>5000-12</Id></Othr></Id></Acct>"
        (statement,) = self.statements(camt(entry("1.00"), account=account))
        self.assertEqual(statement.account, "5000-12")

    # -- batches ----------------------------------------------------------------------

    def test_batch_is_split(self):
        parts = "".join(
            detail(text=f"INV {i}", amount=amount)
            for i, amount in enumerate(("10.00", "20.00", "30.00"))
        )
        lines = self.transactions(camt(entry("60.00", parts)))
        self.assertEqual([line.amount for line in lines], [10, 20, 30])
        self.assertEqual([line.text for line in lines], ["INV 0", "INV 1", "INV 2"])
        self.assertEqual(len({line.entry for line in lines}), 1)
        self.assertEqual({line.entry_amount for line in lines}, {Decimal("60.00")})

    def test_batch_of_version_2(self):
        """Version 2 has amounts of details in AmtDtls only."""
        parts = "".join(
            detail(f"<AmtDtls><TxAmt>{money(amount)}</TxAmt></AmtDtls>")
            for amount in ("10.00", "20.00")
        )
        lines = self.transactions(camt(entry("30.00", parts, version=2), version=2))
        self.assertEqual([line.amount for line in lines], [10, 20])

    def test_batch_less_charges(self):
        charges = (
            f"<Chrgs><Rcrd>{money('1.50')}<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>"
        )
        parts = detail(amount="10.00") + detail(amount="20.00")
        lines = self.transactions(camt(entry("28.50", parts, charges)))
        self.assertEqual([line.amount for line in lines], [10, 20, Decimal("-1.50")])

    def test_batch_that_does_not_add_up(self):
        parts = detail(text="INV 1", amount="10.00") + detail(
            text="INV 2", amount="20.00"
        )
        (line,) = self.transactions(camt(entry("31.00", parts)))
        self.assertEqual(line.amount, Decimal("31.00"))
        self.assertIn("INV 1", line.text)
        self.assertIn("INV 2", line.text)

    def test_one_detail_has_the_amount_of_the_entry(self):
        (line,) = self.transactions(camt(entry("31.00", detail(amount="0"))))
        self.assertEqual(line.amount, Decimal("31.00"))

    def test_charges_of_an_entry(self):
        charges = (
            f"<Chrgs><Rcrd>{money('1.50')}<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>"
        )
        (line,) = self.transactions(camt(entry("98.50", detail(), charges)))
        self.assertEqual(line.charges, Decimal("-1.50"))

    # -- returns ----------------------------------------------------------------------

    def test_direct_debit_that_comes_back(self):
        inner = (
            "<RltdPties><Dbtr><Nm>Azure</Nm></Dbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>"
            "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>"
        )
        (line,) = self.transactions(
            camt(
                entry(
                    "9.00", detail(inner), "<RvslInd>true</RvslInd>", direction="DBIT"
                )
            )
        )
        self.assertTrue(line.is_return)
        self.assertEqual(line.amount, Decimal("-9.00"))
        self.assertEqual(line.name, "Azure")
        self.assertEqual(line.return_reason, "AC04 closed")

    # -- the same entry ---------------------------------------------------------------

    def test_entry_is_known_again(self):
        """In a report of the day and in the statement, by the bank's reference."""
        reference = "<AcctSvcrRef>B-1</AcctSvcrRef>"
        (now,) = self.transactions(
            camt(entry("9.0", detail(text="a"), reference), message="052")
        )
        (later,) = self.transactions(camt(entry("9.00", more=reference), version=4))
        self.assertEqual(now.entry, later.entry)

    def test_twins_are_two(self):
        lines = self.transactions(camt(entry("9.00") * 2))
        self.assertEqual(len({line.entry for line in lines}), 2)
        again = self.transactions(camt(entry("9.00") * 2))
        self.assertEqual([x.entry for x in lines], [x.entry for x in again])

    # -- refused ----------------------------------------------------------------------

    def test_balances_that_do_not_add_up(self):
        problem = self.refused(camt(entry("120.51"), BALANCES))
        self.assertEqual(problem.fault, Fault.BALANCE)
        self.assertEqual(problem.values["difference"], "-0.01")
        self.assertIn("<Stmt>, line 3", problem.place)

    def test_overdrawn(self):
        balances = balance("PRCD", "100", "2025-11-01", "DBIT") + balance(
            "CLBD", "90", "2025-11-30", "DBIT"
        )
        (statement,) = self.statements(camt(entry("10"), balances))
        self.assertEqual((statement.opening, statement.closing), (-100, -90))

    def test_missing_and_bad(self):
        good = entry("1.00")
        for bad, fault in (
            (good.replace("1.00", "1,00"), Fault.BAD_AMOUNT),
            (good.replace("1.00", "NaN"), Fault.BAD_AMOUNT),
            (good.replace("1.00", "1e9"), Fault.BAD_AMOUNT),
            (good.replace("2025-11-05", "2025-13-05"), Fault.BAD_DATE),
            (good.replace("CRDT", "PLUS"), Fault.BAD_SIGN),
            (good.replace("EUR", "USD"), Fault.OTHER_CURRENCY),
            (good.replace("<Amt", "<Amnt").replace("/Amt", "/Amnt"), Fault.MISSING),
            (
                "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
                + good,
                Fault.COUNT,
            ),
        ):
            with self.subTest(fault=fault, bad=bad):
                problem = self.refused(camt(bad))
                self.assertEqual(problem.fault, fault)
                self.assertIn("line", problem.place)

    def test_cut_off(self):
        problem = self.refused(camt(entry("1.00"))[:-40])
        self.assertEqual(problem.fault, Fault.BROKEN)

    def test_no_account(self):
        problem = self.refused(camt(entry("1.00"), account="<Acct><Id/></Acct>"))
        self.assertEqual(problem.fault, Fault.MISSING)

    def test_other_messages(self):
        data = camt(entry("1.00")).replace(b"camt.053.001", b"camt.050.001")
        self.assertEqual(self.refused(data).fault, Fault.NOT_RECOGNISED)

    def test_entities_are_not_expanded(self):
        """Neither a file of the server nor a text that grows is read."""
        bomb = b'<!DOCTYPE x [<!ENTITY a "%s"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
        for name in (b"&a;", b"&b;"):
            data = camt(entry("1.00", detail(text="TEXT"))).replace(b"TEXT", name)
            head, _mark, rest = data.partition(b"?>\n")
            problem = self.refused(head + b"?>\n" + bomb % (b"x" * 5000) + rest)
            self.assertEqual(problem.fault, Fault.DOCUMENT_TYPE)
