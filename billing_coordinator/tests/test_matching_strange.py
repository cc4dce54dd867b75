from ..tools.matching.number_shape import Shapes
from .test_matching import DECO, MatchCase, item, line


class TestMatchingStrange(MatchCase):
    """What somebody careful leaves alone: the text speaks of something else."""

    def setUp(self):
        super().setUp()
        self.items = [item(3, 10_000, year=2026)]

    def test_paid_invoice_of_another_year(self):
        """A subscriber pays the same each month, and pays an old invoice twice."""
        self.assertApplies(line(10_000, "monthly fee", name="Azure Interior"), 3)
        for text in (
            "INV/2025/00012",
            "inv 2025-12",
            "INV2025-00012",
            "INV202500012",
            "Rechnung 00012",
        ):
            with self.subTest(text):
                paid = line(10_000, text, name="Azure Interior")
                self.assertProposes(paid, 3)

    def test_numbers_of_something_else(self):
        for text in ("Order 4711", "Customer 20017", "12.03.2026", "Tel 030 123456"):
            with self.subTest(text):
                self.assertApplies(line(10_000, text, name="Azure Interior"), 3)

    def test_payer_that_the_bank_does_not_tell(self):
        """One confirmation must not make all such lines those of a customer."""
        for nothing in ("NOTPROVIDED", "Not provided", "UNKNOWN"):
            known = {"accounts": {nothing: 1}, "remembered": {nothing: 1}}
            paid = line(10_000, "hello", name=nothing, account=nothing)
            result = self.match(paid, **known)
            self.assertFalse(result.automatic, nothing)

    def test_account_of_one_customer_and_name_of_another(self):
        paid = line(10_000, "hello", name="Deco Addict", account="DE1")
        self.assertProposes(paid, 3, accounts={"DE1": 1})
        self.assertProposes(paid, 3, remembered={"Deco Addict": 1}, accounts={})
        self.assertApplies(paid._replace(name="Somebody"), 3, accounts={"DE1": 1})
        paid = paid._replace(text="INV/2026/00003")
        self.assertApplies(paid, 3, accounts={"DE1": 1})

    def test_year_is_no_number_of_an_invoice(self):
        """Of another customer, whose number and amount happen to fit."""
        self.items = [item(2025, 50_000, DECO)]
        result = self.match(line(50_000, "Membership 2025", name="John Smith"))
        self.assertFalse(result.automatic)

    def test_shapes(self):
        shapes = Shapes(["INV/2026/00003", "RE 17", "2026/0001", "", "X"])
        for text in ("INV/2024/1", "INV202499999", "00099", "re-18"):
            self.assertTrue(shapes.looks_like_another(text), text)
        for text in ("", "2025/0002", "INV", "0099", "99999", "BILL/2026/00003x"):
            self.assertFalse(shapes.looks_like_another(text), text)
