from odoo import models
from odoo.tools import LazyTranslate

from ..tools import tie_out
from ..tools.close_check import MONEY, Finding, Row, close_check

_lt = LazyTranslate(__name__)
# Rows of the tie-out with payments that are under way for more than 30 days.
OLD_AGES = tie_out.AGE_KEYS[2:]


class BillingCloseChecks(models.AbstractModel):
    """The bank: all matched, complete, the same balance, nothing lost on the way."""

    _inherit = "billing.close.checks"

    @close_check("bank_unreconciled", _lt("Lines of the bank that are not matched"))
    def _check_bank_unreconciled(self, period):
        domain = [
            *self._until_end(period),
            ("is_reconciled", "=", False),
            ("state", "=", "posted"),
        ]
        return self._count("account.bank.statement.line", domain)

    @close_check("statement_gaps", _lt("Statements that are incomplete or in a gap"))
    def _check_statement_gaps(self, period):
        """Balance and lines disagree, or the opening is not the closing before."""
        domain = [
            *self._in_period(period),
            "|",
            ("is_complete", "=", False),
            ("is_valid", "=", False),
        ]
        return self._count("account.bank.statement", domain)

    @close_check(
        "bank_balance", _lt("Bank in the ledger against its statements"), unit=MONEY
    )
    def _check_bank_balance(self, period):
        sections = self._get_sections(period, tie_out.BANK)
        finding = self._compare(
            sections, self.env._("Ledger"), self.env._("Bank statements")
        )
        finding.rows = self._sort_rows(
            Row(self._name_section(section), difference, *records)
            for section in sections
            if (difference := self._get_difference(section))
            for records in [self._get_ledger_records([section])]
        )
        return finding

    @close_check(
        "transit_old", _lt("Payments under way for more than 30 days"), unit=MONEY
    )
    def _check_transit_old(self, period):
        rows = [
            Row(
                self._name_under_way(section),
                row.company_amount or 0.0,
                row.model,
                row.domain,
            )
            for section in self._get_sections(period, tie_out.TRANSIT, tie_out.UNBOOKED)
            for row in section.get(tie_out.OTHER)
            if row.key in OLD_AGES and (row.amount or row.company_amount)
        ]
        return self._add_rows_up(rows)

    def _name_under_way(self, section):
        if section.account_id:
            return self._name_section(section)
        return self.env._("Without journal entry")

    @close_check("suspense", _lt("Suspense and outstanding accounts"), unit=MONEY)
    def _check_suspense(self, period):
        """What stands there at the period's end, whichever way."""
        sections = self._get_sections(period, tie_out.UNMATCHED, tie_out.TRANSIT)
        return self._add_rows_up(
            Row(
                self._name_section(section),
                section.company_total(tie_out.LEDGER) or 0.0,
                *self._get_ledger_records([section]),
            )
            for section in sections
        )

    def _add_rows_up(self, rows):
        """Rows that do not cancel each other out; records of the largest."""
        rows = self._sort_rows([row for row in rows if row.figure])
        largest = rows[0] if rows else Row("", 0)
        return Finding(
            sum(abs(row.figure) for row in rows),
            largest.model,
            largest.domain,
            rows=rows,
        )
