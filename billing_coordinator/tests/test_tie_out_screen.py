from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import billing_tie_out_detail
from .common import TODAY, days
from .tie_out_common import TieOutCase


@tagged("post_install", "-at_install")
class TestTieOutScreen(TieOutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100, overdue=10)
        cls.entry = cls._make_entry(cls.customer, -40, days(-3))
        lines = cls._make_bank_line(150, day=days(-10))
        cls._make_statement(lines, 0, 150, name="No. 1")

    def _open(self, user=None):
        model = self.env["billing.tie.out.report"].with_user(user or self.coordinator)
        model = model.with_context(allowed_company_ids=self.company.ids)
        action = model.action_open_report()
        self.assertEqual(action["res_model"], model._name)
        return model.browse(action["res_id"])

    def _line(self, report, kind, name):
        return report.line_ids.filtered(
            lambda line: line.kind == kind and line.name == name
        )

    def test_shows_what_the_method_says(self):
        report = self._open()
        self.assertEqual((report.date, report.company_ids), (TODAY, self.company))
        titles = report.section_ids
        self.assertEqual(titles.mapped("level"), ["title"] * len(titles))
        told = [(line.kind, line.status, line.amount) for line in titles]
        expected = [
            (
                entry.kind,
                entry.compares and (entry.ties and "ties" or "difference"),
                entry.difference,
            )
            for entry in self._tie_out()
        ]
        self.assertEqual(told, expected)
        self.assertEqual(report.difference_count, 1)

    def test_lines_of_the_bank(self):
        report = self._open()
        lines = report.bank_line_ids[1:]
        told = [(line.level, line.name.strip(), line.amount) for line in lines]
        self.assertEqual(
            told,
            [
                ("ledger", "Balance in the ledger", 190),
                ("other", "Closing balance of 06/06/2025, No. 1", 150),
                ("other", "Bank lines after it", 0),
                ("total", "Balance at the bank", 150),
                ("difference", "Difference", 40),
                ("explanation", "Entries that come from no bank line", 40),
                ("detail", f"06/13/2025 {self.entry.name}", 40),
                ("unexplained", "Unexplained", 0),
            ],
        )

    def test_every_line_is_on_one_page(self):
        report = self._open()
        pages = (
            report.bank_line_ids
            + report.unmatched_line_ids
            + report.transit_line_ids
            + report.credit_line_ids
            + report.receivable_line_ids
        )
        self.assertEqual(pages, report.line_ids)

    def test_another_day(self):
        report = self._open()
        report.date = days(-5)
        report.action_refresh()
        self.assertFalse(report.difference_count)
        self.assertEqual(report.bank_line_ids[1].amount, 150)

    def test_entries_behind_every_figure(self):
        """The buttons list as many records as the line counts, of the same sum."""
        report = self._open()
        figures = report.line_ids.filtered("res_model")
        for line in figures.filtered(lambda line: line.level != "detail"):
            action = line.action_open_entries()
            model = self.env[action["res_model"]].with_user(self.coordinator)
            records = model.with_context(**action["context"]).search(action["domain"])
            if line.count or action["res_model"] == "account.move.line":
                self.assertEqual(len(records), line.count, line.name)
            if action["res_model"] == "billing.receivable":
                total = sum(records.mapped("residual_currency"))
                self.assertEqual(total, line.amount, line.name)
            if action["res_model"] == "account.move.line":
                total = sum(records.mapped("amount_currency"))
                self.assertEqual(total, line.amount, line.name)

    def test_explanations_are_told_entry_by_entry(self):
        """The newest one by one; the rest in one line of the same sum."""
        entries = [
            self._make_entry(self.customer, -number, days(-2)) for number in (1, 2, 3)
        ]
        late = self._make_bank_line(20, day=days(-5))
        self._make_statement(late, 160, 185)
        self.patch(billing_tie_out_detail, "MAX_DETAILS", 3)
        lines = self._open().bank_line_ids
        told = {
            line.name.strip(): line.amount for line in lines if line.level == "detail"
        }
        for entry, amount in zip(entries, (1, 2, 3), strict=True):
            self.assertEqual(told.pop(f"06/14/2025 {entry.name}"), amount)
        self.assertEqual(told.pop("1 more"), 40)
        self.assertEqual(told, {"06/11/2025 S160-185": -5})
        gap = next(line for line in lines if line.amount == -10)
        self.assertEqual(gap.name.strip(), "Gaps between statements")

    def test_entry_of_a_detail(self):
        self._make_statement(self._make_bank_line(9, day=days(-5)), 160, 169)
        lines = self._open().bank_line_ids.filtered(lambda line: line.level == "detail")
        opened = [line.action_open_entries() for line in lines]
        self.assertEqual(
            sorted(action["res_model"] for action in opened),
            ["account.bank.statement", "account.move"],
        )
        moves = [a["res_id"] for a in opened if a["res_model"] == "account.move"]
        self.assertEqual(moves, self.entry.ids)

    def test_open_items_as_of_the_day(self):
        report = self._open()
        report.date = days(-5)
        report.action_refresh()
        self._pay(self.invoice, day=days(-4))
        line = self._line(report, "receivable", "Open items")
        action = line.action_open_entries()
        rows = self.env["billing.receivable"].with_context(**action["context"])
        self.assertEqual(rows.search(action["domain"]).residual, line.amount)

    # -- print ------------------------------------------------------------------------

    def _print(self, report):
        action = report.action_print()
        self.assertEqual(action["report_name"], "billing_coordinator.report_tie_out")
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.coordinator)
            .with_context(allowed_company_ids=self.company.ids)
            ._render_qweb_html(action["report_name"], report.ids)
        )
        text = content.decode().replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    def test_print_shows_the_same(self):
        report = self._open()
        text = self._print(report)
        for line in report.line_ids:
            self.assertIn(line.name.strip(), text)
            if line.level != "title":
                self.assertIn(f"{line.amount:,.2f}", text)
        self.assertIn("Differences: 1.", text)
        self.assertIn("as of the end of", text)

    def test_print_of_nothing(self):
        report = self._open()
        report.date = days(-4000)
        report.action_refresh()
        self.assertFalse(report.line_ids)
        text = self._print(report)
        self.assertIn("Everything ties out", text)
        self.assertIn("Nothing was booked up to this day", text)

    # -- who --------------------------------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_one_s_own(self):
        report = self._open()
        theirs = report.with_user(self.manager)
        for read in (
            lambda: theirs.read(["date"]),
            lambda: theirs.line_ids.browse(report.line_ids.ids).read(["amount"]),
            theirs.action_refresh,
            theirs.action_print,
            lambda: theirs.line_ids.browse(report.line_ids[1].id).action_open_entries(),
            lambda: (
                self.env["report.billing_coordinator.report_tie_out"]
                .with_user(self.manager)
                ._get_report_values(report.ids)
            ),
        ):
            with self.assertRaises(AccessError):
                read()

    def test_companies_of_others_cannot_be_chosen(self):
        report = self._open()
        with self.assertRaises(AccessError):
            report.company_ids = self.other_company
        report.sudo().company_ids = self.other_company
        with self.assertRaisesRegex(UserError, "Choose the companies"):
            report.action_refresh()

    def test_others_may_not(self):
        for group in ("group_billing_department", "account.group_account_invoice"):
            user = self._make_user(f"no_{group}", group)
            with self.assertRaises(AccessError):
                self._open(user)
