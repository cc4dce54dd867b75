import doctest
import json
from datetime import date, datetime

from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

from ..tools import close_check
from ..tools.close_check import MAX_ROWS, Finding, Row, plain
from .properties import holds_for

amounts = st.floats(-1e9, 1e9).map(lambda amount: round(amount, 2))
texts = st.text(max_size=8)
values = st.one_of(
    *(st.integers(), texts, st.booleans(), st.dates(), st.datetimes()),
    st.lists(st.integers(), max_size=3),
    st.frozensets(st.integers(), max_size=3),
)
leaves = st.tuples(texts, st.sampled_from(["=", "in", "<="]), values)
domains = st.lists(st.one_of(st.just("|"), leaves), max_size=4)
rows = st.builds(Row, texts, amounts, texts, domains)
figures = st.dictionaries(texts, st.tuples(texts, amounts), max_size=3)
findings = st.builds(
    Finding,
    amounts,
    st.one_of(st.none(), texts),
    st.one_of(st.none(), domains),
    figures,
    st.lists(rows, max_size=3),
    texts,
    st.booleans(),
    texts,
)
thresholds = st.floats(0, 1e6).map(lambda amount: round(amount, 2))


@tagged("post_install", "-at_install")
class TestCloseCheckTool(TransactionCase):
    def test_examples(self):
        failed, tried = doctest.testmod(close_check)
        self.assertTrue(tried)
        self.assertFalse(failed)

    @holds_for(findings)
    def test_json_keeps_everything(self, found):
        kept = json.loads(json.dumps(found.to_json()))
        self.assertEqual(Finding.from_json(kept), found)

    @holds_for(findings, thresholds)
    def test_the_same_has_not_moved(self, found, threshold):
        self.assertFalse(found.has_moved(found, threshold))

    @holds_for(amounts, amounts, thresholds)
    def test_improvement_is_no_drift(self, one, other, threshold):
        better, worse = sorted((abs(one), abs(other)))
        for sign in (1, -1):
            now, then = Finding(sign * better), Finding(sign * worse)
            self.assertFalse(now.has_moved(then, threshold))

    @holds_for(amounts, amounts, thresholds)
    def test_the_other_way_is_drift(self, one, other, threshold):
        """Beyond the threshold only: up to it nothing is wrong."""
        now, then = Finding(abs(one)), Finding(-abs(other))
        if now.figure and then.figure:
            self.assertEqual(now.has_moved(then, threshold), now.exceeds(threshold))

    @holds_for(findings, findings, thresholds, thresholds)
    def test_a_wider_threshold_finds_less(self, now, then, one, other):
        narrow, wide = sorted((one, other))
        if now.has_moved(then, wide):
            self.assertTrue(now.has_moved(then, narrow))
        if now.exceeds(wide):
            self.assertTrue(now.exceeds(narrow))

    @holds_for(figures, figures, thresholds)
    def test_named_figures_move_either_way(self, now, then, threshold):
        one, other = Finding(0, figures=now), Finding(0, figures=then)
        moved = one.has_moved(other, threshold)
        self.assertEqual(moved, other.has_moved(one, threshold))

    def test_named_figure_that_appears(self):
        then = Finding(0, figures={"ledger": ("Ledger", 10.0)})
        self.assertTrue(Finding(0).has_moved(then, 9.99))
        self.assertFalse(Finding(0).has_moved(then, 10))

    def test_labels_do_not_move(self):
        then = Finding(0, figures={"ledger": ("Ledger", 10.0)})
        now = Finding(0, figures={"ledger": ("Hauptbuch", 10.0)})
        self.assertFalse(now.has_moved(then, 0))

    def test_rows_are_few(self):
        found = Finding(0, rows=[Row("", number) for number in range(MAX_ROWS + 1)])
        self.assertEqual(len(found.rows), MAX_ROWS)

    def test_days_in_domains(self):
        domain = [("date", "in", (date(2025, 6, 1), datetime(2025, 6, 1, 12)))]
        told = [["date", "in", ["2025-06-01", "2025-06-01 12:00:00"]]]
        self.assertEqual(plain(domain), told)
