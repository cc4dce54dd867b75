import datetime

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import followup
from ..tools.followup import Contact, OpenLine, Policy, decide
from ..tools.stage_rule import AFTER_DUE, AFTER_MONTH_END, AFTER_PREVIOUS
from .properties import holds_for
from .test_stage_rule import make_stages, plans

TODAY = datetime.date(2025, 6, 16)
PLAN, OTHER_PLAN = 1, 2


def day(number):
    return TODAY + datetime.timedelta(days=number)


def make_line(number, overdue, residual=100.0, **values):
    values.setdefault("plan_id", PLAN)
    values.setdefault("residual_currency", residual)
    return OpenLine(number, day(-overdue), residual, **values)


def make_policy(*rules, **values):
    stages = make_stages(*(rules or [(AFTER_DUE, 7), (AFTER_DUE, 15), (AFTER_DUE, 30)]))
    return Policy(TODAY, {PLAN: stages}, **values)


class TestDecision(BaseCase):
    def test_why_all_that_is_overdue_is_held(self):
        """The next stage of what is not due yet does not hide the reason."""
        late = make_line(1, 20, hold=followup.PROMISED)
        later = make_line(2, -20)
        decision = decide([late, later], make_policy())
        self.assertEqual(decision.outcome, followup.PROMISED)
        self.assertEqual(decision.date, day(27))

    def test_the_end_of_the_plan_counts_beside_what_falls_due_later(self):
        ended = make_line(1, 200, stage_id=3, stage_nominal=30, noticed_on=day(-90))
        decision = decide([ended, make_line(2, -20)], make_policy())
        self.assertEqual(decision.outcome, followup.EXHAUSTED)
        self.assertEqual(decision.date, day(27))

    def test_no_date_where_none_is_known(self):
        lines = [make_line(1, 20), make_line(2, 20, residual=-100.0)]
        decision = decide(lines, make_policy())
        self.assertEqual((decision.outcome, decision.date), (followup.CREDITED, None))

    def test_highest_stage_of_the_due_lines_and_all_that_is_overdue(self):
        lines = [
            make_line(1, 20, stage_id=1, stage_nominal=7, noticed_on=day(-10)),
            make_line(2, 8),
            make_line(3, 2),
            make_line(4, -5),
        ]
        decision = decide(lines, make_policy())
        self.assertEqual(decision.outcome, followup.SEND)
        self.assertEqual(decision.stage.id, 2)
        self.assertEqual(
            {i: s.stage.id for i, s in decision.steps.items()}, {1: 2, 2: 1}
        )
        self.assertEqual([line.id for line in decision.listed], [1, 2, 3])
        self.assertEqual(decision.amount, 300)

    def test_credits_reduce_the_claim(self):
        lines = [make_line(1, 10), make_line(2, -5, -30.0)]
        decision = decide(lines, make_policy())
        self.assertEqual((decision.outcome, decision.amount), (followup.SEND, 70))
        self.assertEqual([line.id for line in decision.credits], [2])

    def test_nothing_is_claimed_where_credits_cover_it(self):
        for credit in (-100.0, -250.0):
            decision = decide(
                [make_line(1, 10), make_line(2, 1, credit)], make_policy()
            )
            self.assertEqual(decision.outcome, followup.CREDITED)

    def test_held_line_is_not_listed(self):
        lines = [make_line(1, 10), make_line(2, 40, 900.0, hold="hold")]
        decision = decide(lines, make_policy())
        self.assertEqual([line.id for line in decision.listed], [1])
        self.assertEqual(decision.amount, 100)

    def test_all_overdue_held(self):
        decision = decide([make_line(1, 40, hold="hold")], make_policy())
        self.assertEqual((decision.outcome, decision.stage), (followup.HELD, None))

    def test_nothing_due_says_until_when(self):
        decision = decide([make_line(1, 2), make_line(2, -9)], make_policy())
        self.assertEqual(
            (decision.outcome, decision.date), (followup.NOTHING_DUE, day(5))
        )

    def test_end_of_the_plan(self):
        line = make_line(1, 90, stage_id=3, stage_nominal=30, noticed_on=day(-50))
        self.assertEqual(decide([line], make_policy()).outcome, followup.EXHAUSTED)

    def test_without_a_plan(self):
        line = make_line(1, 90, plan_id=None)
        self.assertEqual(decide([line], make_policy()).outcome, followup.NO_PLAN)

    def test_plan_without_stages(self):
        policy = Policy(TODAY, {PLAN: []})
        self.assertEqual(decide([make_line(1, 90)], policy).outcome, followup.NO_PLAN)

    def test_nothing_open(self):
        self.assertEqual(decide([], make_policy()).outcome, followup.NOTHING_DUE)
        lone_credit = [make_line(1, 10, -50.0)]
        self.assertEqual(
            decide(lone_credit, make_policy()).outcome, followup.NOTHING_DUE
        )

    def test_courtesy_reminder_lists_what_is_not_overdue_yet(self):
        policy = make_policy((AFTER_DUE, -3), (AFTER_DUE, 7))
        decision = decide([make_line(1, -2), make_line(2, -8)], policy)
        self.assertEqual(decision.outcome, followup.SEND)
        self.assertEqual([line.id for line in decision.listed], [1])

    def test_a_reminder_does_not_ask_for_what_is_not_due_yet(self):
        """The courtesy reminder of the other item comes by itself, on another day."""
        policy = make_policy((AFTER_DUE, -3), (AFTER_DUE, 7))
        lines = [make_line(1, 10, 50.0), make_line(2, -2, 1000.0)]
        decision = decide(lines, policy)
        self.assertEqual((decision.amount, decision.steps.keys()), (50, {1}))
        again = decide(lines[1:], policy, Contact(TODAY, TODAY))
        self.assertEqual((again.outcome, again.date), (followup.INTERVAL, day(1)))

    def test_a_courtesy_reminder_does_not_name_what_is_overdue(self):
        policy = make_policy((AFTER_DUE, -3), (AFTER_DUE, 7))
        decision = decide([make_line(1, 3, 50.0), make_line(2, -2)], policy)
        self.assertEqual([line.id for line in decision.listed], [2])
        self.assertEqual(decision.amount, 100)

    def test_a_part_that_is_withheld_is_not_claimed(self):
        line = make_line(1, 10, 50.0, residual_currency=100.0, withheld=40.0)
        decision = decide([line], make_policy())
        self.assertEqual((decision.amount, decision.company_amount), (60, 30))
        held = line._replace(withheld=100.0, hold=followup.PROMISED)
        self.assertEqual(decide([held], make_policy()).outcome, followup.PROMISED)
        other = make_line(2, 9, hold="hold")
        self.assertEqual(decide([held, other], make_policy()).outcome, followup.HELD)

    def test_month_end(self):
        policy = make_policy((AFTER_MONTH_END, 10))
        self.assertEqual(
            decide([make_line(1, 10)], policy).date, datetime.date(2025, 7, 10)
        )
        self.assertEqual(decide([make_line(1, 20)], policy).outcome, followup.SEND)

    def test_after_the_previous_notice(self):
        policy = make_policy((AFTER_DUE, 7), (AFTER_PREVIOUS, 14))
        values = {"stage_id": 1, "stage_nominal": 7}
        late = make_line(1, 60, noticed_on=day(-13), **values)
        decision = decide([late], policy)
        self.assertEqual(
            (decision.outcome, decision.date), (followup.NOTHING_DUE, day(1))
        )
        ready = make_line(1, 60, noticed_on=day(-14), **values)
        self.assertEqual(decide([ready], policy).stage.id, 2)

    def test_plan_changed_in_the_middle(self):
        """The stage reached in the old plan counts by its days in the new one."""
        stages = make_stages((AFTER_DUE, 5), (AFTER_DUE, 10), (AFTER_DUE, 20))
        stages = [stage._replace(id=stage.id + 10) for stage in stages]
        policy = make_policy()._replace(plans={OTHER_PLAN: stages})
        line = make_line(
            1, 50, plan_id=OTHER_PLAN, stage_id=2, stage_nominal=15, noticed_on=day(-9)
        )
        self.assertEqual(decide([line], policy).stage.id, 13)

    def test_two_plans_at_one_customer(self):
        stages = [stage._replace(id=9) for stage in make_stages((AFTER_DUE, 40))]
        policy = make_policy(min_interval={OTHER_PLAN: 5})
        policy.plans[OTHER_PLAN] = stages
        lines = [make_line(1, 8), make_line(2, 45, plan_id=OTHER_PLAN)]
        decision = decide(lines, policy)
        self.assertEqual(decision.stage.id, 9)
        self.assertEqual(
            {i: s.stage.id for i, s in decision.steps.items()}, {1: 1, 2: 9}
        )


