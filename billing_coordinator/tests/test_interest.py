import datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.interest import (
    DIVISOR,
    ONE_DAY,
    Installment,
    MissingRateError,
    get_periods,
    get_total,
    set_off,
)
from .properties import holds_for

DUE = datetime.date(2025, 1, 31)
TEN = [(datetime.date(2020, 1, 1), 10)]


def day(number):
    return DUE + number * ONE_DAY


def cents(lowest, highest):
    return st.integers(lowest, highest).map(lambda number: Decimal(number) / 100)


@st.composite
def installments(draw):
    """Installments paid in parts, before and after the due date, never too much."""
    left = amount = draw(cents(0, 10**9))
    payments = []
    for _number in range(draw(st.integers(0, 4))):
        part = min(left, draw(cents(0, 10**9)))
        payments.append((day(draw(st.integers(-30, 400))), part))
        left -= part
    return Installment(DUE, amount, tuple(payments))


@st.composite
def rate_tables(draw):
    """A rate from before the due date on, and some changes."""
    changes = draw(st.dictionaries(st.integers(-100, 400), cents(0, 3000), max_size=5))
    return [(day(-365), draw(cents(0, 3000)))] + [
        (day(number), rate) for number, rate in changes.items()
    ]


def get_segments(installment, rates, until):
    periods = get_periods(installment, rates, until)
    return [segment for period in periods for segment in period.segments]


def product(installment, rates, until):
    """The interest before division and rounding: an exact number."""
    return sum(x.product for x in get_segments(installment, rates, until))


