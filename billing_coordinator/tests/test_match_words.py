from odoo.tests import tagged

from ..tools.matching.record import Reason
from .match_common import MatchCase

# What evidence may say, all at once.
VALUES = {
    "numbers": ["INV/2025/00017", "INV/2025/00018"],
    "found": ["00017", "00018"],
    "name": "Alder Foods",
    "account": "DE89370400440532013000",
    "amount": 1234.5,
    "count": 2,
    "end_to_end": "E2E-4711",
    "reference": "BANK-4711",
    "mandate": "M-4711",
    "reason": "AC04",
}


@tagged("post_install", "-at_install")
class TestMatchWords(MatchCase):
    """People read why a payment is thought to be that of an invoice."""

    def _words(self, *reasons, amount=100, text="Payment"):
        line = self._make_bank_line(amount, text)
        match = self.env["billing.payment.match"].create(
            {"statement_line_id": line.id, "reasons": list(reasons)}
        )
        return match.with_user(self.coordinator)

    def test_each_reason_is_a_sentence(self):
        sentences = {}
        for reason in Reason:
            match = self._words([reason.value, 10, VALUES])
            words = match.reason_text
            self.assertTrue(words.endswith("."), reason)
            self.assertNotIn("None", words, reason)
            self.assertNotIn("%(", words, reason)
            sentences.setdefault(words, []).append(reason)
        same = [reasons for reasons in sentences.values() if len(reasons) > 1]
        self.assertFalse(same, "two reasons with the same words")

    def test_reasons_without_values(self):
        for reason in (Reason.SIMILAR_NUMBER, Reason.IN_TRANSIT, Reason.RETURNED):
            words = self._words([reason.value, 10, {}]).reason_text
            self.assertTrue(words.endswith("."), reason)
            self.assertNotIn("None", words)

    def test_amounts_in_the_currency_of_the_bank_account(self):
        match = self._words(["discount", 35, {"amount": 1234.5}])
        self.assertIn(match.currency_id.format(1234.5), match.reason_text)

    def test_the_strongest_reason_comes_first(self):
        match = self._words(
            ["short", -25, {"amount": 5}],
            ["exact", 40, {}],
            ["number", 55, {"numbers": ["INV/2025/00017"]}],
        )
        words = match.reason_text
        places = [words.index(part) for part in ("INV/2025/00017", "fits", "missing")]
        self.assertEqual(places, sorted(places))

    def test_installments_of_an_invoice_have_one_number(self):
        match = self._words(["number", 55, {"numbers": ["INV/2025/00017"] * 2}])
        self.assertEqual(match.reason_text.count("INV/2025/00017"), 1)

    def test_no_reasons_no_words(self):
        self.assertFalse(self._words().reason_text)

    def test_where_it_stands_in_the_text(self):
        text = "Alder Foods pays INV 2025 17 with thanks"
        match = self._words(
            ["number", 55, {"numbers": ["INV/2025/00017"]}],
            ["same_name", 30, {"name": "Alder Foods", "account": ""}],
            text=text,
        )
        parts = match._mark(text, match._get_evidence_strings(match.reasons))
        self.assertEqual("".join(part["text"] for part in parts), text)
        marked = [part["text"] for part in parts if part["mark"]]
        self.assertEqual(" ".join(marked), "Alder Foods INV 2025 17")
