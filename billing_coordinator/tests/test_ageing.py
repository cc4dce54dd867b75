import doctest
from itertools import pairwise

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import ageing, followup, interest, priority, promise, stage_rule, statement
from ..tools.ageing import MAX_BOUNDS, bucket_index, bucket_ranges, parse_bounds
from .properties import holds_for

BOUNDS = st.lists(
    st.integers(1, 3650), min_size=1, max_size=MAX_BOUNDS, unique=True
).map(sorted)


class TestDoctests(BaseCase):
    def test_examples_in_the_tools(self):
        for module in (
            *(ageing, followup, interest, priority),
            *(promise, stage_rule, statement),
        ):
            failed, tried = doctest.testmod(module)
            self.assertFalse(failed, module.__name__)
        self.assertTrue(doctest.testmod(ageing).attempted)


class TestAgeing(BaseCase):
    def test_days_of_the_standard_buckets(self):
        bounds = parse_bounds(ageing.DEFAULT_BOUNDS)
        expected = {
            -9: 0, 0: 0, 1: 1, 30: 1, 31: 2, 60: 2, 61: 3, 90: 3, 91: 4, 120: 4, 121: 5,
            9999: 5,
        }  # fmt: skip
        found = {number: bucket_index(number, bounds) for number in expected}
        self.assertEqual(found, expected)

    def test_bounds_that_are_none(self):
        for text in (None, "", "30,", "a", "30;60", "30.5", "0,30", "-1", "30,30",
                     "60,30", ",".join(map(str, range(1, 10)))):  # fmt: skip
            with self.assertRaises(ValueError, msg=text):
                parse_bounds(text)

    def test_bounds_with_spaces(self):
        self.assertEqual(parse_bounds(" 15 , 45 "), [15, 45])


class TestAgeingProperties(BaseCase):
    @holds_for(BOUNDS, st.integers(-4000, 9000))
    def test_in_exactly_one_bucket(self, bounds, number):
        ranges = [(None, 0), *bucket_ranges(bounds)]
        found = [
            index
            for index, (first, last) in enumerate(ranges)
            if (first is None or first <= number) and (last is None or number <= last)
        ]
        self.assertEqual(found, [bucket_index(number, bounds)])

    @holds_for(BOUNDS)
    def test_no_day_between_two_buckets(self, bounds):
        for (_f, last), (first, _l) in pairwise(bucket_ranges(bounds)):
            self.assertEqual(first, last + 1)

    @holds_for(BOUNDS)
    def test_bounds_survive_writing_and_reading(self, bounds):
        self.assertEqual(parse_bounds(",".join(map(str, bounds))), bounds)

    @holds_for(st.text(max_size=30))
    def test_any_text_is_read_or_refused(self, text):
        try:
            bounds = parse_bounds(text)
        except ValueError:
            return
        self.assertEqual(bounds, sorted(set(bounds)))
        self.assertGreater(bounds[0], 0)
