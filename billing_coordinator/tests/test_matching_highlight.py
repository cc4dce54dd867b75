from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.matching.highlight import find_spans
from ..tools.matching.record import Evidence, Proposal, Reason
from .properties import holds_for


class TestHighlight(BaseCase):
    def assertShows(self, text, wanted, *parts):
        shown = [text[start:end] for start, end in find_spans(text, wanted)]
        self.assertEqual(shown, list(parts))

    def test_number_as_people_write_it(self):
        for text, part in (
            ("pays INV/2025/00017.", "INV/2025/00017"),
            ("inv 2025-17 thanks", "inv 2025-17"),
            ("our INV202500017", "INV202500017"),
            ("INV202517", "INV202517"),
            ("(2025/017)", "2025/017"),
            ("re 00017", "00017"),
        ):
            self.assertShows(text, ["INV/2025/00017"], part)

    def test_not_another_number(self):
        for text in ("INV/2025/00018", "17", "INV/2024/00017 "[:8], "900017"):
            self.assertShows(text, ["INV/2025/00017"])

    def test_reference_in_groups(self):
        text = "SVWZ+RF18 5390 0754 7034 thanks"
        self.assertShows(text, ["RF18539007547034"], "RF18 5390 0754 7034")

    def test_name(self):
        text = "Azure-Interior, Berlin: INV 1177"
        self.assertShows(text, ["Azure Interior GmbH"], "Azure", "Interior")
        self.assertShows("Interior work", ["Azure Interior Design Group"])

    def test_proposal(self):
        evidence = [
            Evidence(Reason.NUMBER, 55, {"numbers": ["INV/2025/01177"]}),
            Evidence(Reason.SAME_NAME, 35, {"name": "Deco Addict", "account": ""}),
            Evidence(Reason.SIMILAR_NUMBER, 30, {"numbers": ["X"], "found": ["1190"]}),
        ]
        proposal = Proposal(1, {1177: 1}, evidence)
        text = "DECO ADDICT 1190 2025/1177"
        self.assertShows(text, proposal, "DECO", "ADDICT", "1190", "2025/1177")

    @holds_for(
        st.text("INV/205 17-", max_size=60),
        st.lists(st.text("INV/2017 5", max_size=12), max_size=4),
    )
    def test_spans_are_in_the_text(self, text, wanted):
        last = 0
        for start, end in find_spans(text, wanted):
            self.assertTrue(last <= start < end <= len(text))
            last = end
