from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.priority import (
    BROKEN_PROMISES,
    CREDIT_USED,
    DAYS_OVERDUE,
    DAYS_SILENT,
    OVERDUE_SHARE,
    STAGE_REACHED,
    Rule,
    score,
)
from .properties import holds_for

FACTS = [
    OVERDUE_SHARE,
    DAYS_OVERDUE,
    BROKEN_PROMISES,
    STAGE_REACHED,
    CREDIT_USED,
    DAYS_SILENT,
]
VALUES = st.dictionaries(
    st.sampled_from(FACTS), st.none() | st.floats(-1e6, 1e9, allow_nan=False)
)
RULES = st.lists(
    st.builds(Rule, st.sampled_from(FACTS), st.integers(0, 100), st.floats(0.1, 1e6)),
    unique_by=lambda rule: rule.fact,
)


class TestPriority(BaseCase):
    def test_in_proportion_up_to_the_full_value(self):
        rules = [Rule(DAYS_OVERDUE, 30, 90)]
        for overdue, points in ((0, 0), (45, 15), (90, 30), (900, 30)):
            self.assertEqual(score({DAYS_OVERDUE: overdue}, rules)[0], points)

    def test_every_fact_is_explained(self):
        rules = [Rule(DAYS_OVERDUE, 30, 90), Rule(CREDIT_USED, 10, 100)]
        facts = {DAYS_OVERDUE: 90, CREDIT_USED: 50}
        self.assertEqual(score(facts, rules), (35, {DAYS_OVERDUE: 30, CREDIT_USED: 5}))

    def test_silence_counts_only_when_something_is_overdue(self):
        rules = [Rule(DAYS_SILENT, 10, 30)]
        self.assertEqual(score({DAYS_SILENT: 60}, rules), (0, {}))
        self.assertEqual(score({DAYS_SILENT: 60, DAYS_OVERDUE: 1}, rules)[0], 10)

    def test_credit_balance_gives_no_points(self):
        self.assertEqual(
            score({CREDIT_USED: -80}, [Rule(CREDIT_USED, 10, 100)]), (0, {})
        )

    def test_never_more_than_a_hundred(self):
        rules = [Rule(DAYS_OVERDUE, 80, 1), Rule(CREDIT_USED, 80, 1)]
        self.assertEqual(score({DAYS_OVERDUE: 5, CREDIT_USED: 5}, rules)[0], 100)

    def test_no_rules(self):
        self.assertEqual(score({DAYS_OVERDUE: 5}, []), (0, {}))


class TestPriorityProperties(BaseCase):
    @holds_for(VALUES, RULES)
    def test_between_0_and_100_and_the_sum_of_its_reasons(self, facts, rules):
        total, points = score(facts, rules)
        self.assertTrue(0 <= total <= 100)
        self.assertEqual(total, min(sum(points.values()), 100))
        self.assertTrue(all(given > 0 for given in points.values()))
        most = {rule.fact: rule.points for rule in rules}
        self.assertTrue(all(given <= most[fact] for fact, given in points.items()))

    @holds_for(VALUES, RULES, st.sampled_from(FACTS[:-1]), st.floats(0, 1e6))
    def test_a_worse_fact_never_lowers_it(self, facts, rules, fact, more):
        worse = {**facts, fact: (facts.get(fact) or 0) + more}
        self.assertGreaterEqual(score(worse, rules)[0], score(facts, rules)[0])
