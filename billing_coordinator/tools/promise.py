"""Promises to pay: what of them is paid, and what becomes of them.

A promise covers a part of each receivable, its *band*. What settles the receivable
after the promise was made fills the bands that there are, first in, first out; what
had settled it before does not count, nor does it when it is taken back. With
``S(j)``, all that settled the receivable since the band ``j`` was made, the bands up to
``k`` still wait for

    U(k) = max(0, max over j <= k of (amount(j) + ... + amount(k) - S(j)))

and the band ``k`` for ``U(k) - U(k - 1)``; all of them together for no more than what
is open of the receivable and not in dispute. The total is one expression in SQL too;
both must say the same. When a promise is closed, what it took is kept with it and
settles nothing else. Amounts are in the currency of the receivable.
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

    Settlements after ``since`` count for it, except the first ``awaited`` of them:
    payments that were under way already.
    """

    id: int
    amount: float
    since: int = 0
    awaited: float = 0.0

    def counts(self, settlement):
        return settlement.id is None or settlement.id > self.since


class Settlement(NamedTuple):
    """What lowered the open amount of a receivable, less what closed promises took.

    Without ``id`` it is under way. ``paid`` is the share of it that is a payment; the
    rest was credited or written off.
    """

    id: int | None
    amount: float
    paid: float = 1.0


class Share(NamedTuple):
    """What became of a band: ``paid + gone + remaining + disputed = amount``.

    ``gone`` is what need not be paid any more, ``disputed`` what need not be paid as
    long as it is in dispute.
    """

    paid: float
    gone: float
    remaining: float
    disputed: float = 0.0


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


def spread(receivables, amounts, digits=2):
    """Spread each of ``amounts`` over receivables anew, one after the other.

    What finds no room is on the last receivable: it need not be paid any more.

    :param receivables: ``[(id, room)]``, not empty
    :return: ``[{id: amount}]``

    >>> spread([(1, 500.0), (2, 300.0)], [600.0, 400.0])
    [{1: 500.0, 2: 100.0}, {2: 400.0}]
    """
    room = dict(receivables)
    last = receivables[-1][0]
    result = []
    for amount in amounts:
        parts, left = cover(list(room.items()), amount, digits)
        for key, part in parts.items():
            room[key] = round(room[key] - part, digits)
        if left:
            parts[last] = round(parts.get(last, 0.0) + left, digits)
        result.append(parts)
    return result


def waiting(bands, settlements, digits=2):
    """What each band still waits for, by id; see the formula of this module."""
    result, runs, before = {}, [], 0.0
    for band in bands:
        settled = sum(each.amount for each in settlements if band.counts(each))
        runs = [run + band.amount for run in runs]
        runs.append(band.amount - max(0.0, settled - band.awaited))
        total = round(max(0.0, *runs), digits)
        result[band.id] = round(total - before, digits)
        before = total
    return result


def share(bands, settlements, residual, digits=2, disputed=0.0):
    """What became of the bands of one receivable, in the order of the promises.

    What is promised beyond the open amount need not be paid, the oldest first; then
    what is promised beyond the open amount that nobody disputes.

    :param residual: open amount of the receivable
    :param disputed: what of it is in dispute
    :return: ``{band id: Share}``
    """
    left = waiting(bands, settlements, digits)
    owed, gone = _lower(left, max(0.0, residual), digits)
    undisputed = max(0.0, residual - disputed)
    owed, in_dispute = _lower(owed, undisputed, digits)
    taken, _passed = _take(bands, settlements)
    result = {}
    for band in bands:
        money = sum(
            part * settlements[index].paid for index, part in taken[band.id].items()
        )
        paid = round(min(money, band.amount - left[band.id]), digits)
        credited = round(band.amount - left[band.id] - paid + gone[band.id], digits)
        result[band.id] = Share(paid, credited, owed[band.id], in_dispute[band.id])
    return result


def _lower(amounts, total, digits):
    """Lower amounts to a total, the first ones first.

    :return: ``({key: what is left}, {key: what was taken off})``

    >>> _lower({1: 50.0, 2: 50.0}, 30.0, 2)
    ({1: 0.0, 2: 30.0}, {1: 50.0, 2: 20.0})
    """
    excess = max(0.0, sum(amounts.values()) - total)
    left, off = {}, {}
    for key, amount in amounts.items():
        off[key] = round(min(excess, amount), digits)
        left[key] = round(amount - off[key], digits)
        excess -= off[key]
    return left, off


def _take(bands, settlements):
    """What each band takes of each settlement, and what it lets pass as awaited.

    :return: ``({band id: {index of settlement: amount}}, the same)``
    """
    taken = {band.id: {} for band in bands}
    passed = {band.id: {} for band in bands}
    room = {band.id: band.amount for band in bands}
    awaited = {band.id: band.awaited for band in bands}
    for index, settlement in enumerate(settlements):
        position = 0.0
        for band in [band for band in bands if band.counts(settlement)]:
            skip = min(awaited[band.id], settlement.amount)
            awaited[band.id] -= skip
            passed[band.id][index] = skip
            position = max(position, skip)
            part = min(room[band.id], settlement.amount - position)
            taken[band.id][index] = part
            room[band.id] -= part
            position += part
    return taken, passed


def close(bands, settlements, closing, digits=2):
    """What bands being closed have taken, and what the others let pass after that.

    :param closing: ids of the bands
    :return: ``({closed id: {settlement id: amount}}, {other id: awaited})``
    """
    taken, passed = _take(bands, settlements)
    theirs = [
        sum(taken[key].get(index, 0.0) for key in closing)
        for index in range(len(settlements))
    ]
    settled = {
        key: {
            settlements[index].id: round(part, digits)
            for index, part in taken[key].items()
            if settlements[index].id is not None and round(part, digits)
        }
        for key in closing
    }
    awaited = {}
    for band in bands:
        if band.id in closing:
            continue
        change = 0.0
        for index, skipped in passed[band.id].items():
            both = min(theirs[index], skipped)
            under_way = settlements[index].id is None
            change += theirs[index] - both if under_way else -both
        awaited[band.id] = round(band.awaited + change, digits)
    return settled, awaited


def judge(shares, digits=2):
    """State of a promise on its day, and what was paid for it.

    It stays open where nothing was paid and all that is left is in dispute.

    >>> judge([Share(50.0, 0.0, 50.0)])
    ('partially_kept', 50.0)
    >>> judge([Share(0.0, 0.0, 0.0, disputed=100.0)])
    ('open', 0.0)
    """
    paid = round(sum(part.paid for part in shares), digits)
    left = round(sum(part.remaining for part in shares), digits)
    disputed = round(sum(part.disputed for part in shares), digits)
    if left:
        return (PARTIALLY_KEPT if paid else BROKEN), paid
    if paid:
        return KEPT, paid
    return (OPEN if disputed else WITHDRAWN), paid


def next_level(state, level):
    """Level of a promise after the latest one, which has ``state`` and ``level``.

    >>> next_level("broken", 1), next_level("kept", 3), next_level(None, 0)
    (2, 1, 1)
    """
    return level + 1 if state in RAISING else 1
