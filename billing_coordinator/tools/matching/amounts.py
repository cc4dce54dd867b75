"""Which items an amount pays: those that are named, or some of the payer's."""

from math import comb

from .fit import POINTS_EXACT, fit, fits_foreign
from .record import Evidence, Proposal, Reason
from .subset import LARGE, find_subsets

POINTS_TOLERANCE_ALONE = 10
POINTS_FOREIGN = 40
POINTS_TOLD_AMOUNTS = 35
POINTS_SHORT = -25
POINTS_OVER = -25
POINTS_CUT_OFF = 15
POINTS_ADDED = -5  # items that the text could have named, and does not
# How many sets there are for each amount that the sum may have: the more, the more
# likely a set fits by chance.
CHANCES = ((0.0001, 0), (0.001, -10), (0.01, -20))
UNLIKELY = -35
NOT_ALL = -60


def explain_named(payment, items, evidence, index, rules, told=None):
    """Proposals for items that the text names: in full, or what is missing of it.

    :param told: ``{item: amount}`` as the payer divides the payment
    """
    total = sum(item.amount for item in items)
    fitting = fit(payment, items, total, rules)
    if fitting:
        yield _proposal(items, [*evidence, fitting[0]], *fitting[1:])
        return
    if fits_foreign(payment, items):
        yield _proposal(
            items, [*evidence, Evidence(Reason.FOREIGN, POINTS_FOREIGN, {})]
        )
        return
    yield from _explain_part(payment, items, evidence)
    difference = payment.amount - total
    if told and _divides(payment, items, told):
        yield _divide(items, evidence, difference, told)
    elif min(payment.amount, total) > 0 or max(payment.amount, total) < 0:
        yield _rest(payment, items, evidence)


def _divides(payment, items, told):
    """Whether the payer says of each item how much of it the payment is for."""
    amounts = [told.get(item, 0) for item in items]
    return all(amounts) and sum(amounts) == payment.amount


def _divide(items, evidence, difference, told):
    """As the payer says; what is too much for an item remains."""
    amounts = Evidence(Reason.TOLD_AMOUNTS, POINTS_TOLD_AMOUNTS, {})
    proposal = _proposal(items, [*evidence, amounts, _say_difference(difference)])
    for item in items:
        smaller = min if item.amount > 0 else max
        proposal.paid[item.id] = smaller(told[item], item.amount)
    proposal.difference = difference
    return proposal


def _explain_part(payment, items, evidence):
    """Some of the items that are named make the sum: the others were not paid."""
    if len(items) < 2:
        return
    sets, _looked_at = find_subsets([item.amount for item in items], payment.amount)
    for chosen in sets:
        part = [items[position] for position in sorted(chosen)]
        some = Evidence(Reason.SOME, POINTS_EXACT - 5 * len(sets), {"count": len(part)})
        yield _proposal(part, [*evidence, some])


def explain_pool(payment, pool, evidence, rules, required=(), cut_off=()):
    """Proposals for items of the payer that the text does not name.

    :param required: items that are part of it
    :param cut_off: ids of items whose number may stand where the text was cut
    """
    fixed = {item.id for item in required}
    own = [item for item in pool if item.id not in fixed]
    target = payment.amount - sum(item.amount for item in required)
    if required and not target:
        return  # `explain_named` has it
    if not required:
        yield from _explain_groups(payment, own, evidence, rules)
        yield from _explain_single(payment, own, evidence, rules)
    sets, looked_at = find_subsets([item.amount for item in own], target)
    for chosen in sets:
        part = [own[position] for position in sorted(chosen)]
        if len(part) == 1 and not required:
            continue  # `_explain_single` has it
        told = [_say_sum(payment, own, part, looked_at, required)]
        if any(item.id in cut_off for item in part):
            told.append(Evidence(Reason.SIMILAR_NUMBER, POINTS_CUT_OFF, {}))
        yield _proposal([*required, *part], [*evidence, *told])


