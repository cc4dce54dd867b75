from ..tools.matching.record import IN_TRANSIT, Item, Reason
from .test_matching import AZURE, DECO, GROUP, TODAY, MatchCase, item, line

BERLIN = "DE89 3704 0044 0532 0130 00"
PARIS = "FR7630006000011234567890189"


def moving(number, amount, partner=AZURE, due=-3, memo=""):
    prefix = "PBNK1/2025/"
    return Item(
        number, partner, amount, TODAY + due, f"{prefix}{number:05d}", prefix, number,
        memo, kind=IN_TRANSIT,
    )  # fmt: skip


class TestInTransit(MatchCase):
    def test_amount_of_the_known_payer(self):
        self.items.append(moving(300, 12_345))
        proposal = self.assertApplies(line(12_345, account=BERLIN), 300)
        self.assertIn(Reason.IN_TRANSIT, self.reasons(proposal))
        self.assertEqual(proposal.paid, {300: 12_345})

    def test_named_by_its_number_or_memo(self):
        self.items.append(moving(300, 12_345, memo="INV/2025/01100"))
        self.items.append(moving(301, 12_346, memo="ORDER-4711"))
        self.assertApplies(line(12_345, "PBNK1/2025/00300"), 300)
        self.assertApplies(line(12_345, "inv 2025-1100"), 300)
        self.assertApplies(line(12_346, "your order 4711"), 301)

    def test_invoice_of_the_same_amount(self):
        self.items.append(moving(300, 70_000))
        payment = line(70_000, account=BERLIN)
        self.assertProposes(payment, 300)
        self.assertProposes(payment, 1177)
        named = payment._replace(text="INV/2025/01177")
        self.assertApplies(named, 1177)
        self.assertApplies(payment._replace(text="PBNK1/2025/00300"), 300)

    def test_invoice_that_the_memo_names_too(self):
        self.items.append(moving(300, 70_000, memo="INV/2025/01177"))
        self.assertProposes(line(70_000, "INV/2025/01177", account=BERLIN), 300)

    def test_never_together_with_invoices(self):
        self.items.append(moving(300, 12_345))
        keys = [p.key for p in self.match(line(82_345, account=BERLIN)).proposals]
        self.assertNotIn(frozenset((300, 1177)), keys)

    def test_several_of_one_payer(self):
        self.items += [moving(300, 12_345), moving(301, 54_321), moving(302, 99)]
        self.assertApplies(line(66_666, account=BERLIN), 300, 301)

    def test_money_out(self):
        self.items += [moving(300, -12_345), moving(301, 12_345)]
        self.assertApplies(line(-12_345, account=BERLIN), 300)

    def test_deposit_of_several_customers(self):
        self.items += [
            moving(300, 12_345, AZURE),
            moving(301, 54_321, DECO),
            moving(302, 77_777, GROUP, due=-1),
        ]
        proposal = self.assertProposes(line(66_666, "DEPOSIT 17"), 300, 301)
        self.assertIn(Reason.BATCH, self.reasons(proposal))
        self.assertIsNone(proposal.partner)
        self.assertEqual(self.match(line(66_666, "thanks")).proposals, [])

    def test_deposit_that_is_named(self):
        self.items += [
            moving(300, 12_345, AZURE, memo="BATCH/2025/0004"),
            moving(301, 54_321, DECO, memo="BATCH/2025/0004"),
        ]
        self.assertApplies(line(66_666, "batch 2025/0004"), 300, 301)


class TestSeveralCustomers(MatchCase):
    def test_named_items_of_several(self):
        text = "INV/2025/01177, INV/2025/01182 and INV/2025/01200"
        proposal = self.assertApplies(line(153_783, text), 1177, 1182, 1200)
        self.assertIsNone(proposal.partner)

    def test_payer_known_for_several(self):
        known = {PARIS: (AZURE, DECO)}
        payment = line(20_000, account=PARIS)
        self.assertApplies(payment, 1190, accounts=known)
        payment = line(53_333, account=PARIS)
        self.assertProposes(payment, 1190, 1200, accounts=known)

    def test_all_of_several(self):
        self.items = [item(1177, 70_007), item(1200, 33_331, DECO)]
        payment = line(103_338, name="Holding of Both")
        known = {"Holding of Both": (AZURE, DECO)}
        self.assertApplies(payment, 1177, 1200, remembered=known)

    def test_number_beside_the_payer_of_several(self):
        known = {PARIS: (GROUP, DECO)}
        proposal = self.assertApplies(
            line(33_333, "INV 1201", account=PARIS), 1201, accounts=known
        )
        self.assertIn(Reason.ACCOUNT, self.reasons(proposal))


