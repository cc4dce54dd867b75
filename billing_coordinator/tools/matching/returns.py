"""Payments that the bank takes back: which earlier one is it?"""

import re

from rapidfuzz import fuzz

from .names import SIMILAR, normalise
from .received import read_reference
from .record import Evidence, Proposal, Reason
from .writing import split

POINTS_RETURNED = 20
POINTS_SAYS_RETURN = 10
POINTS_END_TO_END = 60
POINTS_BANK_REFERENCE = 40
POINTS_ACCOUNT = 30
POINTS_MANDATE = 20
POINTS_NUMBER = 25
POINTS_NAME = 15
POINTS_SIMILAR = 8
POINTS_EXACT = 30
POINTS_CHARGES = 25
POINTS_OTHER_AMOUNT = -40
HINTS = (Reason.END_TO_END, Reason.BANK_REFERENCE, Reason.NUMBER)
# Words of returned payments as banks write them, without accents.
SAYS_RETURN = re.compile(
    r"\b(?:RETURN(?:ED)?|R(?:UE|U)CK(?:LASTSCHRIFT|GABE|(?:UE|U)BERWEISUNG|BUCHUNG|LEIT"
    r"|RUF)\w*|LASTSCHRIFTR(?:UE|U)CK\w*|RLS|UNPAID|UNPD|REJECT(?:ED|ION)?|REFUSED"
    r"|REVERS(?:AL|ED)|CHARGEBACK|BOUNCED|DISHONOU?RED|NSF|STORNO\w*|IMPAYEE?S?|REJET\w*"
    r"|RETOUR|DEVOLUCION|DEVUELT[AO]|IMPAGAD[AO]|INSOLUT[OI]|STORNERING|ONBETAALD"
    r"|GESTORNEERD)\b"
)


def propose_returns(payment, index, rules):
    """Proposals to take back what was received, or paid out, before."""
    received = index.received
    said = list(_say_return(payment))
    if not received.lines or not (said or payment.amount < 0):
        return
    amounts = {-payment.amount, -payment.amount - payment.charges}
    numbers = set(received.find_numbers(payment))
    for line in received.find(payment, amounts):
        if (line.amount < 0) == (payment.amount < 0):
            continue
        same = list(_compare(payment, line, numbers))
        if said or any(evidence.reason in HINTS for evidence in same):
            yield _propose(payment, line, said, same, received, rules)


def says_return(text):
    return bool(SAYS_RETURN.search(normalise(text)))


def _say_return(payment):
    if payment.is_return:
        told = {"reason": payment.return_reason}
        yield Evidence(Reason.RETURNED, POINTS_RETURNED, told)
    elif payment.amount < 0 and says_return(payment.text):
        found = SAYS_RETURN.search(normalise(payment.text))[0]
        yield Evidence(Reason.SAYS_RETURN, POINTS_SAYS_RETURN, {"found": [found]})


def _compare(payment, line, numbers):
    """What the two lines have in common beside the amount."""
    for reason, points, name in (
        (Reason.END_TO_END, POINTS_END_TO_END, "end_to_end"),
        (Reason.BANK_REFERENCE, POINTS_BANK_REFERENCE, "reference"),
        (Reason.MANDATE, POINTS_MANDATE, "mandate"),
    ):
        known = read_reference(getattr(line, name))
        if known and known == read_reference(getattr(payment, name)):
            yield Evidence(reason, points, {name: getattr(payment, name)})
    named = [n for n in line.numbers if ("number", *(split(n) or ())) in numbers]
    if named:
        yield Evidence(Reason.NUMBER, POINTS_NUMBER, {"numbers": named})
    yield from _compare_payer(payment, line)


def _compare_payer(payment, line):
    told = {"account": payment.account, "name": payment.name}
    account = read_reference(payment.account)
    if account and account == read_reference(line.account):
        yield Evidence(Reason.ACCOUNT, POINTS_ACCOUNT, told)
        return
    name, other = normalise(payment.name), normalise(line.name)
    if not read_reference(name) or not other:
        return
    if name == other:
        yield Evidence(Reason.SAME_NAME, POINTS_NAME, told)
    elif fuzz.token_sort_ratio(name, other) >= SIMILAR:
        yield Evidence(Reason.SIMILAR_NAME, POINTS_SIMILAR, told)


def _propose(payment, line, said, same, received, rules):
    amount, kept, difference = _compare_amount(payment, line, rules)
    evidence = [*said, *same, amount]
    proposal = Proposal(
        line.partner, {}, evidence, kept=kept, difference=difference, returns=line.id
    )
    reasons = {e.reason for e in same}
    only_one = (
        payment.is_return
        and Reason.ACCOUNT in reasons
        and received.count_of_account(payment, line.amount) == 1
    )
    proposal.sure = bool(said) and (Reason.END_TO_END in reasons or only_one)
    return proposal


def _compare_amount(payment, line, rules):
    """``(Evidence, kept, difference)``: banks take their charges with the return."""
    more = -payment.amount - line.amount
    if not more:
        return Evidence(Reason.EXACT, POINTS_EXACT, {}), 0, 0
    told = {"amount": abs(more)}
    if more == payment.charges:
        return Evidence(Reason.CHARGES, POINTS_CHARGES, told), more, 0
    if 0 < more <= rules.tolerance and payment.amount < 0:
        return Evidence(Reason.TOLERANCE, POINTS_CHARGES, told), more, 0
    reason = Reason.OVER if more > 0 else Reason.SHORT
    return Evidence(reason, POINTS_OTHER_AMOUNT, told), 0, -more
