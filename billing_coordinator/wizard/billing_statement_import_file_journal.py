from odoo import models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..models.account_journal_bank import BANK_TYPES
from ..tools.bank.record import Fault, Problem

# A shorter number may stand in another one by chance.
MIN_NUMBER = 6


class BillingStatementImportFile(models.TransientModel):
    """The journal of a statement: by its account number, never by the file's name."""

    _inherit = "billing.statement.import.file"

    def _find_journal(self, statement, outcome):
        """The bank journal of a statement, in the companies that the user works in.

        :raise UserError: there is none, or several may be meant
        """
        if not statement.account:
            return self.mapping_id.journal_id
        chosen = self.import_id.journal_id
        journals = self._get_bank_journals()
        found = self._filter_by_number(journals, statement)
        if len(found) > 1:
            found = found & chosen or found
        if len(found) > 1:
            raise UserError(self._word_ambiguous(statement, found))
        if not found and chosen in journals and not chosen.bank_acc_number:
            return chosen
        if not found:
            raise UserError(self._word_no_journal(statement, chosen))
        if chosen and found != chosen:
            outcome.warnings.append(self._word_other_journal(statement, found))
        return found

    def _get_bank_journals(self):
        return self.env["account.journal"].search(
            [
                ("type", "in", BANK_TYPES),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    def _filter_by_number(self, journals, statement):
        """Journals with the number, else those where one number is in the other.

        A national number is a part of the IBAN; some banks add the currency to it.
        """
        wanted = sanitize_account_number(statement.account)
        numbers = {
            journal: sanitize_account_number(journal.bank_acc_number) or ""
            for journal in journals
        }
        found = journals.filtered(lambda journal: numbers[journal] == wanted)
        found = found or journals.filtered(
            lambda journal: (
                min(len(numbers[journal]), len(wanted)) >= MIN_NUMBER
                and (numbers[journal] in wanted or wanted in numbers[journal])
            )
        )
        if len(found) > 1 and statement.currency:
            same = found.filtered(
                lambda journal: _currency_of(journal).name == statement.currency
            )
            found = same or found
        return found

    def _check_currency(self, statement, journal):
        """The file is in the currency of the journal, and so are its decimals."""
        currency = _currency_of(journal)
        if statement.currency and statement.currency != currency.name:
            raise UserError(
                self.env._(
                    "The statement of account %(account)s is in %(found)s, but the"
                    " bank account %(journal)s is in %(expected)s. Set the currency of"
                    " the journal, or choose the right file.",
                    account=statement.account,
                    found=statement.currency,
                    journal=journal.name,
                    expected=currency.name,
                )
            )

    def _check_decimals(self, transaction, currency):
        if round(transaction.amount, currency.decimal_places) != transaction.amount:
            raise Problem(Fault.BAD_AMOUNT, transaction.place, value=transaction.amount)

    # -- words ---------------------------------------------------------------------

    def _word_no_journal(self, statement, chosen):
        if chosen and chosen.bank_acc_number:
            return self.env._(
                "The statement is of account %(account)s, but the bank account"
                " %(journal)s has the number %(number)s, and no other one has it."
                " Choose the right file, or correct the number on the journal.",
                account=statement.account,
                journal=chosen.name,
                number=chosen.bank_acc_number,
            )
        return self.env._(
            "No bank account of %(companies)s has the number %(account)s. Enter it on"
            " its journal (Accounting, Configuration, Journals), or choose here a bank"
            " account that has no number yet, and import again.",
            companies=", ".join(self.env.companies.mapped("name")),
            account=statement.account,
        )

    def _word_ambiguous(self, statement, journals):
        return self.env._(
            "The account number %(account)s fits several bank accounts: %(journals)s."
            " Choose the one that is meant and import again.",
            account=statement.account,
            journals=", ".join(journals.mapped("name")),
        )

    def _word_other_journal(self, statement, journal):
        return self.env._(
            "The file is of account %(account)s: it was imported into %(journal)s.",
            account=statement.account,
            journal=journal.name,
        )


def _currency_of(journal):
    return journal.currency_id or journal.company_id.currency_id
