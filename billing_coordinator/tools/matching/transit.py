"""Payments that were registered before the bank told of them."""

import re

from .amounts import explain_one, explain_sum
from .names import normalise
from .record import IN_TRANSIT, Evidence, Reason
from .subset import LARGE

POINTS_IN_TRANSIT = 5
POINTS_BATCH = 20
# How a deposit of several payments is called, without accents.
SAYS_BATCH = re.compile(
    r"\b(?:DEPOSIT\w*|BATCH\w*|BULK|COLLECTION\w*|LOCKBOX|SAMMEL\w*|SAMMLER|EINREICH\w*"
    r"|(?:LASTSCHRIFT|DAUER)EINZUG\w*|REMISE\w*|VERSEMENT|REMESA\w*|DISTINTA|INCASSO"
    r"|CARDS?|PAYOUT\w*|SETTLEMENT\w*|DIRECT DEBITS?)\b"
)


def split_pool(payment, items):
    """What is owed, and what is on its way; money out pays credits alone."""
    owed = [item for item in items if item.kind != IN_TRANSIT]
    moving = [item for item in items if item.kind == IN_TRANSIT]
    if payment.amount < 0:
        owed = [item for item in owed if item.amount < 0]
    return owed, [i for i in moving if (i.amount < 0) == (payment.amount < 0)]


def explain_transit(payment, moving, evidence, rules):
    """Proposals for one payment of the payer, or several that came as one."""
    for item in moving:
        for proposal in explain_one(payment, item, evidence, rules):
            proposal.evidence.append(_say_transit([item]))
            yield proposal
    yield from _explain_sum(payment, moving[-LARGE:], evidence)


def propose_batch(payment, index):
    """Payments of several customers that came as one, where the text says so."""
    if not index.in_transit or not SAYS_BATCH.search(normalise(payment.text)):
        return
    _owed, moving = split_pool(payment, index.in_transit.values())
    found = SAYS_BATCH.search(normalise(payment.text))[0]
    evidence = [Evidence(Reason.BATCH, POINTS_BATCH, {"found": [found]})]
    by_day = {}
    for item in moving:
        by_day.setdefault(item.due, []).append(item)
    for group in by_day.values():
        if len(group) > 1 and sum(i.amount for i in group) == payment.amount:
            told = [*evidence, _say_transit(group)]
            yield from explain_sum(payment, group, told, whole=True)
    newest = sorted(moving, key=lambda item: (item.due, item.id))[-LARGE:]
    yield from _explain_sum(payment, newest, evidence)


def _explain_sum(payment, moving, evidence):
    for proposal in explain_sum(payment, moving, evidence):
        proposal.evidence.append(_say_transit(moving))
        yield proposal


def _say_transit(items):
    values = {"numbers": [item.number for item in items]} if len(items) == 1 else {}
    return Evidence(Reason.IN_TRANSIT, POINTS_IN_TRANSIT, values)
