from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..tools import tie_out
from ..tools.close_check import MONEY, Finding, Row, close_check

_lt = LazyTranslate(__name__)


class BillingCloseChecks(models.AbstractModel):
    """Receivables: the ledger's and the open items', credits, entries by hand."""

    _inherit = "billing.close.checks"

    @close_check(
        "receivable_tie_out",
        _lt("Receivables in the ledger against open items"),
        unit=MONEY,
    )
    def _check_receivable_tie_out(self, period):
        sections = self._get_sections(period, tie_out.RECEIVABLE)
        finding = self._compare(
            sections, self.env._("Ledger"), self.env._("Open items")
        )
        # What is settled in another currency or company is right, and in `other`.
        if finding.figure:
            finding.rows = self._get_customer_differences(period)
        return finding

    @api.model
    def _get_customer_differences(self, period):
        """What ledger and open items differ by, customer by customer."""
        receivables = self.env["billing.receivable"].with_context(as_of=period.date_to)
        rows = self.env.execute_query(
            SQL(
                """SELECT partner_id, SUM(amount) FROM (
                     SELECT line.partner_id, line.balance amount
                       FROM account_move_line line
                       JOIN account_account account ON account.id = line.account_id
                        AND account.account_type = 'asset_receivable'
                      WHERE line.company_id = ANY(%(books)s)
                        AND line.parent_state = 'posted' AND line.date <= %(end)s
                      UNION ALL
                     SELECT partner_id, -residual FROM (%(open)s) receivable
                      WHERE company_id = ANY(%(books)s)
                   ) side GROUP BY partner_id HAVING ABS(SUM(amount)) > 0.000001""",
                books=period.books.ids,
                end=period.date_to,
                open=receivables._table_query,
            )
        )
        return self._sort_rows(
            Row(
                self._name_partner(partner),
                float(amount),
                "account.move.line",
                [
                    *self._until_end(period),
                    ("partner_id", "=", partner or False),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                ],
            )
            for partner, amount in rows
        )

    @api.model
    def _name_partner(self, partner_id):
        partner = self.env["res.partner"].browse(partner_id)
        return partner.display_name or self.env._("Without customer")

    @close_check("manual_entries", _lt("Entries on receivable accounts by hand"))
    def _check_manual_entries(self, period):
        """Items of general journals that no payment, bank line, exchange difference,
        cash basis or ticket made."""
        exchange = period.books.currency_exchange_journal_id
        domain = [
            *self._in_period(period),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("journal_id.type", "=", "general"),
            ("journal_id", "not in", exchange.ids),
            ("move_id.origin_payment_id", "=", False),
            ("move_id.statement_line_id", "=", False),
            ("move_id.tax_cash_basis_rec_id", "=", False),
        ]
        return self._count("account.move.line", domain)

    @close_check("unapplied_credits", _lt("Credits that are not applied"), unit=MONEY)
    def _check_unapplied_credits(self, period):
        rows = [
            Row(
                self._name_partner(row.partner_id),
                row.company_amount,
                row.model,
                row.domain,
            )
            for section in self._get_sections(period, tie_out.CREDITS)
            for row in section.get(tie_out.OTHER)
        ]
        return Finding(
            sum(row.figure for row in rows),
            "billing.receivable",
            [
                ("company_id", "in", period.books.ids),
                ("residual", "<", 0),
            ],
            rows=self._sort_rows(rows),
        )

    @close_check("credit_balances", _lt("Customers with a credit balance"), unit=MONEY)
    def _check_credit_balances(self, period):
        """What we owe to customers at the period's end."""
        rows = self.env.execute_query(
            SQL(
                """SELECT line.partner_id, SUM(line.balance)
                     FROM account_move_line line
                     JOIN account_account account ON account.id = line.account_id
                      AND account.account_type = 'asset_receivable'
                    WHERE line.company_id = ANY(%s)
                      AND line.parent_state = 'posted' AND line.date <= %s
                      AND line.partner_id IS NOT NULL
                    GROUP BY line.partner_id
                   HAVING SUM(line.balance) < -0.000001
                    ORDER BY 2""",
                period.books.ids,
                period.date_to,
            )
        )
        named = self._name_records("res.partner", [row[0] for row in rows])
        named.figure = float(sum(amount for _partner, amount in rows))
        named.rows = [
            Row(
                self._name_partner(partner),
                float(amount),
                "account.move.line",
                [
                    *self._until_end(period),
                    ("partner_id", "=", partner),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                ],
            )
            for partner, amount in rows[:50]
        ]
        return named
