import random
from datetime import timedelta

from odoo.tools import SQL

from .common import BillingCase, days


class RandomLedger(BillingCase):
    """A ledger made by chance, the same one in every run, and what its books say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20250616)
        cls.customers = [cls._make_customer(f"Ledger {n}") for n in range(4)]
        cls.invoices = cls._random_invoices(24)
        cls._settle_at_random()

    @classmethod
    def _random_invoices(cls, number):
        pick = cls.random
        moves = cls.env["account.move"]
        for index in range(number):
            moves += cls._make_invoice(
                pick.choice(cls.customers),
                pick.randrange(1_000, 90_000) / 100,
                pick.randrange(-20, 150),
                move_type="out_refund" if index % 6 == 5 else "out_invoice",
                currency_id=(cls.usd if index % 3 == 2 else cls.eur).id,
            )
        return moves

    @classmethod
    def _settle_at_random(cls):
        """Pay some wholly, some in part, some twice, some in dollars with a gain."""
        for index, invoice in enumerate(cls.invoices):
            line = cls._receivable_lines(invoice)
            if index % 4 == 0:
                continue
            day = invoice.date.replace(day=28)
            share = 1 if index % 4 == 1 else 0.4
            foreign = line.currency_id.round(line.amount_residual_currency * share)
            amount = line.currency_id._convert(foreign, cls.eur, cls.company, day)
            cls._pay(invoice, amount, day, currency=line.currency_id, foreign=-foreign)
        for invoice in cls.invoices[5:8]:
            cls._receivable_lines(invoice).remove_move_reconcile()
        cls._make_entry(cls.customers[0], 312.34, days(-70))
        cls._make_entry(cls.customers[1], -12.34, days(-20))
        cls.invoices[0].button_draft()
        cls.invoices[4].button_draft()
        cls.invoices[4].button_cancel()
        cls.invoices[8]._reverse_moves([{"date": days(-3)}], cancel=True)

    def _dates(self):
        """Every day on which something was booked or settled, and the days beside."""
        domain = [("company_id", "=", self.company.id)]
        lines = self.env["account.move.line"].search(domain)
        partials = self.env["account.partial.reconcile"].search(domain)
        changes = {*lines.mapped("date"), *partials.mapped("max_date")}
        beside = {day + timedelta(days=step) for day in changes for step in (-1, 0, 1)}
        return sorted(beside)

    def _ledger(self, day):
        """Balance of the receivable accounts, by customer and currency."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """SELECT line.partner_id, line.currency_id,
                          SUM(line.balance), SUM(line.amount_currency)
                     FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                     JOIN account_move move ON move.id = line.move_id
                    WHERE account.account_type = 'asset_receivable'
                      AND move.state = 'posted'
                      AND line.company_id = %s AND line.date <= %s
                    GROUP BY line.partner_id, line.currency_id""",
                self.company.id,
                day,
            )
        )
