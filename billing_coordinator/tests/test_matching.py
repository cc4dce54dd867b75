from itertools import combinations

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.matching import names, subset
from ..tools.matching.index import Index
from ..tools.matching.match import match_one
from ..tools.matching.record import Item, Payment, Reason, Rules
from ..tools.matching.text import find_similar_numbers, one_mistake_away
from ..tools.matching.writing import read_several
from .properties import holds_for

TODAY = 739_000
AZURE, DECO, GROUP = 1, 2, 3
NAMES = [
    ("Azure Interior GmbH", AZURE),
    ("Deco Addict", DECO),
    ("Acme Holding Ltd", GROUP),
]
ACCOUNTS = {"DE89 3704 0044 0532 0130 00": AZURE}
RF = "RF18539007547034"


def item(number, amount, partner=AZURE, year=2025, due=-10, **known):
    prefix = f"INV/{year}/"
    return Item(
        number,
        partner,
        amount,
        TODAY + due,
        f"{prefix}{number:05d}",
        prefix,
        number,
        **known,
    )


def line(amount, text="", **known):
    return Payment(1, amount, TODAY, text, **known)


class MatchCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.items = [
            item(1177, 70_000),
            item(1182, 50_450),
            item(1190, 20_000),
            item(1200, 33_333, DECO),
            item(1201, 33_333, DECO, due=20),
        ]
        self.rules = Rules()

    def match(self, payment, **known):
        index = Index(self.items, NAMES, known.pop("accounts", ACCOUNTS), **known)
        return match_one(payment, index, self.rules)

    def best(self, payment, **known):
        return self.match(payment, **known).proposals[0]

    def assertApplies(self, payment, *numbers, **known):
        result = self.match(payment, **known)
        self.assertTrue(result.automatic, result.proposals)
        self.assertEqual(result.proposals[0].key, frozenset(numbers))
        return result.proposals[0]

    def assertProposes(self, payment, *numbers, **known):
        """Among the first three, and nobody applies it by himself."""
        result = self.match(payment, **known)
        self.assertFalse(result.automatic, result.proposals)
        keys = [proposal.key for proposal in result.proposals[:3]]
        self.assertIn(frozenset(numbers), keys)
        return result.proposals[keys.index(frozenset(numbers))]

    def reasons(self, proposal):
        return [evidence.reason for evidence in proposal.evidence]


