"""Whether an amount fits items: exactly, with discounts, less charges, or in part."""

from itertools import combinations
from math import comb

from .record import Evidence, Proposal, Reason
from .subset import LARGE, find_subsets

POINTS_EXACT = 40
POINTS_DISCOUNT = 35
POINTS_CHARGES = 35
POINTS_TOLERANCE = 30
POINTS_TOLERANCE_ALONE = 10
POINTS_FOREIGN = 40
POINTS_SHORT = -25
POINTS_OVER = -25
POINTS_CUT_OFF = 15
POINTS_ADDED = -5  # items that the text could have named, and does not
MAX_DISCOUNTS = 8
# How many sets there are for each amount that the sum may have: the more, the more
# likely a set fits by chance.
CHANCES = ((0.0001, 0), (0.001, -10), (0.01, -20))
UNLIKELY = -35
NOT_ALL = -60


def explain_named(payment, items, evidence, index, rules):
    """Proposals for items that the text names: in full, or what is missing of it."""
    total = sum(item.amount for item in items)
    fitting = _fit(payment, items, total, rules)
    if fitting:
        yield _proposal(items, [*evidence, fitting[0]], *fitting[1:])
        return
    if _fits_foreign(payment, items):
        yield _proposal(
            items, [*evidence, Evidence(Reason.FOREIGN, POINTS_FOREIGN, {})]
        )
        return
    yield from _explain_part(payment, items, evidence)
    difference = payment.amount - total
    if payment.amount > 0 and total > 0:
        yield _rest(payment, items, evidence, difference)


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
    """One item: exactly, with a discount, or less charges."""
    for item in own:
        fitting = _fit(payment, [item], item.amount, rules)
        if fitting:
            if fitting[0].reason is Reason.TOLERANCE:  # of any item: it says little
                fitting[0].points = POINTS_TOLERANCE_ALONE
            yield _proposal([item], [*evidence, fitting[0]], *fitting[1:])
        elif _fits_foreign(payment, [item]):
            told = Evidence(Reason.FOREIGN, POINTS_FOREIGN, {})
            yield _proposal([item], [*evidence, told])


def _explain_groups(payment, own, evidence, rules):
    """What people pay at once: all, all that is due, or the oldest."""
    if len(own) < 2:
        return
    due = [item for item in own if item.due <= payment.day]
    for group in (own, due):
        fitting = _fit(payment, group, sum(item.amount for item in group), rules)
        if len(group) > 1 and fitting:
            told = Evidence(Reason.ALL_OPEN, fitting[0].points, {"count": len(group)})
            yield _proposal(group, [*evidence, told], *fitting[1:])
    total = 0
    for count, item in enumerate(own, start=1):
        total += item.amount
        if count > 1 and total == payment.amount:
            told = Evidence(Reason.OLDEST, POINTS_EXACT - 5, {"count": count})
            yield _proposal(own[:count], [*evidence, told])


# -- how an amount fits --------------------------------------------------------


def _fit(payment, items, total, rules):
    """``(Evidence, granted, kept)`` where the amount pays all of the items, or None."""
    missing = total - payment.amount
    if not missing:
        return Evidence(Reason.EXACT, POINTS_EXACT, {}), {}, 0
    if missing < 0 or payment.amount < 0:
        return None
    granted = _find_discounts(payment, items, missing, rules)
    if granted:
        told = {"amount": sum(granted.values())}
        return Evidence(Reason.DISCOUNT, POINTS_DISCOUNT, told), granted, 0
    if missing == payment.charges:
        told = {"amount": missing}
        return Evidence(Reason.CHARGES, POINTS_CHARGES, told), {}, missing
    if missing <= rules.tolerance:
        told = {"amount": missing}
        return Evidence(Reason.TOLERANCE, POINTS_TOLERANCE, told), {}, missing
    return None


def _find_discounts(payment, items, missing, rules):
    """``{item id: discount}``: those that may be taken and make up what is missing."""
    offered = {
        item.id: item.amount - item.discounted
        for item in items
        if item.discounted and payment.day <= item.discount_until + rules.discount_grace
    }
    if sum(offered.values()) == missing:
        return offered
    if len(offered) > MAX_DISCOUNTS:
        return {}
    for size in range(1, len(offered)):
        for chosen in combinations(offered, size):
            if sum(offered[item_id] for item_id in chosen) == missing:
                return {item_id: offered[item_id] for item_id in chosen}
    return {}


def _fits_foreign(payment, items):
    """The customer paid the amount in the currency of the invoices."""
    return bool(payment.original) and (
        {item.currency for item in items} == {payment.original_currency}
        and sum(item.foreign for item in items) == payment.original
    )


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


def _rest(payment, items, evidence, difference):
    """Too little pays the oldest first; too much remains of the line."""
    reason, points = (
        (Reason.OVER, POINTS_OVER) if difference > 0 else (Reason.SHORT, POINTS_SHORT)
    )
    told = Evidence(reason, points, {"amount": abs(difference)})
    left, paid = payment.amount, {}
    for item in sorted(items, key=lambda item: (item.amount > 0, item.due, item.id)):
        paid[item.id] = min(item.amount, left)
        left -= paid[item.id]
    paid = {item_id: amount for item_id, amount in paid.items() if amount}
    partners = {item.partner for item in items}
    partner = partners.pop() if len(partners) == 1 else None
    return Proposal(partner, paid, [*evidence, told], difference=difference)
