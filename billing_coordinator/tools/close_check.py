"""Automatic checks of a close: what they look at, what they find, when it has moved."""

from dataclasses import asdict, dataclass, field
from typing import NamedTuple

COUNT, MONEY = "count", "money"
# So many records are named one by one in the domain behind a figure.
MAX_IDS = 2000
# So many rows explain a figure.
MAX_ROWS = 50


class CheckInfo(NamedTuple):
    """What a check is called, and whether it counts or adds up."""

    code: str
    name: str
    unit: str


def close_check(code, name, *, unit=COUNT):
    """Make a method of ``billing.close.checks`` an automatic check.

    The method takes a ``Period`` and returns a ``Finding``.

    :param str code: kept in templates; never changed
    :param name: its name on the screen, a ``LazyTranslate`` or text
    """

    def mark(method):
        method._close_check = CheckInfo(code, name, unit)
        return method

    return mark


@dataclass
class Period:
    """What a check looks at.

    ``books`` are the companies whose entries count: the one that is closed and its
    branches. ``cache`` is shared by the checks of one run.
    """

    company: object
    books: object
    date_from: object
    date_to: object
    reviewed_at: object = None
    cache: dict = field(default_factory=dict)


@dataclass
class Row:
    """One line of the explanation of a figure, and the records behind it."""

    label: str
    figure: float
    model: str | None = None
    domain: list | None = None


@dataclass
class Finding:
    """What a check found.

    ``figure`` is compared with what is tolerated: 0 is perfect. ``figures`` are the
    balances behind it, ``{key: (label, value)}``; they may not move either, once
    somebody has signed. ``model`` and ``domain`` are the records, in JSON.
    """

    figure: float
    model: str | None = None
    domain: list | None = None
    figures: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    note: str = ""

    def to_json(self):
        """All of it, in what JSON can say.

        >>> found = Finding(1.5, figures={"a": ("A", 2)}, rows=[Row("x", 1)])
        >>> Finding.from_json(found.to_json()) == found
        True
        """
        data = asdict(self)
        data["figures"] = {key: list(pair) for key, pair in self.figures.items()}
        data["domain"] = _plain(self.domain)
        for row, values in zip(self.rows, data["rows"], strict=True):
            values["domain"] = _plain(row.domain)
        return data

    @classmethod
    def from_json(cls, data):
        if not data:
            return cls(0.0)
        values = dict(data)
        pairs = (values.get("figures") or {}).items()
        values["figures"] = {key: tuple(pair) for key, pair in pairs}
        values["rows"] = [Row(**row) for row in values.get("rows") or ()]
        return cls(**values)

    def has_moved(self, then, threshold):
        """Whether it is no more what somebody signed.

        The figure got worse, or a balance behind it moved either way or is new, by
        more than what is tolerated.

        >>> signed = Finding(0, figures={"ledger": ("Ledger", 100.0)})
        >>> Finding(0, figures={"ledger": ("Ledger", 90.0)}).has_moved(signed, 5)
        True
        >>> Finding(0, figures={"ledger": ("Ledger", 95.0)}).has_moved(signed, 5)
        False
        >>> Finding(0).has_moved(Finding(3), 0)
        False
        """
        if _exceeds(abs(self.figure) - abs(then.figure), threshold):
            return True
        return any(
            _exceeds(abs(self._get(key) - then._get(key)), threshold)
            for key in self.figures.keys() | then.figures.keys()
        )

    def _get(self, key):
        return self.figures.get(key, ("", 0.0))[1]


def _exceeds(number, threshold):
    """Sums of floats differ by less than any currency's unit."""
    return number > threshold + 1e-6


def _plain(domain):
    """A domain as JSON keeps it: lists, and dates as text."""
    if domain is None:
        return None
    return [leaf if isinstance(leaf, str) else _plain_leaf(leaf) for leaf in domain]


def _plain_leaf(leaf):
    name, operator, value = leaf
    if hasattr(value, "isoformat"):
        value = value.isoformat(" ") if hasattr(value, "hour") else value.isoformat()
    elif isinstance(value, tuple | set | frozenset):
        value = sorted(value)
    return [name, operator, value]