class TestMatchNamed(MatchCase):
    def test_number_and_amount(self):
        proposal = self.assertApplies(line(70_000, "inv 2025 1177"), 1177)
        self.assertEqual(self.reasons(proposal), [Reason.NUMBER, Reason.EXACT])
        self.assertEqual(proposal.paid, {1177: 70_000})
        self.assertEqual(proposal.partner, AZURE)

    def test_several_in_any_order(self):
        self.assertApplies(line(120_450, "INV/2025/01182 + INV/2025/01177"), 1177, 1182)

    def test_running_numbers_alone(self):
        """ "ACME HLDG INV 1177 1182 LESS DISC" from the issue of a discount."""
        self.items[:2] = [
            item(1177, 70_000, GROUP, discounted=68_600, discount_until=TODAY),
            item(1182, 52_900, GROUP, discounted=51_850, discount_until=TODAY),
        ]
        payment = line(120_450, "INV 1177 1182 LESS DISC", name="ACME HLDG")
        proposal = self.assertApplies(payment, 1177, 1182)
        self.assertEqual(proposal.granted, {1177: 1_400, 1182: 1_050})
        self.assertEqual(sum(proposal.paid.values()), 120_450)

    def test_creditor_reference(self):
        self.items[0] = item(1177, 70_000, reference=RF)
        proposal = self.assertApplies(
            line(70_000, structured=("RF18 5390 0754 7034",)), 1177
        )
        self.assertEqual(self.reasons(proposal)[0], Reason.CREDITOR_REFERENCE)

    def test_wrong_check_digits_are_no_reference(self):
        self.items[0] = item(1177, 70_001, reference=RF)
        self.assertFalse(
            self.match(line(70_000, structured=("RF19539007547034",))).automatic
        )

    def test_one_of_the_named_is_not_paid(self):
        text = "INV/2025/01177 INV/2025/01182 INV/2025/01190"
        result = self.match(line(90_000, text))
        self.assertEqual(result.proposals[0].key, frozenset((1177, 1190)))

    def test_paid_too_little(self):
        proposal = self.assertProposes(line(50_000, "INV/2025/01177"), 1177)
        self.assertEqual(proposal.difference, -20_000)
        self.assertEqual(proposal.paid, {1177: 50_000})
        self.assertIn(Reason.SHORT, self.reasons(proposal))

    def test_paid_too_much(self):
        proposal = self.assertProposes(line(75_000, "INV/2025/01177"), 1177)
        self.assertEqual(proposal.difference, 5_000)
        self.assertEqual(proposal.paid, {1177: 70_000})

    def test_too_little_pays_the_oldest(self):
        self.items[1] = item(1182, 50_450, due=-60)
        text = "INV/2025/01177 INV/2025/01182"
        proposal = self.assertProposes(line(60_000, text), 1177, 1182)
        self.assertEqual(proposal.paid, {1182: 50_450, 1177: 9_550})
        self.assertEqual(proposal.difference, -60_450)

    def test_what_is_missing_is_of_the_items_that_are_reached(self):
        """Of two installments of one invoice the second is not paid at all."""
        second = item(2, 50_000, due=30)._replace(number="INV/2025/01177")
        self.items.append(second._replace(sequence=1177))
        proposal = self.assertProposes(line(60_000, "INV/2025/01177"), 1177)
        self.assertEqual(proposal.paid, {1177: 60_000})
        self.assertEqual(proposal.difference, -10_000)
        short = next(e for e in proposal.evidence if e.reason is Reason.SHORT)
        self.assertEqual(short.values, {"amount": 10_000})

    def test_credit_note_is_taken_off(self):
        self.items.append(
            item(9, -10_000)._replace(number="RINV/2025/00009", prefix="RINV/2025/")
        )
        text = "INV/2025/01177 less RINV/2025/00009"
        proposal = self.assertApplies(line(60_000, text), 1177, 9)
        self.assertEqual(proposal.paid, {1177: 70_000, 9: -10_000})

    def test_one_payer_for_two_customers(self):
        text = "INV/2025/01177 INV/2025/01200"
        proposal = self.assertApplies(line(103_333, text), 1177, 1200)
        self.assertIsNone(proposal.partner)

    def test_account_of_another_customer(self):
        payment = line(33_333, "2025/1200", account="DE89370400440532013000")
        self.assertProposes(payment, 1200)

    def test_charges_that_the_bank_tells(self):
        proposal = self.assertApplies(line(69_850, "INV/2025/1177", charges=150), 1177)
        self.assertEqual((proposal.kept, proposal.paid), (150, {1177: 69_850}))

    def test_charges_within_the_tolerance(self):
        payment = line(69_850, "INV/2025/1177")
        self.assertProposes(payment, 1177)
        self.rules.tolerance = 150
        self.assertApplies(payment, 1177)
        self.rules.tolerance = 149
        self.assertProposes(payment, 1177)

    def test_discount_after_its_day(self):
        self.items[0] = item(1177, 70_000, discounted=68_600, discount_until=TODAY - 1)
        payment = line(68_600, "INV/2025/1177")
        self.assertProposes(payment, 1177)
        self.rules.discount_grace = 1
        self.assertApplies(payment, 1177)

    def test_plain_number(self):
        """Eight digits and no prefix, in one or cut by blanks; but no date."""
        plain = self.items[0]._replace(number="40001177", prefix="", sequence=40001177)
        self.items[0] = plain
        for text in ("RE 40001177", "4000 1177", "Rg. 400011\n77 vom 01.02.2025"):
            self.assertApplies(line(70_000, text), 1177)
        dated = plain._replace(number="20251103", sequence=20251103)
        self.items[0] = dated
        proposal = self.best(line(70_000, "from 2025-11-03"))
        self.assertEqual(self.reasons(proposal)[0], Reason.PART_OF_NUMBER)

    def test_plain_number_that_is_paid_already(self):
        self.items[:2] = [
            item(1177, 70_000)._replace(number="40001177", prefix=""),
            item(1182, 50_450)._replace(number="40001190", prefix=""),
        ]
        payment = line(70_000, "RE 40001188", account="DE89370400440532013000")
        proposal = self.assertProposes(payment, 1177)
        self.assertIn(Reason.OTHER_NUMBER, self.reasons(proposal))

    def test_reference_that_is_paid_already(self):
        payment = line(70_000, RF, account="DE89370400440532013000")
        self.assertIn(Reason.OTHER_NUMBER, self.reasons(self.best(payment)))

    def test_number_that_the_bank_cut(self):
        self.assertApplies(line(70_000, "EREF+X SVWZ+INV/2025/0 1177"), 1177)
        self.assertApplies(line(70_000, "INV/2025/011\n77"), 1177)

    def test_several_written_as_one(self):
        self.items[1] = item(1178, 50_450)
        self.items[2] = item(1179, 20_000)
        known = {"account": "DE89370400440532013000"}
        self.assertApplies(line(140_450, "INV 1177-1179", **known), 1177, 1178, 1179)
        self.assertApplies(line(120_450, "INV/2025/1177/78", **known), 1177, 1178)

    def test_running_number_of_a_stranger(self):
        """Many owe the same amount, and a number may mean anything."""
        payment = line(33_333, "customer 1200", name="Mr X")
        self.assertApplies(payment, 1200)
        self.assertProposes(payment._replace(name="Azure Interior"), 1200)
        self.items += [item(3000 + i, 33_333, GROUP) for i in range(9)]
        self.assertProposes(payment, 1200)

    def test_name_like_that_of_another(self):
        payment = line(33_333, "INV/2025/01200", name="Azur Interior")
        self.assertApplies(payment, 1200)
        self.assertProposes(payment._replace(name="Azure Interior"), 1200)

    def test_foreign_currency(self):
        self.items[0] = item(1177, 64_000, currency="USD", foreign=70_000)
        payment = line(
            64_321, "INV/2025/1177", original=70_000, original_currency="USD"
        )
        proposal = self.assertApplies(payment, 1177)
        self.assertIn(Reason.FOREIGN, self.reasons(proposal))

    def test_number_that_is_paid_already(self):
        """The same amount of another invoice is not what this payment is for."""
        self.items[2] = item(1190, 70_000)
        payment = line(70_000, "INV/2025/01177", name="Azure Interior")
        index = Index(self.items, NAMES, ACCOUNTS)
        index.take([1177])
        self.assertFalse(match_one(payment, index, self.rules).automatic)


