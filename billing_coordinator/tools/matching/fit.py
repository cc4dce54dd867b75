"""Whether an amount pays items: exactly, with discounts, or less charges."""

from itertools import combinations

from .record import Evidence, Reason

POINTS_EXACT = 40
POINTS_DISCOUNT = 35
POINTS_CHARGES = 35
POINTS_TOLERANCE = 30
MAX_DISCOUNTS = 8


def fit(payment, items, total, rules):
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


def fits_foreign(payment, items):
    """The customer paid the amount in the currency of the invoices."""
    return bool(payment.original) and (
        {item.currency for item in items} == {payment.original_currency}
        and sum(item.foreign for item in items) == payment.original
    )
