import doctest
from datetime import date, timedelta

from hypothesis import assume
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import behaviour
from ..tools.behaviour import Installment, Period
from .common import TODAY, days
from .properties import holds_for

AMOUNTS = st.integers(1, 10**9).map(lambda cents: cents / 100)
# From before the oldest period to after today.
DUES = st.integers(-800, 60).map(days)


@st.composite
def installments(draw, dues=DUES):
    due = draw(dues)
    # A payment is a thing of the past.
    paid = st.integers(-60, 900).map(lambda late: min(due + timedelta(late), TODAY))
    return Installment(draw(AMOUNTS), due, draw(st.none() | paid))


LISTS = st.lists(installments(), max_size=20)


def average(rows, periods=behaviour.PERIODS):
    return behaviour.average_days_late(behaviour.summarize(rows, TODAY)[:periods])


def paid(amount, due, late):
    return Installment(amount, days(due), days(due + late))


class TestDaysLate(BaseCase):
    def test_examples(self):
        failed, tried = doctest.testmod(behaviour)
        self.assertTrue(tried)
        self.assertFalse(failed)

    def test_by_amount(self):
        """30 days on 300 weigh more than none on 100."""
        self.assertEqual(average([paid(300, -90, 30), paid(100, -80, 0)]), 22.5)

    def test_unpaid_is_late_up_to_today(self):
        self.assertEqual(average([Installment(50, days(-40))]), 40)
        self.assertEqual(average([Installment(50, days(-40)), paid(50, -50, 0)]), 20)

    def test_early(self):
        self.assertEqual(average([paid(10, -50, -8)]), -8)

    def test_what_is_not_due_says_nothing(self):
        """Not even when it has been paid already."""
        coming = [Installment(10**6, days(1)), Installment(10**6, days(5), days(-1))]
        self.assertIsNone(average(coming))
        self.assertEqual(average([*coming, paid(1, -9, 4)]), 4)
        self.assertEqual(average([Installment(10, TODAY)]), 0)

    def test_nobody_is_divided_by_zero(self):
        self.assertIsNone(average([]))
        self.assertIsNone(behaviour.average_days_late([]))
        self.assertIsNone(behaviour.average_days_late([Period()]))

    def test_periods(self):
        """Half-years back from 16 June 2025; the last day of a period is within."""
        rows = {
            date(2025, 6, 17): None,
            date(2025, 6, 16): 0,
            date(2024, 12, 17): 0,
            date(2024, 12, 16): 1,
            date(2024, 6, 17): 1,
            date(2024, 6, 16): 2,
            date(2023, 12, 16): 3,
            date(2023, 6, 17): 3,
            date(2023, 6, 16): None,
        }
        for due, period in rows.items():
            counts = [
                p.count for p in behaviour.summarize([Installment(1, due)], TODAY)
            ]
            expected = [int(index == period) for index in range(4)]
            self.assertEqual(counts, expected, due)

    def test_last_year_leaves_the_year_before_out(self):
        rows = [paid(10, -30, 5), paid(10, -400, 95)]
        self.assertEqual(average(rows, 2), 5)
        self.assertEqual(average(rows), 50)


class TestTrend(BaseCase):
    def _trend(self, recent, previous):
        rows = [paid(10, -60, recent), paid(999, -250, previous)]
        return behaviour.trend(*behaviour.summarize(rows, TODAY)[:2])

    def test_vectors(self):
        for recent, previous, expected in (
            (10, 10, "same"),
            (13, 10, "same"),
            (14, 10, "worse"),
            (7, 10, "same"),
            (6, 10, "better"),
            (-2, 2, "better"),
            (2, -2, "worse"),
        ):
            found = self._trend(recent, previous)
            self.assertEqual(found, expected, (recent, previous))

    def test_no_telling(self):
        for rows in ([], [paid(10, -60, 5)], [paid(10, -250, 5)]):
            periods = behaviour.summarize(rows, TODAY)
            self.assertIsNone(behaviour.trend(*periods[:2]))


class TestAlways(BaseCase):
    """What holds for any installments."""

    @holds_for(LISTS)
    def test_average_is_between_the_extremes(self, rows):
        oldest = behaviour.period_bounds(TODAY)[-1]
        late = [
            behaviour.days_late(row, TODAY) for row in rows if oldest < row.due <= TODAY
        ]
        found = average(rows)
        if not late:
            self.assertIsNone(found)
        else:
            self.assertGreaterEqual(found, min(late) - 1e-6)
            self.assertLessEqual(found, max(late) + 1e-6)

    @holds_for(LISTS)
    def test_every_installment_is_in_at_most_one_period(self, rows):
        oldest = behaviour.period_bounds(TODAY)[-1]
        periods = behaviour.summarize(rows, TODAY)
        within = [row for row in rows if oldest < row.due <= TODAY]
        self.assertEqual(sum(period.count for period in periods), len(within))
        total = sum(row.amount for row in within)
        self.assertAlmostEqual(sum(p.amount for p in periods), total, delta=0.01)

    @holds_for(LISTS, st.integers(0, 19))
    def test_splitting_an_installment_changes_nothing(self, rows, index):
        assume(index < len(rows))
        row = rows[index]
        halves = [row._replace(amount=row.amount / 2)] * 2
        split = [*rows[:index], *halves, *rows[index + 1 :]]
        before, after = average(rows), average(split)
        if before is None:
            self.assertIsNone(after)
        else:
            self.assertAlmostEqual(after, before, places=6)

    @holds_for(LISTS)
    def test_paying_later_is_never_better(self, rows):
        assume(average(rows) is not None)
        later = [row._replace(paid=None) for row in rows]
        self.assertGreaterEqual(average(later), average(rows) - 1e-6)

    @holds_for(installments(), installments())
    def test_trend_turns_round(self, one, other):
        periods = [
            Period(i.amount, i.amount * behaviour.days_late(i, TODAY), 1)
            for i in (one, other)
        ]
        opposite = {"better": "worse", "worse": "better", "same": "same"}
        found = behaviour.trend(*periods)
        self.assertEqual(behaviour.trend(*reversed(periods)), opposite[found])
