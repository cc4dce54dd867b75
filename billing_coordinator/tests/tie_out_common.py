"""A ledger with a bank, for tests of the tie-out."""

from odoo.fields import Command
from odoo.tools import SQL

from ..tools import tie_out
from .bank_common import Bank
from .common import TODAY, BillingCase, SecondCompany


class TieOutCase(Bank, SecondCompany, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._journal("TBNK")
        cls.transit = cls._make_outstanding(cls.company)

    @classmethod
    def _make_outstanding(cls, company):
        """An account that payments wait on until the bank confirms them."""
        account = cls._make_account(company, "101402", "asset_current")
        account.reconcile = True
        journal = cls._journal("TBNK", company)
        methods = journal.inbound_payment_method_line_ids
        methods += journal.outbound_payment_method_line_ids
        methods.payment_account_id = account
        return account

    @classmethod
    def _make_statement(cls, lines, opening, closing, **values):
        if lines:
            values["line_ids"] = [Command.set(lines.ids)]
        return cls.env["account.bank.statement"].create(
            {
                "name": values.pop("name", f"S{opening}-{closing}"),
                "balance_start": opening,
                "balance_end_real": closing,
                **values,
            }
        )

    @classmethod
    def _match_bank_line(cls, bank_line, items):
        """Settle open items with a bank line that is as much as they are together."""
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        suspense.with_context(check_move_validity=False).write(
            {"account_id": items.account_id.id, "partner_id": items.partner_id.id}
        )
        (suspense + items).reconcile()

    # -- what the report says --------------------------------------------------------

    def _tie_out(self, day=TODAY, companies=None, user=None):
        user = user or self.coordinator
        model = self.env["billing.tie.out"].with_user(user)
        companies = companies or self.company
        model = model.with_context(allowed_company_ids=user.company_ids.ids)
        return model._get_sections(model.env["res.company"].browse(companies.ids), day)

    def _sections(self, kind, day=TODAY, **kwargs):
        return [entry for entry in self._tie_out(day, **kwargs) if entry.kind == kind]

    def _section(self, kind, day=TODAY, **kwargs):
        [section] = self._sections(kind, day, **kwargs)
        return section

    def _amounts(self, section, role=None):
        """Figures that are not zero, by what they are."""
        return {
            row.key: row.amount
            for row in section.rows
            if row.amount and (role is None or row.role == role)
        }

    def _explanations(self, section):
        return self._amounts(section, tie_out.EXPLANATION)

    def _records(self, section, key, day=TODAY, user=None):
        """The records that the button of a row lists."""
        [row] = [row for row in section.rows if row.key == key]
        model = self.env[row.model].with_user(user or self.coordinator)
        return model.with_context(as_of=day).search(row.domain)

    # -- what the books say ----------------------------------------------------------

    def _booked(self, account, day, currency=None, companies=None):
        """Balance of an account, in the company's currency and as booked."""
        self.env.flush_all()
        currencies = currency or self.eur + self.usd
        [[balance, amount]] = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(line.balance), 0),
                          COALESCE(SUM(line.amount_currency), 0)
                     FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                    WHERE line.account_id = %s AND move.state = 'posted'
                      AND move.date <= %s AND move.company_id = ANY(%s)
                      AND line.currency_id = ANY(%s)""",
                account.id,
                day,
                (companies or self.company).ids,
                currencies.ids,
            )
        )
        return float(balance), float(amount)

    # -- assertions ------------------------------------------------------------------

    def assertTies(self, section):
        self.assertTrue(section.ties, section)
        self.assertFalse(section.difference, section)
        self.assertFalse(section.unexplained, section)

    def assertExplained(self, section, expected):
        """It differs, and exactly these are told as the reasons."""
        self.assertFalse(section.ties)
        self.assertEqual(self._explanations(section), expected)
        self.assertEqual(section.difference, round(sum(expected.values()), 2))
        self.assertFalse(section.unexplained)