class TestInterest(BaseCase):
    """Vectors computed by hand: principal x rate / 100 / 365 x days."""

    def _total(self, installment, rates, until, **kwargs):
        return get_total(get_segments(installment, rates, until), **kwargs)

    def test_days_count_from_the_day_after_the_due_date(self):
        installment = Installment(DUE, 1000)
        # 1000 x 10 / 36500 = 0.27397...
        for days, interest in ((-5, "0"), (0, "0"), (1, "0.27"), (30, "8.22")):
            total = self._total(installment, TEN, day(days))
            self.assertEqual(total, Decimal(interest), days)

    def test_a_whole_year(self):
        self.assertEqual(self._total(Installment(DUE, 1000), TEN, day(365)), 100)

    def test_a_leap_year_has_366_days_of_a_365th(self):
        due = datetime.date(2023, 12, 31)
        total = self._total(Installment(due, 1000), TEN, datetime.date(2024, 12, 31))
        self.assertEqual(total, Decimal("100.27"))

    def test_half_a_cent_is_rounded_up_once(self):
        # 182.5 x 10 / 36500 = 0.05 a day; 18.25 = 0.005
        self.assertEqual(
            self._total(Installment(DUE, 18.25), TEN, day(1)), Decimal("0.01")
        )
        # Two payments make three segments of 0.005, 0.004 and 0.003: 0.012 together.
        installment = Installment(
            DUE, 18.25, ((day(1), 3.65), (day(2), 3.65), (day(3), 10.95))
        )
        self.assertEqual(self._total(installment, TEN, day(9)), Decimal("0.01"))

    def test_rounding_of_the_currency(self):
        installment = Installment(DUE, 1000)
        for step, interest in ((1, "8"), ("0.05", "8.20"), (0.001, "8.219")):
            total = self._total(installment, TEN, day(30), step=step)
            self.assertEqual(total, Decimal(interest))

    def test_interest_of_a_part_runs_to_its_payment(self):
        # 1000 x 10 days, then 600 x 20 days: 22000 x 10 / 36500 = 6.0273...
        installment = Installment(DUE, 1000, ((day(10), 400),))
        segments = get_segments(installment, TEN, day(30))
        self.assertEqual(
            [(x.date_from, x.date_to, x.principal, x.days) for x in segments],
            [(day(1), day(10), 1000, 10), (day(11), day(30), 600, 20)],
        )
        self.assertEqual(get_total(segments), Decimal("6.03"))

    def test_paid_in_full_but_late(self):
        installment = Installment(DUE, 1000, ((day(10), 1000),))
        self.assertEqual(self._total(installment, TEN, day(300)), Decimal("2.74"))

    def test_paid_on_the_due_date_or_before(self):
        for paid in (-20, 0):
            installment = Installment(DUE, 1000, ((day(paid), 1000),))
            self.assertEqual(get_segments(installment, TEN, day(300)), [])

    def test_rate_changes_within_the_period(self):
        # 9.62 for 150 days of the first half-year, 9.27 for 31 of the second.
        rates = [(datetime.date(2025, 7, 1), 9.27), (datetime.date(2025, 1, 1), 9.62)]
        installment = Installment(DUE, 1000)
        segments = get_segments(installment, rates, datetime.date(2025, 7, 31))
        self.assertEqual([x.days for x in segments], [150, 31])
        # 1443000 / 36500 + 287370 / 36500 = 39.5342 + 7.8732
        self.assertEqual(get_total(segments), Decimal("47.41"))

    def test_only_what_was_not_charged_yet(self):
        installment = Installment(DUE, 1000, (), ((day(1), day(10)),))
        segments = get_segments(installment, TEN, day(30))
        self.assertEqual([x.date_from for x in segments], [day(11)])
        self.assertEqual(get_total(segments), Decimal("5.48"))
        self.assertEqual(get_segments(installment, TEN, day(10)), [])

    def test_gaps_between_days_charged(self):
        """A period for each run of days that no charge covers, each rounded once."""
        charged = ((day(21), day(30)), (day(6), day(10)), (day(11), day(12)))
        installment = Installment(DUE, 1000, ((day(15), 1000),), charged)
        late = installment._replace(payments=())
        for one, until, expected in (
            (late, 40, [(1, 5), (13, 20), (31, 40)]),
            (late, 30, [(1, 5), (13, 20)]),
            (late, 18, [(1, 5), (13, 18)]),
            (late, 4, [(1, 4)]),
            # Nothing is open after day 15: no period there.
            (installment, 40, [(1, 5), (13, 20)]),
        ):
            periods = get_periods(one, TEN, day(until))
            self.assertEqual(
                [(p.date_from, p.date_to) for p in periods],
                [(day(first), day(last)) for first, last in expected],
            )
        [_before, gap] = get_periods(installment, TEN, day(40))
        self.assertEqual([x.days for x in gap.segments], [3])

    def test_charge_that_begins_before_the_due_date(self):
        """The due date was moved since: what was charged stays charged."""
        for charged, expected in (
            ((day(-9), day(3)), day(4)),
            ((day(-9), day(-3)), day(1)),
        ):
            installment = Installment(DUE, 1000, (), (charged,))
            [period] = get_periods(installment, TEN, day(9))
            self.assertEqual(period.date_from, expected)

    def test_payment_before_the_days_not_charged_yet(self):
        charged = ((day(1), day(10)),)
        installment = Installment(DUE, 1000, ((day(5), 400),), charged)
        [segment] = get_segments(installment, TEN, day(30))
        self.assertEqual((segment.date_from, segment.principal), (day(11), 600))

    def test_rate_missing_for_a_date(self):
        rates = [(day(6), 10)]
        with self.assertRaises(MissingRateError) as caught:
            get_segments(Installment(DUE, 1000), rates, day(30))
        self.assertEqual(caught.exception.date, day(1))
        with self.assertRaises(MissingRateError):
            get_segments(Installment(DUE, 1000), [], day(1))

    def test_rate_missing_where_none_is_needed(self):
        rates = [(day(6), 10)]
        paid = Installment(DUE, 1000, ((DUE, 1000),))
        for installment, until, days in (
            (paid, day(30), 0),
            (Installment(DUE, 1000), DUE, 0),
            (Installment(DUE, 1000, (), ((day(1), day(5)),)), day(30), 25),
        ):
            segments = get_segments(installment, rates, until)
            self.assertEqual(sum(segment.days for segment in segments), days)

    def test_float_amounts_are_what_they_say(self):
        """0.1 + 0.2 of a payment is not a trace more than 0.3."""
        installment = Installment(DUE, 0.3, ((DUE, 0.1), (DUE, 0.2)))
        self.assertEqual(get_segments(installment, TEN, day(30)), [])

    def test_credits_pay_the_oldest_first(self):
        items = {"new": Installment(day(5), 100), "old": Installment(DUE, 100)}
        result = set_off(items, [(day(9), 30), (day(7), 90)])
        self.assertEqual(result["old"].payments, ((day(7), 90), (day(9), 10)))
        self.assertEqual(result["new"].payments, ((day(9), 20),))

    def test_credit_for_what_is_open_only(self):
        items = {1: Installment(DUE, 100, ((day(3), 70),)), 2: Installment(day(1), 50)}
        result = set_off(items, [(day(9), 200)])
        self.assertEqual(result[1].payments[1:], ((day(9), 30),))
        self.assertEqual(result[2].payments, ((day(9), 50),))


