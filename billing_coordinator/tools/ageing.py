"""Ageing buckets: every receivable falls in exactly one, the last is open-ended.

A list of ascending upper bounds in days overdue, ``[30, 60, 90, 120]``, makes the
buckets *not due* (days <= 0), 1-30, 31-60, 61-90, 91-120 and over 120.
Buckets are numbered from 0 and keyed ``b0`` .. ``b9``, so that keys sort as numbers.
"""

from bisect import bisect_left

DEFAULT_BOUNDS = "30,60,90,120"
MAX_BOUNDS = 8


def parse_bounds(text):
    """Return the ascending upper bounds, in days, written in ``text``.

    >>> parse_bounds("30, 60,90")
    [30, 60, 90]

    :raise ValueError: not whole numbers, not ascending, not positive, or too many
    """
    try:
        bounds = [int(part) for part in (text or "").split(",")]
    except ValueError:
        raise ValueError(f"not a list of whole days: {text!r}") from None
    if not 1 <= len(bounds) <= MAX_BOUNDS:
        raise ValueError(f"between 1 and {MAX_BOUNDS} bounds, not {len(bounds)}")
    if bounds[0] < 1 or any(a >= b for a, b in zip(bounds, bounds[1:], strict=False)):
        raise ValueError(f"days must be positive and ascending: {text!r}")
    return bounds


def bucket_index(days_overdue, bounds):
    """Number of the bucket of a receivable ``days_overdue`` days after its due date.

    >>> [bucket_index(days, [30, 60]) for days in (-5, 0, 1, 30, 31, 60, 61)]
    [0, 0, 1, 1, 2, 2, 3]
    """
    if days_overdue <= 0:
        return 0
    return 1 + bisect_left(bounds, days_overdue)


def bucket_ranges(bounds):
    """First and last day of each bucket after *not due*; None where open-ended.

    >>> bucket_ranges([30, 60])
    [(1, 30), (31, 60), (61, None)]
    """
    starts = [1, *(bound + 1 for bound in bounds)]
    return list(zip(starts, [*bounds, None], strict=True))


def bucket_key(index):
    """Key of a bucket in the database."""
    return f"b{index}"
