from datetime import date, timedelta

from hypothesis import strategies as st

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..tools import statement as tool
from ..tools.statement import Row, Section
from .common import TODAY
from .properties import holds_for


@tagged("post_install", "-at_install")
class TestTool(TransactionCase):
    """The arithmetic without a database."""

    cents = st.integers(-10_000_000, 10_000_000).map(lambda cents: cents / 100)

    @holds_for(cents, st.lists(cents, max_size=30))
    def test_closing_is_opening_and_movements(self, opening, amounts):
        rows = [
            Row(n, n, tool.INVOICE, "A", "", TODAY, TODAY, amount)
            for n, amount in enumerate(amounts)
        ]
        section = Section(1, 2)
        tool.add_movements(section, opening, rows)
        in_cents = round(opening * 100) + sum(round(a * 100) for a in amounts)
        self.assertEqual(round(section.closing * 100), in_cents)
        self.assertEqual(section.closing, round(in_cents / 100, 2))

    @holds_for(st.lists(st.tuples(cents, st.integers(0, 4)), max_size=30))
    def test_ageing_adds_up_to_the_balance(self, items):
        rows = [
            Row(n, n, tool.INVOICE, "A", "", TODAY, TODAY, 0.0, amount, 0, bucket)
            for n, (amount, bucket) in enumerate(items)
        ]
        section = tool.open_section(1, 2, rows, 5)
        self.assertEqual(round(sum(section.ageing), 2) + 0.0, section.total)
        self.assertEqual(
            round(section.ageing[0] + section.overdue, 2) + 0.0, section.total
        )

    @holds_for(st.lists(st.text(max_size=50), max_size=20))
    def test_names_of_sheets(self, names):
        sheets = tool.sheet_names(names)
        self.assertEqual(len({sheet.lower() for sheet in sheets}), len(names))
        for sheet in sheets:
            self.assertTrue(0 < len(sheet) <= 31)
            self.assertFalse(set(sheet) & set("[]:*?/\\"))
            self.assertFalse(sheet.startswith("'") or sheet.endswith("'"))

    @holds_for(st.integers(1, 28), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_last_due(self, day, today):
        due = tool.last_due(day, today)
        self.assertEqual(due.day, day)
        self.assertTrue(0 <= (today - due).days <= 31)
        first, last = tool.month_before(due)
        self.assertEqual((first.day, (last + timedelta(days=1)).day), (1, 1))
        self.assertEqual(last + timedelta(days=1), fields.Date.start_of(due, "month"))
