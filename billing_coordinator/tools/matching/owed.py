"""Proposals of what a known payer owes, with the little that the text says."""

from .amounts import explain_named, explain_pool
from .payer import find_groups
from .say import say_bare, say_share, say_similar
from .subset import LARGE
from .text import find_cut_off, find_similar_numbers
from .transit import explain_transit, split_pool

MAX_PAYERS = 5
MAX_LEFT_OUT = 8  # items named, of which one may be wrong
MAX_TOGETHER = 20  # partners for whom one payer pays


def propose_of_payers(payment, payers, named, index, rules):
    for partner, who in payers[:MAX_PAYERS]:
        yield from _propose_of_payer(payment, partner, who, named, index, rules)
    yield from _propose_together(payment, index, rules)


def _propose_of_payer(payment, partner, who, named, index, rules):
    own, moving = split_pool(payment, index.by_partner.get(partner, ()))
    ids = {item.id for item in own}
    bare = [item for item in index.find_bare(payment, partner) if item.id in ids]
    own_named = {item: full for item, full in named.items() if item.id in ids}
    similar = (
        {}
        if own_named
        else find_similar_numbers(payment, own, index.find_customers(payment).values())
    )
    for items, evidence in ((bare, say_bare), (similar, say_similar)):
        if items:
            told = [evidence(items), who]
            yield from explain_named(payment, list(items), told, index, rules)
    told = {**dict.fromkeys(bare, False), **own_named}
    cut_off = find_cut_off(payment, own[:LARGE], index) if told else ()
    for required in _required(told):
        evidence = [say_share(required, told), who]
        yield from explain_pool(payment, own, evidence, rules, required, cut_off)
    yield from explain_pool(payment, own, [who], rules)
    yield from explain_transit(payment, moving, [who], rules)


def _propose_together(payment, index, rules):
    """What several partners owe for whom one payer is known to pay."""
    for partners, who in find_groups(payment, index):
        items = [
            item
            for partner in partners[:MAX_TOGETHER]
            for item in index.by_partner.get(partner, ())
        ]
        items.sort(key=lambda item: (item.due, item.id))
        owed, moving = split_pool(payment, items)
        yield from explain_pool(payment, owed, [who], rules)
        yield from explain_transit(payment, moving, [who], rules)


def _required(told):
    """What the text names and the rest of it does not: all, or all but one of it."""
    items = sorted(told)
    if not items:
        return
    yield items
    if 1 < len(items) <= MAX_LEFT_OUT:
        for left_out in items:
            yield [item for item in items if item is not left_out]
