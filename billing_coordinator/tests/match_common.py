"""Lines of the bank, what they pay, and people who match them."""

from odoo.exceptions import UserError
from odoo.tools import SQL

from .bank_common import Bank
from .common import BillingCase


class MatchCase(Bank, BillingCase):
    """Matches are applied by a coordinator, who may not write entries of the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_customer("Customer B")
        cls.discounts = cls._make_account(cls.company, "642000", "expense")
        cls.writeoffs = cls._make_account(cls.company, "643000", "expense")
        cls.company.write(
            {
                "account_journal_early_pay_discount_loss_account_id": cls.discounts.id,
                "billing_writeoff_account_id": cls.writeoffs.id,
                "billing_writeoff_journal_id": cls._journal("TMISC").id,
                "billing_writeoff_limit": 10.0,
            }
        )

    @classmethod
    def _item(cls, move):
        return cls._receivable_lines(move)

    @classmethod
    def _allocate(cls, *parts):
        """``(invoice or item, amount, discount)`` as an allocation."""
        allocation = []
        for record, amount, *more in parts:
            item = cls._item(record) if record._name == "account.move" else record
            part = {"move_line_id": item.id, "amount": amount}
            if more:
                part["discount"] = more[0]
            allocation.append(part)
        return allocation

    def _match(self, line, *parts, rest=None, user=None):
        """Apply what somebody chose."""
        matches = self.env["billing.payment.match"].with_user(user or self.coordinator)
        line = line.with_user(user or self.coordinator)
        match = matches._apply_manual(line, self._allocate(*parts), rest)
        return match.sudo()

    def _propose(self, line, *parts, **values):
        """A proposal as the rules make it."""
        lines = [
            {
                "kind": "item",
                "move_line_id": self._item(move).id,
                "partner_id": move.commercial_partner_id.id,
                "name": move.name,
                "amount": amount,
                "discount": more[0] if more else 0.0,
            }
            for move, amount, *more in parts
        ]
        return self.env["billing.payment.match"].create(
            {
                "statement_line_id": line.id,
                "rank": 1,
                "score": 90,
                "line_ids": [(0, 0, values) for values in lines],
                **values,
            }
        )

    def _lock(self, day):
        """Close the books, though lines of the bank are not matched."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
                day,
                self.company.id,
            )
        )
        self.env.invalidate_all()

    def assertOpen(self, **amounts):
        """What is open of ``{attribute of the test: amount}``, in its currency."""
        for name, amount in amounts.items():
            move = getattr(self, name)
            residual = sum(self._item(move).mapped("amount_residual_currency"))
            self.assertAlmostEqual(residual, amount, 2, name)

    def assertEntry(self, line, expected):
        """The entry of a bank's line: ``(account, customer, balance)``, bank first."""
        rows = sorted(
            (each.account_id.code, each.partner_id.name or "", each.balance)
            for each in line.move_id.line_ids
        )
        self.assertEqual(rows, sorted(expected))

    def assertRefused(self, text):
        return self.assertRaisesRegex(UserError, text)
