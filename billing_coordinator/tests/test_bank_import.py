from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .bank_files import ACCOUNT, camt, detail, entry, mt940, ofx
from .bank_import_common import (
    NATIONAL,
    OTHER_ACCOUNT,
    BankImportCase,
    archive,
    own_account,
    payer,
    referenced,
    statement,
)

DAY = date(2025, 11, 5)


@tagged("post_install", "-at_install")
class TestBankImport(BankImportCase):
    """Files of a bank become statements and lines, each file by itself."""

    def test_statement(self):
        details = payer("ACME HLDG", OTHER_ACCOUNT, "INV 1177 1182", "E2E-1")
        data = statement(
            referenced("40.00", "R1", details)
            + entry("10.00", detail(text="Fee"), direction="DBIT"),
            *("100.00", "130.00"),
        )
        result = self._import(data)
        self.assertEqual(result.state, "imported", result.told)
        self.assertCounts(result, new=2, statements=1)
        self.assertFalse(result.told)
        self.assertEqual(result.journal_ids, self.bank)
        [record] = self._statements()
        self.assertEqual((record.balance_start, record.balance_end_real), (100, 130))
        self.assertTrue(record.is_complete)
        self.assertEqual(record.attachment_ids.raw, data)
        paid, fee = record.line_ids.sorted("id")
        self.assertEqual((paid.amount, fee.amount), (40, -10))
        self.assertEqual(paid.date, DAY)
        self.assertEqual(paid.state, "posted")
        self.assertEqual(paid.partner_name, "ACME HLDG")
        self.assertEqual(paid.account_number, OTHER_ACCOUNT)
        self.assertEqual(paid.payment_ref, "INV 1177 1182")
        self.assertEqual(paid.billing_end_to_end, "E2E-1")
        self.assertEqual(paid.billing_reference, "R1")
        self.assertEqual(fee.payment_ref, "Fee")

    def test_text_is_never_empty(self):
        self._import(camt(entry("5.00")))
        self.assertEqual(self._lines().payment_ref, "Entry of the bank")

    def test_batch_is_split(self):
        parts = detail(text="A", amount="30.00") + detail(text="B", amount="20.00")
        self._import(statement(referenced("50.00", "R1", parts), "0.00", "50.00"))
        lines = self._lines()
        self.assertEqual(lines.mapped("amount"), [30, 20])
        self.assertEqual(lines.mapped("billing_entry_part"), [0, 1])
        self.assertEqual(len(set(lines.mapped("billing_entry"))), 1)

    def test_original_currency(self):
        told = "<AmtDtls><InstdAmt><Amt Ccy='USD'>55.00</Amt></InstdAmt></AmtDtls>"
        self._import(statement(entry("50.00", detail(told)), "0.00", "50.00"))
        line = self._lines()
        self.assertEqual(line.foreign_currency_id, self.usd)
        self.assertEqual((line.amount, line.amount_currency), (50, 55))

    def test_customer_is_known_by_the_account(self):
        other = self._make_customer("Somebody else")
        bank = self.env["res.partner.bank"]
        bank.create({"acc_number": OTHER_ACCOUNT, "partner_id": self.customer.id})
        data = camt(entry("5.00", payer("A", OTHER_ACCOUNT)))
        self._import(data)
        self.assertEqual(self._lines().partner_id, self.customer)
        # The same account of two customers says nothing.
        bank.create({"acc_number": OTHER_ACCOUNT, "partner_id": other.id})
        self._import(camt(entry("6.00", payer("A", OTHER_ACCOUNT))))
        self.assertFalse(self._lines()[1].partner_id)

    def test_what_is_not_booked_is_left_out(self):
        entries = entry("5.00") + entry("7.00", status="PDNG")
        result = self._import(camt(entries))
        self.assertCounts(result, new=1, pending=1)

    # -- good and bad files ----------------------------------------------------------

    def test_bad_file_beside_good_one(self):
        wizard = self._upload(
            {
                "bad.xml": statement(entry("40.00"), "100.00", "150.00"),
                "good.xml": statement(entry("40.00"), "100.00", "140.00"),
                "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
            }
        )
        bad, good, photo = wizard.file_ids
        self.assertRefused(bad, "<Stmt>", "100.00", "40.00", "150.00", "10.00")
        self.assertEqual(good.state, "imported")
        self.assertRefused(photo, "no bank file")
        self.assertEqual(self._lines().mapped("amount"), [40])

    def test_files_are_read_by_name(self):
        """Of two that were chosen together the older one comes first."""
        one, two = (
            statement(referenced(amount, f"R{amount}"), opening, closing)
            for amount, opening, closing in ((1, "0.00", "1.00"), (2, "1.00", "3.00"))
        )
        wizard = self._upload({"2025-11.xml": one, "2025-12.xml": two})
        self.assertEqual(wizard.file_ids.mapped("name"), ["2025-11.xml", "2025-12.xml"])

    def test_new_entries_are_matched_soon(self):
        good = statement(referenced(1, "R1"), "0.00", "1.00")
        cron = self.env.ref("billing_coordinator.ir_cron_match")
        domain = [("cron_id", "=", cron.id)]
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count(domain)
        self._upload({"bad.xml": b"<Document>"})
        self.assertEqual(triggers.search_count(domain), before)
        self._upload({"good.xml": good})
        self.assertEqual(triggers.search_count(domain), before + 1)

    def test_file_is_booked_wholly_or_not_at_all(self):
        """The second statement of the file is of an account that nobody knows."""
        first = statement(entry("40.00"), "100.00", "140.00")
        second = camt(entry("1.00"), account=own_account(OTHER_ACCOUNT))
        start = second.index(b"<Stmt>")
        end = second.index(b"</BkToCstmrStmt>")
        data = first.replace(
            b"</BkToCstmrStmt>", second[start:end] + b"</BkToCstmrStmt>"
        )
        self.assertRefused(self._import(data), OTHER_ACCOUNT)
        self.assertFalse(self._lines())
        self.assertFalse(self._statements())

    def test_archive(self):
        files = {
            "a.xml": statement(entry("40.00"), "100.00", "140.00"),
            "b.xml": b"<html/>",
        }
        wizard = self._upload({"all.zip": archive(files)})
        good, bad = wizard.file_ids
        self.assertEqual(good.name, "all.zip: a.xml")
        self.assertEqual(good.state, "imported")
        self.assertRefused(bad)

    def test_hostile_archives(self):
        good = statement(entry("40.00"), "100.00", "140.00")
        for data in (
            archive({"good.xml": good, "bomb.xml": bytes(60_000_000)}),
            archive({"good.xml": good, "inner.zip": archive({"a": b"a"})}),
            archive({f"{number}.xml": good for number in range(201)}),
            archive({"good.xml": good})[:-30] + b"PK",
        ):
            result = self._import(data)
            self.assertEqual(result.state, "failed")
        self.assertFalse(self._lines())

    def test_other_formats(self):
        lines = (
            ":61:2511051105C40,00NTRFNONREF//R1",
            ":86:INV 1",
            ":62F:C251105EUR140,00",
        )
        result = self._import(mt940(*lines, account=NATIONAL))
        self.assertEqual(result.state, "imported", result.told)
        inner = "<TRNTYPE>CREDIT<DTPOSTED>20251106<TRNAMT>25.00<FITID>77<NAME>Payer"
        result = self._import(ofx(inner, balance=("165.00", "20251130")))
        self.assertEqual(result.state, "imported", result.told)
        self.assertEqual(self._lines().mapped("amount"), [40, 25])
        first, second = self._statements()
        self.assertEqual(first.balance_end_real, 140)
        self.assertEqual((second.balance_start, second.balance_end_real), (140, 165))

    # -- the bank account ------------------------------------------------------------

    def test_account_is_not_known(self):
        data = camt(entry("5.00"), account=own_account(OTHER_ACCOUNT))
        self.assertRefused(self._import(data), OTHER_ACCOUNT, "No bank account of")

    def test_chosen_journal_without_number(self):
        journal = self._make_bank("NEW")
        data = camt(entry("5.00"), account=own_account(OTHER_ACCOUNT))
        result = self._import(data, journal_id=journal.id)
        self.assertEqual(result.state, "imported", result.told)
        self.assertEqual(self._lines(journal).amount, 5)

    def test_chosen_journal_with_another_number(self):
        data = camt(entry("5.00"), account=own_account(OTHER_ACCOUNT))
        result = self._import(data, journal_id=self.bank.id)
        self.assertRefused(result, OTHER_ACCOUNT, ACCOUNT)

    def test_number_wins_over_the_choice(self):
        journal = self._make_bank("NEW")
        result = self._import(camt(entry("5.00")), journal_id=journal.id)
        self.assertEqual(result.journal_ids, self.bank)
        self.assertIn(ACCOUNT, result.told)

    def test_number_of_several_journals(self):
        twin = self._make_bank("TWIN", number=f"{ACCOUNT}00")
        self.bank.bank_account_id.acc_number = f"{ACCOUNT}11"
        result = self._import(camt(entry("5.00")))
        self.assertRefused(result, ACCOUNT, self.bank.name, twin.name)

    def test_currency_tells_journals_of_one_number_apart(self):
        usd = self._make_bank("USD", currency=self.usd, number=f"{ACCOUNT}USD")
        self.bank.bank_account_id.acc_number = f"{ACCOUNT}EUR"
        self._import(camt(entry("5.00")))
        self.assertEqual(self._lines().amount, 5)
        self.assertFalse(self._lines(usd))

    def test_other_currency(self):
        self.bank.currency_id = self.usd
        result = self._import(camt(entry("5.00")))
        self.assertRefused(result, ACCOUNT, "EUR", "USD")

    def test_locked_period(self):
        self.company.sudo().hard_lock_date = DAY
        result = self._import(camt(entry("5.00")))
        self.assertFalse(self._lines().filtered(lambda line: line.date <= DAY))
        self.assertIn(result.state, ("failed", "imported"))

    # -- balances --------------------------------------------------------------------

    def test_chain(self):
        self._import(statement(entry("40.00"), "100.00", "140.00"))
        following = statement(entry("10.00"), "140.00", "150.00")
        result = self._import(following.replace(b"2025-11-05", b"2025-11-06"))
        self.assertFalse(result.told)
        self.assertTrue(all(self._statements().mapped("is_valid")))

    def test_gap_is_told(self):
        self._import(statement(entry("40.00"), "100.00", "140.00"))
        following = statement(entry("10.00"), "190.00", "200.00")
        result = self._import(following.replace(b"2025-11-05", b"2025-11-07"))
        self.assertEqual(result.state, "imported")
        for amount in ("140.00", "190.00"):
            self.assertIn(amount, result.told)
        between = statement(entry("50.00"), "140.00", "190.00")
        result = self._import(between.replace(b"2025-11-05", b"2025-11-06"))
        self.assertFalse(result.told)
        self.assertTrue(all(self._statements().mapped("is_valid")))

    def test_contradiction_is_refused(self):
        """The same entries between other balances."""
        entries = referenced("40.00", "R1")
        self._import(statement(entries, "100.00", "140.00"))
        other = statement(entries + referenced("1.00", "R2"), "500.00", "541.00")
        self.assertRefused(self._import(other), "contradicts", "500.00", "100.00")
        self.assertEqual(len(self._lines()), 1)

    def test_two_users_at_once(self):
        """The second has not seen what the first wrote: the index keeps it out."""
        data = statement(referenced("40.00", "R1"), "100.00", "140.00")
        self._import(data)
        model = self.registry["billing.statement.import.file"]
        with patch.object(model, "_get_booked", lambda *args: ([], {})):
            result = self._import(data)
        self.assertRefused(result, "at this moment")
        self.assertEqual(len(self._lines()), 1)
        self.assertEqual(len(self._statements()), 1)

    def test_uploads_are_not_kept_for_nothing(self):
        data = statement(referenced("40.00", "R1"), "100.00", "140.00")
        kept = self._upload({"a.xml": data}).attachment_ids
        self.assertEqual(kept.res_model, "account.bank.statement")
        for again in (data, b"nonsense"):
            self.assertFalse(self._upload({"b.xml": again}).attachment_ids.exists())

    def test_attachments_of_documents_stay(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "a.xml",
                "raw": b"nonsense",
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        wizard = self.env["billing.statement.import"].with_user(self.coordinator)
        wizard.create({"attachment_ids": attachment.ids}).action_import()
        self.assertTrue(attachment.exists())
