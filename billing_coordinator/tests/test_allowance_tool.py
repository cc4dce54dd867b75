import doctest
from decimal import Decimal

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import allowance
from ..tools.allowance import MATRIX, SPECIFIC, Specific, compute, net_of_credits
from .properties import holds_for

CENT = Decimal("0.01")
RATES = [Decimal(rate) for rate in ("1", "5", "20", "50", "100")]
UNITS = st.sampled_from([Decimal(u) for u in ("1", "0.01", "0.05", "0.001")])
PERCENT = st.decimals(0, 100, places=4)
MONEY = st.decimals(0, 10**9, places=2)
SPECIFICS = st.one_of(
    st.none(),
    st.builds(Specific, rate=PERCENT),
    st.builds(Specific, amount=st.decimals(-(10**9), 10**10, places=2)),
)
CUSTOMERS = st.lists(
    st.tuples(st.lists(MONEY, min_size=5, max_size=5), MONEY, SPECIFICS), max_size=6
)


def money(*amounts):
    return [Decimal(str(amount)) for amount in amounts]


def of(owed, credit=0, specific=None, unit=CENT, rates=RATES):
    """Amounts by bucket of one customer."""
    specifics = {"A": specific} if specific else {}
    lines = compute({"A": (money(*owed), Decimal(credit))}, rates, specifics, unit)
    return [(line.bucket, float(line.base), float(line.amount)) for line in lines]


class TestAllowance(BaseCase):
    def test_examples_in_the_tool(self):
        result = doctest.testmod(allowance)
        self.assertFalse(result.failed)
        self.assertTrue(result.attempted)

    def test_matrix(self):
        self.assertEqual(
            of([1000, 200, 0, 40, 7]),
            [(0, 1000, 10), (1, 200, 10), (3, 40, 20), (4, 7, 7)],
        )

    def test_credits_pay_off_the_oldest(self):
        self.assertEqual(
            of([100, 100, 0, 0, 100], credit=130), [(0, 100, 1), (1, 70, 3.5)]
        )

    def test_credits_beyond_what_is_owed_lower_nobody_else(self):
        owed = {
            "A": (money(100, 0, 0, 0, 0), Decimal(500)),
            "B": (money(0, 0, 0, 0, 80), Decimal(0)),
        }
        lines = compute(owed, RATES, {}, CENT)
        self.assertEqual([(line.customer, line.amount) for line in lines], [("B", 80)])

    def test_rounded_half_up_by_line(self):
        rates = [Decimal(5)] * 5
        self.assertEqual(
            of([0.1, 0.3, 0.5, 0, 0], rates=rates),
            [(0, 0.1, 0.01), (1, 0.3, 0.02), (2, 0.5, 0.03)],
        )

    def test_currency_without_cents(self):
        unit, rates = Decimal(1), [Decimal("12.5")] * 5
        self.assertEqual(of([100, 20, 0, 0, 0], unit=unit, rates=rates), [
            (0, 100, 13), (1, 20, 3)])  # fmt: skip

    def test_specific_rate_is_of_all_that_is_owed(self):
        self.assertEqual(
            of([100, 0, 50, 0, 0], specific=Specific(rate=Decimal(80))),
            [(0, 100, 80), (2, 50, 40)],
        )

    def test_specific_rate_of_zero(self):
        """A customer who is insured, for instance."""
        specific = Specific(rate=Decimal(0))
        self.assertEqual(of([0, 0, 0, 0, 9], specific=specific), [(4, 9, 0)])

    def test_specific_amount_stands_for_the_oldest(self):
        specific = Specific(amount=Decimal(60))
        self.assertEqual(
            of([100, 0, 50, 0, 30], specific=specific),
            [(0, 100, 0), (2, 50, 30), (4, 30, 30)],
        )

    def test_specific_amount_is_bounded(self):
        for amount, expected in ((500, 100), (-5, 0), (0, 0)):
            specific = Specific(amount=Decimal(amount))
            self.assertEqual(of([100, 0, 0, 0, 0], specific=specific), [
                (0, 100, expected)])  # fmt: skip
        specific = Specific(amount=Decimal(500))
        self.assertEqual(of([100, 0, 0, 0, 0], credit=30, specific=specific), [
            (0, 70, 70)])  # fmt: skip

    def test_origin_and_rate_are_told(self):
        owed = {key: (money(0, 0, 0, 0, 10), Decimal(0)) for key in "ABC"}
        specifics = {
            "B": Specific(rate=Decimal(7)),
            "C": Specific(amount=Decimal(3)),
        }
        lines = compute(owed, RATES, specifics, CENT)
        self.assertEqual(
            [(line.origin, line.rate) for line in lines],
            [(MATRIX, 100), (SPECIFIC, 7), (SPECIFIC, None)],
        )

    def test_either_rate_or_amount(self):
        for values in ({}, {"rate": Decimal(1), "amount": Decimal(1)}):
            with self.assertRaises(ValueError):
                Specific(**values)


class TestAllowanceProperties(BaseCase):
    @holds_for(CUSTOMERS, st.lists(PERCENT, min_size=5, max_size=5), UNITS)
    def test_bounds_and_sums(self, customers, rates, unit):
        owed = {
            n: (amounts, credit) for n, (amounts, credit, _s) in enumerate(customers)
        }
        specifics = {n: s for n, (_a, _c, s) in enumerate(customers) if s}
        lines = compute(owed, rates, specifics, unit)
        self.assertEqual(len({line[:2] for line in lines}), len(lines))
        for line in lines:
            self.assertGreater(line.base, 0)
            self.assertGreaterEqual(line.amount, 0)
            self.assertLessEqual(line.amount, line.base)
            self.assertEqual(line.amount % unit, 0)
        for number, (amounts, credit) in owed.items():
            base = sum(line.base for line in lines if line.customer == number)
            expected = max(Decimal(0), sum(amounts) - credit)
            self.assertLessEqual(abs(base - expected), unit * 5 / 2)

    @holds_for(st.lists(MONEY, min_size=1, max_size=9), MONEY)
    def test_credits(self, owed, credit):
        left = net_of_credits(owed, credit)
        self.assertEqual(sum(left), max(Decimal(0), sum(owed) - credit))
        touched = [n for n, (a, b) in enumerate(zip(owed, left, strict=True)) if a != b]
        for newer in range(len(owed)):
            if touched and newer > touched[0]:
                self.assertEqual(left[newer], 0)

    @holds_for(st.lists(MONEY, min_size=5, max_size=5), MONEY, PERCENT, PERCENT)
    def test_higher_rate_never_gives_less(self, amounts, credit, one, two):
        low, high = sorted((one, two))
        sums = [
            sum(
                line.amount
                for line in compute({"A": (amounts, credit)}, rates, {}, CENT)
            )
            for rates in ([low] * 5, [high] * 5)
        ]
        self.assertLessEqual(*sums)

    @holds_for(
        st.lists(MONEY, min_size=5, max_size=5), st.decimals(0, 10**10, places=2)
    )
    def test_specific_amount_is_reached_where_it_is_owed(self, amounts, amount):
        specifics = {"A": Specific(amount=amount)}
        lines = compute({"A": (amounts, Decimal(0))}, RATES, specifics, CENT)
        self.assertEqual(sum(line.amount for line in lines), min(amount, sum(amounts)))