def explain_sum(payment, own, evidence, whole=False):
    """Proposals for several of these, whose sum is exact, or for the whole of them."""
    if whole:
        told = Evidence(Reason.ALL_OPEN, POINTS_EXACT, {"count": len(own)})
        yield _proposal(own, [*evidence, told])
        return
    sets, looked_at = find_subsets([item.amount for item in own], payment.amount)
    for chosen in sets:
        part = [own[position] for position in sorted(chosen)]
        if len(part) > 1:
            told = _say_sum(payment, own, part, looked_at, ())
            yield _proposal(part, [*evidence, told])


def _say_sum(payment, own, part, looked_at, required):
    points = POINTS_EXACT + _chance(len(own), len(part), payment, looked_at)
    points += POINTS_ADDED if required else 0
    return Evidence(Reason.SUM, points, {"count": len(required) + len(part)})


def _chance(number, size, payment, looked_at):
    """Fewer points where so many sets were looked at that one fits by chance."""
    sets = min(comb(number, min(size, number - size) or 1), looked_at)
    amounts = max(abs(payment.amount), 1)
    if not payment.amount % 100:
        amounts = max(amounts // 100, 1)
    share = sets / amounts if size > 1 else 0
    if number > LARGE:
        return NOT_ALL  # there may be other sets that fit
    return next((points for limit, points in CHANCES if share <= limit), UNLIKELY)


def _explain_single(payment, own, evidence, rules):
    for item in own:
        yield from explain_one(payment, item, evidence, rules)


def explain_one(payment, item, evidence, rules):
    """One item: exactly, with a discount, or less charges."""
    fitting = fit(payment, [item], item.amount, rules)
    if fitting:
        if fitting[0].reason is Reason.TOLERANCE:  # of any item: it says little
            fitting[0].points = POINTS_TOLERANCE_ALONE
        yield _proposal([item], [*evidence, fitting[0]], *fitting[1:])
    elif fits_foreign(payment, [item]):
        told = Evidence(Reason.FOREIGN, POINTS_FOREIGN, {})
        yield _proposal([item], [*evidence, told])


def _explain_groups(payment, own, evidence, rules):
    """What people pay at once: all, all that is due, or the oldest."""
    if len(own) < 2:
        return
    due = [item for item in own if item.due <= payment.day]
    for group in (own, due):
        fitting = fit(payment, group, sum(item.amount for item in group), rules)
        if len(group) > 1 and fitting:
            told = Evidence(Reason.ALL_OPEN, fitting[0].points, {"count": len(group)})
            yield _proposal(group, [*evidence, told], *fitting[1:])
    total = 0
    for count, item in enumerate(own, start=1):
        total += item.amount
        if count > 1 and total == payment.amount:
            told = Evidence(Reason.OLDEST, POINTS_EXACT - 5, {"count": count})
            yield _proposal(own[:count], [*evidence, told])


def _proposal(items, evidence, granted=None, kept=0):
    """All of the items are paid; what the bank kept comes off the largest."""
    granted = granted or {}
    paid = {item.id: item.amount - granted.get(item.id, 0) for item in items}
    if kept:
        largest = max(items, key=lambda item: item.amount).id
        paid[largest] -= kept
    partners = {item.partner for item in items}
    partner = partners.pop() if len(partners) == 1 else None
    return Proposal(partner, paid, evidence, granted, kept)


def _say_difference(difference):
    reason, points = (
        (Reason.OVER, POINTS_OVER) if difference > 0 else (Reason.SHORT, POINTS_SHORT)
    )
    return Evidence(reason, points, {"amount": abs(difference)})


def _rest(payment, items, evidence):
    """Too little pays the oldest first; too much remains of the line.

    What is missing is missing of the items that the money reaches: nobody decides here
    about the next installments, of which nothing was paid.
    """
    incoming = payment.amount > 0
    smaller = min if incoming else max
    left, paid = payment.amount, {}
    for item in sorted(items, key=lambda i: ((i.amount > 0) == incoming, i.due, i.id)):
        paid[item.id] = smaller(item.amount, left)
        left -= paid[item.id]
    reached = [item for item in items if paid[item.id]]
    paid = {item.id: paid[item.id] for item in reached}
    partners = {item.partner for item in reached}
    partner = partners.pop() if len(partners) == 1 else None
    difference = payment.amount - sum(item.amount for item in reached)
    missing = difference if incoming else -difference
    told = [*evidence, _say_difference(missing)]
    return Proposal(partner, paid, told, difference=difference)
