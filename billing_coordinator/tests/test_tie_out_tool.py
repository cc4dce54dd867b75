import doctest
from datetime import timedelta

from odoo.tests import TransactionCase, tagged

from ..tools import tie_out, tie_out_query
from ..tools.tie_out import EXPLANATION, LEDGER, OTHER, Section
from .common import TODAY


@tagged("post_install", "-at_install")
class TestTieOutTool(TransactionCase):
    def _make_section(self, *rows):
        section = Section("bank", 1, 1, 1)
        for row in rows:
            section.add(*row)
        return section

    def test_examples(self):
        failed, tried = doctest.testmod(tie_out)
        self.assertTrue(tried)
        self.assertFalse(failed)

    def test_what_is_left_unexplained(self):
        section = self._make_section(
            (LEDGER, "ledger", 100.0, 50.0),
            (OTHER, "statement", 60.1, 30.0),
            (OTHER, "after", 10.0, 5.0),
            (EXPLANATION, "gap", 20.0, 15.0),
        )
        self.assertEqual(section.difference, 29.9)
        self.assertEqual(section.unexplained, 9.9)
        self.assertEqual(section.company_difference, 15)
        self.assertEqual(section.company_unexplained, 0)
        self.assertFalse(section.ties)

    def test_difference_in_the_company_s_currency_alone(self):
        section = self._make_section(
            (LEDGER, "ledger", 100.0, 50.01), (OTHER, "open_items", 100.0, 50.0)
        )
        self.assertFalse(section.difference)
        self.assertFalse(section.ties)

    def test_explanations_that_cancel_each_other(self):
        """They are told though nothing differs."""
        section = self._make_section(
            (LEDGER, "ledger", 10.0, 10.0),
            (OTHER, "statement", 10.0, None),
            (EXPLANATION, "opening", -5.0, None, 1),
            (EXPLANATION, "no_bank_line", 5.0, 5.0, 1),
            (EXPLANATION, "gap", 0.0, 0.0, 0),
        )
        self.assertTrue(section.ties)
        self.assertEqual(len(section.get(EXPLANATION)), 2)
        self.assertIsNone(section.company_difference)
        self.assertIsNone(section.company_unexplained)

    def test_sums_of_cents(self):
        rows = [(OTHER, "age0", 0.1, 0.1) for _number in range(3)]
        section = self._make_section((LEDGER, "ledger", 0.3, 0.3), *rows)
        self.assertTrue(section.ties)

    def test_list_without_ledger_ties(self):
        section = self._make_section((OTHER, "customer", -5.0, -5.0))
        self.assertFalse(section.compares)
        self.assertTrue(section.ties)
        self.assertFalse(section.difference or section.unexplained)

    def test_each_day_has_one_age(self):
        """The database and the list behind a figure agree on it."""
        ranges = dict(zip(tie_out.AGE_KEYS, tie_out.age_ranges(TODAY), strict=True))
        for age in range(0, 90):
            day = TODAY - timedelta(days=age)
            keys = [
                key
                for key, (first, last) in ranges.items()
                if day <= last and (first is None or first <= day)
            ]
            self.assertEqual(len(keys), 1, age)
            query = tie_out_query.age(tie_out_query.SQL("%s::date", day), TODAY)
            [[key]] = self.env.execute_query(tie_out_query.SQL("SELECT %s", query))
            self.assertEqual(keys, [key], age)
