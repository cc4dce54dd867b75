from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import promise as rules
from ..tools.promise import Band, Settlement, Share
from .properties import holds_for

CENTS = st.integers(1, 500_000).map(lambda cents: cents / 100)
AMOUNTS = st.lists(CENTS, min_size=1, max_size=4)


def bands(*amounts, since=0):
    """Promises of these amounts, made at once."""
    return [Band(number, amount, since) for number, amount in enumerate(amounts)]


def payments(*amounts, paid=1.0):
    return [
        Settlement(number, amount, paid) for number, amount in enumerate(amounts, 1)
    ]


@st.composite
def histories(draw, under_way=True):
    """Promises and settlements in some order: ``(bands, settlements)``."""
    made, settlements = [], []
    for _step in range(draw(st.integers(1, 8))):
        amount = draw(CENTS)
        if draw(st.booleans()):
            made.append(Band(len(made), amount, len(settlements)))
        else:
            paid = draw(st.sampled_from((0.0, 0.5, 1.0)))
            settlements.append(Settlement(len(settlements) + 1, amount, paid))
    if under_way and draw(st.booleans()):
        settlements.append(Settlement(None, draw(CENTS)))
        if made and draw(st.booleans()):
            awaited = settlements[-1].amount
            made.append(Band(len(made), draw(CENTS), len(settlements) - 1, awaited))
    return made, settlements


def owed(made, settlements):
    """An open amount that leaves room for all that is promised."""
    return sum(rules.waiting(made, settlements).values())


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


class TestSpread(BaseCase):
    def test_one_after_the_other(self):
        self.assertEqual(
            rules.spread([(1, 500.0), (2, 500.0)], [400.0, 600.0]),
            [{1: 400.0}, {1: 100.0, 2: 500.0}],
        )

    def test_what_finds_no_room_is_on_the_last(self):
        self.assertEqual(rules.spread([(1, 0.0), (2, 50.0)], [80.0]), [{2: 80.0}])
        self.assertEqual(rules.spread([(1, 0.0)], [80.0]), [{1: 80.0}])

    @holds_for(st.lists(CENTS, min_size=1, max_size=5), AMOUNTS)
    def test_nothing_is_lost(self, room, amounts):
        result = rules.spread(list(enumerate(room)), amounts)
        for amount, parts in zip(amounts, result, strict=True):
            self.assertAlmostEqual(sum(parts.values()), amount, 2)
        for key, free in list(enumerate(room))[:-1]:
            self.assertLessEqual(
                round(sum(parts.get(key, 0) for parts in result), 2), free
            )


class TestShare(BaseCase):
    def test_two_promises_first_in_first_out(self):
        """5,000 open; 2,000 promised first, then 3,000."""
        for paid, expected in (
            (0.0, [0.0, 0.0]),
            (1000.0, [1000.0, 0.0]),
            (2000.0, [2000.0, 0.0]),
            (4000.0, [2000.0, 2000.0]),
            (5000.0, [2000.0, 3000.0]),
        ):
            shares = rules.share(bands(2000.0, 3000.0), payments(paid), 5000.0 - paid)
            self.assertEqual([shares[key].paid for key in shares], expected, paid)

    def test_part_that_is_not_promised_comes_last(self):
        """1,000 open, 400 promised: what comes in is the promise's first."""
        for paid, expected in ((300.0, 300.0), (900.0, 400.0)):
            shares = rules.share(bands(400.0), payments(paid), 1000.0 - paid)
            self.assertEqual(shares[0].paid, expected)

    def test_what_was_paid_before_does_not_count(self):
        """It makes no difference either when it is taken back."""
        band = Band(1, 400.0, since=1)
        before, after = Settlement(1, 300.0), Settlement(2, 400.0)
        self.assertEqual(rules.share([band], [before], 700.0)[1].paid, 0)
        self.assertEqual(rules.share([band], [], 1000.0)[1], Share(0, 0, 400))
        self.assertEqual(rules.share([band], [after], 600.0)[1], Share(400, 0, 0))

    def test_taken_back_from_the_first(self):
        """What is left of the payments is the older promise's."""
        older, newer = Band(1, 300.0), Band(2, 100.0, since=1)
        first, second = Settlement(1, 300.0), Settlement(2, 100.0)
        shares = rules.share([older, newer], [first, second], 600.0)
        self.assertEqual([shares[1].paid, shares[2].paid], [300, 100])
        shares = rules.share([older, newer], [second], 900.0)
        self.assertEqual([shares[1].paid, shares[2].paid], [100, 0])

    def test_credit_note_is_no_payment(self):
        credit, money = Settlement(1, 2000.0, paid=0.0), Settlement(2, 1000.0)
        shares = rules.share(bands(2000.0, 3000.0), [credit, money], 2000.0)
        self.assertEqual(shares[0], Share(0.0, 2000.0, 0.0))
        self.assertEqual(shares[1], Share(1000.0, 0.0, 2000.0))

    def test_discount_with_the_payment(self):
        shares = rules.share(bands(100.0), payments(100.0, paid=0.97), 0.0)
        self.assertEqual(shares[0], Share(97.0, 3.0, 0.0))

    def test_under_way_before_the_promise(self):
        """It is not counted, on its way or arrived; the next payment is."""
        band = Band(1, 600.0, awaited=400.0)
        for known in (Settlement(None, 400.0), Settlement(1, 400.0)):
            self.assertEqual(rules.share([band], [known], 600.0)[1].paid, 0)
        both = payments(400.0, 600.0)
        self.assertEqual(rules.share([band], both, 0.0)[1], Share(600.0, 0, 0))

    def test_less_is_owed_than_was_promised(self):
        shares = rules.share(bands(400.0, 600.0), [], 700.0)
        self.assertEqual(shares[0], Share(0.0, 300.0, 100.0))
        self.assertEqual(shares[1], Share(0.0, 0.0, 600.0))
        shares = rules.share(bands(400.0), [], 0.0)
        self.assertEqual(shares[0], Share(0.0, 400.0, 0.0))

    def test_part_in_dispute(self):
        """It need not be paid meanwhile, the oldest first."""
        shares = rules.share(bands(50.0, 50.0), [], 100.0, disputed=70.0)
        self.assertEqual(shares[0], Share(0.0, 0.0, 0.0, 50.0))
        self.assertEqual(shares[1], Share(0.0, 0.0, 30.0, 20.0))

    def test_dispute_of_what_is_not_promised(self):
        shares = rules.share(bands(60.0), [], 100.0, disputed=40.0)
        self.assertEqual(shares[0], Share(0.0, 0.0, 60.0, 0.0))

    def test_credited_in_part_and_in_dispute(self):
        shares = rules.share(bands(100.0), [], 80.0, disputed=90.0)
        self.assertEqual(shares[0], Share(0.0, 20.0, 0.0, 80.0))

    @holds_for(histories(), st.floats(0, 1.5), st.floats(0, 1.5))
    def test_nothing_is_lost(self, history, factor, part_disputed):
        """Each band is paid, gone, remains or is disputed; no settlement twice."""
        made, settlements = history
        residual = round(owed(made, settlements) * factor, 2)
        disputed = round(residual * part_disputed, 2)
        shares = rules.share(made, settlements, residual, disputed=disputed)
        for band in made:
            part = shares[band.id]
            self.assertAlmostEqual(sum(part), band.amount, 2)
            self.assertGreaterEqual(min(part), 0)
        money = sum(each.amount * each.paid for each in settlements)
        self.assertLessEqual(sum(part.paid for part in shares.values()), money + 0.05)
        remaining = sum(part.remaining for part in shares.values())
        self.assertLessEqual(remaining, max(0, residual - disputed) + 0.05)

    @holds_for(histories(under_way=False))
    def test_what_a_band_waits_for_is_what_it_did_not_take(self, history):
        """The formula in SQL and the first-in-first-out agree."""
        made, settlements = history
        room = {band.id: band.amount for band in made}
        for settlement in settlements:
            left = settlement.amount
            for band in made:
                if band.counts(settlement):
                    part = min(room[band.id], left)
                    room[band.id] -= part
                    left -= part
        for key, waiting in rules.waiting(made, settlements).items():
            self.assertAlmostEqual(waiting, room[key], 2)


