"""Who paid: by account, by a name that was confirmed, by name, by customer number."""

from .names import normalise
from .record import Evidence, Reason
from .writing import read_told

POINTS_ACCOUNT = 35
POINTS_NAME = 35
POINTS_REMEMBERED = 35
POINTS_SIMILAR = 15
POINTS_CUSTOMER = 25
TWO_PAYERS = 10  # less where account and name are of different customers


def find_payers(payment, index):
    """``[(partner, Evidence)]``, the surest first; each partner once."""
    found = {}
    for partner, evidence in _evidence(payment, index):
        if partner not in found or evidence.points > found[partner].points:
            found[partner] = evidence
    _doubt(found.values())
    for partner, number in index.find_customers(payment).items():
        found[partner] = _say_customer(number, found.get(partner))
    return sorted(found.items(), key=lambda pair: -pair[1].points)


def _say_customer(number, known):
    """A number may be anything; where the name is alike too, it is no chance."""
    points = POINTS_CUSTOMER + (known.points if known else 0)
    values = {**(known.values if known else {}), "found": [number]}
    return Evidence(Reason.CUSTOMER_NUMBER, points, values)


def _doubt(evidence):
    """The account, or what was confirmed, says one customer, the name another."""
    sure = [e for e in evidence if e.points >= POINTS_NAME]
    is_name = {e.reason is Reason.SAME_NAME for e in sure}
    for each in sure if len(is_name) > 1 else ():
        each.points -= TWO_PAYERS


def find_groups(payment, index):
    """Partners that one payer is known to pay for together, with the evidence."""
    values = {"account": payment.account, "name": payment.name}
    account = index.accounts.get(read_told(payment.account), ())
    if len(account) > 1:
        yield account, Evidence(Reason.ACCOUNT, POINTS_ACCOUNT, values)
    name = _find_remembered(payment, index)
    if len(name) > 1 and name != account:
        yield name, Evidence(Reason.REMEMBERED_NAME, POINTS_REMEMBERED, values)


def _evidence(payment, index):
    values = {"account": payment.account, "name": payment.name}
    for partner in index.accounts.get(read_told(payment.account), ()):
        yield partner, Evidence(Reason.ACCOUNT, POINTS_ACCOUNT, values)
    if not read_told(payment.name):
        return
    for partner in _find_remembered(payment, index):
        yield partner, Evidence(Reason.REMEMBERED_NAME, POINTS_REMEMBERED, values)
    same = index.names.find_same(payment.name)
    for partner in same:
        points = POINTS_NAME if len(same) == 1 else POINTS_SIMILAR
        yield partner, Evidence(Reason.SAME_NAME, points, values)
    if not same:
        similar = index.names.find_similar(payment.name)
        best = sorted(similar.items(), key=lambda pair: -pair[1])[:3]
        for partner, likeness in best:
            points = POINTS_SIMILAR + round((likeness - 82) / 2)
            told = {**values, "likeness": round(likeness)}
            yield partner, Evidence(Reason.SIMILAR_NAME, points, told)


def _find_remembered(payment, index):
    name = normalise(payment.name)
    return index.remembered.get(name, ()) if read_told(name) else ()
