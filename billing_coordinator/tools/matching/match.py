"""Lines of the bank against open receivables: proposals with score and reasons.

Evidence comes from three questions, and each answer has points: which items does the
text name, who paid, and does the amount fit? They are added up. The first proposal may
be applied by itself when it reaches the threshold and the next one, which says
something else, is clearly worse; where two are alike nobody guesses.
"""

from .amounts import explain_named, explain_pool
from .index import read_bare
from .payer import find_payers
from .record import Evidence, Proposal, Reason, Result
from .subset import LARGE
from .text import find_cut_off, find_similar_numbers

POINTS_NAMED = 55
POINTS_CREDITOR_REFERENCE = 60
POINTS_PART = 40
POINTS_SIMILAR = 30
CONTRADICTION = -25
MAX_PAYERS = 5
MAX_LEFT_OUT = 8  # items named, of which one may be wrong
MAX_SAME_AMOUNT = 5


def match(payments, index, rules):
    """Yield a `Result` for each payment. Lines do not know of each other.

    :param payments: iterable of `Payment`
    :param index: `Index` of the open items
    :param rules: `Rules`
    """
    for payment in payments:
        yield match_one(payment, index, rules)


def match_one(payment, index, rules):
    if not payment.amount:
        return Result(payment.id, [])
    proposals = _rank(_propose(payment, index, rules))
    result = Result(payment.id, proposals[: rules.proposals])
    result.automatic = _is_clear(proposals, rules)
    return result


def _is_clear(proposals, rules):
    if not proposals or proposals[0].score < rules.threshold:
        return False
    if proposals[0].difference or proposals[0].fit < rules.fit:
        return False  # somebody decides what becomes of the rest
    others = proposals[1:2]
    return all(proposals[0].points - other.points >= rules.margin for other in others)


def _rank(proposals):
    """The best of each set of items, best first."""
    best = {}
    for proposal in proposals:
        known = best.get(proposal.key)
        if known is None or proposal.points > known.points:
            best[proposal.key] = proposal
    return sorted(best.values(), key=lambda proposal: -proposal.points)


def _propose(payment, index, rules):
    named, strange = index.find_named(payment)
    payers = find_payers(payment, index)
    if named:
        proposals = list(_propose_named(payment, named, payers, index, rules))
        yield from proposals
        everything = frozenset(item.id for item in named)
        if any(p.key == everything and not p.difference for p in proposals):
            return  # all that is named, and the amount fits: nothing is better
    for partner, who in payers[:MAX_PAYERS]:
        for proposal in _propose_of_payer(payment, partner, who, named, index, rules):
            if strange or named and not proposal.paid.keys() & {i.id for i in named}:
                proposal.evidence += _say_strange(proposal)
            yield proposal
    if not named:
        yield from _propose_by_number(payment, payers, index, rules)
    if not named and not payers:
        yield from _propose_by_amount(payment, index)


def _say_strange(proposal):
    """The text speaks of other invoices, unless it only misspells these."""
    if all(e.reason is not Reason.SIMILAR_NUMBER for e in proposal.evidence):
        yield Evidence(Reason.OTHER_NUMBER, CONTRADICTION, {})


# -- what the text names -------------------------------------------------------


def _propose_named(payment, named, payers, index, rules):
    """All that is named, what is named in full, and what is the payer's of it."""
    whole = [item for item, full in named.items() if full]
    groups = [list(named), whole]
    for partner, _who in payers:
        groups.append([item for item in named if item.partner == partner])
    seen = set()
    for group in groups:
        key = frozenset(item.id for item in group)
        if not group or key in seen:
            continue
        seen.add(key)
        evidence = [_say_named(payment, group, named), *_say_payer(group, payers)]
        yield from explain_named(payment, group, evidence, index, rules)


def _say_named(payment, group, named):
    if all(_is_structured(payment, item) for item in group):
        return Evidence(
            Reason.CREDITOR_REFERENCE,
            POINTS_CREDITOR_REFERENCE,
            {"numbers": [item.number or item.reference for item in group]},
        )
    return (
        _say_share(group, named) if len(group) < len(named) else _say_all(group, named)
    )


def _say_all(group, named):
    """The points of each item that is named, on average."""
    points = [POINTS_NAMED if named[item] else POINTS_PART for item in group]
    reason = Reason.NUMBER if max(points) == POINTS_NAMED else Reason.PART_OF_NUMBER
    values = {"numbers": [item.number or item.reference for item in group]}
    return Evidence(reason, sum(points) // len(points), values)


def _is_structured(payment, item):
    return bool(item.reference) and any(
        _same(item.reference, given) for given in payment.structured
    )


def _same(one, other):
    return one.replace(" ", "").upper() == other.replace(" ", "").upper()


def _say_payer(group, payers):
    """Whether who paid is who owes; a customer may pay for another, but say so."""
    partners = {item.partner for item in group}
    for partner, who in payers:
        if partner in partners:
            yield who
            return
    if payers:
        _partner, other = payers[0]
        yield Evidence(Reason.OTHER_PAYER, CONTRADICTION, other.values)


# -- what the payer owes -------------------------------------------------------


def _propose_of_payer(payment, partner, who, named, index, rules):
    own = index.by_partner.get(partner, ())
    bare = index.find_bare(payment, partner)
    own_named = {item: full for item, full in named.items() if item.partner == partner}
    similar = [] if own_named else find_similar_numbers(payment, own)
    for items, say in ((bare, _say_bare), (similar, _say_similar)):
        if items:
            evidence = [say(items), who]
            yield from explain_named(payment, items, evidence, index, rules)
    told = {**dict.fromkeys(bare, False), **own_named}
    cut_off = find_cut_off(payment, own[:LARGE], index) if told else ()
    for required in _required(told):
        evidence = [_say_share(required, told), who]
        yield from explain_pool(payment, own, evidence, rules, required, cut_off)
    yield from explain_pool(payment, own, [who], rules)


def _required(told):
    """What the text names and the rest of it does not: all, or all but one of it."""
    items = sorted(told)
    if not items:
        return
    yield items
    if 1 < len(items) <= MAX_LEFT_OUT:
        for left_out in items:
            yield [item for item in items if item is not left_out]


def _say_share(required, told):
    """As much as is named of what is paid."""
    evidence = _say_all(required, told)
    evidence.points = evidence.points * len(required) // len(told)
    return evidence


def _say_bare(items):
    values = {"numbers": [item.number for item in items]}
    return Evidence(Reason.PART_OF_NUMBER, POINTS_PART, values)


def _say_similar(items):
    values = {"numbers": [item.number for item in items]}
    return Evidence(Reason.SIMILAR_NUMBER, POINTS_SIMILAR, values)


# -- nobody is known -----------------------------------------------------------


def _propose_by_number(payment, payers, index, rules):
    """Running numbers that stand alone, where all of them are of one customer."""
    known = {partner for partner, _who in payers}
    found = {}
    numbers = {int(number) for number in read_bare(payment.text)}
    for number in numbers:
        for item in index.by_sequence.get(number, ())[:50]:
            found.setdefault(item.partner, []).append(item)
    for partner, items in found.items():
        if partner in known:
            continue
        if sum(item.amount for item in items) == payment.amount:
            evidence = [_say_bare(items)]
            yield from explain_named(payment, items, evidence, index, rules)


def _propose_by_amount(payment, index):
    """Items of exactly this amount: something to look at, never more."""
    for item in index.by_amount.get(payment.amount, ())[:MAX_SAME_AMOUNT]:
        evidence = [Evidence(Reason.EXACT, 25, {})]
        yield Proposal(item.partner, {item.id: item.amount}, evidence)
