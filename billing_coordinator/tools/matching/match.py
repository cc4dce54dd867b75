"""Lines of the bank against open receivables: proposals with score and reasons.

Evidence comes from three questions, and each answer has points: which items does the
text name, who paid, and does the amount fit? They are added up. The first proposal may
be applied by itself when it reaches the threshold and the next one, which says
something else, is clearly worse; where two are alike nobody guesses.
"""

from .amounts import explain_named
from .owed import propose_of_payers
from .payer import find_payers
from .record import Evidence, Proposal, Reason, Result
from .returns import propose_returns
from .say import CONTRADICTION, say_bare, say_named, say_payer
from .transit import propose_batch
from .writing import YEAR, read_bare, read_several

MAX_SAME_AMOUNT = 5
COMMON_AMOUNT = -20  # many items have it: with a number of any meaning it says little


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
    if proposals[0].returns is not None and not proposals[0].sure:
        return False
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
    yield from propose_returns(payment, index, rules)
    if not payment.is_return:
        yield from _propose_payment(payment, index, rules)


def _propose_payment(payment, index, rules):
    named, strange = index.find_named(payment)
    payers = find_payers(payment, index)
    if named:
        proposals = list(_propose_named(payment, named, payers, index, rules))
        yield from proposals
        everything = frozenset(item.id for item in named)
        if any(p.key == everything and not p.difference for p in proposals):
            return  # all that is named, and the amount fits: nothing is better
    ids = {item.id for item in named}
    for proposal in propose_of_payers(payment, payers, named, index, rules):
        if strange or named and not proposal.paid.keys() & ids:
            proposal.evidence += _say_strange(proposal)
        yield proposal
    yield from propose_batch(payment, index)
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
    told = index.find_documents(payment)
    for partner, _who in payers:
        groups.append([item for item in named if item.partner == partner])
    seen = set()
    for group in groups:
        key = frozenset(item.id for item in group)
        if not group or key in seen:
            continue
        seen.add(key)
        say = say_named(payment, group, named, told)
        evidence = [say, *say_payer(group, payers)]
        yield from explain_named(payment, group, evidence, index, rules, told)


# -- nobody is known -----------------------------------------------------------


def _propose_by_number(payment, payers, index, rules):
    """Running numbers that stand alone, where all of them are of one customer."""
    known = {partner for partner, _who in payers}
    found = {}
    text = payment.text
    bare = (number for number in read_bare(text) if not YEAR.fullmatch(number))
    numbers = {*map(int, bare), *read_several(text)}
    for number in numbers:
        for item in index.by_sequence.get(number, ())[:50]:
            found.setdefault(item.partner, []).append(item)
    for partner, items in found.items():
        if partner in known:
            continue
        if sum(item.amount for item in items) == payment.amount:
            evidence = [say_bare(items), *say_payer(items, payers)]
            if len(index.by_amount.get(payment.amount, ())) > MAX_SAME_AMOUNT:
                evidence.append(Evidence(Reason.AMBIGUOUS, COMMON_AMOUNT, {}))
            yield from explain_named(payment, items, evidence, index, rules)


def _propose_by_amount(payment, index):
    """Items of exactly this amount: something to look at, never more."""
    for item in index.by_amount.get(payment.amount, ())[:MAX_SAME_AMOUNT]:
        evidence = [Evidence(Reason.EXACT, 25, {})]
        yield Proposal(item.partner, {item.id: item.amount}, evidence)
