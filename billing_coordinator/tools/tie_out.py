"""Tie-out: two figures that must agree, and what explains it where they do not.

A section compares the balance of an account in the ledger with what another book says
of it, row by row. ``difference = ledger - other side``; the explanations are found by
queries of their own, so that ``unexplained`` is a result and not a definition.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta

# Kinds of sections, in the order in which they are shown.
BANK, UNMATCHED, TRANSIT, UNBOOKED, CREDITS, RECEIVABLE = KINDS = (
    "bank",
    "unmatched",
    "transit",
    "unbooked",
    "credits",
    "receivable",
)
# What a row is in its section.
LEDGER, OTHER, EXPLANATION = "ledger", "other", "explanation"

# Upper bounds of the ages of what is under way, in days; the last is open-ended.
AGES = (7, 30, 60)
AGE_KEYS = tuple(f"age{number}" for number in range(len(AGES) + 1))


@dataclass
class Row:
    """A figure of a section, and where to find the records behind it."""

    role: str
    key: str
    amount: float | None = 0.0
    company_amount: float | None = 0.0
    count: int = 0
    model: str = ""
    domain: list = field(default_factory=list)
    parts: dict[int, float] = field(default_factory=dict)  # by record, if known
    partner_id: int | None = None
    name: str = ""  # of a statement
    date: Date | None = None  # of a statement

    def __post_init__(self):
        self.domain = [_without_dates(leaf) for leaf in self.domain]


@dataclass
class Section:
    """One comparison: of an account, in one company and one currency.

    ``amount`` is in the currency, ``company_amount`` in the company's, as booked. A
    bank's statement says nothing in the currency of the company if that is another.
    """

    kind: str
    company_id: int
    currency_id: int
    company_currency_id: int
    digits: int = 2
    company_digits: int = 2
    account_id: int | None = None
    journal_id: int | None = None
    rows: list[Row] = field(default_factory=list)

    def add(self, role, key, *values, **named):
        """Add a row; an explanation without anything behind it is left out."""
        row = Row(role, key, *values, **named)
        if role != EXPLANATION or row.amount or row.company_amount or row.count:
            self.rows.append(row)
        return row

    def get(self, role):
        return [row for row in self.rows if row.role == role]

    def total(self, *roles):
        """Sum of the rows in the currency."""
        rows = (row for row in self.rows if row.role in roles)
        return round(sum(row.amount for row in rows), self.digits)

    def company_total(self, *roles):
        """Sum in the currency of the company; None where a row tells none."""
        amounts = [row.company_amount for row in self.rows if row.role in roles]
        if None in amounts:
            return None
        return round(sum(amounts), self.company_digits)

    @property
    def has_figures(self):
        """Whether there is anything to tell: not of an account that was never used."""
        used = self.kind == BANK and any(row.count for row in self.rows)
        return used or any(row.amount or row.company_amount for row in self.rows)

    @property
    def compares(self):
        """Whether there are two sides; some sections only list what there is."""
        return any(row.role == LEDGER for row in self.rows)

    @property
    def difference(self):
        """Ledger less the other side; 0 where there is nothing to compare."""
        if not self.compares:
            return 0.0
        return round(self.total(LEDGER) - self.total(OTHER), self.digits)

    @property
    def company_difference(self):
        if not self.compares:
            return 0.0
        other = self.company_total(OTHER)
        if other is None:
            return None
        return round(self.company_total(LEDGER) - other, self.company_digits)

    @property
    def unexplained(self):
        """What is left of the difference after all explanations: 0, or a bug."""
        return round(self.difference - self.total(EXPLANATION), self.digits)

    @property
    def company_unexplained(self):
        difference, told = self.company_difference, self.company_total(EXPLANATION)
        if difference is None or told is None:
            return None
        return round(difference - told, self.company_digits)

    @property
    def ties(self):
        return not self.compares or not (self.difference or self.company_difference)


def _without_dates(leaf):
    """A condition of a domain as it goes to a client."""
    if isinstance(leaf, str) or not isinstance(leaf[2], Date):
        return leaf
    return (*leaf[:2], leaf[2].isoformat())


def age_ranges(day):
    """First and last date of what is of each age on a day; None where open-ended.

    >>> from datetime import date
    >>> [str(first) for first, _last in age_ranges(date(2025, 6, 30))]
    ['2025-06-23', '2025-05-31', '2025-05-01', 'None']
    """
    bounds = [None, *(day - timedelta(days=age) for age in AGES)]
    lasts = [day, *(first - timedelta(days=1) for first in bounds[1:])]
    return list(zip([*bounds[1:], None], lasts, strict=True))


def add_up(pairs):
    """What records contribute: ``[(id, amount), ...]`` as ``{id: sum}``.

    >>> add_up([(1, 2.0), (3, 1.0), (1, 2.5)])
    {1: 4.5, 3: 1.0}
    """
    sums = defaultdict(float)
    for record_id, amount in pairs:
        sums[record_id] += amount
    return dict(sums)


def by_key(rows, width):
    """Group rows by their first columns: ``{(a, b): [rest, ...]}``."""
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[:width])].append(tuple(row[width:]))
    return groups
