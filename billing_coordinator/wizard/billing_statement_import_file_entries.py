from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..tools.bank.known import Entry, How, find_known
from ..tools.bank.record import Kind, Statement

BOOKED = """
    SELECT line.billing_entry, MIN(move.date), SUM(line.amount),
           ARRAY_AGG(line.billing_reference)
               FILTER (WHERE line.billing_reference IS NOT NULL),
           BOOL_OR(line.statement_id IS NOT NULL), ARRAY_AGG(line.id ORDER BY line.id)
      FROM account_bank_statement_line line
      JOIN account_move move ON move.id = line.move_id
     WHERE line.journal_id = %(journal)s
       AND line.billing_entry IS NOT NULL
       AND (line.billing_entry = ANY(%(keys)s)
            OR move.date BETWEEN %(first)s AND %(last)s)
     GROUP BY line.billing_entry
"""
FLUSHED = ("billing_entry", "amount", "billing_reference", "statement_id", "journal_id")


@dataclass
class Sheet:
    """A statement of a file with its journal and what the books have of it."""

    statement: Statement
    transactions: list
    journal: object
    entries: dict  # transactions by entry
    known: dict  # {entry: (`Entry` of the books, `How`)}
    lines: dict  # ids of statement lines by entry of the books

    def get_new(self):
        return [t for t in self.transactions if t.entry not in self.known]

    def is_in_statement(self, transaction):
        found, _how = self.known.get(transaction.entry, (None, None))
        return bool(found and found.in_statement)

    def get_known_lines(self):
        """Lines of the books that the file tells again."""
        found = [entry for entry, _how in self.known.values()]
        return [line for entry in found for line in self.lines[entry.key]]

    def get_loose_lines(self):
        """Lines that a report told before and that no statement has yet."""
        found = [entry for entry, _how in self.known.values() if not entry.in_statement]
        return [line for entry in found for line in self.lines[entry.key]]


class BillingStatementImportFile(models.TransientModel):
    """The entries of a statement: new ones are booked, known ones are not."""

    _inherit = "billing.statement.import.file"

    def _book_statement(self, statement, transactions, outcome):
        journal = self._find_journal(statement, outcome)
        self._check_currency(statement, journal)
        outcome.journal_ids.add(journal.id)
        outcome.pending += statement.pending
        if not transactions:
            return
        currency = journal.currency_id or journal.company_id.currency_id
        for transaction in transactions:
            self._check_decimals(transaction, currency)
        sheet = self._make_sheet(statement, transactions, journal)
        self._check_contradiction(sheet)
        self._book_sheet(sheet, outcome)
        self._warn_of_known(sheet, outcome)

    def _make_sheet(self, statement, transactions, journal):
        if transactions[0].date > transactions[-1].date:
            transactions = transactions[::-1]  # the newest came first
        parts = defaultdict(list)
        for transaction in transactions:
            parts[transaction.entry].append(transaction)
        is_statement = statement.kind == Kind.STATEMENT
        entries = [_entry_of(key, parts[key], is_statement) for key in parts]
        booked, lines = self._get_booked(entries, journal)
        known = find_known(entries, booked)
        return Sheet(statement, transactions, journal, dict(parts), known, lines)

    def _get_booked(self, entries, journal):
        """Entries of the books with these keys or in these days, and their lines."""
        self.env["account.bank.statement.line"].flush_model(FLUSHED)
        self.env["account.move"].flush_model(["date"])
        days = [entry.date for entry in entries]
        rows = self.env.execute_query(
            SQL(
                BOOKED,
                journal=journal.id,
                keys=[entry.key for entry in entries],
                first=min(days),
                last=max(days),
            )
        )
        booked = [
            Entry(key, day, amount, frozenset(references or ()), in_statement)
            for key, day, amount, references, in_statement, _ids in rows
        ]
        return booked, {row[0]: row[-1] for row in rows}

    def _book_sheet(self, sheet, outcome):
        """Lines of what is new, in a statement where the bank told its balances."""
        new = sheet.get_new()
        loose = sheet.get_loose_lines()
        record = self._make_statement(sheet) if new or loose else None
        lines_sudo = self._create_lines(sheet, new, record)
        # Coordinators may not write statement lines; these are of a journal they see.
        loose_sudo = self.env["account.bank.statement.line"].browse(loose).sudo()
        if record and loose_sudo:
            loose_sudo.statement_id = record
            outcome.line_ids += loose
        self._add_details(sheet)
        outcome.statements += bool(record)
        outcome.new += len(new)
        outcome.known += len(sheet.transactions) - len(new)
        outcome.known_ids += sheet.get_known_lines()
        outcome.line_ids += lines_sudo.ids
        if record:
            self._warn_of_gap(record, outcome)

    def _create_lines(self, sheet, new, record):
        """The lines, in sudo: coordinators may create statement lines here only."""
        lines_sudo = self.env["account.bank.statement.line"].sudo()
        lines_sudo = lines_sudo.with_company(sheet.journal.company_id)
        values = self._prepare_lines(sheet, new)
        if record:
            values = [dict(line, statement_id=record.id) for line in values]
        return lines_sudo._billing_create(values) if values else lines_sudo

    # -- what is worth knowing -----------------------------------------------------

    def _warn_of_known(self, sheet, outcome):
        """Entries that are known by something weaker than their own key."""
        found = defaultdict(list)
        for key, (booked, how) in sheet.known.items():
            found[how].append(sheet.entries[key][0])
            if len(sheet.entries[key]) > len(sheet.lines[booked.key]):
                found["split"].append(booked)
        if found[How.REFERENCE]:
            outcome.warnings.append(
                self.env._(
                    "%(count)s entries were not added, since the bank's reference, the"
                    " day and the amount are those of entries of another file:"
                    " %(entries)s.",
                    count=len(found[How.REFERENCE]),
                    entries=self._list(found[How.REFERENCE], sheet.journal),
                )
            )
        if found[How.ALIKE]:
            outcome.warnings.append(
                self.env._(
                    "%(count)s entries were not added, since a report or statement told"
                    " the same amount of the same day before, without a reference of"
                    " the bank: %(entries)s. Have a look whether they are the same.",
                    count=len(found[How.ALIKE]),
                    entries=self._list(found[How.ALIKE], sheet.journal),
                )
            )
        if found["split"]:
            outcome.warnings.append(
                self.env._(
                    "%(count)s batches are booked as one line already and were not"
                    " split into what the file tells of them: %(entries)s.",
                    count=len(found["split"]),
                    entries=self._list(found["split"], sheet.journal),
                )
            )

    def _list(self, transactions, journal, limit=5):
        currency = journal.currency_id or journal.company_id.currency_id
        words = [
            f"{transaction.date}: {currency.format(float(transaction.amount))}"
            for transaction in transactions[:limit]
        ]
        return "; ".join(words) + ("; …" if len(transactions) > limit else "")


def _entry_of(key, parts, is_statement):
    references = frozenset(part.reference for part in parts if part.reference)
    total = sum((part.amount for part in parts), Decimal(0))
    return Entry(key, parts[0].date, total, references, is_statement)