class TestMatchPayer(MatchCase):
    def test_known_account_and_amount(self):
        payment = line(20_000, "thanks", account="DE89370400440532013000")
        proposal = self.assertApplies(payment, 1190)
        self.assertEqual(self.reasons(proposal), [Reason.ACCOUNT, Reason.EXACT])

    def test_two_with_the_same_amount(self):
        payment = line(33_333, name="Deco Addict")
        self.assertProposes(payment, 1200)
        self.assertProposes(payment, 1201)

    def test_all_that_is_open(self):
        self.assertApplies(line(140_450, name="AZURE INTERIOR"), 1177, 1182, 1190)

    def test_sum_of_some(self):
        self.assertApplies(line(120_450, name="Interior, Azure"), 1177, 1182)

    def test_round_sum_of_some_may_be_chance(self):
        self.assertProposes(line(90_000, name="Interior, Azure"), 1177, 1190)

    def test_remembered_name(self):
        payment = line(20_000, name="A. Z. Facility Services")
        self.assertFalse(self.match(payment).automatic)
        proposal = self.assertApplies(
            payment, 1190, remembered={"A. Z. FACILITY SERVICES": AZURE}
        )
        self.assertIn(Reason.REMEMBERED_NAME, self.reasons(proposal))

    def test_similar_name_is_no_proof(self):
        proposal = self.assertProposes(line(20_000, name="Azur Interior"), 1190)
        self.assertIn(Reason.SIMILAR_NAME, self.reasons(proposal))

    def test_similar_number_helps(self):
        self.assertApplies(line(20_000, "INV 1109", name="Azur Interior"), 1190)

    def test_text_that_was_cut(self):
        text = "INV/2025/01177, INV/2025/011"
        self.items.append(item(950, 50_450))
        self.assertApplies(line(120_450, text, name="Azure Interior"), 1177, 1182)

    def test_nobody_known(self):
        self.assertProposes(line(20_000, "thank you", name="Mr X"), 1190)
        self.assertEqual(self.match(line(20_001, name="Mr X")).proposals, [])

    def test_nothing_paid(self):
        self.assertEqual(self.match(line(0, "INV/2025/01177")).proposals, [])

    def test_money_out_pays_no_invoice(self):
        result = self.match(line(-70_000, "INV/2025/01177", name="Azure Interior"))
        self.assertFalse(result.automatic)

    def test_credit_that_is_paid_out(self):
        self.items.append(item(9, -10_000))
        self.assertApplies(line(-10_000, name="Azure Interior"), 9)


