"""Bank files through the dialog, as a coordinator uses it."""

import io
import zipfile

from odoo.fields import Command

from .bank_files import ACCOUNT, balance, camt, detail, entry
from .common import BillingCase

OTHER_ACCOUNT = "DE02100500000054540402"
NATIONAL = "37040044/0532013000"  # the same account as ACCOUNT


def own_account(number=ACCOUNT, currency="EUR"):
    return f"<Acct><Id><IBAN>{number}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"


def referenced(amount, reference, details=""):
    """A camt entry with the bank's reference."""
    return entry(amount, details, f"<AcctSvcrRef>{reference}</AcctSvcrRef>")


def payer(name, iban="", text="", end_to_end=""):
    """Details of a payment that came in."""
    account = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    reference = f"<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>"
    parties = f"<Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>{account}"
    return detail(f"{reference}<RltdPties>{parties}</RltdPties>", text)


def statement(entries, opening, closing, **values):
    """A camt.053 of 5 November 2025 between two balances."""
    balances = balance("OPBD", opening, "2025-11-04")
    balances += balance("CLBD", closing, "2025-11-05")
    return camt(entries, balances, **values)


def archive(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return data.getvalue()


class BankImportCase(BillingCase):
    """A bank account whose number is known, and a coordinator with files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._journal("TBNK")
        cls._set_number(cls.bank, ACCOUNT)

    @classmethod
    def _set_number(cls, journal, number):
        journal.bank_account_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": journal.company_id.partner_id.id,
                "company_id": journal.company_id.id,
                "allow_out_payment": False,
            }
        )

    @classmethod
    def _make_bank(cls, code, company=None, currency=None, number=None):
        """One more bank journal."""
        company = company or cls.company
        journal = (
            cls.env["account.journal"]
            .with_company(company)
            .create(
                {
                    "name": code,
                    "code": code,
                    "type": "bank",
                    "company_id": company.id,
                    "currency_id": currency and currency.id,
                }
            )
        )
        if number:
            cls._set_number(journal, number)
        return journal

    def _upload(self, files, user=None, **values):
        """The dialog after the files were chosen and *Import* was pressed."""
        user = user or self.coordinator
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        attachments = env["ir.attachment"].create(
            [{"name": name, "raw": data} for name, data in files.items()]
        )
        wizard = env["billing.statement.import"].create(
            {"attachment_ids": [Command.set(attachments.ids)], **values}
        )
        wizard.action_import()
        return wizard

    def _import(self, data, name="bank.xml", **values):
        """The result of one file."""
        result = self._upload({name: data}, **values).file_ids
        self.assertEqual(len(result), 1)
        return result

    def _lines(self, journal=None):
        domain = [("journal_id", "=", (journal or self.bank).id)]
        return self.env["account.bank.statement.line"].search(domain, order="id")

    def _statements(self, journal=None):
        domain = [("journal_id", "=", (journal or self.bank).id)]
        return self.env["account.bank.statement"].search(domain, order="id")

    def assertCounts(self, result, new=0, known=0, statements=0, pending=0):
        found = (
            result.new_count,
            result.known_count,
            result.statement_count,
            result.pending_count,
        )
        self.assertEqual(found, (new, known, statements, pending), result.told)

    def assertRefused(self, result, *words):
        self.assertEqual(result.state, "failed", result.told)
        for word in words:
            self.assertIn(word, result.told)
