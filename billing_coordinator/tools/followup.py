"""The decision of a follow-up: what is a customer reminded of today, or why not.

Plain Python: open receivables of one customer, company and currency go in, one
:class:`Decision` comes out. The daily job, the preview, the worklist and the last
check under lock all ask here, so they cannot disagree.
"""

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

from .stage_rule import Stage, Step, next_step, reached_index

SEND = "send"
NOTHING_DUE = "nothing_due"
EXHAUSTED = "exhausted"
HELD = "held"
CREDITED = "credited"
MINIMUM = "minimum"
INTERVAL = "interval"
NO_PLAN = "no_plan"
PROMISED = "promised"

# Why a customer is left alone, where all that is overdue is held for this one reason.
TELLING_HOLDS = {PROMISED}


class OpenLine(NamedTuple):
    """One open receivable installment; amounts are signed, credits negative.

    ``withheld`` is the part of ``residual_currency`` that is not chased, as it is
    promised: the rest is claimed.
    """

    id: int
    due: datetime.date
    residual: float  # company currency
    residual_currency: float  # currency of the receivable
    plan_id: int | None = None
    stage_id: int | None = None
    stage_nominal: int | None = None
    noticed_on: datetime.date | None = None
    hold: str | None = None
    withheld: float = 0.0

    @property
    def claim(self):
        """What is claimed, in the currency of the receivable."""
        return self.residual_currency - self.withheld

    @property
    def company_claim(self):
        """What is claimed, in company currency as booked."""
        if not self.withheld:
            return self.residual
        return self.residual * self.claim / self.residual_currency


class Policy(NamedTuple):
    """What does not depend on the receivable.

    ``digits`` round the currency of the receivables, ``company_digits`` the company's.
    """

    today: datetime.date
    plans: dict  # plan id -> list of Stage
    minimum_claim: float = 0.0  # company currency
    min_interval: dict = {}  # noqa: RUF012  plan id -> days
    digits: int = 2
    company_digits: int = 2


class Contact(NamedTuple):
    """Earlier notices to the customer: of this currency, and of any currency."""

    same_currency: datetime.date | None = None
    any_currency: datetime.date | None = None


NEVER = Contact()


@dataclass(slots=True)
class Decision:
    """Outcome for one customer, company and currency.

    ``steps`` are the receivables that reach a stage with this notice, ``listed``
    all that it names, ``credits`` what reduces the claim. ``date`` is the day on
    which the outcome may change by itself.
    """

    outcome: str
    stage: Stage | None = None
    date: datetime.date | None = None
    steps: dict = field(default_factory=dict)
    listed: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    amount: float = 0.0
    company_amount: float = 0.0


def decide(lines, policy, contact=NEVER):
    """Decide for the open ``lines`` of one customer, company and currency."""
    free = [line for line in lines if line.claim > 0 and not line.hold]
    steps = _next_steps(free, policy)
    due = _choose_steps(steps, policy)
    if not due:
        return _nothing_due(lines, free, steps, policy)
    listed = _choose_lines(free, due, policy)
    decision = Decision(
        SEND,
        stage=max((step.stage for step in due.values()), key=lambda s: s.nominal),
        date=min(step.date for step in due.values()),
        steps=due,
        listed=listed,
        credits=[line for line in lines if line.residual_currency < 0],
    )
    _sum_up(decision, policy)
    _hold_back(decision, policy, contact)
    return decision


def _next_steps(lines, policy):
    steps = {}
    for line in lines:
        stages = policy.plans.get(line.plan_id)
        if not stages:
            continue
        reached = reached_index(stages, line.stage_id, line.stage_nominal)
        step = next_step(stages, reached, line.due, line.noticed_on, policy.today)
        if step:
            steps[line.id] = step
    return steps


def _choose_steps(steps, policy):
    """The steps that are due; beside a reminder no courtesy reminder is given."""
    due = {key: step for key, step in steps.items() if step.date <= policy.today}
    firm = {key: step for key, step in due.items() if not step.stage.is_courtesy}
    return firm or due


def _choose_lines(lines, steps, policy):
    """What a notice names: all that is overdue, or only what falls due soon."""
    if all(step.stage.is_courtesy for step in steps.values()):
        return [line for line in lines if line.id in steps]
    return [line for line in lines if line.due < policy.today or line.id in steps]


def _nothing_due(lines, free, steps, policy):
    """Say why there is nothing to send, and until when.

    A receivable that has been through its whole plan needs a person, whatever else
    of the customer's falls due later. Where all that is overdue is held, this is the
    reason, whatever the next stage of the rest.
    """
    overdue = [line for line in free if line.due < policy.today]
    ended = [line for line in overdue if line.id not in steps]
    planned = [line for line in ended if policy.plans.get(line.plan_id)]
    if planned:
        outcome = EXHAUSTED
    elif ended:
        outcome = NO_PLAN
    elif not overdue and _is_overdue(lines, policy):
        outcome = _why_held(lines, policy)
    else:
        outcome = NOTHING_DUE
    following = min(
        steps.values(), key=lambda step: step.date, default=Step(None, None)
    )
    return Decision(outcome, stage=following.stage, date=following.date)


def _is_overdue(lines, policy):
    return any(line.residual_currency > 0 and line.due < policy.today for line in lines)


def _why_held(lines, policy):
    """The reason that all that is overdue has in common, if it is one worth telling."""
    reasons = {line.hold for line in lines if _is_overdue([line], policy)}
    return reasons.pop() if reasons <= TELLING_HOLDS and len(reasons) == 1 else HELD


def _sum_up(decision, policy):
    rows = decision.listed + decision.credits
    decision.amount = round(sum(row.claim for row in rows), policy.digits)
    booked = sum(row.company_claim for row in rows)
    decision.company_amount = round(booked, policy.company_digits)


def _hold_back(decision, policy, contact):
    """Turn a sending into a waiting where the policy asks for it."""
    if decision.amount <= 0:
        decision.outcome, decision.date = CREDITED, None
    elif decision.company_amount < policy.minimum_claim:
        decision.outcome, decision.date = MINIMUM, None
    elif free_from := _interval_end(decision, policy, contact):
        decision.outcome, decision.date = INTERVAL, free_from


def _interval_end(decision, policy, contact):
    """First day on which the customer may be written to again, if not today.

    Notices in several currencies of one run go out on the same day; a second one in
    the same currency never does.
    """
    days = max(
        (policy.min_interval.get(line.plan_id, 0) for line in decision.listed),
        default=0,
    )
    last = contact.any_currency
    if last == policy.today:
        last = contact.same_currency
        days = max(days, 1)
    if not days or not last:
        return None
    free_from = last + datetime.timedelta(days=days)
    return free_from if policy.today < free_from else None
