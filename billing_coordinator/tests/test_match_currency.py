from odoo.tests import tagged

from .common import days
from .match_common import MatchCase

BEFORE = days(-60)  # two dollars for a euro; four since May


class CurrencyCase(MatchCase):
    """With a bank account in dollars."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollars = cls._make_dollars(100.0)
        account = cls._make_account(cls.company, "101410", "asset_cash")
        cls.dollar_bank = (
            cls.env["account.journal"]
            .with_company(cls.company)
            .create(
                {
                    "name": "Dollars",
                    "code": "TUSD",
                    "type": "bank",
                    "currency_id": cls.usd.id,
                    "company_id": cls.company.id,
                    "default_account_id": account.id,
                }
            )
        )

    @classmethod
    def _make_dollars(cls, amount, **values):
        """Booked at two dollars for a euro."""
        return cls._make_invoice(
            amount=amount,
            currency_id=cls.usd.id,
            invoice_date=BEFORE,
            date=BEFORE,
            **values,
        )

    def _exchange(self, move):
        """What Odoo booked for the difference, as a gain."""
        partials = self._item(move).matched_credit_ids
        lines = partials.exchange_move_id.line_ids.filtered(
            lambda line: line.account_id.code in ("441000", "641000")
        )
        return -sum(lines.mapped("balance"))

    def assertBalanced(self, line):
        total = sum(line.move_id.line_ids.mapped("balance"))
        self.assertAlmostEqual(total, 0.0, 6)
        self.assertTrue(line.is_reconciled)


@tagged("post_install", "-at_install")
class TestMatchCurrency(CurrencyCase):
    """Items count as they are booked; Odoo books the exchange difference."""

    def test_booked_amount(self):
        """Euros came, and the bank does not say for how many dollars."""
        line = self._make_bank_line(50.0)
        self._match(line, (self.dollars, 50.0))
        self.assertOpen(dollars=0.0)
        self.assertEqual(self._exchange(self.dollars), 0.0)
        self.assertBalanced(line)

    def test_part_of_the_booked_amount(self):
        line = self._make_bank_line(20.0)
        self._match(line, (self.dollars, 20.0))
        self.assertOpen(dollars=60.0)
        self.assertEqual(self._item(self.dollars).amount_residual, 30.0)

    def test_customer_paid_in_dollars(self):
        """100 dollars were 50 euros and brought 26: a loss of 24."""
        line = self._make_bank_line(
            26.0, foreign_currency_id=self.usd.id, amount_currency=100.0
        )
        self._match(line, (self.dollars, 26.0))
        self.assertOpen(dollars=0.0)
        self.assertEqual(self.dollars.payment_state, "paid")
        self.assertEqual(self._exchange(self.dollars), -24.0)
        self.assertBalanced(line)

    def test_proposal_with_booked_amounts(self):
        """The rules name booked amounts; the line brings another amount of euros."""
        second = self._make_dollars(33.33)
        line = self._make_bank_line(
            34.56, foreign_currency_id=self.usd.id, amount_currency=133.33
        )
        match = self._propose(line, (self.dollars, 50.0), (second, 16.67))
        match.with_user(self.coordinator).action_apply()
        self.assertOpen(dollars=0.0)
        self.assertEqual(second.payment_state, "paid")
        self.assertEqual(sum(match.line_ids.mapped("amount")), 34.56)
        self.assertBalanced(line)

    def test_part_in_dollars(self):
        line = self._make_bank_line(
            13.0, foreign_currency_id=self.usd.id, amount_currency=50.0
        )
        self._match(line, (self.dollars, 13.0))
        self.assertOpen(dollars=50.0)
        self.assertBalanced(line)

    def test_account_in_dollars(self):
        line = self._make_bank_line(100.0, journal=self.dollar_bank)
        self.assertEqual(line.currency_id, self.usd)
        self._match(line, (self.dollars, 100.0))
        self.assertOpen(dollars=0.0)
        self.assertEqual(self._exchange(self.dollars), -25.0)  # 25 euros came for 50
        self.assertBalanced(line)

    def test_euros_on_an_account_in_dollars(self):
        """Four dollars came for each euro."""
        euros = self.euros = self._make_invoice(amount=30.0)
        line = self._make_bank_line(120.0, journal=self.dollar_bank)
        self._match(line, (euros, 120.0))
        self.assertOpen(euros=0.0)
        self.assertBalanced(line)

    def test_discount_in_dollars(self):
        """At the rate of the invoice: two of hundred dollars are one euro."""
        line = self._make_bank_line(98.0, journal=self.dollar_bank)
        self._match(line, (self.dollars, 98.0, 2.0))
        discount = line.move_id.line_ids.filtered(
            lambda each: each.account_id == self.discounts
        )
        self.assertEqual((discount.amount_currency, discount.balance), (2.0, 1.0))
        self.assertOpen(dollars=0.0)
        self.assertBalanced(line)

    def test_written_off_in_dollars(self):
        """The limit is in euros, as booked."""
        line = self._make_bank_line(79.0, journal=self.dollar_bank)
        rest = {"handling": "writeoff", "note": "Charges"}
        with self.assertRefused("10.50.€ is more than the 10.00.€"):
            self._match(line, (self.dollars, 79.0), rest=rest)
        line.amount = 80.0
        self._match(line, (self.dollars, 80.0), rest=rest)
        self.assertOpen(dollars=0.0)

    def test_credit_in_dollars(self):
        line = self._make_bank_line(110.0, journal=self.dollar_bank)
        self._match(line, (self.dollars, 100.0), rest={"handling": "credit"})
        credit = line.move_id.line_ids.filtered("amount_residual").filtered(
            lambda each: each.account_type == "asset_receivable"
        )
        self.assertEqual(credit.amount_residual_currency, -10.0)
        self.assertEqual(credit.amount_residual, -2.5)
        self.assertBalanced(line)

    def test_rounding_over_many_items(self):
        """Thirds of cents do not get lost."""
        line_amount = 0.0
        parts = []
        for amount in (0.1, 0.2, 33.33, 0.01, 7.77):
            invoice = self._make_dollars(amount)
            parts.append((invoice, amount))
            line_amount += amount
        line = self._make_bank_line(round(line_amount, 2), journal=self.dollar_bank)
        self._match(line, *parts)
        self.assertBalanced(line)
        for invoice, _amount in parts:
            self.assertEqual(invoice.payment_state, "paid")

    def test_rate_that_rounds(self):
        """A third of a dollar for a euro, booked as it came."""
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.usd.id,
                "name": days(-1),
                "rate": 3.0,
                "company_id": self.company.id,
            }
        )
        second = self._make_dollars(50.0)
        line = self._make_bank_line(
            50.01, foreign_currency_id=self.usd.id, amount_currency=150.0
        )
        self._match(line, (self.dollars, 33.34), (second, 16.67))
        self.assertOpen(dollars=0.0)
        self.assertEqual(second.payment_state, "paid")
        self.assertBalanced(line)

    def test_two_currencies_on_one_line(self):
        euros = self._make_invoice(amount=30.0)
        line = self._make_bank_line(80.0)
        self._match(line, (self.dollars, 50.0), (euros, 30.0))
        self.assertOpen(dollars=0.0)
        self.assertEqual(euros.payment_state, "paid")
        self.assertBalanced(line)

    def test_control_account(self):
        """Invariant 4: what is open is what the ledger says."""
        line = self._make_bank_line(
            13.0, foreign_currency_id=self.usd.id, amount_currency=50.0
        )
        self._match(line, (self.dollars, 13.0))
        account = self._account("asset_receivable")
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        rows = self.env["billing.receivable"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertAlmostEqual(
            sum(rows.mapped("residual")), sum(lines.mapped("balance")), 2
        )
