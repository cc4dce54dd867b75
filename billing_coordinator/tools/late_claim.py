"""What a notice claims and what it charges for it, as the parts hand it on."""

import datetime
from typing import Any, NamedTuple


class Claim(NamedTuple):
    """What a notice lists: ``items`` are (journal item, due date, open amount).

    Credits are negative; a payment without entry has no journal item, or its number
    is negative.
    """

    stage: Any
    currency: Any
    items: list


class Facts(NamedTuple):
    """What the ledger and earlier charges say of a journal item."""

    date: datetime.date
    amount: float
    is_exempt: bool  # a late charge itself, for instance
    is_disputed: bool  # wholly or in part: its interest waits
    charged: tuple  # pairs of first and last day
    payments: tuple


class Assessment(NamedTuple):
    """What a notice charges: interest by journal item, a fee, or why it cannot.

    ``waiting`` are journal items whose interest waits until a dispute is over.
    """

    interest: dict = {}  # noqa: RUF012  id -> [(period, amount)]
    fee: float = 0.0
    problem: str | None = None
    waiting: tuple = ()

    @property
    def interest_amount(self):
        return float(sum(x for parts in self.interest.values() for _period, x in parts))
