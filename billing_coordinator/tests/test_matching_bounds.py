"""A line takes a bounded time, whatever stands in it and however much is owed."""

import time

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.matching.index import Index
from ..tools.matching.match import match_one
from ..tools.matching.record import IN_TRANSIT, Item, Payment, Received, Rules
from .properties import holds_for

TODAY = 739_000
ITEMS = 5_000
SECONDS = 2.0  # the slowest takes about a fifth of it


class TestBounds(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        items = [cls.make_item(number) for number in range(1, ITEMS + 1)]
        received = [
            Received(i, 1, 10_000 + i % 7, TODAY, "E2E", numbers=(f"INV/2025/{i}",))
            for i in range(ITEMS)
        ]
        name = "Azure Interior"
        cls.index = Index(
            items, [(name, 1), (name, 2)], {"DE1": (1, 2)}, received=received
        )

    @staticmethod
    def make_item(number):
        kind = IN_TRANSIT if number % 5 == 0 else "invoice"
        amount = 10_000 + number % 97
        return Item(
            number, 1, -amount if number % 50 == 1 else amount, TODAY - number % 90,
            f"INV/2025/{number:05d}", "INV/2025/", number, discounted=9_800,
            discount_until=TODAY, kind=kind,
        )  # fmt: skip

    def assertFast(self, payment):
        started = time.perf_counter()
        match_one(payment, self.index, Rules(tolerance=500))
        self.assertLess(time.perf_counter() - started, SECONDS)

    def test_all_numbers(self):
        for numbers in (
            [f"{i}" for i in range(1000, 1500)],
            [f"INV/2025/{i}" for i in range(1000, 1500)],
            [f"{i:09d}" for i in range(100_000_000, 900_000_000, 4_000_001)],
            ["1"] * 1000,
            [f"25-{i}/17" for i in range(500)],
        ):
            for separator in (" ", "/", ", ", ""):
                text = separator.join(numbers)[:2000]
                self.assertFast(Payment(1, 1_234_567, TODAY, text, account="DE1"))

    @holds_for(
        st.text("0123456789 /-INVBATCH", min_size=1, max_size=2000),
        st.sampled_from((1, -1)),
        st.integers(1, 10**8),
        st.booleans(),
        examples=40,
    )
    def test_any_text(self, text, sign, amount, returned):
        text = (text * 2000)[:2000]
        self.assertFast(
            Payment(
                1, sign * amount, TODAY, text, name="Azure Interior " * 20,
                account="DE1", end_to_end="E2E", is_return=returned,
                documents=tuple((number, 1) for number in text.split()[:100]),
            )
        )  # fmt: skip
