"""Statements of account: rows of the ledger in, one statement a customer out.

Plain Python; the rows come from ``statement_query``. An *open items* statement lists
what is open at the end of a day with its age; an *activity* statement goes from an
opening balance over every movement to the closing balance. Amounts are those of the
documents, currency by currency: nothing is converted. The closing balance of a customer
in a currency is the sum of what is open in it on the last day.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import NamedTuple

OPEN_ITEMS = "open_items"
ACTIVITY = "activity"

INVOICE = "invoice"
CREDIT_NOTE = "credit_note"
PAYMENT = "payment"
EXCHANGE = "exchange"
TRANSFER = "transfer"
OTHER = "other"

SHEET_NAME_LENGTH = 31


class Row(NamedTuple):
    """An open item or a movement; ``amount`` is signed, credits negative.

    For an open item ``amount`` is what it once was and ``residual`` what is open.
    """

    line_id: int
    move_id: int
    type: str
    number: str
    reference: str
    date: object
    due: object
    amount: float
    residual: float = 0.0
    days: int = 0
    bucket: int = 0


class Movement(NamedTuple):
    """A movement and the balance after it."""

    row: Row
    balance: float


@dataclass
class Section:
    """The part of a statement in one currency."""

    currency_id: int
    digits: int
    items: list = field(default_factory=list)  # Row, by due date
    ageing: list = field(default_factory=list)  # open amount by bucket
    opening: float = 0.0
    movements: list = field(default_factory=list)  # Movement, by date

    @property
    def total(self):
        """What is open at the end of the last day."""
        return self._round(sum(item.residual for item in self.items))

    @property
    def overdue(self):
        """What of it is past its due date, less the credits of that age."""
        return self._round(sum(self.ageing[1:]))

    @property
    def closing(self):
        return self.movements[-1].balance if self.movements else self.opening

    def total_of(self, *types):
        """Sum of the movements of some types."""
        amounts = (m.row.amount for m in self.movements if m.row.type in types)
        return self._round(sum(amounts))

    def _round(self, amount):
        # Adding zero turns a negative zero into a plain one.
        return round(amount, self.digits) + 0.0


@dataclass
class Statement:
    """What one customer is told: a section for each currency, in their order."""

    partner_id: int
    kind: str
    date_from: object
    date_to: object
    sections: list = field(default_factory=list)
    contact_id: int | None = None  # who got the newest of the documents
    newest_id: int = 0

    def note_contact(self, line_id, contact_id):
        """Remember who got a document, if none is newer."""
        if contact_id and line_id > self.newest_id:
            self.newest_id, self.contact_id = line_id, contact_id

    @property
    def is_empty(self):
        """Whether there is nothing to tell: no open item, no movement, no balance."""
        return not any(
            s.items or s.movements or s.opening or s.closing for s in self.sections
        )


def open_section(currency_id, digits, items, buckets):
    """Section of the open ``items``; what is zero in its currency is left out.

    >>> row = Row(1, 1, INVOICE, "A", "", None, None, 10.0, 4.0, 31, 2)
    >>> section = open_section(1, 2, [row], 3)
    >>> section.ageing, section.total, section.overdue
    ([0.0, 0.0, 4.0], 4.0, 4.0)
    """
    section = Section(currency_id, digits)
    section.items = [item for item in items if round(item.residual, digits)]
    section.ageing = [
        section._round(sum(i.residual for i in section.items if i.bucket == number))
        for number in range(buckets)
    ]
    return section


def add_movements(section, opening, rows):
    """Put the balance before, the movements and the balance after each on a section.

    >>> section = Section(1, 2)
    >>> rows = [Row(n, n, INVOICE, "A", "", None, None, 0.1) for n in range(3)]
    >>> add_movements(section, 0.0, rows)
    >>> section.closing
    0.3
    """
    section.opening = section._round(opening)
    moved = [row for row in rows if round(row.amount, section.digits)]
    balances = accumulate(
        (row.amount for row in moved),
        lambda balance, amount: section._round(balance + amount),
        initial=section.opening,
    )
    next(balances)
    section.movements = [
        Movement(row, balance) for row, balance in zip(moved, balances, strict=True)
    ]


def sheet_names(names):
    """Names that a spreadsheet program takes for its sheets, each of them once.

    >>> sheet_names(["A/B: [1]", "a b 1", "'History'", ""])
    ['A B 1', 'a b 1 (2)', 'History (2)', 'Customer']
    """
    taken = {"history"}
    result = []
    for name in names:
        clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", name or "")
        clean = " ".join(clean.split()).strip("' ") or "Customer"
        sheet, number = clean[:SHEET_NAME_LENGTH].strip("' "), 1
        while sheet.lower() in taken:
            number += 1
            end = f" ({number})"
            sheet = clean[: SHEET_NAME_LENGTH - len(end)].strip("' ") + end
        taken.add(sheet.lower())
        result.append(sheet)
    return result


# -- dates ----------------------------------------------------------------------------


def last_due(day, today):
    """The latest day so numbered in a month that is not after today.

    >>> from datetime import date
    >>> last_due(5, date(2025, 6, 5)), last_due(5, date(2025, 6, 4))
    (datetime.date(2025, 6, 5), datetime.date(2025, 5, 5))
    """
    if today.day >= day:
        return today.replace(day=day)
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def month_before(day):
    """First and last day of the month before that of ``day``.

    >>> from datetime import date
    >>> month_before(date(2025, 3, 31))
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    """
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
