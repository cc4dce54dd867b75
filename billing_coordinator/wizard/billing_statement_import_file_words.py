from odoo import models

from ..tools.bank.record import Fault


class BillingStatementImportFile(models.TransientModel):
    """Why a file is refused, in words that say what to do about it."""

    _inherit = "billing.statement.import.file"

    def _word(self, problem):
        """A `Problem` as a sentence, with the place in the file before it."""
        text = self._get_words(problem.fault) % _Values(problem.values)
        if not problem.place:
            return text
        return self.env._("%(place)s: %(text)s", place=problem.place, text=text)

    def _get_words(self, fault):
        return (self._words_of_files() | self._words_of_entries())[fault]

    def _words_of_files(self):
        return {
            Fault.NOT_RECOGNISED: self.env._(
                "This is no bank file that can be read. Ask the bank for camt.053,"
                " MT940, OFX, CSV or Excel."
            ),
            Fault.EMPTY: self.env._("The file is empty: there is no statement in it."),
            Fault.TOO_LARGE: self.env._(
                "There is more in it than can be read at once (limit: %(limit)s). Ask"
                " the bank for a shorter period."
            ),
            Fault.BROKEN: self.env._(
                "The file is damaged (%(reason)s). Download it from the bank again."
            ),
            Fault.DOCUMENT_TYPE: self.env._(
                "The file declares a document type, which no bank does and which is"
                " not safe to read. Download it from the bank again."
            ),
            Fault.ARCHIVE: self.env._(
                "The archive is not safe to open: it is damaged, has a password, or has"
                " archives in it. Unpack it and import the files."
            ),
            Fault.COLUMN: self.env._(
                "Nobody said what the columns of this table mean."
            ),
        }

    def _words_of_entries(self):
        return {
            Fault.MISSING: self.env._(
                "%(what)s is missing. Ask the bank for a complete file."
            ),
            Fault.BAD_AMOUNT: self.env._("“%(value)s” is no amount of this account."),
            Fault.BAD_DATE: self.env._("“%(value)s” is no date."),
            Fault.BAD_SIGN: self.env._(
                "“%(value)s” does not tell whether money came in or went out."
            ),
            Fault.OTHER_CURRENCY: self.env._(
                "The amount is in %(found)s, but the account is in %(expected)s."
            ),
            Fault.BALANCE: self.env._(
                "The balances contradict the entries: opening %(opening)s and entries"
                " %(entries)s do not make the closing balance %(closing)s"
                " (difference %(difference)s). Download the file again."
            ),
            Fault.COUNT: self.env._(
                "The bank says that there are %(expected)s entries, but there are"
                " %(found)s. Download the file again."
            ),
        }


class _Values(dict):
    """What a problem does not tell is left empty."""

    def __missing__(self, key):
        return ""
