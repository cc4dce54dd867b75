"""The allowance in the close binder: as the model has it, and as the ledger has it."""

import io

from openpyxl import load_workbook

from odoo.tests import tagged

from .allowance_common import MAY, Allowances
from .close_binder_common import BinderCase

TITLE = "Allowance for doubtful accounts"


@tagged("post_install", "-at_install")
class TestCloseBinderAllowance(Allowances, BinderCase):
    """Two customers, four buckets; what is specific is told with its reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_customer("Other <customer>")
        cls._make_invoices([(None, 300, 60), (None, 40, 200), (cls.other, 500, 30)])
        cls._make_specific(cls.other, kind="rate", rate=30)

    def _post(self):
        allowance = self._make_allowance()
        allowance.action_post()
        return allowance

    def _rows(self, text):
        """The rows of the table behind a heading, as texts."""
        part = self._parts()[TITLE]
        rows = part.xpath("//h2[.=$text]/following-sibling::table//tr", text=text)
        return [" ".join(" ".join(row.itertext()).split()) for row in rows]

    def _amount(self, number):
        return f"{number:,.2f}"

    def test_there_is_none(self):
        self.assertNotIn(TITLE, self._parts())

    def test_posted(self):
        allowance = self._post()
        text, total = self._text(TITLE), self._amount(allowance.total)
        entry, reversal = allowance.move_id, allowance.reversal_id
        balance = self._balance(self.contra, MAY)
        self.assertEqual(self._amount(-balance), total)
        for words in (
            "State Posted, posted by Accountant",
            f"Allowance {total} € of receivables of",
            f"{self._amount(allowance.total_base)} €",
            f"Entry {entry.name} of 05/31/2025:",
            f"{self.contra.display_name}, {total} €",
            f"Reversal {reversal.name} of 06/01/2025",
        ):
            self.assertIn(words, text)
        self.assertNotIn("The ledger does not have", text)

    def test_buckets_add_up_to_the_entry(self):
        allowance = self._post()
        rows = self._rows("By bucket")
        buckets = allowance.line_ids.rate_id.sorted()
        self.assertGreater(len(buckets), 2)
        for rate, row in zip(buckets, rows[1:], strict=False):
            lines = allowance.line_ids.filtered(lambda line, r=rate: line.rate_id == r)
            base, amount = (sum(lines.mapped(name)) for name in ("base", "amount"))
            told = f"{self._amount(base)} {self._amount(amount)}"
            self.assertEqual(row, f"{rate.display_name} {told}")
        credit = sum(allowance.move_id.line_ids.mapped("credit"))
        self.assertIn(
            f"Total {self._amount(allowance.total_base)} {self._amount(credit)}", rows
        )

    def test_customers(self):
        allowance = self._post()
        rows = self._rows("By customer")[1:]
        self.assertEqual(len(rows), len(allowance.line_ids))
        for line, row in zip(allowance.line_ids, rows, strict=True):
            told = [
                line.partner_id.name,
                line.rate_id.display_name,
                self._amount(line.base),
                f"{line.rate:.2f}",
                self._amount(line.amount),
            ]
            if line.partner_id == self.other:
                self.assertEqual(line.rate, 30)
                told.append("Insolvent")
            self.assertEqual(row, " ".join(told))

    def test_reversal_is_still_to_come(self):
        self.company.billing_allowance_reversal_days = 30
        self._post()
        self.assertIn("of 06/30/2025: Odoo posts it on that day", self._text(TITLE))

    def test_draft(self):
        allowance = self._make_allowance()
        text = self._text(TITLE)
        self.assertIn("State Draft Allowance", text)
        self.assertIn(self._amount(allowance.total), text)
        self.assertNotIn("Entry", text)
        self.assertNotIn("The ledger does not have", text)

    def test_draft_that_was_not_computed(self):
        self._make_allowance(compute=False)
        text = self._text(TITLE)
        self.assertIn("Allowance 0.00 €", text)
        self.assertNotIn("By customer", text)

    def test_entry_was_reset(self):
        allowance = self._post()
        allowance.move_id.button_draft()
        text = self._text(TITLE)
        self.assertIn("The ledger does not have this allowance", text)
        self.assertIn("its entry says 0.00 €", text)

    def test_cancelled_and_made_anew(self):
        self._post().with_user(self.manager)._cancel("Wrong <rates>")
        self.env.flush_all()  # the cancelled one makes room
        self._make_allowance()
        sections = self.close.with_user(self.coordinator)._get_binder_allowances()
        states = [values["allowance_state"] for _title, _name, values in sections]
        self.assertEqual(states, ["Draft", "Cancelled"])
        html = "".join(
            part["html"]
            for part in self.close.with_user(self.coordinator)._get_binder_parts()
            if part["title"] == TITLE
        )
        self.assertIn("Wrong &lt;rates&gt;", html)

    def test_long_list_is_whole_in_the_tables(self):
        customers = [self._make_customer(f"Small {n:02}") for n in range(70)]
        self._make_invoices([(customer, 10, 20) for customer in customers])
        allowance = self._post()
        count = len(allowance.line_ids)
        self.assertIn(f"The first 60 of {count};", self._text(TITLE))
        content = self.close.with_user(self.coordinator)._make_binder_xlsx()
        rows = list(load_workbook(io.BytesIO(content))["Allowance"].values)[1:]
        self.assertEqual(len(rows), count)
        self.assertAlmostEqual(sum(row[6] for row in rows), allowance.total)
        self.assertIn("Insolvent", [row[8] for row in rows])


@tagged("post_install", "-at_install")
class TestCloseBinderYen(Allowances, BinderCase):
    """The books of a company whose currency has no decimals."""

    @classmethod
    def _use_currency(cls, code):
        return super()._use_currency("JPY" if code == "EUR" else code)

    def test_amounts_have_no_point(self):
        self._make_invoices([(None, 7654321, 60)])
        self._make_allowance().action_post()
        self.close.with_user(self.preparer).action_run_checks()
        parts = self._parts()
        for title in ("Tasks in detail", "Tie-out of the ledger", TITLE):
            text = " ".join(parts[title].text_content().split())
            self.assertIn("¥", text)
            self.assertNotRegex(text, r"¥\s*[\d,]+\.\d|[\d,]+\.\d+\s*¥", title)
        for title in ("Ageing of receivables", TITLE):
            for cell in parts[title].xpath("//td[contains(@class, 'number')]/span"):
                self.assertRegex(cell.text, r"^-?[\d,]+$|^\d+\.\d+$")
        self.assertIn("7,654,321", self._text("Ageing of receivables"))
        self.assertNotIn("7,654,321.", self._text("Ageing of receivables"))
