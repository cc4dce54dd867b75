from odoo.tests import tagged

from .close_check_common import FIRST, IN_MAY, LAST, CloseCheckCase
from .common import days

APRIL = days(-50)


@tagged("post_install", "-at_install")
class TestBankChecks(CloseCheckCase):
    def _line_elsewhere(self, amount=70, **values):
        return self._make_bank_line(
            amount, day=IN_MAY, company=self.other_company, **values
        )

    def test_bank_lines(self):
        invoice = self._in_may()
        line = self._make_bank_line(100, day=IN_MAY)
        self._make_bank_line(5, day=days(-1))  # of June
        self._line_elsewhere()
        self.assertFound("bank_lines", line)
        self._match_bank_line(line, self._receivable_lines(invoice))
        self.assertClean("bank_lines")

    def test_statements(self):
        lines = [self._make_bank_line(50, day=days(-n)) for n in (30, 25, 20)]
        theirs = self._line_elsewhere()
        self._make_statement(theirs, 0, 71)
        self._make_statement(lines[0], 0, 50)
        self.assertClean("statements")
        gap = self._make_statement(lines[1], 60, 110)
        found = self.assertFound("statements", gap)
        self.assertEqual(found.model, "account.bank.statement")
        incomplete = self._make_statement(lines[2], 110, 150)
        self.assertEqual(set(self._open(self._run("statements"))), {gap, incomplete})
        gap.balance_start, gap.balance_end_real = 50, 100
        incomplete.balance_start = 100
        self.assertClean("statements")

    def test_bank_balance(self):
        line = self._make_bank_line(50, day=IN_MAY)
        self._make_statement(line, 0, 50)
        self._make_statement(self._line_elsewhere(), 0, 71)
        clean = self._run("bank_balance")
        self.assertEqual(clean.figure, 0)
        self.assertEqual(clean.figures["ledger"][1], 50)
        self._make_entry(self.customer, -40, IN_MAY)
        found = self._run("bank_balance")
        figures = {key: figure for key, (_label, figure) in found.figures.items()}
        self.assertEqual(figures, {"ledger": 90, "other": 50})
        self.assertEqual(found.figure, 40)
        self.assertEqual(sum(self._open(found).mapped("balance")), 90)
        self.assertEqual([row.figure for row in found.rows], [40])
        self.assertTrue(found.has_moved(clean, 39.99))
        self._make_entry(self.customer, -40, days(-1))
        self.assertEqual(self._run("bank_balance").figure, 40)

    def test_bank_balance_of_a_foreign_account(self):
        """What is missing in dollars counts by the rate of the period end: 4."""
        account = self._make_account(self.company, "101901", "asset_cash")
        journal = self.env["account.journal"].create(
            {
                "name": "Dollars",
                "code": "TUSD",
                "type": "bank",
                "company_id": self.company.id,
                "currency_id": self.usd.id,
                "default_account_id": account.id,
            }
        )
        line = self._make_bank_line(80, day=IN_MAY, journal=journal)
        self._make_statement(line, 0, 100, journal_id=journal.id)
        found = self._run("bank_balance")
        self.assertEqual(found.figure, 5)
        self.assertEqual(found.figures["ledger"][1], 20)
        self.assertEqual(found.figures["other"][1], 25)

    def test_in_transit(self):
        old, fresh = (self._in_may(invoice_date=APRIL, date=APRIL) for _n in range(2))
        theirs = self._elsewhere(invoice_date=APRIL, date=APRIL)
        self._register_payment(theirs, payment_date=APRIL)
        self._register_payment(fresh, payment_date=IN_MAY)
        self.assertClean("in_transit")
        payment = self._register_payment(old, payment_date=APRIL)
        self.assertFound("in_transit", payment)
        line = self._make_bank_line(100, day=days(-10))
        waiting = payment.move_id.line_ids.filtered(
            lambda item: item.account_id == self.transit
        )
        self._match_bank_line(line, waiting)
        self.assertFound("in_transit", payment)  # at period end it was under way
        line.action_undo_reconciliation()
        line.move_id.button_draft()
        line.date = days(-18)
        line.move_id.action_post()
        self._match_bank_line(line, waiting)
        self.assertClean("in_transit")

    def test_in_transit_without_entry(self):
        methods = self.bank.inbound_payment_method_line_ids
        methods.payment_account_id = False
        old = self._in_may(invoice_date=APRIL, date=APRIL)
        payment = self._register_payment(old, payment_date=APRIL)
        self.assertFalse(payment.move_id)
        self.assertFound("in_transit", payment)

    def test_suspense(self):
        invoice = self._in_may()
        self._line_elsewhere()
        self.assertClean("suspense")
        line = self._make_bank_line(100, day=IN_MAY)
        self._make_bank_line(5, day=days(-1))
        found = self._run("suspense")
        self.assertEqual(found.figure, 100)
        self.assertEqual(sum(self._open(found).mapped("balance")), -100)
        self.assertEqual(found.rows[0].figure, -100)
        self._match_bank_line(line, self._receivable_lines(invoice))
        self.assertClean("suspense")

    def test_outstanding(self):
        self._register_payment(self._elsewhere(), payment_date=IN_MAY)
        self.assertClean("outstanding")
        self._register_payment(self._in_may(), payment_date=IN_MAY)
        self._register_payment(self._in_may(amount=30), payment_date=days(-1))
        found = self._run("outstanding")
        self.assertEqual(found.figure, 100)
        self.assertEqual(sum(self._open(found).mapped("balance")), 100)
        self.assertTrue(FIRST <= self._open(found).date <= LAST)

    # -- the records behind a balance --------------------------------------------------

    def _on_transit(self, amount, day=IN_MAY, currency=None, foreign=None):
        """An item of the outstanding account, with an entry against a receivable."""
        entry = self._make_entry(self.customer, -amount, day, currency, foreign)
        other = entry.line_ids - self._receivable_lines(entry)
        # As if it had been booked there.
        other.with_context(check_move_validity=False).account_id = self.transit
        return other

    def assertShown(self, records, *balances):
        """These are shown, and the figure is what they add up to, by currency."""
        found = self._run("outstanding")
        shown = self._open(found)
        self.assertEqual(set(shown), set(records))
        by_currency = shown.grouped("currency_id").values()
        sums = [sum(items.mapped("balance")) for items in by_currency]
        self.assertEqual(sorted(filter(None, sums)), sorted(balances))
        self.assertEqual(found.figure, sum(map(abs, sums)))
        self.assertEqual(sorted(row.figure for row in found.rows), sorted(balances))
        for row in found.rows:
            behind = self._open(row)
            self.assertTrue(behind <= shown)
            self.assertEqual(sum(behind.mapped("balance")), row.figure)

    def test_matched_with_each_other(self):
        """What is settled is not shown; only what is open at the end of the period."""
        paid, back = self._on_transit(70), self._on_transit(-70)
        waiting = self._on_transit(30)
        self.assertShown(paid + back + waiting, 30)
        (paid + back).reconcile()
        self.assertShown(waiting, 30)

    def test_matched_in_part(self):
        """Both sides are shown, so that they add up to what is open."""
        paid, back = self._on_transit(100), self._on_transit(-60)
        (paid + back).reconcile()
        self.assertShown(paid + back, 40)

    def test_matched_after_the_period(self):
        """It was open at the end of the period, whatever came after it."""
        paid, early = self._on_transit(100), self._on_transit(-60)
        (paid + early).reconcile()
        late = self._on_transit(-40, day=days(-1))
        (paid + late).reconcile()
        self.assertTrue(early.full_reconcile_id)
        self.assertShown(paid + early, 40)

    def test_matched_across_currencies(self):
        """Nothing is open in either of them."""
        paid = self._on_transit(25, currency=self.usd, foreign=-100)
        back = self._on_transit(-25)
        self.assertShown(paid + back, 25, -25)
        (paid + back).reconcile()
        self.assertClean("outstanding")