class TestMatchCustomerNumber(MatchCase):
    """Customer numbers of our own that payers write instead of the invoice's."""

    customers = {"K-10431": AZURE, "20999": DECO, "555": GROUP}

    def match(self, payment, **known):
        return super().match(payment, customers=self.customers, **known)

    def test_beside_a_name_that_is_only_alike_it_is_enough(self):
        paid = line(20_000, "Kundennr. K 10431", name="Azure Interiors Munich")
        self.assertApplies(paid, 1190)
        self.assertProposes(paid._replace(text="Kundennr."), 1190)

    def test_alone_it_is_a_hint(self):
        self.assertProposes(line(20_000, "Kundennr. K-10431"), 1190)

    def test_it_is_told(self):
        best = self.best(line(20_000, "Kd. K10431", name="Azure Interior"))
        told = [e for e in best.evidence if e.reason is Reason.CUSTOMER_NUMBER]
        self.assertEqual([e.values["found"] for e in told], [["K10431"]])

    def test_it_is_no_invoice_that_is_misspelt(self):
        self.items.append(item(20_998, 5_000, DECO))
        result = self.match(line(5_000, "20999", name="Deco"))
        reasons = {e.reason for p in result.proposals for e in p.evidence}
        self.assertNotIn(Reason.SIMILAR_NUMBER, reasons)

    def test_short_ones_and_those_of_two_say_nothing(self):
        index = Index(self.items, NAMES, customers=self.customers)
        self.assertEqual(index.find_customers(line(1, "555")), {})
        index = Index(self.items, NAMES, customers={"ab 1234": 1, "AB-1234": 2})
        self.assertEqual(index.find_customers(line(1, "AB1234")), {})


class TestMatchProperties(MatchCase):
    @holds_for(
        st.lists(st.integers(1, 10**7), min_size=1, max_size=12, unique=True),
        st.integers(0, 2**12),
        st.integers(-5, 5),
    )
    def test_what_is_paid_is_what_came(self, amounts, chosen, more):
        """Each cent of the line goes to an item or remains; no item gets too much."""
        self.items = [item(100 + i, amount) for i, amount in enumerate(amounts)]
        total = sum(a for i, a in enumerate(amounts) if chosen >> i & 1) + more
        named = " ".join(f"INV/2025/{100 + i}" for i in range(len(amounts)))
        known = {known.id: known for known in self.items}
        for text in ("", named):
            for proposal in self.match(
                line(total, text, name="Azure Interior")
            ).proposals:
                paid = sum(proposal.paid.values())
                rest = max(proposal.difference, 0)
                self.assertEqual(paid + rest, total)
                for item_id, amount in proposal.paid.items():
                    self.assertLessEqual(amount, known[item_id].amount)

    @holds_for(st.permutations(range(5)))
    def test_order_of_items_does_not_matter(self, order):
        payment = line(90_000, "INV 1177", name="Azure Interior")
        self.assertEqual(
            self.best(payment).key,
            frozenset((1177, 1190)),
        )
        self.items = [self.items[i] for i in order]
        self.assertEqual(self.best(payment).key, frozenset((1177, 1190)))


