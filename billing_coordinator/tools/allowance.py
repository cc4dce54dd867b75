"""Allowance for doubtful accounts: what of the receivables is not expected to come in.

The provision matrix of IFRS 9 (paragraph B5.5.35 and Illustrative Example 12), the
ageing schedule of US GAAP (ASC 326-20-55-37 to 40): what customers owe is grouped by
how long it is overdue, each bucket has a rate of expected loss.

- Base: what a customer owes in each bucket, at the booked amounts of the company
  currency, less the customer's own credits that are not applied yet. They pay off what
  is oldest first, as the law has it where the debtor names no debt (German BGB section
  366, French Code civil article 1342-10). What is left of them is owed *to* the
  customer: a liability that lowers nobody else's base (IAS 32.42: no offsetting).
- Matrix: base x rate / 100, rounded half up by customer and bucket, so that the lines
  add up to the total and each can be recalculated by hand.
- A specific allowance takes the place of the matrix for its customer: a rate of the
  whole base, or an amount, which stands for the oldest items first. It is at most what
  the customer owes, at least nothing.

All amounts are ``Decimal``.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

MATRIX = "matrix"
SPECIFIC = "specific"
HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Specific:
    """What is expected to be lost of a customer: ``rate`` in percent, or ``amount``."""

    rate: Decimal | None = None
    amount: Decimal | None = None

    def __post_init__(self):
        if (self.rate is None) == (self.amount is None):
            raise ValueError("either a rate or an amount")


class Line(NamedTuple):
    """The allowance for what a customer owes in a bucket."""

    customer: object
    bucket: int
    base: Decimal
    rate: Decimal | None
    amount: Decimal
    origin: str


def round_to(amount, unit):
    """``amount`` in whole ``unit`` of the currency, half away from zero.

    >>> round_to(Decimal("0.125"), Decimal("0.01")), round_to(Decimal(7), Decimal(5))
    (Decimal('0.13'), Decimal('5'))
    """
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def net_of_credits(owed, credit):
    """What is left in each bucket after a credit has paid off the oldest first.

    :param owed: amounts by bucket, the oldest last
    :param credit: amount of the credits, not negative

    >>> [int(left) for left in net_of_credits([100, 50, 30], 60)]
    [100, 20, 0]
    >>> [int(left) for left in net_of_credits([100, 50, 30], 500)]
    [0, 0, 0]
    """
    left = []
    for amount in reversed(owed):
        taken = min(amount, credit)
        credit -= taken
        left.append(amount - taken)
    return left[::-1]


def spread_amount(bases, amount):
    """An amount on the buckets, the oldest first, none with more than its base.

    >>> [int(part) for part in spread_amount([100, 50, 30], 60)]
    [0, 30, 30]
    """
    left = net_of_credits(bases, max(ZERO, amount))
    return [base - rest for base, rest in zip(bases, left, strict=True)]


def customer_lines(customer, bases, rates, specific, unit):
    """Lines of a customer, one for each bucket in which something is owed."""
    if specific is None:
        origin, rates = MATRIX, list(rates)
    else:
        origin, rates = SPECIFIC, [specific.rate] * len(bases)
    if specific and specific.amount is not None:
        amounts = spread_amount(bases, round_to(specific.amount, unit))
    else:
        amounts = [
            min(base, round_to(base * rate / HUNDRED, unit))
            for base, rate in zip(bases, rates, strict=True)
        ]
    return [
        Line(customer, bucket, base, rate, amount, origin)
        for bucket, (base, rate, amount) in enumerate(
            zip(bases, rates, amounts, strict=True)
        )
        if base
    ]


def compute(owed, rates, specifics, unit):
    """All lines of an allowance, in the order of ``owed``.

    :param owed: ``{customer: (amounts by bucket, amount of the credits)}``, neither
        negative
    :param rates: percentages by bucket
    :param specifics: ``{customer: Specific}``
    :param unit: the smallest amount of the currency

    The example of IFRS 9 (Illustrative Example 12):

    >>> owed = [15_000_000, 7_500_000, 4_000_000, 2_500_000, 1_000_000]
    >>> rates = [Decimal(rate) for rate in ("0.3", "1.6", "3.6", "6.6", "10.6")]
    >>> example = {"A": ([Decimal(amount) for amount in owed], ZERO)}
    >>> lines = compute(example, rates, {}, Decimal(1))
    >>> [int(line.amount) for line in lines]
    [45000, 120000, 144000, 165000, 106000]
    >>> int(sum(line.amount for line in lines))
    580000
    """
    lines = []
    for customer, (amounts, credit) in owed.items():
        bases = [round_to(amount, unit) for amount in net_of_credits(amounts, credit)]
        lines += customer_lines(customer, bases, rates, specifics.get(customer), unit)
    return lines
