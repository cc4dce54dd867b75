from odoo.tests import tagged

from .common import days
from .test_match_review import ReviewCase

RETURN = [
    ["exact", 30, {}],
    ["number", 25, {"numbers": ["INV 1"]}],
    ["returned", 20, {"reason": "AM04"}],
    ["same_name", 15, {"name": "Customer A", "account": ""}],
]


@tagged("post_install", "-at_install")
class TestReviewDoubt(ReviewCase):
    """Where much speaks for a proposal the screen says why it is not clear."""

    def _doubts(self, line):
        candidates = self._api().get_review_line(line.id)["candidates"]
        return [candidate["doubt"] for candidate in candidates]

    def _make_return(self, reasons, **values):
        earlier = self._make_bank_line(100, "INV 1", day=days(-5))
        back = self._make_bank_line(-100, "RETURNED INV 1")
        values = {"returned_line_id": earlier.id, "reasons": reasons, **values}
        self._propose(back, **values)
        return back

    def test_clear(self):
        self.assertEqual(self._doubts(self.ready), [""])

    def test_return_that_nothing_proves(self):
        [doubt] = self._doubts(self._make_return(RETURN))
        self.assertIn("end-to-end reference", doubt)

    def test_return_that_the_bank_does_not_name(self):
        reasons = [["bank_reference", 40, {}], ["exact", 30, {}], ["number", 25, {}]]
        [doubt] = self._doubts(self._make_return(reasons))
        self.assertIn("does not say that it is a return", doubt)

    def test_proved_return_beside_another(self):
        back = self._make_return([["end_to_end", 60, {}], *RETURN])
        twin = self._make_bank_line(100, "INV 1", day=days(-4))
        reasons = [["end_to_end", 60, {}], *RETURN[:3], ["similar_name", 8, {}]]
        values = {"returned_line_id": twin.id, "reasons": reasons}
        self._propose(back, rank=2, **values)
        self.assertEqual(
            self._doubts(back), ["The next proposal is nearly as good.", ""]
        )

    def test_fewer_points_than_the_company_asks_for(self):
        self.clear.write({"is_clear": False, "score": 74})
        self.assertEqual(
            self._doubts(self.ready), ["A clear proposal has 75 points or more."]
        )

    def test_amount_that_says_little(self):
        self.clear.is_clear = False  # number and name, and no word of the amount
        self.assertEqual(
            self._doubts(self.ready), ["The amount alone does not say enough."]
        )

    def test_difference_is_asked_about_anyway(self):
        self.assertEqual(self._doubts(self.decide), [""])

    def test_as_the_rules_decide(self):
        """A return that the rules themselves leave to a person."""
        earlier = self._make_bank_line(
            100, self.invoice.name, partner_name="Customer A"
        )
        self._match(earlier, (self.invoice, 100))
        back = self._make_bank_line(
            -100,
            f"RETURNED {self.invoice.name}",
            partner_name="Customer A",
            billing_is_return=True,
            billing_return_reason="AM04",
        )
        self.env["billing.payment.match"]._propose(back)
        best = self._api().get_review_line(back.id)["candidates"][0]
        self.assertEqual((best["score"], best["is_clear"]), (90, False))
        self.assertIn("end-to-end reference", best["doubt"])


@tagged("post_install", "-at_install")
class TestReviewWords(ReviewCase):
    def test_ticket_reasons_are_those_of_the_company_of_the_line(self):
        both = self._make_user("both", "group_billing_coordinator")
        both.company_ids = [(4, self.other_company.id)]
        theirs = self._make_bank_line(100, company=self.other_company)
        names = ("Ours", self.company), ("Theirs", self.other_company)
        self.env["billing.ticket.reason"].create(
            [{"name": name, "company_id": company.id} for name, company in names]
        )
        for line, own, other in (
            (self.ready, "Ours", "Theirs"),
            (theirs, "Theirs", "Ours"),
        ):
            told = self._api(both).get_review_line(line.id)["ticket_reasons"]
            found = [reason["name"] for reason in told]
            self.assertIn(own, found)
            self.assertNotIn(other, found)

    def test_note_of_what_is_set_aside(self):
        self._api().review_skip(self.ready.id, "Asked the bank")
        [row] = self._api().get_review({"state": "skipped"})["lines"]
        self.assertEqual((row["note"], row["state"]), ("Asked the bank", "skipped"))
        notes = [row["note"] for row in self._api().get_review({})["lines"]]
        self.assertEqual(notes, [None, None])

    def test_links_to_what_was_paid(self):
        rest = {"handling": "ticket"}
        self._api().review_accept(self.decide.id, rest=rest)
        applied = self._api().get_review_line(self.decide.id)["applied"]
        self.assertEqual([i["move_id"] for i in applied["items"]], [self.second.id])
        ticket = self.env["billing.ticket"].browse(applied["ticket_id"])
        self.assertEqual(ticket.line_ids.move_id, self.second)
        self.assertEqual(applied["ticket"], ticket.display_name)

    def test_more_is_paid_out_than_is_owed(self):
        """It is no credit of the customer: the customer owes it."""
        note = self._make_credit_note(amount=30.0)
        out = self._make_bank_line(-50, "Refund")
        match = self._match(
            out, (note, -30.0), rest={"handling": "credit", "partner_id": False}
        )
        self.assertEqual(match.difference, -20)
        applied = self._api().get_review_line(out.id)["applied"]
        self.assertEqual(applied["handling"], "Owed by the customer")
        residual = sum(self._receivables(self.customer).mapped("residual"))
        self.assertEqual(residual, 100 + 20)

    def test_items_of_who_is_named_by_a_return(self):
        earlier = self._make_bank_line(100, "INV 1", day=days(-5))
        back = self._make_bank_line(-100, "RETURNED INV 1")
        values = {"returned_line_id": earlier.id, "partner_id": self.other.id}
        self._propose(back, **values)
        found = self._api().search_review_items(back.id)
        self.assertEqual([i["id"] for i in found], [self._item(self.second).id])