class TestDocuments(MatchCase):
    def test_numbers_without_amounts(self):
        payment = line(120_450, documents=(("INV/2025/01177", 0), ("inv-2025-1182", 0)))
        proposal = self.assertApplies(payment, 1177, 1182)
        self.assertEqual(self.reasons(proposal), [Reason.DOCUMENT, Reason.EXACT])

    def test_running_number_alone(self):
        self.assertApplies(
            line(70_000, documents=(("1177", 70_000),), account=BERLIN), 1177
        )

    def test_part_of_an_invoice(self):
        """The payer divides the payment; somebody decides about the rest."""
        told = (("INV/2025/01177", 60_000), ("INV/2025/01182", 50_450))
        proposal = self.assertProposes(line(110_450, documents=told), 1177, 1182)
        self.assertEqual(proposal.paid, {1177: 60_000, 1182: 50_450})
        self.assertEqual(proposal.difference, -10_000)
        self.assertIn(Reason.TOLD_AMOUNTS, self.reasons(proposal))

    def test_less_a_credit(self):
        self.items.append(
            item(9, -10_000)._replace(number="RINV/2025/00009", prefix="RINV/2025/")
        )
        told = (("INV/2025/01177", 70_000), ("RINV/2025/00009", -10_000))
        self.assertApplies(line(60_000, documents=told), 1177, 9)

    def test_more_than_is_open(self):
        told = (("INV/2025/01177", 80_000),)
        proposal = self.assertProposes(line(80_000, documents=told), 1177)
        self.assertEqual(proposal.paid, {1177: 70_000})
        self.assertEqual(proposal.difference, 10_000)


class TestRefunds(MatchCase):
    def setUp(self):
        super().setUp()
        self.items += [
            item(5, -10_000)._replace(number="RINV/2025/00005", prefix="RINV/2025/"),
            item(9, -13_313)._replace(number="RINV/2025/00009", prefix="RINV/2025/"),
            item(7, -2_000, DECO)._replace(number="", prefix="", sequence=0),
        ]

    def test_exact(self):
        self.assertApplies(line(-2_000, name="Deco Addict"), 7)

    def test_named(self):
        self.assertApplies(line(-13_313, "Refund RINV/2025/00009"), 9)

    def test_sum(self):
        self.assertApplies(line(-23_313, name="Azure Interior"), 5, 9)

    def test_credit_less_an_invoice(self):
        self.items.append(item(1300, 3_000))
        text = "RINV/2025/00005 less INV/2025/01300"
        self.assertApplies(line(-7_000, text), 5, 1300)

    def test_part_of_a_credit(self):
        proposal = self.assertProposes(line(-4_000, "RINV/2025/00005"), 5)
        self.assertEqual(proposal.paid, {5: -4_000})
        self.assertIn(Reason.SHORT, self.reasons(proposal))
        self.assertEqual(proposal.difference, 6_000)

    def test_more_than_the_credit(self):
        proposal = self.assertProposes(line(-11_000, "RINV/2025/00005"), 5)
        self.assertEqual(proposal.paid, {5: -10_000})
        self.assertIn(Reason.OVER, self.reasons(proposal))
        self.assertEqual(proposal.difference, -1_000)

    def test_invoices_are_no_part_of_it(self):
        """Credits alone are looked at, where the text names nothing."""
        self.items.append(item(1300, 3_000))
        keys = [
            p.key for p in self.match(line(-7_000, name="Azure Interior")).proposals
        ]
        self.assertEqual(keys, [])