class TestHoldingBack(BaseCase):
    def test_minimum_is_in_company_currency(self):
        line = make_line(1, 10, 25.0, residual_currency=100.0)
        for minimum, outcome in ((25.0, followup.SEND), (25.01, followup.MINIMUM)):
            policy = make_policy(minimum_claim=minimum)
            self.assertEqual(decide([line], policy).outcome, outcome)

    def test_minimum_after_credits(self):
        lines = [make_line(1, 10), make_line(2, 10, -60.0)]
        policy = make_policy(minimum_claim=50.0)
        self.assertEqual(decide(lines, policy).outcome, followup.MINIMUM)

    def test_min_interval(self):
        policy = make_policy(min_interval={PLAN: 7})
        for silent, outcome in ((1, followup.INTERVAL), (6, followup.INTERVAL),
                                (7, followup.SEND), (30, followup.SEND)):  # fmt: skip
            contact = Contact(day(-silent), day(-silent))
            decision = decide([make_line(1, 10)], policy, contact)
            self.assertEqual(decision.outcome, outcome, silent)
            if outcome == followup.INTERVAL:
                self.assertEqual(decision.date, day(7 - silent))

    def test_min_interval_hides_nothing_later(self):
        policy = make_policy(min_interval={PLAN: 7})
        line = make_line(1, 20, stage_id=1, stage_nominal=7, noticed_on=day(-6))
        contact = Contact(day(-6), day(-6))
        self.assertEqual(decide([line], policy, contact).outcome, followup.INTERVAL)
        tomorrow = policy._replace(today=day(1))
        decision = decide([line], tomorrow, contact)
        self.assertEqual((decision.outcome, decision.stage.id), (followup.SEND, 2))

    def test_several_currencies_on_the_same_day(self):
        policy = make_policy(min_interval={PLAN: 7})
        line = make_line(1, 10)
        for contact, outcome in (
            (Contact(None, TODAY), followup.SEND),
            (Contact(day(-20), TODAY), followup.SEND),
            (Contact(day(-2), TODAY), followup.INTERVAL),
            (Contact(TODAY, TODAY), followup.INTERVAL),
            (Contact(None, day(-1)), followup.INTERVAL),
        ):
            self.assertEqual(decide([line], policy, contact).outcome, outcome, contact)

    def test_no_interval(self):
        """Without an interval a customer gets one notice a day at most."""
        for last, outcome in ((day(-1), followup.SEND), (TODAY, followup.INTERVAL)):
            contact = Contact(last, last)
            decision = decide([make_line(1, 10)], make_policy(), contact)
            self.assertEqual(decision.outcome, outcome)


