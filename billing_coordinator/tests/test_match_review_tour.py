from odoo.tests import HttpCase, tagged

from .bank_common import Bank
from .common import Ledger

ACTION = "/odoo/action-billing_coordinator.billing_bank_review_action"


@tagged("post_install", "-at_install")
class TestMatchReviewTour(Bank, Ledger, HttpCase):
    """The lines of a morning, by a coordinator in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls.one, cls.two, cls.three = (
            cls._make_invoice(cls._make_customer(f"Tour {name}"), amount)
            for name, amount in (("One", 100), ("Two", 80), ("Three", 40))
        )

    @classmethod
    def _make_proposed(cls, amount, text, invoice, score, **values):
        """A line of the bank and its proposal."""
        line = cls._make_bank_line(amount, text, partner_name=text.split(",")[0])
        item = cls._receivable_lines(invoice)
        part = {
            "move_line_id": item.id,
            "partner_id": item.partner_id.id,
            "name": invoice.name,
            "amount": min(amount, item.amount_residual),
        }
        cls.env["billing.payment.match"].create(
            {
                "statement_line_id": line.id,
                "partner_id": item.partner_id.id,
                "rank": 1,
                "score": score,
                "line_ids": [(0, 0, part)],
                **values,
            }
        )
        return line

    def _open(self, line):
        self.env.invalidate_all()
        return self._receivable_lines(line).amount_residual

    def test_by_keyboard(self):
        """Accept, undo, change and split, set aside, and undo from the history."""
        line = self._make_proposed(
            100,
            "Tour One, TOUR/1177",
            self.one,
            95,
            is_clear=True,
            reasons=[["number", 55, {"numbers": ["TOUR/1177"]}]],
        )
        split = self._make_proposed(50, "Tour Two, rent", self.two, 60, difference=-30)
        unknown = self._make_bank_line(7, "No idea", partner_name="Tour Unknown")
        self.start_tour(
            ACTION, "billing_coordinator_bank_review", login=self.coordinator.login
        )
        self.assertEqual(
            [self._open(move) for move in (self.one, self.two, self.three)],
            [100, 50, 20],
        )
        matches = self.env["billing.payment.match"].search([])
        self.assertEqual(
            {match.statement_line_id: match.state for match in matches},
            {line: "undone", split: "applied", unknown: "skipped"},
        )
        self.assertEqual(matches.applied_by_id, self.coordinator)

    def test_money_that_went_out(self):
        """A returned payment: why it waits, and what more than it would be."""
        back = self._make_bank_line(-45, "Returned", partner_name="Tour One")
        for rank, amount, reasons, values in (
            (1, 45, [["exact", 30, {}], ["returned", 60, {"reason": "AM04"}]], {}),
            (2, 40, [["returned", 20, {}]], {"difference": -5}),
        ):
            earlier = self._make_bank_line(amount, "Earlier")
            self.env["billing.payment.match"].create(
                {
                    "statement_line_id": back.id,
                    "returned_line_id": earlier.id,
                    "partner_id": self.one.partner_id.id,
                    "rank": rank,
                    "score": 90 if rank == 1 else 20,
                    "reasons": reasons,
                    **values,
                }
            )
        self.start_tour(
            ACTION, "billing_coordinator_bank_review_out", login=self.coordinator.login
        )
        self.assertFalse(back.is_reconciled)

    def test_several_at_once(self):
        for amount, text, invoice, values in (
            (100, "Tour One, a", self.one, {}),
            (100, "Paid twice", self.one, {}),
            (80, "Tour Two, b", self.two, {}),
            (30, "Tour Three, c", self.three, {"difference": -10}),
        ):
            score = 70 if text == "Paid twice" else 80
            self._make_proposed(amount, text, invoice, score, **values)
        self.start_tour(
            ACTION, "billing_coordinator_bank_review_mass", login=self.coordinator.login
        )
        self.assertEqual(
            [self._open(move) for move in (self.one, self.two, self.three)], [0, 0, 40]
        )