class TestClose(BaseCase):
    def test_broken_promise_makes_room(self):
        """The first was broken: what comes in now is the second's."""
        made = bands(2000.0, 3000.0)
        settled, awaited = rules.close(made, payments(500.0), {0})
        self.assertEqual((settled, awaited), ({0: {1: 500.0}}, {1: 0.0}))
        left = [Settlement(1, 0.0), Settlement(2, 2000.0)]
        self.assertEqual(rules.share(made[1:], left, 3000.0)[1].paid, 2000.0)

    def test_payment_of_a_judged_promise_is_taken_back(self):
        """The other promise neither gains nor loses by it."""
        made = bands(300.0, 100.0)
        settled, _awaited = rules.close(made, payments(300.0, 100.0), {0})
        self.assertEqual(settled, {0: {1: 300.0}})
        shares = rules.share(made[1:], [Settlement(2, 100.0)], 900.0)
        self.assertEqual(shares[1].paid, 100.0)

    def test_kept_by_a_payment_under_way(self):
        """It is the closed one's, also when it arrives."""
        made = bands(400.0, 600.0)
        settled, awaited = rules.close(made, [Settlement(None, 400.0)], {0})
        self.assertEqual((settled, awaited), ({0: {}}, {1: 400.0}))
        other = made[1]._replace(awaited=awaited[1])
        self.assertEqual(rules.share([other], payments(400.0), 600.0)[1].paid, 0.0)

    @holds_for(histories(), st.integers(0, 8))
    def test_nothing_changes_for_those_that_stay(self, history, number):
        """What remains of them stays, whichever promise is closed."""
        made, settlements = history
        if not made:
            return
        closed = made[number % len(made)]
        before = rules.waiting(made, settlements)
        settled, awaited = rules.close(made, settlements, {closed.id})
        left = [
            each._replace(amount=each.amount - settled[closed.id].get(each.id, 0.0))
            for each in settlements
        ]
        others = [
            band._replace(awaited=awaited[band.id]) for band in made if band != closed
        ]
        for key, amount in rules.waiting(others, left).items():
            self.assertAlmostEqual(amount, before[key], 2)


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

    def test_in_dispute(self):
        for paid, gone, left, disputed, state in (
            (60.0, 0.0, 0.0, 40.0, "kept"),
            (0.0, 0.0, 60.0, 40.0, "broken"),
            (10.0, 0.0, 50.0, 40.0, "partially_kept"),
            (0.0, 0.0, 0.0, 100.0, "open"),
            (0.0, 30.0, 0.0, 70.0, "open"),
        ):
            shares = [Share(paid, gone, left, disputed)]
            self.assertEqual(rules.judge(shares), (state, paid))

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
