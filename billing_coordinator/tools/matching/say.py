"""Evidence of what a text names, and of whether who paid is who owes."""

from .record import Evidence, Reason

POINTS_NAMED = 55
POINTS_CREDITOR_REFERENCE = 60
POINTS_DOCUMENT = 60
POINTS_PART = 40
POINTS_SIMILAR = 30
CONTRADICTION = -25
WEAK_CONTRADICTION = -10  # who paid only has a name like that of another customer
SURE = 30  # points of who paid


def say_named(payment, group, named, told):
    if all(item in told for item in group):
        points = POINTS_DOCUMENT * len(group) // len(told)
        values = {"numbers": [item.number for item in group]}
        return Evidence(Reason.DOCUMENT, points, values)
    if all(_is_structured(payment, item) for item in group):
        return Evidence(
            Reason.CREDITOR_REFERENCE,
            POINTS_CREDITOR_REFERENCE,
            {"numbers": [item.number or item.reference for item in group]},
        )
    return say_share(group, named) if len(group) < len(named) else say_all(group, named)


def say_all(group, named):
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


def say_payer(group, payers):
    """Whether who paid is who owes; a customer may pay for another, but say so."""
    partners = {item.partner for item in group}
    for partner, who in payers:
        if partner in partners:
            yield who
            return
    if payers:
        _partner, other = payers[0]
        points = CONTRADICTION if other.points >= SURE else WEAK_CONTRADICTION
        yield Evidence(Reason.OTHER_PAYER, points, other.values)


def say_share(required, told):
    """As much as is named of what is paid."""
    evidence = say_all(required, told)
    evidence.points = evidence.points * len(required) // len(told)
    return evidence


def say_bare(items):
    values = {"numbers": [item.number for item in items]}
    return Evidence(Reason.PART_OF_NUMBER, POINTS_PART, values)


def say_similar(items):
    """:param items: ``{item: what stands in the text instead}``"""
    numbers = [item.number for item in items]
    values = {"numbers": numbers, "found": list(items.values())}
    return Evidence(Reason.SIMILAR_NUMBER, POINTS_SIMILAR, values)
