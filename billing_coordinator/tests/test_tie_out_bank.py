from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, days
from .tie_out_common import TieOutCase


class BankCase(TieOutCase):
    """A statement of 0 to 150, closed ten days ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls._make_bank_line(100, day=days(-12))
        cls.lines += cls._make_bank_line(50, day=days(-10))
        cls.statement = cls._make_statement(cls.lines, 0, 150, name="No. 1")


@tagged("post_install", "-at_install")
class TestTieOutBank(BankCase):
    def test_ties(self):
        section = self._section("bank")
        self.assertTies(section)
        self.assertEqual(self._amounts(section), {"ledger": 150, "statement": 150})
        [told] = [row for row in section.rows if row.key == "statement"]
        self.assertEqual((told.name, told.date), ("No. 1", days(-10)))
        self.assertEqual(section.journal_id, self.bank.id)

    def test_lines_after_the_statement_are_the_bank_s(self):
        later = self._make_bank_line(30, day=days(-1))
        section = self._section("bank")
        self.assertTies(section)
        self.assertEqual(
            self._amounts(section), {"ledger": 180, "statement": 150, "after": 30}
        )
        self.assertEqual(self._records(section, "after"), later)

    def test_entry_by_hand(self):
        entry = self._make_entry(self.customer, -40, days(-3))
        section = self._section("bank")
        self.assertExplained(section, {"no_bank_line": 40})
        found = self._records(section, "no_bank_line")
        self.assertEqual(found.move_id, entry)
        self.assertEqual(sum(found.mapped("balance")), 40)
        self.assertTies(self._section("bank", days(-4)))

    def test_gap_between_statements(self):
        line = self._make_bank_line(20, day=days(-5))
        second = self._make_statement(line, 160, 180)
        section = self._section("bank")
        self.assertExplained(section, {"gap": -10})
        self.assertEqual(self._records(section, "gap"), second)
        self.assertTies(self._section("bank", days(-6)))

    def test_statement_that_does_not_add_up(self):
        line = self._make_bank_line(20, day=days(-5))
        second = self._make_statement(line, 150, 175)
        section = self._section("bank")
        self.assertExplained(section, {"excess": -5})
        self.assertEqual(self._records(section, "excess"), second)

    def test_line_in_no_statement(self):
        stray = self._make_bank_line(7, day=days(-11))
        section = self._section("bank")
        self.assertExplained(section, {"stray": 7})
        self.assertEqual(self._records(section, "stray"), stray)

    def test_opening_balance_booked_by_hand(self):
        """The first opening is explained by the entry that made it, or is missing."""
        self.statement.write({"balance_start": 1000, "balance_end_real": 1150})
        self.assertExplained(self._section("bank"), {"opening": -1000})
        self._make_entry(self.customer, -1000, days(-20))
        section = self._section("bank")
        self.assertTies(section)
        told = {"opening": -1000, "no_bank_line": 1000}
        self.assertEqual(self._explanations(section), told)
        self.assertEqual(self._records(section, "opening"), self.statement)

    def test_statement_that_spans_the_day(self):
        """Its lines up to the day count, its closing balance does not yet."""
        section = self._section("bank", days(-11))
        self.assertTies(section)
        self.assertEqual(self._amounts(section), {"ledger": 100, "after": 100})
        self.assertEqual(
            self._records(section, "after", days(-11)), self.lines.sorted("date")[:1]
        )

    def test_line_of_a_statement_dated_later(self):
        self.statement.date = days(-11)
        section = self._section("bank", days(-11))
        self.assertExplained(section, {"later": -50})
        self.assertEqual(self._records(section, "later", days(-11)).amount, 50)
        self.assertTies(self._section("bank"))

    def test_line_booked_with_another_amount(self):
        line = self.lines[0]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET amount = amount + 3 WHERE id = %s",
            [line.id],
        )
        section = self._section("bank")
        self.assertEqual(section.difference, 0)
        self.assertEqual(self._explanations(section), {"differs": -3, "excess": 3})
        self.assertFalse(section.unexplained)
        self.assertEqual(self._records(section, "differs"), line)

    def test_bank_entry_in_draft(self):
        """It left the ledger; the statement lacks it."""
        self.lines[1].move_id.button_draft()
        section = self._section("bank")
        self.assertExplained(section, {"excess": -50})

    def test_without_statements(self):
        self.statement.unlink()
        section = self._section("bank")
        self.assertTies(section)
        self.assertEqual(self._amounts(section), {"ledger": 150, "after": 150})

    def test_unused_journal_is_no_comparison(self):
        self.bank.copy({"code": "TBNK2", "default_account_id": False})
        self.assertEqual(len(self._sections("bank")), 1)

    def test_statement_without_entries(self):
        journal = self._make_journal("TBNK3")
        statement = self._make_statement(self.lines.browse(), 0, 99, date=days(-3))
        statement.journal_id = journal
        section = self._sections("bank")[1]
        self.assertExplained(section, {"excess": -99})

    def _make_journal(self, code, **values):
        account = self._make_account(self.company, f"1019{code[-1]}", "asset_cash")
        return self.env["account.journal"].create(
            {
                "name": code,
                "code": code,
                "type": "bank",
                "company_id": self.company.id,
                "default_account_id": account.id,
                **values,
            }
        )

    def test_foreign_currency(self):
        """In dollars the statement counts; the euros are shown as booked."""
        journal = self._make_journal("TUSD", currency_id=self.usd.id)
        day = {"journal": journal, "day": days(-60)}
        line = self._make_bank_line(200, **day)
        line += self._make_bank_line(-40, journal=journal, day=days(-2))
        self._make_statement(line, 0, 170, journal_id=journal.id)
        section = next(
            entry for entry in self._sections("bank") if entry.journal_id == journal.id
        )
        self.assertEqual(section.currency_id, self.usd.id)
        self.assertExplained(section, {"excess": -10})
        ledger = section.rows[0]
        self.assertEqual((ledger.amount, ledger.company_amount), (160, 90))
        self.assertEqual(
            (90, 160), self._booked(journal.default_account_id, TODAY, self.usd)
        )
        self.assertIsNone(section.company_difference)

    def test_earlier_day_stays_as_it_was(self):
        before = self._tie_out(days(-9))
        self._make_entry(self.customer, -40, days(-3))
        self._make_statement(self._make_bank_line(9, day=days(-2)), 150, 159)
        self.assertEqual(self._tie_out(days(-9)), before)


@tagged("post_install", "-at_install")
class TestTieOutUnmatched(BankCase):
    def test_lines_by_age(self):
        self._make_bank_line(7, day=days(-7))
        self._make_bank_line(8, day=days(-8))
        self._make_bank_line(61, day=days(-61))
        section = self._section("unmatched")
        self.assertTies(section)
        self.assertEqual(
            self._amounts(section),
            {"ledger": -226, "age0": -7, "age1": -158, "age3": -61},
        )
        counts = {row.key: row.count for row in section.rows}
        self.assertEqual(counts["age1"], 3)
        found = self._records(section, "age1").statement_line_id
        self.assertEqual(sorted(found.mapped("amount")), [8, 50, 100])
        balance, _amount = self._booked(self._account("asset_current"), TODAY)
        self.assertEqual(section.rows[0].amount, balance)

    def test_matched_line_waits_no_more(self):
        """Its entry says so with its own date, and so does the ledger of that day."""
        invoice = self._make_invoice(amount=50)
        self._match_bank_line(self.lines[1], self._receivable_lines(invoice))
        self.assertTrue(self.lines[1].is_reconciled)
        for day in (TODAY, days(-10)):
            section = self._section("unmatched", day)
            self.assertTies(section)
            self.assertEqual(section.rows[0].amount, -100)

    def test_entry_by_hand_on_the_suspense_account(self):
        suspense = self.company.account_journal_suspense_account_id
        entry = self._make_entry(self.customer, 15, days(-2))
        entry.button_draft()
        entry.line_ids.filtered(lambda line: line.balance < 0).account_id = suspense
        entry.action_post()
        section = self._section("unmatched")
        self.assertExplained(section, {"by_hand": -15})
        self.assertEqual(self._records(section, "by_hand").move_id, entry)

    def test_foreign_currency_is_a_comparison_of_its_own(self):
        line = self._make_bank_line(
            10, day=days(-1), foreign_currency_id=self.usd.id, amount_currency=40
        )
        self.assertFalse(line.is_reconciled)
        sections = {entry.currency_id: entry for entry in self._sections("unmatched")}
        dollars = sections[self.usd.id]
        self.assertTies(dollars)
        row = dollars.rows[0]
        self.assertEqual((row.amount, row.company_amount), (-40, -10))
        self.assertTies(sections[self.eur.id])
        self.assertEqual(sections[self.eur.id].rows[0].amount, -150)


@tagged("post_install", "-at_install")
class TestTieOutCompanies(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch", "parent_id": cls.company.id}
        )
        cls.everywhere = cls._make_user("everywhere", "group_billing_coordinator")
        cls.everywhere.company_ids = [Command.set((cls.company + cls.branch).ids)]

    def _pay_at_the_branch(self):
        line = self._make_bank_line(
            60, day=days(-9), journal=self.bank, company_id=self.branch.id
        )
        self.assertEqual(line.company_id, self.branch)
        self._make_statement(line, 150, 210)

    def test_branch_uses_the_account_of_its_parent(self):
        self._pay_at_the_branch()
        section = self._section("bank", user=self.everywhere)
        self.assertTies(section)
        self.assertEqual(section.rows[0].amount, 210)
        booked, _amount = self._booked(
            self.bank.default_account_id, TODAY, companies=self.company + self.branch
        )
        self.assertEqual(section.rows[0].amount, booked)

    def test_branch_that_may_not_be_seen(self):
        """Its entries are left out, and that is told."""
        self._pay_at_the_branch()
        self.assertExplained(self._section("bank"), {"hidden": -60})

    def test_other_company_is_never_seen(self):
        for company in (self.other_company, self.branch):
            with self.assertRaisesRegex(AccessError, "no access to the books"):
                self._tie_out(companies=company)
        self._make_bank_line(999, company=self.other_company)
        before = self._tie_out()
        self._make_invoice(self.other_customer, company=self.other_company)
        self._make_entry(self.other_customer, -77, days(-2), company=self.other_company)
        self.assertEqual(self._tie_out(), before)
        self.assertEqual({entry.company_id for entry in before}, {self.company.id})

    def test_payer_is_named_once(self):
        """Files without a text have the name of the payer there."""
        line = self._make_bank_line(5, "Azure", partner_name="Azure")
        label = self.env["billing.tie.out"]._get_detail_label(line)
        self.assertEqual(label.count("Azure"), 1)

    def test_who_may_not_read_the_books(self):
        for group in ("group_billing_department", "base.group_user"):
            user = self._make_user(f"no_{group}", group)
            with self.assertRaises(AccessError):
                self._tie_out(user=user)

    def test_month_end_job_sees_the_branches(self):
        """What is called by the system counts the whole bank account."""
        self._pay_at_the_branch()
        sections = self.env["billing.tie.out"].sudo()._get_sections(self.company, TODAY)
        bank = next(entry for entry in sections if entry.kind == "bank")
        self.assertTies(bank)
