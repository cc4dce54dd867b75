"""Automatic checks of a month-end close: what one is, and what it found."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date as Date
from itertools import count
from math import isfinite
from typing import Any

COUNT, MONEY = UNITS = ("count", "money")
# Figures are sums of money and numbers of records: less than this is arithmetic.
PRECISION = 6
# So many lines explain a figure; all records are behind it.
MAX_ROWS = 50

_sequence = count(1)


@dataclass(frozen=True)
class CheckInfo:
    """What a check is called and what it counts; the model that has to be there."""

    code: str
    name: Any  # a text, or one that is translated when it is read
    unit: str
    sequence: int
    method: str
    needs: str | None = None


def close_check(code, name, *, unit=COUNT, needs=None):
    """Make a method of ``billing.close.checks`` a check of the close.

    The method gets a `Period` and returns a `Finding`. ``needs`` names a model: closes
    leave out tasks with this check where it is not installed.

    >>> @close_check("late", "Late invoices")
    ... def _find_late(self, period):
    ...     return Finding(0)
    >>> _find_late._close_check.code, _find_late._close_check.method
    ('late', '_find_late')
    >>> close_check("late", "Late invoices", unit="pieces")
    Traceback (most recent call last):
    ValueError: pieces is none of count, money
    """
    if unit not in UNITS:
        raise ValueError(f"{unit} is none of {', '.join(UNITS)}")

    def decorate(method):
        method._close_check = CheckInfo(
            code, name, unit, next(_sequence), method.__name__, needs
        )
        return method

    return decorate


@dataclass(frozen=True)
class Period:
    """What is closed. Checks that run on the same object share what they compute."""

    company: Any  # a record of res.company
    date_from: Date
    date_to: Date
    reviewed_at: Any = None  # datetime (UTC) of the first review of the close
    cache: dict = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: str, compute: Callable[[], Any]):
        """What ``compute`` returns, computed the first time only.

        >>> period = Period(None, Date(2025, 6, 1), Date(2025, 6, 30))
        >>> period.once("answer", lambda: 42), period.once("answer", lambda: 43)
        (42, 42)
        """
        if key not in self.cache:
            self.cache[key] = compute()
        return self.cache[key]


@dataclass
class Row:
    """A part of a figure, and the records behind it."""

    label: str
    figure: float
    model: str | None = None
    domain: list | None = None

    def __post_init__(self):
        self.domain = plain(self.domain)


@dataclass
class Finding:
    """What a check found.

    ``figure`` is compared with the threshold: 0 is perfect, whatever the unit.
    ``figures`` are those behind it, ``{key: (label, figure)}``: what is reviewed with
    the check, so that a change of any of them, for better or worse, is a change of the
    books. A domain on ``billing.receivable`` is for the context ``as_of`` = period end.
    ``words`` tell the figure where a number alone does not: what is missing, which way.
    """

    figure: float
    model: str | None = None
    domain: list | None = None
    figures: dict[str, tuple[str, float]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    note: str = ""
    applicable: bool = True
    words: str = ""
    unit: str = ""  # as it was when the check was run

    def __post_init__(self):
        # No threshold is below what is no number: it would pass for perfect.
        for figure in (self.figure, *_numbers(self.figures).values()):
            if not isfinite(figure):
                raise ValueError(f"{figure} is no figure")
        self.domain = plain(self.domain)
        self.rows = self.rows[:MAX_ROWS]

    def exceeds(self, threshold):
        """Whether the threshold is breached; what is as much as it is not.

        >>> Finding(5).exceeds(5), Finding(-6).exceeds(5)
        (False, True)
        >>> Finding(0.1 + 0.2).exceeds(0.3)
        False
        """
        return _more(abs(self.figure), threshold)

    def has_moved(self, then, threshold):
        """Whether what was signed when it was ``then`` has to be looked at again.

        >>> Finding(100).has_moved(Finding(40), 50)
        True
        >>> Finding(0).has_moved(Finding(40), 0)
        False

        What is as much the other way is another error, and what is no money any more
        another figure:

        >>> Finding(100).has_moved(Finding(-100), 50)
        True
        >>> Finding(1, unit=COUNT).has_moved(Finding(1, unit=MONEY), 50)
        True
        """
        if then.unit and self.unit != then.unit:
            return True
        if _more(abs(self.figure) - abs(then.figure), threshold):
            return True
        if self.figure * then.figure < 0 and self.exceeds(threshold):
            return True
        now, before = (_numbers(finding.figures) for finding in (self, then))
        return any(
            _more(abs(now.get(key, 0.0) - before.get(key, 0.0)), threshold)
            for key in now.keys() | before.keys()
        )

    def to_json(self):
        """As JSON keeps it.

        >>> found = Finding(1, "res.partner", [("date", "<", Date(2025, 7, 1))])
        >>> found.to_json()["domain"]
        [['date', '<', '2025-07-01']]
        >>> Finding.from_json(found.to_json()) == found
        True
        """
        values = asdict(self)
        # A list: PostgreSQL's jsonb does not keep the order of keys.
        values["figures"] = [[key, *told] for key, told in self.figures.items()]
        return values

    @classmethod
    def from_json(cls, values):
        return cls(
            **{
                **values,
                "figures": {k: (label, told) for k, label, told in values["figures"]},
                "rows": [Row(**row) for row in values["rows"]],
            }
        )


def _more(figure, threshold):
    return round(figure - threshold, PRECISION) > 0


def _numbers(figures):
    return {key: figure for key, (_label, figure) in figures.items()}


def plain(value):
    """A domain as JSON keeps it: lists, and days as texts.

    >>> plain([("id", "in", {3}), "!", ("date", "=", Date(2025, 6, 30))])
    [['id', 'in', [3]], '!', ['date', '=', '2025-06-30']]
    """
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, Date):  # and a moment of a day
        return str(value)
    return value
