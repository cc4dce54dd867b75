"""Which entries of a file are in the books already.

The same entry comes in the statement and in the report of the day before, in files that
overlap, and in another format. Its key tells it; where the key differs, the bank's
reference does; and where a report and the statement word an entry differently and one
of them has no reference, its day and amount do.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum


class How(Enum):
    KEY = "key"
    REFERENCE = "reference"
    ALIKE = "alike"  # same day and amount


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a file or of the books; all its parts together."""

    key: str
    date: date
    amount: Decimal
    references: frozenset = frozenset()
    in_statement: bool = True


def find_known(entries, booked):
    """``{key of an entry: (entry in the books, How)}``; each is found once."""
    by_key = {entry.key: entry for entry in booked}
    known = {e.key: (by_key[e.key], How.KEY) for e in entries if e.key in by_key}
    left = [entry for entry in entries if entry.key not in known]
    taken = {found.key for found, _how in known.values()}
    free = _Free([entry for entry in booked if entry.key not in taken])
    for how, fits in ((How.REFERENCE, _same_reference), (How.ALIKE, _alike)):
        for entry in left:
            found = entry.key not in known and free.take(entry, fits)
            if found:
                known[entry.key] = (found, how)
    return known


def _same_reference(entry, other):
    return bool(entry.references & other.references)


def _alike(entry, other):
    """A report or notification and the statement, one of them without a reference."""
    told_twice = entry.references and other.references
    return entry.in_statement != other.in_statement and not told_twice


class _Free:
    """Entries of the books that no entry of the file is yet."""

    def __init__(self, booked):
        self.by_day = defaultdict(list)
        for entry in booked:
            self.by_day[entry.date, entry.amount].append(entry)

    def take(self, entry, fits):
        candidates = self.by_day[entry.date, entry.amount]
        found = next((other for other in candidates if fits(entry, other)), None)
        if found:
            candidates.remove(found)
        return found
