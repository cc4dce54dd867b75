import random
from collections import defaultdict

from odoo.tests import tagged

from .common import TODAY, days
from .ledger_common import RandomLedger
from .tie_out_common import TieOutCase


@tagged("post_install", "-at_install")
class TestTieOutLedger(RandomLedger, TieOutCase):
    """Receivable accounts of a ledger made by chance tie out on every day of it."""

    def test_every_day(self):
        for day in self._dates():
            expected = defaultdict(lambda: [0.0, 0.0])
            for _partner, currency, balance, foreign in self._ledger(day):
                expected[currency][0] += float(balance)
                expected[currency][1] += float(foreign)
            for section in self._sections("receivable", day):
                self.assertTies(section)
                balance, foreign = expected.pop(section.currency_id)
                ledger = section.rows[0]
                self.assertAlmostEqual(ledger.company_amount, balance, 2)
                self.assertAlmostEqual(ledger.amount, foreign, 2)
            for balance, foreign in expected.values():
                self.assertAlmostEqual(balance, 0, 2)
                self.assertAlmostEqual(foreign, 0, 2)

    def test_credits_are_the_negative_open_items(self):
        for day in self._dates()[::7]:
            rows = self.env["billing.receivable"].with_context(as_of=day)
            rows = rows.search(
                [("company_id", "=", self.company.id), ("residual", "<", 0)]
            )
            expected = defaultdict(float)
            for row in rows:
                key = row.currency_id.id, row.partner_id.commercial_partner_id.id
                expected[key] += row.residual
            found = {
                (section.currency_id, row.partner_id): row.company_amount
                for section in self._sections("credits", day)
                for row in section.rows
            }
            self.assertEqual(found.keys(), expected.keys())
            for key, amount in found.items():
                self.assertAlmostEqual(amount, expected[key], 2)


@tagged("post_install", "-at_install")
class TestTieOutRandomBank(TieOutCase):
    """Whatever went wrong at the bank, every cent of the difference is explained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20250617)
        cls.lines = cls._random_lines(60)
        cls._random_statements()
        for _number in range(6):
            cls._make_entry(cls.customer, cls._amount(), days(cls._age()))
        for line in cls.random.sample(cls.lines, 4):
            line.move_id.button_draft()

    @classmethod
    def _amount(cls):
        return cls.random.randrange(-50_000, 90_000) / 100

    @classmethod
    def _age(cls):
        return cls.random.randrange(-60, 1)

    @classmethod
    def _random_lines(cls, number):
        ages = sorted(cls._age() for _number in range(number))
        return [cls._make_bank_line(cls._amount(), day=days(age)) for age in ages]

    @classmethod
    def _random_statements(cls):
        """Statements of neighbouring lines, some wrong, some lines left out."""
        pick, position, balance = cls.random, 0, 250.0
        while position < len(cls.lines) - 6:
            size = pick.randrange(2, 7)
            lines = cls.lines[position : position + size]
            position += size + (pick.random() < 0.3)
            closing = round(balance + sum(line.amount for line in lines), 2)
            closing += 3.5 if pick.random() < 0.25 else 0
            statement = cls._make_statement(
                cls.env["account.bank.statement.line"].union(*lines), balance, closing
            )
            if pick.random() < 0.2:
                statement.date = days(cls._age())
            balance = closing + (7.25 if pick.random() < 0.25 else 0)

    def test_every_day(self):
        account = self.bank.default_account_id
        seen = set()
        for age in range(-61, 2):
            day = days(age)
            for section in self._sections("bank", day):
                booked, _amount = self._booked(account, day)
                self.assertAlmostEqual(section.rows[0].amount, booked, 2)
                self.assertAlmostEqual(
                    section.difference, booked - self._at_the_bank(day), 2
                )
                self.assertFalse(section.unexplained, day)
                seen.update(self._explanations(section))
        every = {"no_bank_line", "opening", "stray", "later", "gap", "excess"}
        self.assertEqual(seen, every)

    def _at_the_bank(self, day):
        """What the last statement says, and the lines after it, one by one."""
        statements = self.env["account.bank.statement"].search(
            [("journal_id", "=", self.bank.id), ("date", "<=", day)]
        )
        last = max(
            statements,
            key=lambda statement: (statement.date, statement.first_line_index or ""),
            default=statements,
        )
        after = [
            line.amount
            for line in self.lines
            if line.state == "posted"
            and line.date <= day
            and line.statement_id not in statements
            and (not last or line.date > last.date)
        ]
        return last.balance_end_real + sum(after)

    def test_records_behind_the_rows_add_up(self):
        for age in range(-61, 2, 6):
            for section in self._sections("bank", days(age)):
                for row in section.rows:
                    records = self.env[row.model].search(row.domain)
                    if row.key in ("ledger", "no_bank_line"):
                        total = sum(records.mapped("balance"))
                        self.assertAlmostEqual(row.amount, total, 2, (age, row))
                    if row.key in ("stray", "after", "later"):
                        total = sum(records.mapped("amount"))
                        self.assertAlmostEqual(abs(row.amount), abs(total), 2)
                    if row.key in ("gap", "excess", "later", "stray", "ledger"):
                        self.assertEqual(row.count, len(records), (age, row))


@tagged("post_install", "-at_install")
class TestTieOutQueries(TieOutCase):
    def _fill(self, number):
        customers = [self._make_customer(f"Q{number} {n}") for n in range(number)]
        invoices = self._make_invoices([(c, 100, 10) for c in customers])
        for customer, invoice in zip(customers, invoices, strict=True):
            self._register_payment(invoice, amount=40, payment_date=days(-9))
            self._pay(invoice, 10, day=days(-2))
            self._make_entry(customer, -5, days(-3))
            self._make_bank_line(7, day=days(-4))
        line = self._make_bank_line(7, day=days(-4))
        self._make_statement(line, number, number + 8)

    def _count(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        sections = self._tie_out()
        count = self.cr.sql_log_count - before
        self.assertEqual(
            {section.kind for section in sections},
            {"bank", "unmatched", "transit", "credits", "receivable"},
        )
        return count

    def test_queries_do_not_grow(self):
        self._fill(2)
        self._tie_out()
        few = self._count()
        self._fill(8)
        self.assertLessEqual(self._count(), few)
        self.assertLessEqual(few, 30)

    def test_dates_beyond_everything(self):
        self.assertFalse(self._tie_out(days(-4000)))
        self._fill(1)
        for section in self._tie_out(days(4000)):
            self.assertFalse(section.unexplained, section)
        self.assertEqual(
            [s.rows[0].amount for s in self._sections("receivable", days(4000))],
            [s.rows[0].amount for s in self._sections("receivable", TODAY)],
        )
