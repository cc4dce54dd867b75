"""A row of a table as a transaction: dates, amounts and texts by the mapping."""

import re
from datetime import date, datetime
from decimal import Decimal

from .record import Fault, Problem, Transaction, clean, clean_reference, read_amount


def as_text(cell):
    """A cell as the user sees it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell if isinstance(cell, str) else str(cell)


class Row:
    """A row by what the mapping says of its columns."""

    def __init__(self, cells, number, mapping):
        self.cells, self.number, self.mapping = cells, number, mapping

    def cell(self, column):
        known = column is not None and column < len(self.cells)
        return self.cells[column] if known else ""

    def text(self, column):
        return as_text(self.cell(column))

    def place(self, column):
        return f"row {self.number}, column {column + 1}"

    def date(self, column):
        """The day in a column, None in an empty one."""
        value = self.cell(column)
        if value == "":
            return None
        return _to_date(value, self.mapping, self.place(column))

    def money(self, column):
        """The amount in a column, 0 in an empty one."""
        value = self.cell(column)
        if value == "":
            return Decimal(0)
        return _to_amount(value, self.mapping, self.place(column))

    def amount(self):
        """Money in is positive, whether one column tells it or two."""
        mapping = self.mapping
        if mapping.amount is not None:
            value, place = self.cell(mapping.amount), self.place(mapping.amount)
            amount = _to_amount(value, mapping, place)
            return -amount if mapping.negate else amount
        debit, credit = self.money(mapping.debit), self.money(mapping.credit)
        if not debit and not credit:
            column = mapping.debit if mapping.credit is None else mapping.credit
            raise Problem(Fault.BAD_AMOUNT, self.place(column or 0), value="")
        return credit - abs(debit)

    def currency(self, expected):
        currency = clean(self.text(self.mapping.currency), 3) or expected
        if expected and currency != expected:
            raise Problem(
                Fault.OTHER_CURRENCY,
                self.place(self.mapping.currency),
                expected=expected,
                found=currency,
            )
        return currency


def read_transaction(row, statement, entries):
    mapping = row.mapping
    day = row.cell(mapping.date)
    transaction = Transaction(
        date=_to_date(day, mapping, row.place(mapping.date)),
        value_date=row.date(mapping.value_date),
        amount=row.amount(),
        currency=row.currency(statement.currency),
        name=clean(row.text(mapping.name), 140),
        account=clean(row.text(mapping.account), 64),
        text=clean(" ".join(row.text(column) for column in mapping.text)),
        reference=clean_reference(row.text(mapping.reference)),
        place=f"row {row.number}",
    )
    transaction.entry = entries.key(
        transaction.date,
        transaction.amount,
        transaction.reference,
        transaction.name,
        transaction.text,
    )
    transaction.entry_amount = transaction.amount
    return transaction


def _to_amount(value, mapping, place):
    """A cell as a decimal: thousands are grouped, a minus may stand behind."""
    if isinstance(value, bool):
        raise Problem(Fault.BAD_AMOUNT, place, value=value)
    if isinstance(value, int | float):
        return read_amount(f"{value:.6f}".rstrip("0").rstrip("."), place)
    text = re.sub(r"[\s\u00a0\u202f'’]|[A-Z]{3}|[€$£]", "", as_text(value))  # noqa: RUF001
    text = text.replace("\u2212", "-")
    if text.endswith(("-", "+")):
        text = text[-1] + text[:-1]
    grouping = "," if mapping.decimal_mark == "." else "."
    whole, _mark, _decimals = text.partition(mapping.decimal_mark)
    if grouping in text and not re.match(
        rf"[+-]?\d{{1,3}}(?:{re.escape(grouping)}\d{{3}})+$", whole
    ):
        raise Problem(Fault.BAD_AMOUNT, place, value=value)
    return read_amount(text.replace(grouping, ""), place, mapping.decimal_mark)


def _to_date(value, mapping, place):
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.strptime(as_text(value).strip(), mapping.date_format).date()
    except ValueError:
        raise Problem(Fault.BAD_DATE, place, value=value) from None
