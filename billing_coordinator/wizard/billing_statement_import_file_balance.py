from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.bank.record import Kind

ZERO = Decimal(0)


class BillingStatementImportFile(models.TransientModel):
    """Statements with the balances of the bank, chained to those before and after."""

    _inherit = "billing.statement.import.file"

    def _make_statement(self, sheet):
        """The statement of what is new in a sheet, None where no balance is told."""
        if sheet.statement.kind != Kind.STATEMENT:
            return None
        opening = _get_opening(sheet)
        if opening is None:
            return None
        start, end = _get_balances(sheet, opening)
        values = {
            "journal_id": sheet.journal.id,
            "reference": self.name,
            "balance_start": float(start),
            "balance_end_real": float(end),
            "attachment_ids": self._get_file_links(),
        }
        if sheet.statement.number:
            values["name"] = f"{sheet.journal.code} {sheet.statement.number}"
        # Coordinators may not create statements; this is one of a journal they see.
        return self.env["account.bank.statement"].sudo().create(values)

    def _get_file_links(self):
        """The file belongs to the first statement that was made of it."""
        is_upload = self.import_id._is_upload(self.attachment_id)
        return [Command.link(self.attachment_id.id)] if is_upload else []

    def _check_contradiction(self, sheet):
        """What the books have of a statement begins with the balance of the file.

        :raise UserError: it does not, so that one of the two files is wrong
        """
        opening = _get_opening(sheet)
        if opening is None or sheet.statement.kind != Kind.STATEMENT:
            return
        starts = self._get_known_starts(sheet)
        total = ZERO
        for transaction in sheet.transactions:
            record = starts.pop(transaction.entry, None)
            if record and not _fits(record, opening + total, sheet, opening):
                raise UserError(
                    self._word_contradiction(record, opening + total, transaction)
                )
            total += transaction.amount

    def _get_known_starts(self, sheet):
        """``{entry: statement in the books that begins with it}``"""
        first = {
            sheet.lines[booked.key][0]: key
            for key, (booked, _how) in sheet.known.items()
            if booked.in_statement
        }
        lines = self.env["account.bank.statement.line"].browse(first)
        return {
            first[line.id]: line.statement_id
            for line in lines
            if line.statement_id.first_line_index == line.internal_index
        }

    def _warn_of_gap(self, record, outcome):
        """Tell where the bank's balances do not follow on each other."""
        domain = [
            ("journal_id", "=", record.journal_id.id),
            ("first_line_index", "!=", False),
        ]
        index = record.first_line_index
        for operator, order in (("<", "desc"), (">", "asc")):
            other = record.search(
                [*domain, ("first_line_index", operator, index)],
                order=f"first_line_index {order}",
                limit=1,
            )
            before, after = (other, record) if operator == "<" else (record, other)
            if other and record.currency_id.compare_amounts(
                before.balance_end_real, after.balance_start
            ):
                outcome.warnings.append(self._word_gap(before, after))

    # -- words ---------------------------------------------------------------------

    def _word_gap(self, before, after):
        currency = before.currency_id
        return self.env._(
            "There is a gap: %(before)s ends with %(end)s, but %(after)s begins with"
            " %(start)s. Import the statements that are missing between them.",
            before=before.name,
            end=currency.format(before.balance_end_real),
            after=after.name,
            start=currency.format(after.balance_start),
        )

    def _word_contradiction(self, record, told, transaction):
        return self.env._(
            "%(place)s: the file contradicts %(statement)s, which has the same entries:"
            " before the entry of %(day)s the balance is %(told)s in the file, but"
            " %(booked)s in the books. Find out from the bank which file is right.",
            place=transaction.place,
            statement=record.name,
            day=transaction.date,
            told=record.currency_id.format(float(told)),
            booked=record.currency_id.format(record.balance_start),
        )


def _get_opening(sheet):
    """The opening balance, also where the file tells the closing balance only.

    A balance of a day before the last entry is not that of the end.
    """
    statement = sheet.statement
    if statement.opening is not None or statement.closing is None:
        return statement.opening
    last = max(transaction.date for transaction in sheet.transactions)
    if statement.closed_on and statement.closed_on < last:
        return None
    return statement.closing - sum((t.amount for t in sheet.transactions), ZERO)


def _get_balances(sheet, opening):
    """Balances around what is new: before it and behind it may stand what is known."""
    kept = [not sheet.is_in_statement(t) for t in sheet.transactions]
    first = kept.index(True)
    start = opening + sum((t.amount for t in sheet.transactions[:first]), ZERO)
    new = (
        t.amount for t, is_kept in zip(sheet.transactions, kept, strict=True) if is_kept
    )
    return start, start + sum(new, ZERO)


def _fits(record, told, sheet, opening):
    """Within a day the order of entries may differ from file to file."""
    day = record.line_ids.filtered(
        lambda line: line.internal_index == record.first_line_index
    ).date
    before = sum((t.amount for t in sheet.transactions if t.date < day), ZERO)
    compare = record.currency_id.compare_amounts
    return any(
        not compare(float(balance), record.balance_start)
        for balance in (told, opening + before)
    )
