import datetime
from calendar import monthrange

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.stage_rule import (
    AFTER_DUE,
    AFTER_MONTH_END,
    AFTER_PREVIOUS,
    Stage,
    next_step,
    nominal_days,
    reached_index,
)
from .properties import holds_for

DUE = datetime.date(2025, 1, 31)


def make_stages(*rules):
    """Stages of a plan from ``(trigger, delay)``, numbered from 1."""
    nominal = nominal_days(rules)
    return [
        Stage(number, trigger, delay, day)
        for number, ((trigger, delay), day) in enumerate(
            zip(rules, nominal, strict=True), 1
        )
    ]


def day(number):
    return DUE + datetime.timedelta(days=number)


@st.composite
def plans(draw):
    """Plans that the model accepts: first from the due date, then ever later."""
    rules, last = [], None
    for _index in range(draw(st.integers(1, 5))):
        triggers = [AFTER_DUE, AFTER_MONTH_END] + [AFTER_PREVIOUS] * bool(rules)
        trigger = draw(st.sampled_from(triggers))
        lowest = -20 if trigger == AFTER_DUE else 0
        delay = draw(st.integers(lowest, 60))
        nominal = nominal_days([*rules, (trigger, delay)])[-1]
        if last is None or nominal > last:
            rules.append((trigger, delay))
            last = nominal
    return make_stages(*(rules or [(AFTER_DUE, 7)]))


class TestStageRule(BaseCase):
    def test_days_after_the_due_date(self):
        stages = make_stages((AFTER_DUE, 7), (AFTER_DUE, 15))
        step = next_step(stages, -1, DUE, None, DUE)
        self.assertEqual((step.stage.id, step.date), (1, day(7)))

    def test_days_after_the_previous_notice(self):
        stages = make_stages((AFTER_DUE, 7), (AFTER_PREVIOUS, 10))
        step = next_step(stages, 0, DUE, day(20), day(20))
        self.assertEqual((step.stage.id, step.date), (2, day(30)))

    def test_days_after_the_end_of_the_due_month(self):
        stages = make_stages((AFTER_MONTH_END, 5))
        for due, month_end in (
            (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29)),
            (datetime.date(2025, 2, 28), datetime.date(2025, 2, 28)),
            (datetime.date(2025, 12, 31), datetime.date(2025, 12, 31)),
        ):
            step = next_step(stages, -1, due, None, due)
            self.assertEqual(step.date, month_end + datetime.timedelta(days=5))

    def test_courtesy_reminder_until_the_due_date(self):
        stages = make_stages((AFTER_DUE, -3), (AFTER_DUE, 7))
        for today, stage, fires in ((-10, 1, -3), (-3, 1, -3), (0, 1, -3), (1, 2, 7)):
            step = next_step(stages, -1, DUE, None, day(today))
            self.assertEqual((step.stage.id, step.date), (stage, day(fires)), today)

    def test_several_courtesy_reminders_expire_together(self):
        stages = make_stages((AFTER_DUE, -10), (AFTER_DUE, -3), (AFTER_DUE, 7))
        self.assertEqual(next_step(stages, -1, DUE, None, day(1)).stage.id, 3)
        self.assertEqual(next_step(stages, 0, DUE, day(-10), day(1)).stage.id, 3)

    def test_after_an_expired_courtesy_reminder(self):
        """What counts from a reminder that never came counts from its planned day."""
        stages = make_stages((AFTER_DUE, -3), (AFTER_PREVIOUS, 10))
        step = next_step(stages, -1, DUE, None, day(5))
        self.assertEqual((step.stage.id, step.date), (2, day(7)))

    def test_only_courtesy_reminders_and_all_expired(self):
        stages = make_stages((AFTER_DUE, -3))
        self.assertIsNone(next_step(stages, -1, DUE, None, day(1)))

    def test_after_the_last_stage(self):
        stages = make_stages((AFTER_DUE, 7))
        self.assertIsNone(next_step(stages, 0, DUE, day(7), day(90)))

    def test_late_start_begins_with_the_first_stage(self):
        stages = make_stages((AFTER_DUE, 7), (AFTER_DUE, 15), (AFTER_DUE, 30))
        self.assertEqual(next_step(stages, -1, DUE, None, day(400)).stage.id, 1)

    def test_stage_of_another_plan(self):
        """After a change of plan the place is found by days, never further on."""
        stages = make_stages((AFTER_DUE, 5), (AFTER_DUE, 20), (AFTER_DUE, 40))
        for nominal, reached in ((-3, -1), (4, -1), (5, 0), (19, 0), (20, 1), (99, 2)):
            self.assertEqual(reached_index(stages, 77, nominal), reached, nominal)

    def test_no_stage_reached(self):
        self.assertEqual(reached_index(make_stages((AFTER_DUE, 5)), None, 99), -1)

    def test_stage_whose_days_were_changed(self):
        """The stage itself counts, not the days that it had."""
        stages = make_stages((AFTER_DUE, 5), (AFTER_DUE, 20))
        self.assertEqual(reached_index(stages, 1, 99), 0)

    def test_nominal_days(self):
        rules = [(AFTER_DUE, -3), (AFTER_PREVIOUS, 10), (AFTER_MONTH_END, 0)]
        self.assertEqual(nominal_days(rules), [-3, 7, 30])
        self.assertEqual(nominal_days([]), [])


class TestStageRuleProperties(BaseCase):
    @holds_for(plans(), st.integers(-40, 200))
    def test_never_skipped_but_expired_courtesy(self, stages, today):
        for reached in range(-1, len(stages)):
            step = next_step(stages, reached, DUE, None, day(today))
            following = len(stages) if step is None else stages.index(step.stage)
            self.assertGreater(following, reached)
            for skipped in stages[reached + 1 : following]:
                self.assertTrue(skipped.is_courtesy)
                self.assertGreater(today, 0)

    @holds_for(plans(), st.integers(0, 100), examples=40)
    def test_each_stage_once_and_in_order_day_by_day(self, stages, start):
        """Walk the days from a first look on: every stage comes once, none earlier."""
        reached, noticed_on, seen = -1, None, []
        for number in range(start - 40, start + 400):
            step = next_step(stages, reached, DUE, noticed_on, day(number))
            if step and step.date <= day(number):
                reached, noticed_on = stages.index(step.stage), day(number)
                seen.append(step.stage.id)
        self.assertEqual(seen, sorted(set(seen)))
        owed = [s.id for s in stages if not s.is_courtesy]
        self.assertEqual([i for i in seen if i in owed], owed)

    @holds_for(plans(), st.integers(-40, 200), st.integers(0, 40))
    def test_not_before_its_day(self, stages, today, later):
        """A courtesy reminder never comes after the due date, a stage never early."""
        step = next_step(stages, -1, DUE, None, day(today))
        if step and step.stage.is_courtesy:
            self.assertLessEqual(day(today), DUE)
            self.assertLess(step.date, DUE)
        if step and step.stage.trigger == AFTER_MONTH_END:
            end = DUE.replace(day=monthrange(DUE.year, DUE.month)[1])
            self.assertGreaterEqual(step.date, end)

    @holds_for(plans(), st.integers(-30, 300))
    def test_place_in_another_plan_is_never_later(self, stages, nominal):
        reached = reached_index(stages, 999, nominal)
        self.assertTrue(-1 <= reached < len(stages))
        if reached >= 0:
            self.assertLessEqual(stages[reached].nominal, nominal)
        for stage in stages[reached + 1 :]:
            self.assertGreater(stage.nominal, nominal)