MONEY = st.integers(-50_000, 50_000).filter(bool).map(lambda cents: cents / 100)


@st.composite
def situations(draw):
    """Open lines of one customer under one plan, with any history."""
    stages = draw(plans())
    lines = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        reached = draw(st.none() | st.sampled_from(stages))
        amount = draw(MONEY)
        lines.append(
            OpenLine(
                number,
                day(draw(st.integers(-100, 30))),
                amount,
                amount,
                draw(st.sampled_from([PLAN, None])),
                reached and reached.id,
                reached and reached.nominal,
                reached and day(draw(st.integers(-90, 0))),
                draw(st.sampled_from([None, None, "hold"])),
            )
        )
    policy = Policy(
        TODAY,
        {PLAN: stages},
        draw(st.sampled_from([0.0, 50.0])),
        {PLAN: draw(st.integers(0, 14))},
    )
    last = draw(st.none() | st.integers(-30, 0).map(day))
    return lines, policy, Contact(last, last)


class TestDecisionProperties(BaseCase):
    @holds_for(situations())
    def test_never_claims_more_than_is_open(self, situation):
        lines, policy, contact = situation
        decision = decide(lines, policy, contact)
        owed = sum(
            line.residual_currency
            for line in lines
            if line.residual_currency > 0 and not line.hold
        )
        credit = sum(
            line.residual_currency for line in lines if line.residual_currency < 0
        )
        if decision.outcome == followup.SEND:
            self.assertGreater(decision.amount, 0)
            self.assertLessEqual(decision.amount, round(owed + credit, 2))

    @holds_for(situations())
    def test_names_what_is_overdue_and_nothing_that_is_held(self, situation):
        lines, policy, contact = situation
        decision = decide(lines, policy, contact)
        named = {line.id for line in decision.listed}
        courtesy = all(step.stage.is_courtesy for step in decision.steps.values())
        self.assertEqual(len(named), len(decision.listed))
        self.assertLessEqual(decision.steps.keys(), named)
        for line in lines:
            if line.hold or line.residual_currency <= 0:
                self.assertNotIn(line.id, named)
            elif decision.listed and line.due < TODAY and not courtesy:
                self.assertIn(line.id, named)
            elif not courtesy and line.due > TODAY and line.id not in decision.steps:
                self.assertNotIn(line.id, named)
        if decision.listed:
            credits = [line for line in lines if line.residual_currency < 0]
            self.assertEqual(decision.credits, credits)

    @holds_for(situations())
    def test_no_stage_before_its_time_and_the_highest_leads(self, situation):
        lines, policy, contact = situation
        decision = decide(lines, policy, contact)
        for step in decision.steps.values():
            self.assertLessEqual(step.date, TODAY)
        if decision.steps:
            highest = max(step.stage.nominal for step in decision.steps.values())
            self.assertEqual(decision.stage.nominal, highest)

    @holds_for(situations())
    def test_once_sent_the_day_is_over(self, situation):
        """Asked again on the same day, no line gets the same stage again."""
        lines, policy, contact = situation
        decision = decide(lines, policy, contact)
        if decision.outcome != followup.SEND:
            return
        after = [
            line._replace(
                stage_id=decision.steps[line.id].stage.id,
                stage_nominal=decision.steps[line.id].stage.nominal,
                noticed_on=TODAY,
            )
            if line.id in decision.steps
            else line
            for line in lines
        ]
        again = decide(after, policy, Contact(TODAY, TODAY))
        for line_id, step in again.steps.items():
            sent = decision.steps.get(line_id)
            self.assertTrue(sent is None or step.stage.nominal > sent.stage.nominal)
        if policy.min_interval[PLAN]:
            self.assertNotEqual(again.outcome, followup.SEND)

    @holds_for(situations(), st.randoms())
    def test_order_of_the_lines_makes_no_difference(self, situation, random):
        lines, policy, contact = situation
        shuffled = list(lines)
        random.shuffle(shuffled)
        one, other = decide(lines, policy, contact), decide(shuffled, policy, contact)
        self.assertEqual(
            (one.outcome, one.stage, one.date, one.steps, one.amount),
            (other.outcome, other.stage, other.date, other.steps, other.amount),
        )
        self.assertEqual(
            {line.id for line in one.listed}, {line.id for line in other.listed}
        )
