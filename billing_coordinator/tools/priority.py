"""Priority of a customer, 0 to 100: a sum of points that can be explained.

Each rule gives points in proportion to one fact, up to its full value. A customer
with nothing overdue gets no points for silence; one who matches no rule has 0.
"""

from typing import NamedTuple

OVERDUE_SHARE = "overdue_share"
DAYS_OVERDUE = "days_overdue"
BROKEN_PROMISES = "broken_promises"
STAGE_REACHED = "stage_reached"
CREDIT_USED = "credit_used"
DAYS_SILENT = "days_silent"

# The units of the facts; what is left are numbers of something.
PERCENTAGES = {OVERDUE_SHARE, STAGE_REACHED, CREDIT_USED}
DAYS = {DAYS_OVERDUE, DAYS_SILENT}


class Rule(NamedTuple):
    fact: str
    points: int
    full_at: float


def score(facts, rules):
    """Return the points, 0 to 100, and the points of each fact that gave some.

    >>> score({"days_overdue": 45}, [Rule("days_overdue", 30, 90.0)])
    (15, {'days_overdue': 15})
    """
    points = {}
    for rule in rules:
        share = min(max(facts.get(rule.fact) or 0, 0) / rule.full_at, 1)
        if rule.fact == DAYS_SILENT and (facts.get(DAYS_OVERDUE) or 0) <= 0:
            continue
        given = round(share * rule.points)
        if given:
            points[rule.fact] = given
    return min(sum(points.values()), 100), points
