"""What is read from a bank file: statements and their transactions.

A reader yields a `Statement`, then its `Transaction` s one by one, then the next
statement: a file of any size needs no more memory than a transaction. Amounts are
decimals in the currency of the account, signed: money in is positive.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum

ZERO = Decimal(0)
# More digits than any currency has, and less than would cost time.
MAX_AMOUNT_LENGTH = 24
MAX_DECIMALS = 6
MAX_TEXT = 2_000
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NULL"})


class Kind(Enum):
    """What the bank says with a statement."""

    STATEMENT = "statement"  # booked entries between two balances
    REPORT = "report"  # during the day; the statement follows
    NOTIFICATION = "notification"  # details of entries of a statement


class Fault(Enum):
    """Why a file is refused. Who shows it words it; `Problem` has the values."""

    NOT_RECOGNISED = "not_recognised"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    BROKEN = "broken"
    DOCUMENT_TYPE = "document_type"
    MISSING = "missing"
    BAD_AMOUNT = "bad_amount"
    BAD_DATE = "bad_date"
    BAD_SIGN = "bad_sign"
    OTHER_CURRENCY = "other_currency"
    BALANCE = "balance"
    COUNT = "count"
    ARCHIVE = "archive"
    COLUMN = "column"


class Problem(Exception):  # noqa: N818  (a finding about a file, not a program error)
    """What is wrong in a file, and where.

    :param place: line or element, as the user finds it in the file
    :param values: strings for the words of the fault
    """

    def __init__(self, fault, place="", **values):
        self.fault = fault
        self.place = place
        self.values = {name: str(value)[:200] for name, value in values.items()}
        told = ", ".join(f"{name}={value}" for name, value in self.values.items())
        super().__init__(f"{fault.value} at {place or 'the file'}: {told}")


@dataclass(slots=True)
class Statement:
    """An account in a period. Balances that the file does not tell are None."""

    account: str
    currency: str = ""
    number: str = ""
    kind: Kind = Kind.STATEMENT
    opening: Decimal | None = None
    closing: Decimal | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    owner: str = ""
    count: int | None = None  # of entries, as the bank says
    place: str = ""
    pending: int = 0  # entries that are not booked yet and were left out


@dataclass(slots=True)
class Document:
    """An invoice that the payer names in the structured remittance."""

    number: str
    amount: Decimal | None = None


@dataclass(slots=True)
class Transaction:
    """Money in or out. A batch entry is as many transactions as the bank details.

    ``entry`` is the same for all transactions of an entry of the statement, and for
    the same entry in another file: see `entry_key`.
    """

    date: date
    amount: Decimal
    currency: str
    entry: str = ""
    entry_amount: Decimal | None = None
    value_date: date | None = None
    name: str = ""
    account: str = ""
    bic: str = ""
    text: str = ""
    reference: str = ""  # of the bank
    end_to_end: str = ""
    structured: tuple[str, ...] = ()  # creditor references
    documents: tuple[Document, ...] = ()
    mandate: str = ""
    code: str = ""
    charges: Decimal = ZERO
    original_amount: Decimal | None = None
    original_currency: str = ""
    is_return: bool = False
    return_reason: str = ""
    place: str = ""


@dataclass(slots=True)
class EntryCount:
    """How often each entry was seen, to tell apart entries that look alike."""

    seen: Counter = field(default_factory=Counter)

    def key(self, *parts):
        """A key that is the same whenever the same entry is read again."""
        base = entry_key(*parts)
        self.seen[base] += 1
        return f"{base}-{self.seen[base]}"


def entry_key(*parts):
    """A short digest of what tells an entry from others."""
    text = "\x1f".join(map(_plain, parts))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


def _plain(part):
    """Amounts without trailing zeros: 30000 and 30000.00 are the same."""
    if isinstance(part, Decimal):
        return format(part.normalize() + ZERO, "f")
    if isinstance(part, list | tuple):
        return "\x1e".join(map(_plain, part))
    return "" if part is None else str(part)


def clean(text, limit=MAX_TEXT):
    """One line without control characters and doubled blanks."""
    if not text:
        return ""
    text = "".join(c if c.isprintable() else " " for c in text[: limit * 2])
    return " ".join(text.split())[:limit]


def clean_reference(text):
    text = clean(text, 140)
    return "" if text.upper() in NO_REFERENCE else text


def decode(data):
    """Text of a file that does not say how it is encoded."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(Fault.BROKEN, reason="encoding")


def read_amount(text, place, decimal_mark="."):
    """A decimal without a sign as it stands in a bank file."""
    digits = (text or "").strip().replace(decimal_mark, ".")
    try:
        amount = Decimal(digits)
    except InvalidOperation:
        amount = None
    if (
        amount is None
        or not amount.is_finite()
        or len(digits) > MAX_AMOUNT_LENGTH
        or -amount.as_tuple().exponent > MAX_DECIMALS
        or not set(digits) <= set("0123456789.+-")
    ):
        raise Problem(Fault.BAD_AMOUNT, place, value=text or "")
    return amount


def read_date(text, place):
    """The day of an ISO date, or of a moment at the bank."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        raise Problem(Fault.BAD_DATE, place, value=text or "") from None
