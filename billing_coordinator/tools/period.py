"""Months, quarters and years of a close, and its working days."""

from bisect import bisect_left, bisect_right
from calendar import monthrange

MONTHLY, QUARTERLY, YEARLY = "monthly", "quarterly", "yearly"
MONTHS = {MONTHLY: 1, QUARTERLY: 3, YEARLY: 12}


def month_of(day):
    """First and last day of the month of a day.

    >>> from datetime import date
    >>> month_of(date(2024, 2, 10))[1].day
    29
    """
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def is_due_in(frequency, day, last_month=12):
    """Whether a task of this frequency belongs to the month that ends on a day.

    Quarters and years are those of the fiscal year, which ends with ``last_month``.

    >>> from datetime import date
    >>> [is_due_in("quarterly", date(2025, month, 28)) for month in (1, 2, 3)]
    [False, False, True]
    >>> is_due_in("quarterly", date(2025, 4, 30), last_month=1)
    True
    >>> is_due_in("yearly", date(2025, 12, 31))
    True
    """
    return (day.month - last_month) % MONTHS[frequency] == 0


def due_date(number, end, working_days):
    """The n-th working day after a period's end, or before it for a negative number.

    -1 is the last working day of the period, 0 its last day.

    :param working_days: ascending days around ``end``
    :raise IndexError: there are not so many

    >>> from datetime import date
    >>> week = [date(2025, 1, day) for day in (27, 28, 29, 30, 31)]
    >>> week += [date(2025, 2, day) for day in (3, 4, 5, 6, 7)]
    >>> due_date(3, date(2025, 1, 31), week)
    datetime.date(2025, 2, 5)
    >>> due_date(-2, date(2025, 1, 31), week)
    datetime.date(2025, 1, 30)
    """
    if not number:
        return end
    after = bisect_right(working_days, end)
    position = after + number - (number > 0)
    if position < 0:
        raise IndexError(number)
    return working_days[position]


def working_days_between(end, day, working_days):
    """Working days after a period's end up to a day: how long the close took.

    >>> from datetime import date
    >>> days = [date(2025, 2, 3) + timedelta(days=n) for n in range(5)]
    >>> working_days_between(date(2025, 1, 31), date(2025, 2, 5), days)
    3
    """
    return bisect_right(working_days, day) - bisect_right(working_days, end)


def working_day_number(day, end, working_days):
    """The number that ``due_date`` makes this day of, or of the working day after it.

    >>> from datetime import date
    >>> week = [date(2025, 1, day) for day in (27, 28, 29, 30, 31)]
    >>> week += [date(2025, 2, day) for day in (3, 4, 5, 6, 7)]
    >>> [
    ...     working_day_number(day, date(2025, 1, 31), week)
    ...     for day in (date(2025, 2, 5), date(2025, 1, 30), date(2025, 2, 1))
    ... ]
    [3, -2, 1]
    """
    position = bisect_left(working_days, day) - bisect_right(working_days, end)
    return position + 1 if day > end else position
