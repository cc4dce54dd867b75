import random
from collections import Counter

from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .properties import holds_for
from .test_match_currency import CurrencyCase

HANDLINGS = ("open", "discount", "writeoff", "ticket")
RATES = (0.37, 0.5, 0.83, 1.0)


@tagged("post_install", "-at_install")
class TestMatchRandom(CurrencyCase):
    """Any matches, undone in any order, leave the books as they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "billing_match_charges_account_id": cls.discounts.id,
                "billing_match_tolerance": 5.0,
                "billing_writeoff_limit": 10_000.0,
            }
        )
        invoices = cls._make_invoices(
            [(None, 33.33, 20), (None, 100.01, 10), (cls.other, 70.0, 5)]
        )
        invoices += cls._make_dollars(99.99) + cls._make_dollars(45.67)
        notes = cls._make_credit_note(amount=12.34)
        notes += cls._make_credit_note(
            amount=20.01, currency_id=cls.usd.id, invoice_date="2025-10-01"
        )
        installments = cls._make_invoices([(None, 90.0, 10)], post=False)
        terms = cls.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "company_id": cls.company.id,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": part, "nb_days": day}
                    )
                    for part, day in ((33.33, 0), (33.33, 30), (33.34, 60))
                ],
            }
        )
        installments.invoice_payment_term_id = terms
        installments.action_post()
        cls.items = cls._item(invoices + notes + installments)

    # -- random matches --------------------------------------------------------------

    def _make_match(self, rng):
        """A match of some items, in part or in full."""
        line = self._make_some_line(rng)
        match = self.env["billing.payment.match"].create({"statement_line_id": line.id})
        wanted = [item for item in self.items if not item.reconciled]
        chosen = rng.sample(wanted, min(len(wanted), rng.randint(1, 4)))
        allocation = [self._give(rng, match, item) for item in chosen]
        allocation = [part for part in allocation if part["amount"]]
        total = sum(part["amount"] for part in allocation)
        amount = line.currency_id.round(total + rng.choice((0, 0, 0, 7.77)))
        values = {"amount": amount}
        if line.foreign_currency_id:
            rate = line.amount / line.amount_currency
            values["amount_currency"] = self.usd.round(amount / rate)
        line.write(values)
        return line, match, allocation

    def _make_some_line(self, rng):
        values = {}
        kind = rng.choice(("euro", "dollar", "told"))
        if kind == "dollar":
            values["journal"] = self.dollar_bank
        if kind == "told":
            values.update(foreign_currency_id=self.usd.id)
            values.update(amount_currency=self.usd.round(100 / rng.choice(RATES)))
        return self._make_bank_line(100.0, **values)

    def _give(self, rng, match, item):
        open_amount = match._get_open_amount(item)
        share = rng.choice((1, 1, 1, 0.5, 0.333))
        amount = self.usd.round(open_amount * share)
        discount = self.usd.round((open_amount - amount) * rng.choice((0, 0, 0.5, 1)))
        kept = 0.0
        if share == 1 and open_amount > 5 and rng.random() < 0.2:
            kept, amount = 1.23, self.usd.round(amount - 1.23)
        return {
            "move_line_id": item.id,
            "amount": amount,
            "discount": discount,
            "kept": kept,
        }

    def _apply_some(self, rng):
        """:return: the match, or None where the rules refuse it"""
        line, match, allocation = self._make_match(rng)
        owed = sum(part["amount"] for part in allocation)
        over = line.currency_id.compare_amounts(abs(line.amount), abs(owed)) > 0
        handling = "credit" if over else rng.choice(HANDLINGS)
        rest = {"handling": handling, "note": "Why", "partner_id": self.customer.id}
        before = self._take_residuals()
        try:
            with self.cr.savepoint():
                match._apply(allocation, rest)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            self.assertEqual(self._take_residuals(), before)
            line.unlink()
            return None
        self.assertTies(match, allocation, before)
        return match

    # -- what the books say ------------------------------------------------------------

    def _take_residuals(self):
        return {
            item.id: (item.amount_residual, item.amount_residual_currency)
            for item in self.items
        }

    def _take_balances(self):
        """Of all accounts and customers, without what waits on suspense."""
        groups = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")],
            ["account_id", "partner_id", "currency_id"],
            ["balance:sum", "amount_currency:sum", "amount_residual:sum"],
        )
        result = Counter()
        for account, partner, currency, balance, foreign, residual in groups:
            key = (account.code, partner.id, currency.name)
            result[key, "balance"] = round(balance, 2)
            result[key, "foreign"] = round(foreign, 2)
            result[key, "residual"] = round(residual, 2)
        return {key: value for key, value in result.items() if value}

    def assertTies(self, match, allocation, before):
        line = match.statement_line_id
        liquidity, suspense, _others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertTrue(line.is_reconciled)
        self.assertAlmostEqual(sum(line.move_id.line_ids.mapped("balance")), 0.0, 6)
        self.assertAlmostEqual(liquidity.amount_currency, line.amount, 6)
        self.assertAlmostEqual(sum(match.line_ids.mapped("amount")), line.amount, 6)
        given = {part["move_line_id"]: part for part in allocation}
        for item in self.items:
            was, was_foreign = before[item.id]
            if item.id not in given:
                self.assertEqual(
                    (item.amount_residual, item.amount_residual_currency),
                    (was, was_foreign),
                )
                continue
            self.assertGreaterEqual(item.amount_residual_currency * was_foreign, 0.0)
            self.assertLess(abs(item.amount_residual_currency), abs(was_foreign))
            self.assertEqual(
                bool(item.amount_residual), bool(item.amount_residual_currency)
            )
            if item.currency_id == line.currency_id and match.rest_handling in (
                "open",
                "ticket",
                False,
            ):
                part = given[item.id]
                settled = part["amount"] + part["discount"] + part["kept"]
                self.assertAlmostEqual(
                    item.amount_residual_currency, was_foreign - settled, 2
                )

    @holds_for(st.integers(0, 10**9), examples=10)
    def test_undone_in_any_order(self, seed):
        rng = random.Random(seed)  # noqa: S311
        with self.cr.savepoint() as savepoint:
            made = [self._apply_some(rng) for _each in range(rng.randint(1, 4))]
            applied = [match for match in made if match]
            self.counts["applied"] += len(applied)
            self.counts["refused"] += len(made) - len(applied)
            self.assertAllUndone(rng, applied)
            savepoint.rollback()
        self.env.invalidate_all()

    counts = Counter()

    def assertAllUndone(self, rng, applied):
        lines = self.env["account.bank.statement.line"].union(
            *(match.statement_line_id for match in applied)
        )
        rng.shuffle(applied)
        for match in applied:
            match.with_user(self.coordinator).action_undo()
        self.env.flush_all()
        self.assertEqual(
            {i.id: i.amount_residual_currency for i in self.items},
            {i.id: i.amount_currency for i in self.items},
        )
        self.assertEqual(
            {i.id: i.amount_residual for i in self.items},
            {i.id: i.balance for i in self.items},
        )
        self.assertFalse(any(lines.mapped("is_reconciled")))
        lines.move_id.button_draft()
        lines.unlink()
        self.assertEqual(self._take_balances(), self.start)

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.start = self._take_balances()
