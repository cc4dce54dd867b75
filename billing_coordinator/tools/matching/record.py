"""What is matched, and what comes of it.

Amounts are integers in the smallest unit of the currency of the bank account, so that
sums are exact; money in and what customers owe are positive. Days are ordinals.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

INVOICE, IN_TRANSIT = "invoice", "payment"


class Item(NamedTuple):
    """An open receivable, or a credit that is negative.

    Or a payment that was registered before the bank told of it, money out negative:
    its number is that of the payment, its reference what was noted with it.
    """

    id: int
    partner: int
    amount: int
    due: int
    number: str = ""
    prefix: str = ""
    sequence: int = 0
    reference: str = ""  # payment reference
    discounted: int = 0  # what is to be paid until `discount_until`; 0: no discount
    discount_until: int = 0
    currency: str = ""
    foreign: int = 0  # the open amount in another currency, as `currency` says
    kind: str = INVOICE


class Payment(NamedTuple):
    """A line of the bank that is not matched yet."""

    id: int
    amount: int
    day: int
    text: str = ""
    structured: tuple = ()
    name: str = ""
    account: str = ""
    charges: int = 0  # what the bank kept, as it says: positive
    original: int = 0
    original_currency: str = ""
    end_to_end: str = ""
    reference: str = ""  # the bank's
    mandate: str = ""
    documents: tuple = ()  # (number, amount or 0) that the payer names in a structure
    is_return: bool = False
    return_reason: str = ""


class Received(NamedTuple):
    """A line of the bank that was matched before, which the bank may take back."""

    id: int
    partner: int
    amount: int
    day: int
    end_to_end: str = ""
    reference: str = ""
    name: str = ""
    account: str = ""
    numbers: tuple = ()  # of the invoices that it paid
    mandate: str = ""


class Reason(Enum):
    """Why a proposal is one; who shows it words it with `Evidence.values`."""

    CREDITOR_REFERENCE = "creditor_reference"
    DOCUMENT = "document"
    NUMBER = "number"
    PART_OF_NUMBER = "part_of_number"
    SIMILAR_NUMBER = "similar_number"
    ACCOUNT = "account"
    REMEMBERED_NAME = "remembered_name"
    CUSTOMER_NUMBER = "customer_number"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    OTHER_PAYER = "other_payer"
    OTHER_NUMBER = "other_number"
    EXACT = "exact"
    SUM = "sum"
    ALL_OPEN = "all_open"
    OLDEST = "oldest"
    SOME = "some"
    DISCOUNT = "discount"
    CHARGES = "charges"
    TOLERANCE = "tolerance"
    FOREIGN = "foreign"
    TOLD_AMOUNTS = "told_amounts"
    IN_TRANSIT = "in_transit"
    BATCH = "batch"
    RETURNED = "returned"
    SAYS_RETURN = "says_return"
    END_TO_END = "end_to_end"
    BANK_REFERENCE = "bank_reference"
    MANDATE = "mandate"
    SHORT = "short"
    OVER = "over"
    AMBIGUOUS = "ambiguous"


AMOUNTS = (
    Reason.EXACT,
    Reason.SUM,
    Reason.ALL_OPEN,
    Reason.OLDEST,
    Reason.SOME,
    Reason.DISCOUNT,
    Reason.CHARGES,
    Reason.TOLERANCE,
    Reason.FOREIGN,
    Reason.TOLD_AMOUNTS,
)


@dataclass(slots=True)
class Evidence:
    """A reason, the points it gives, and what in the text shows it."""

    reason: Reason
    points: int
    values: dict = field(default_factory=dict)


@dataclass(slots=True)
class Proposal:
    """These items are paid by the line; ``difference`` is what remains of the line.

    :param paid: ``{item id: amount}`` of the line that goes to each item
    :param granted: ``{item id: amount}`` of early-payment discounts
    :param kept: what the bank kept as charges, or is small enough to be let go
    :param returns: id of the line received before that this one takes back; nothing is
        paid then, and ``-amount`` of the line is what was received, and ``kept``
    :param sure: whether a return may be applied by itself
    """

    partner: int | None
    paid: dict
    evidence: list
    granted: dict = field(default_factory=dict)
    kept: int = 0
    difference: int = 0
    returns: int | None = None
    sure: bool = False

    @property
    def points(self):
        """All that speaks for it less what speaks against; more than 100 is sure."""
        return sum(evidence.points for evidence in self.evidence)

    @property
    def fit(self):
        """The points that the amount gives; the surest text does not replace them."""
        return max((e.points for e in self.evidence if e.reason in AMOUNTS), default=0)

    @property
    def score(self):
        return max(0, min(100, self.points))

    @property
    def key(self):
        """What it says, to compare: ids of items, or what is taken back."""
        if self.returns is not None:
            return frozenset([("returns", self.returns)])
        return frozenset(self.paid)


@dataclass(slots=True)
class Rules:
    """What a company decides."""

    threshold: int = 75
    margin: int = 15
    fit: int = 25  # points of the amount alone
    tolerance: int = 0  # of charges that the bank does not tell
    discount_grace: int = 0  # days
    proposals: int = 5
    digits: int = 2


@dataclass(slots=True)
class Result:
    """The proposals for a line, best first, and whether the first may be applied."""

    payment: int
    proposals: list
    automatic: bool = False
