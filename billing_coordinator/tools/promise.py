"""Promises to pay: what of them is paid, and what becomes of them.

A promise covers a *band* of the open amount of each receivable: the part between
``floor`` and ``floor + amount``. What is paid lowers the open amount and so eats the
bands from the top; promises lie below each other in the order in which they were made.
First in, first out needs no bookkeeping that way, a reversed payment gives back by
itself what it had taken, and the part still promised is one expression in SQL too::

    remaining = min(amount, max(0, residual - floor))

Amounts are in the currency of the receivable.
"""

from typing import NamedTuple

OPEN = "open"
KEPT = "kept"
PARTIALLY_KEPT = "partially_kept"
BROKEN = "broken"
WITHDRAWN = "withdrawn"

# After these a new promise is one level higher.
RAISING = (OPEN, PARTIALLY_KEPT, BROKEN)


class Band(NamedTuple):
    """What an open promise covers of one receivable.

    ``credit_base`` is what had been credited on the receivable when the promise was
    made: a credit note is no payment.
    """

    id: int
    amount: float
    floor: float
    credit_base: float = 0.0


class Share(NamedTuple):
    """What became of a band: ``paid + gone + remaining = amount``.

    ``gone`` is what need not be paid any more, as it was credited.
    """

    paid: float
    gone: float
    remaining: float


def cover(receivables, amount, digits=2):
    """Spread ``amount`` over receivables, in their order.

    :param receivables: ``(id, amount that is not promised yet)``
    :return: ``({id: amount}, what is left over)``

    >>> cover([(1, 300.0), (2, 500.0)], 450.0)
    ({1: 300.0, 2: 150.0}, 0.0)
    """
    result = {}
    for key, free in receivables:
        part = round(min(free, amount), digits)
        if part > 0:
            result[key] = part
            amount = round(amount - part, digits)
    return result, amount


def remaining(band, residual):
    """The part of a band that is still open."""
    return min(band.amount, max(0.0, residual - band.floor))


def share(bands, residual, credited, digits=2):
    """What became of the bands of one receivable, in the order of the promises.

    :param residual: open amount of the receivable
    :param credited: what has been credited on it, ever
    :return: ``{band id: Share}``
    """
    result = {}
    taken = 0.0
    for band in bands:
        left = round(remaining(band, residual), digits)
        reduction = round(band.amount - left, digits)
        available = max(0.0, credited - band.credit_base - taken)
        gone = round(min(reduction, available), digits)
        taken += gone
        result[band.id] = Share(round(reduction - gone, digits), gone, left)
    return result


def restack(bands, residual, credited, digits=2, closed=()):
    """Close the gaps that the ``closed`` bands leave among the others.

    What was paid for each of them stays paid, what remains stays promised.

    :return: ``{band id: (floor, credit_base)}``
    """
    shares = share(bands, residual, credited, digits)
    kept = [band for band in bands if band.id not in closed]
    floor = round(residual - sum(shares[b.id].remaining for b in kept), digits)
    floors = {}
    for band in reversed(kept):
        floors[band.id] = floor
        floor = round(floor + band.amount, digits)
    result, gone = {}, 0.0
    for band in kept:
        gone += shares[band.id].gone
        result[band.id] = (floors[band.id], round(credited - gone, digits))
    return result


def judge(shares, digits=2):
    """State of a promise on its day, and what was paid for it.

    >>> judge([Share(50.0, 0.0, 50.0)])
    ('partially_kept', 50.0)
    """
    paid = round(sum(part.paid for part in shares), digits)
    left = round(sum(part.remaining for part in shares), digits)
    if not left:
        return (KEPT if paid else WITHDRAWN), paid
    return (PARTIALLY_KEPT if paid else BROKEN), paid


def next_level(state, level):
    """Level of a promise after the latest one, which has ``state`` and ``level``.

    >>> next_level("broken", 1), next_level("kept", 3), next_level(None, 0)
    (2, 1, 1)
    """
    return level + 1 if state in RAISING else 1
