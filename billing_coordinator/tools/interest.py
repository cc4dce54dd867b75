"""Late-payment interest of one installment, exactly.

Simple interest by the day, the year having 365 days:

    interest = principal x annual rate / 100 / 365 x days

The first day is the one after the due date. What is paid bears interest up to and
including its payment date. Where the rate changes, each rate counts for its own days.
Nothing is rounded before the total: a :class:`Segment` keeps the exact product, which
is divided and rounded once per installment and period.
"""

import datetime
from bisect import bisect_right
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise
from typing import NamedTuple

ONE_DAY = datetime.timedelta(days=1)
# A percentage of a year of 365 days.
DIVISOR = 36500
# Amounts of any currency times rates and days stay exact.
PRECISION = 60


class MissingRateError(LookupError):
    """No interest rate is known for :attr:`date`."""

    def __init__(self, date):
        super().__init__(f"There is no interest rate for {date}")
        self.date = date


class Installment(NamedTuple):
    """What is known of an installment.

    ``payments`` are pairs of date and amount, ``charged`` pairs of the first and the
    last day that a charge in force covers.
    """

    due: datetime.date
    amount: float
    payments: tuple = ()
    charged: tuple = ()


class Segment(NamedTuple):
    """Days, first and last included, with one principal and one rate."""

    date_from: datetime.date
    date_to: datetime.date
    principal: Decimal
    rate: Decimal
    days: int

    @property
    def product(self):
        """Principal x rate x days: the interest times 36500, exact."""
        return self.principal * self.rate * self.days

    @property
    def amount(self):
        """The interest of these days; for showing only, it is cut somewhere."""
        return self.product / DIVISOR


class Period(NamedTuple):
    """Days to be charged together; on the first of them something was open."""

    date_from: datetime.date
    date_to: datetime.date
    segments: list


def get_days(installment, day):
    """The runs of days up to and including ``day`` that are late and not charged yet.

    >>> due = datetime.date(2025, 1, 31)
    >>> charged = (datetime.date(2025, 2, 5), datetime.date(2025, 2, 9))
    >>> installment = Installment(due, 100, (), (charged,))
    >>> for first, last in get_days(installment, datetime.date(2025, 2, 28)):
    ...     print(first, last)
    2025-02-01 2025-02-04
    2025-02-10 2025-02-28
    """
    start, end, runs = installment.due + ONE_DAY, day + ONE_DAY, []
    for first, last in [*sorted(installment.charged), (end, end)]:
        if start < min(first, end):
            runs.append((start, min(first, end) - ONE_DAY))
        start = max(start, last + ONE_DAY)
    return runs


def get_periods(installment, rates, day):
    """Split the days that are not charged yet by principal and rate.

    :param rates: pairs of first day and annual rate in percent, in any order
    :return: list of :class:`Period`, one for each run of days without a charge;
        without those on which nothing was open
    :raise MissingRateError: a day needs a rate and none is in force yet

    >>> installment = Installment(
    ...     datetime.date(2025, 6, 20), 1000, ((datetime.date(2025, 6, 25), 400),)
    ... )
    >>> rates = [(datetime.date(2025, 1, 1), 11), (datetime.date(2025, 7, 1), 10)]
    >>> [period] = get_periods(installment, rates, datetime.date(2025, 7, 10))
    >>> for segment in period.segments:
    ...     print(segment.date_from, segment.date_to, segment.principal, segment.rate,
    ...           segment.days)
    2025-06-21 2025-06-25 1000 11 5
    2025-06-26 2025-06-30 600 11 5
    2025-07-01 2025-07-10 600 10 10
    """
    rates = sorted(rates)
    split = [
        (last, _get_segments(installment, rates, first, last))
        for first, last in get_days(installment, day)
    ]
    return [
        Period(segments[0].date_from, last, segments)
        for last, segments in split
        if segments
    ]


def _get_segments(installment, rates, first, last):
    """The days from ``first`` to ``last`` by principal and rate, ``rates`` sorted."""
    end = last + ONE_DAY
    rate_days = [date_from for date_from, _rate in rates]
    changes = [date + ONE_DAY for date, _amount in installment.payments] + rate_days
    bounds = sorted({first, end, *(date for date in changes if first < date < end)})
    segments = []
    for begin, after in pairwise(bounds):
        principal = _get_principal(installment, begin)
        if principal <= 0:
            continue
        index = bisect_right(rate_days, begin)
        if not index:
            raise MissingRateError(begin)
        segments.append(
            Segment(
                begin,
                after - ONE_DAY,
                principal,
                _exact(rates[index - 1][1]),
                (after - begin).days,
            )
        )
    return segments


def _get_principal(installment, day):
    """What was open on ``day``: a payment counts from the day after it."""
    paid = (_exact(amount) for date, amount in installment.payments if date < day)
    return _exact(installment.amount) - sum(paid)


def _exact(number):
    """The number as it is written, not as its binary form comes near it."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def get_total(segments, step=Decimal("0.01")):
    """The interest of one period, rounded once, half a ``step`` up.

    >>> rates = [(datetime.date(2025, 1, 1), 10)]
    >>> due, day = datetime.date(2025, 3, 1), datetime.date(2025, 3, 31)
    >>> [period] = get_periods(Installment(due, 1000), rates, day)
    >>> get_total(period.segments)
    Decimal('8.22')
    """
    step = _exact(step)
    with localcontext() as context:
        context.prec = PRECISION
        exact = sum((segment.product for segment in segments), Decimal()) / DIVISOR
        return (exact / step).to_integral_value(ROUND_HALF_UP) * step


def set_off(installments, credits):
    """Let credits that are not applied yet pay the oldest installments first.

    Nobody owes interest on what lies with the creditor already.

    :param installments: dict of :class:`Installment` by key
    :param credits: pairs of date and amount, positive
    :return: the dict with the credits among the payments

    >>> due = datetime.date(2025, 3, 1)
    >>> one = {"a": Installment(due, 100), "b": Installment(due + ONE_DAY, 100)}
    >>> paid = set_off(one, [(due, 130)])
    >>> [int(amount) for x in paid.values() for _date, amount in x.payments]
    [100, 30]
    """
    left = [[date, _exact(amount)] for date, amount in sorted(credits)]
    result = dict(installments)
    for key in sorted(result, key=lambda key: result[key].due):
        installment = result[key]
        taken = []
        open_amount = _get_principal(installment, datetime.date.max)
        while left and open_amount > 0:
            part = min(left[0][1], open_amount)
            taken.append((left[0][0], part))
            open_amount -= part
            left[0][1] -= part
            if left[0][1] <= 0:
                left.pop(0)
        result[key] = installment._replace(payments=(*installment.payments, *taken))
    return result
