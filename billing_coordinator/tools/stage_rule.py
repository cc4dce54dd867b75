"""Which stage of a follow-up plan comes next for a receivable, and when.

A receivable goes from one stage to the next, one notice at a time. A courtesy
reminder (a negative number of days after the due date) is owed until the due date
only: once that has passed, it is left out and the first reminder comes next.
"""

import datetime
from calendar import monthrange
from typing import NamedTuple

AFTER_DUE = "due"
AFTER_MONTH_END = "month_end"
AFTER_PREVIOUS = "previous"
DAYS_OF_A_MONTH = 30


class Stage(NamedTuple):
    """One stage of a plan; ``nominal`` is its place in days after the due date."""

    id: int
    trigger: str
    delay: int
    nominal: int
    automatic: bool = True

    @property
    def is_courtesy(self):
        return self.trigger == AFTER_DUE and self.delay < 0


class Step(NamedTuple):
    """The next stage of a receivable and the first day on which it is due."""

    stage: Stage
    date: datetime.date


def nominal_days(steps):
    """Days after the due date of each ``(trigger, delay)``, in the plan's order.

    >>> nominal_days([("due", 7), ("previous", 10), ("month_end", 5)])
    [7, 17, 35]
    """
    result = []
    for trigger, delay in steps:
        if trigger == AFTER_PREVIOUS:
            delay += result[-1] if result else 0
        elif trigger == AFTER_MONTH_END:
            delay += DAYS_OF_A_MONTH
        result.append(delay)
    return result


def reached_index(stages, stage_id, nominal):
    """Place in ``stages`` of the stage that a receivable has reached, -1 for none.

    A stage of another plan (the plan of the customer was changed) counts as the
    last stage of this plan that is not later than it.
    """
    if not stage_id:
        return -1
    reached = -1
    for index, stage in enumerate(stages):
        if stage.id == stage_id:
            return index
        if stage.nominal <= nominal:
            reached = index
    return reached


def next_step(stages, reached, due, noticed_on, today):
    """Next step after the stage at place ``reached``; None when none is left.

    :param stages: stages of the plan in their order
    :param noticed_on: date of the notice of the reached stage, or None
    """
    index = reached + 1
    while index < len(stages) and stages[index].is_courtesy and today > due:
        index += 1
    if index >= len(stages):
        return None
    previous_on = noticed_on if index - 1 == reached else None
    date = _fires_on(stages, index, due, previous_on)
    if noticed_on:
        # Whatever the plan says, nobody gets two stages on one day.
        date = max(date, noticed_on + datetime.timedelta(days=1))
    return Step(stages[index], date)


def _fires_on(stages, index, due, noticed_on):
    trigger, delay = stages[index].trigger, stages[index].delay
    if trigger == AFTER_PREVIOUS:
        start = noticed_on or _planned_on(stages, index - 1, due)
    elif trigger == AFTER_MONTH_END:
        start = due.replace(day=monthrange(due.year, due.month)[1])
    else:
        start = due
    return start + datetime.timedelta(days=delay)


def _planned_on(stages, index, due):
    """Date on which a stage that was left out would have come."""
    return _fires_on(stages, index, due, None) if index >= 0 else due