class TestSubset(BaseCase):
    @holds_for(
        st.lists(st.integers(-50, 50).filter(bool), max_size=9), st.integers(-80, 80)
    )
    def test_all_or_enough_are_found(self, amounts, target):
        found, _looked_at = subset.find_subsets(amounts, target)
        positions = range(len(amounts))
        right = {
            frozenset(chosen)
            for size in range(1, len(amounts) + 1)
            for chosen in combinations(positions, size)
            if target and sum(amounts[i] for i in chosen) == target
        }
        self.assertEqual(len(found), min(len(right), subset.ENOUGH))
        self.assertLessEqual(set(found), right)

    @holds_for(st.integers(0, 2**30), st.integers(1, 3))
    def test_few_of_many(self, seed, size):
        amounts = [1000 + (seed + 7919 * i * i) % 99_991 for i in range(40)]
        positions = [(seed + i * 13) % 40 for i in range(size)]
        target = sum(amounts[i] for i in set(positions))
        for wanted in (target, sum(amounts) - target):
            found, _looked_at = subset.find_subsets(amounts, wanted)
            self.assertTrue(found)
            for chosen in found:
                self.assertEqual(sum(amounts[i] for i in chosen), wanted)

    def test_many_alike_take_no_time(self):
        found, looked_at = subset.find_subsets([100] * 60, 3000)
        self.assertLessEqual(len(found), subset.ENOUGH)
        self.assertLess(looked_at, 100_000)


class TestNames(BaseCase):
    def test_the_same(self):
        known = names.Names(NAMES)
        for name in ("azure interior", "AZURE INTERIOR G.M.B.H.", "Interior Azure AG"):
            self.assertEqual(known.find_same(name), {AZURE}, name)

    def test_similar(self):
        known = names.Names(NAMES)
        for name, partner in (
            ("Acme Hldg", GROUP),
            ("Azure Interoir", AZURE),
            ("DECO ADDICTS", DECO),
        ):
            self.assertEqual(set(known.find_similar(name)), {partner}, name)
        self.assertEqual(known.find_similar("Zebra Trading"), {})

    def test_umlauts_as_people_write_them(self):
        known = names.Names([("Bäckerei Müller & Søn UG (haftungsbeschränkt)", 7)])
        for name in (
            "BAECKEREI MUELLER SOEN",
            "Backerei Muller Son UG",
            "MÜLLER BÄCKEREI SØN",
        ):
            self.assertEqual(known.find_same(name), {7}, name)

    def test_accents(self):
        self.assertEqual(names.normalise("Café Möbel & Söhne GmbH"), "CAFE MOBEL SOHNE")


class TestSimilarNumbers(BaseCase):
    def test_several(self):
        for text, found in (
            ("1177-1179", [1177, 1178, 1179]),
            ("01177/78", [1178]),
            ("2025/11", []),
            ("2025-00017", []),
            ("1179-1177", []),
            ("100-900", []),
            ("03-11-2025", []),
        ):
            self.assertEqual(read_several(text), found, text)

    def test_mistakes(self):
        items = [item(1177, 1), item(2345, 1)]
        for text, found in (
            ("INV 1717", [1177]),
            ("INV 117", []),
            ("INV 11177", [1177]),
            ("2354", [2345]),
            ("1177", []),
            ("9999", []),
        ):
            near = find_similar_numbers(line(1, text), items)
            self.assertEqual([i.id for i in near], found, text)

    @holds_for(st.integers(1000, 99_999).map(str), st.integers(0, 4))
    def test_every_swap_is_near(self, digits, at):
        at %= len(digits) - 1
        turned = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        if turned != digits and turned[0] != "0":
            self.assertIn(digits, one_mistake_away(turned))