class TestInterestProperties(BaseCase):
    @holds_for(
        installments(), rate_tables(), st.integers(-10, 500), st.integers(0, 500)
    )
    def test_split_anywhere_is_the_same(self, installment, rates, first, more):
        """Charging in two steps charges what one step would, before rounding."""
        split, end = day(first), day(first + more)
        rest = installment._replace(charged=((day(1), split),))
        self.assertEqual(
            product(installment, rates, split) + product(rest, rates, end),
            product(installment, rates, end),
        )

    @holds_for(
        installments(),
        rate_tables(),
        st.integers(1, 400),
        st.lists(st.tuples(st.integers(-20, 400), st.integers(0, 60)), max_size=5),
    )
    def test_charged_and_not_charged_are_all(self, installment, rates, number, spans):
        """Day by day, whatever was charged before and in whatever order."""
        charged = tuple((day(first), day(first + more)) for first, more in spans)
        rest = installment._replace(charged=charged)
        covered = {
            offset for first, more in spans for offset in range(first, first + more + 1)
        }
        expected = Decimal()
        for offset in set(range(1, number + 1)) - covered:
            paid = sum(p for date, p in installment.payments if date < day(offset))
            _from, rate = max(pair for pair in rates if pair[0] <= day(offset))
            expected += (installment.amount - paid) * rate
        self.assertEqual(product(rest, rates, day(number)), expected)
        for period in get_periods(rest, rates, day(number)):
            for first, last in charged:
                self.assertTrue(period.date_to < first or last < period.date_from)

    @holds_for(installments(), rate_tables(), st.integers(-10, 500))
    def test_never_negative_and_no_day_twice(self, installment, rates, number):
        segments = get_segments(installment, rates, day(number))
        for segment in segments:
            self.assertGreater(segment.principal, 0)
            self.assertGreaterEqual(segment.amount, 0)
            self.assertGreater(segment.date_from, DUE)
            self.assertLessEqual(segment.date_to, day(number))
            length = (segment.date_to - segment.date_from).days + 1
            self.assertEqual(segment.days, length)
        for segment, following in pairwise(segments):
            self.assertLess(segment.date_to, following.date_from)

    @holds_for(installments(), rate_tables(), st.integers(-10, 500), st.integers(0, 90))
    def test_more_days_are_never_less(self, installment, rates, number, more):
        early = get_total(get_segments(installment, rates, day(number)))
        late = get_total(get_segments(installment, rates, day(number + more)))
        self.assertLessEqual(early, late)

    @holds_for(installments(), rate_tables(), st.integers(1, 400))
    def test_day_by_day(self, installment, rates, number):
        """The sum over single days, each with its own principal and rate."""
        expected = Decimal()
        for offset in range(1, number + 1):
            paid = sum(p for date, p in installment.payments if date < day(offset))
            _from, rate = max(pair for pair in rates if pair[0] <= day(offset))
            expected += (installment.amount - paid) * rate
        self.assertEqual(product(installment, rates, day(number)), expected)

    @holds_for(installments(), st.lists(cents(1, 10**9), max_size=4))
    def test_credits_never_pay_more_than_is_open(self, installment, credits):
        paid = sum(amount for _date, amount in installment.payments)
        result = set_off({1: installment}, [(DUE, amount) for amount in credits])[1]
        taken = sum(amount for _date, amount in result.payments) - paid
        self.assertEqual(taken, min(installment.amount - paid, sum(credits)))

    @holds_for(cents(1, 10**12), cents(0, 3000), st.integers(1, 5000))
    def test_formula(self, amount, rate, number):
        rates = [(DUE, rate)]
        total = get_total(get_segments(Installment(DUE, amount), rates, day(number)))
        exact = amount * rate * number / DIVISOR
        self.assertLessEqual(abs(total - exact), Decimal("0.005"))
