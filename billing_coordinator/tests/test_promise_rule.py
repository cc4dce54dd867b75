from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import promise as rules
from ..tools.promise import Band, Share
from .properties import holds_for

CENTS = st.integers(1, 500_000).map(lambda cents: cents / 100)


def stack(residual, amounts):
    """Bands of promises that were made one after the other."""
    bands = []
    floor = residual
    for number, amount in enumerate(amounts):
        floor = round(floor - amount, 2)
        bands.append(Band(number, amount, floor))
    return bands


def parts(total, shares):
    """Amounts that together are at most the total."""
    amounts = []
    for share in shares:
        amount = round(total * share, 2)
        if amount > 0:
            amounts.append(amount)
            total = round(total - amount, 2)
    return amounts


class TestCover(BaseCase):
    def test_oldest_first(self):
        self.assertEqual(
            rules.cover([(1, 300.0), (2, 500.0), (3, 50.0)], 450.0),
            ({1: 300.0, 2: 150.0}, 0.0),
        )

    def test_more_than_there_is(self):
        self.assertEqual(rules.cover([(1, 10.0)], 25.0), ({1: 10.0}, 15.0))

    def test_nothing_free(self):
        self.assertEqual(rules.cover([(1, 0.0), (2, 5.0)], 5.0), ({2: 5.0}, 0.0))

    @holds_for(st.lists(CENTS, max_size=6), CENTS)
    def test_nothing_is_lost(self, free, amount):
        covered, left = rules.cover(list(enumerate(free)), amount)
        self.assertAlmostEqual(sum(covered.values()) + left, amount, 2)
        for key, part in covered.items():
            self.assertLessEqual(part, free[key])
            self.assertGreater(part, 0)


class TestShare(BaseCase):
    def test_two_promises_first_in_first_out(self):
        """5,000 open; 2,000 promised first, then 3,000."""
        bands = stack(5000.0, [2000.0, 3000.0])
        for residual, expected in (
            (5000.0, [0.0, 0.0]),
            (4000.0, [1000.0, 0.0]),
            (3000.0, [2000.0, 0.0]),
            (1000.0, [2000.0, 2000.0]),
            (0.0, [2000.0, 3000.0]),
        ):
            shares = rules.share(bands, residual, 0.0)
            paid = [shares[band.id].paid for band in bands]
            self.assertEqual(paid, expected, residual)

    def test_reversed_payment_is_taken_back(self):
        [band] = stack(100.0, [60.0])
        self.assertEqual(rules.share([band], 50.0, 0.0)[0], Share(50.0, 0.0, 10.0))
        self.assertEqual(rules.share([band], 100.0, 0.0)[0], Share(0.0, 0.0, 60.0))

    def test_part_that_is_not_promised_comes_last(self):
        """1,000 open, 400 promised: what comes in is the promise's first."""
        [band] = stack(1000.0, [400.0])
        self.assertEqual(rules.share([band], 700.0, 0.0)[0].paid, 300.0)
        self.assertEqual(rules.share([band], 100.0, 0.0)[0].paid, 400.0)

    def test_credit_note_is_no_payment(self):
        bands = stack(5000.0, [2000.0, 3000.0])
        shares = rules.share(bands, 2000.0, 2000.0)
        self.assertEqual(shares[0], Share(0.0, 2000.0, 0.0))
        self.assertEqual(shares[1], Share(1000.0, 0.0, 2000.0))

    def test_credited_before_the_promise(self):
        band = Band(1, 100.0, 0.0, credit_base=50.0)
        self.assertEqual(rules.share([band], 0.0, 50.0)[1], Share(100.0, 0.0, 0.0))

    @holds_for(
        CENTS,
        st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4),
        st.floats(0, 1),
        st.floats(0, 1),
    )
    def test_what_came_in_is_shared_out(self, total, shares, kept, credited):
        """No payment counts twice, none is lost while a promise waits for it."""
        amounts = parts(total, shares)
        residual = round(total * kept, 2)
        reduction = round(total - residual, 2)
        credit = round(reduction * credited, 2)
        result = rules.share(stack(total, amounts), residual, credit)
        settled = sum(part.paid + part.gone for part in result.values())
        self.assertAlmostEqual(settled, min(reduction, sum(amounts)), 2)
        self.assertLessEqual(sum(part.gone for part in result.values()), credit + 0.01)
        for amount, part in zip(amounts, result.values(), strict=True):
            self.assertAlmostEqual(part.paid + part.gone + part.remaining, amount, 2)
            self.assertGreaterEqual(min(part), 0)


class TestRestack(BaseCase):
    def test_broken_promise_makes_room(self):
        """The first was broken: what comes in now is the second's."""
        second = stack(5000.0, [2000.0, 3000.0])[1]
        floor, base = rules.restack([second], 5000.0, 0.0)[1]
        self.assertEqual((floor, base), (2000.0, 0.0))
        moved = Band(1, 3000.0, floor, base)
        self.assertEqual(rules.share([moved], 3000.0, 0.0)[1].paid, 2000.0)

    @holds_for(
        CENTS, st.lists(st.floats(0.05, 0.95), min_size=2, max_size=4), st.floats(0, 1)
    )
    def test_nothing_changes_for_those_that_stay(self, total, shares, kept):
        """What is paid and what remains stays, whichever promise is closed."""
        amounts = parts(total, shares)
        bands = stack(total, amounts)
        residual = round(total * kept, 2)
        before = rules.share(bands, residual, 0.0)
        for closed in bands:
            rest = [band for band in bands if band != closed]
            moved = rules.restack(rest, residual, 0.0)
            rest = [Band(b.id, b.amount, *moved[b.id]) for b in rest]
            after = rules.share(rest, residual, 0.0)
            for band in rest:
                self.assertAlmostEqual(
                    after[band.id].remaining, before[band.id].remaining, 2
                )


class TestJudge(BaseCase):
    def test_states(self):
        for paid, gone, left, state in (
            (0.0, 0.0, 100.0, "broken"),
            (40.0, 0.0, 60.0, "partially_kept"),
            (100.0, 0.0, 0.0, "kept"),
            (70.0, 30.0, 0.0, "kept"),
            (0.0, 30.0, 70.0, "broken"),
            (0.0, 100.0, 0.0, "withdrawn"),
        ):
            self.assertEqual(rules.judge([Share(paid, gone, left)]), (state, paid))

    def test_several_items(self):
        shares = [Share(100.0, 0.0, 0.0), Share(0.0, 0.0, 0.01)]
        self.assertEqual(rules.judge(shares), ("partially_kept", 100.0))

    def test_levels(self):
        for state, level, expected in (
            (None, 0, 1),
            ("open", 1, 2),
            ("partially_kept", 2, 3),
            ("broken", 3, 4),
            ("kept", 3, 1),
        ):
            self.assertEqual(rules.next_level(state, level), expected)
