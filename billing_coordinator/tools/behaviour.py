"""How a customer pays: average days late, weighted by amount, and the trend.

    average days late = sum(amount x (paid date or today - due date)) / sum(amount)

An installment belongs to the half-year in which it fell due, counted back from today;
one that is not due yet says nothing. It is paid on the day of its last reconciliation;
until it is paid in full it is late up to today. Sums per half-year are all that is
needed, so that the database can make them.
"""

import datetime
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

PERIOD_MONTHS = 6
PERIODS = 4
# Averages that are nearer than this many days say the same.
TOLERANCE_DAYS = 3.0

BETTER = "better"
WORSE = "worse"
SAME = "same"


class Installment(NamedTuple):
    amount: float
    due: datetime.date
    paid: datetime.date | None = None


class Period(NamedTuple):
    """Sums over the installments that fell due in a period."""

    amount: float = 0.0
    amount_days: float = 0.0
    count: int = 0


def days_late(installment, today):
    """Days from the due date to the payment, or to today; negative: paid early.

    >>> due = datetime.date(2025, 1, 10)
    >>> days_late(Installment(5, due, datetime.date(2025, 1, 7)), due)
    -3
    """
    return ((installment.paid or today) - installment.due).days


def period_bounds(today):
    """Last day of each period and the day before the first one, newest first.

    >>> [str(day) for day in period_bounds(datetime.date(2025, 8, 31))]
    ['2025-08-31', '2025-02-28', '2024-08-31', '2024-02-29', '2023-08-31']
    """
    return [
        today - relativedelta(months=PERIOD_MONTHS * index)
        for index in range(PERIODS + 1)
    ]


def summarize(installments, today):
    """Sums of the installments per period, newest first."""
    bounds = period_bounds(today)
    periods = []
    for last, before in zip(bounds, bounds[1:], strict=False):
        fell_due = [i for i in installments if before < i.due <= last]
        periods.append(
            Period(
                sum(i.amount for i in fell_due),
                sum(i.amount * days_late(i, today) for i in fell_due),
                len(fell_due),
            )
        )
    return periods


def average_days_late(periods):
    """Average over several periods, None where nothing fell due.

    >>> average_days_late([Period(100, 1000, 1), Period(300, 0, 1)])
    2.5
    """
    amount = sum(period.amount for period in periods)
    if amount <= 0:
        return None
    return sum(period.amount_days for period in periods) / amount


def trend(recent, previous, tolerance=TOLERANCE_DAYS):
    """Whether the customer pays better or worse than before; None: no telling.

    >>> trend(Period(10, 300, 1), Period(10, 100, 1))
    'worse'
    """
    now, before = average_days_late([recent]), average_days_late([previous])
    if now is None or before is None:
        return None
    if abs(now - before) <= tolerance:
        return SAME
    return WORSE if now > before else BETTER
