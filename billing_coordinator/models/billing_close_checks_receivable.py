from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..tools import close_query, tie_out
from ..tools.close_check import MAX_ROWS, MONEY, Finding, close_check
from .billing_ticket import OPEN_STATES

_lt = LazyTranslate(__name__)


class BillingCloseChecksReceivable(models.AbstractModel):
    """Is what customers owe what the ledger says, and what of it is odd?"""

    _inherit = "billing.close.checks"

    @api.model
    @close_check(
        "receivables", _lt("Receivable accounts against open items"), unit=MONEY
    )
    def _find_receivables(self, period):
        sections = period.once(
            "receivable", lambda: self._get_receivable_sections(period)
        )
        finding = self._compare(period, sections, self.env._("Open items"))
        reasons = {
            record_id
            for section in sections
            for row in section.get(tie_out.EXPLANATION)
            for record_id in row.domain[0][2]
        }
        if finding.figure:
            finding.rows = self._get_customer_differences(period) or finding.rows
        if finding.figure and reasons:
            finding.domain = [["id", "in", sorted(reasons)]]
        return finding

    @api.model
    def _get_receivable_sections(self, period):
        companies, day = self._get_companies(period), period.date_to
        tie_outs = self.env["billing.tie.out"]
        sections = tie_outs._get_receivable_sections(companies, day)
        tie_outs._explain_open_items(sections, companies, day)
        return [section for section in sections.values() if section.has_figures]

    @api.model
    def _get_customer_differences(self, period):
        query = close_query.customer_differences(
            self._get_open_query(period),
            self._get_company_ids(period),
            period.date_to,
            MAX_ROWS,
        )
        rows = self.env.execute_query(query)
        names = self._get_customer_names([partner for partner, _amount in rows])
        leaves = [
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
        ]
        domain = self._get_domain(period, *leaves, since=False)
        return self._make_rows(
            period,
            [
                (
                    *(names[partner], amount, "account.move.line"),
                    [*domain, ("partner_id", "=", partner or False)],
                )
                for partner, amount in rows
            ],
        )

    @api.model
    def _get_open_query(self, period):
        return self.env["billing.tie.out"]._get_open_query(period.date_to)

    @api.model
    def _get_customer_names(self, ids):
        partners = self.env["res.partner"].browse(filter(None, ids))
        names = {partner.id: partner.display_name for partner in partners}
        return {None: self.env._("Without customer"), **names}

    @api.model
    @close_check("manual_entries", _lt("Entries on receivable accounts by hand"))
    def _find_manual_entries(self, period):
        domain = self._get_domain(
            period,
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("journal_id.type", "=", "general"),
            ("payment_id", "=", False),
            ("statement_line_id", "=", False),
            ("move_id.exchange_diff_partial_ids", "=", False),
            ("move_id.tax_cash_basis_rec_id", "=", False),
            ("move_id", "not in", self._get_own_entry_ids(period)),
        )
        return self._count("account.move.line", domain)

    @api.model
    def _get_own_entry_ids(self, period):
        """Entries of the period that the app made: somebody decided on each."""
        leaves = [
            ("settlement_move_id.company_id", "in", self._get_company_ids(period)),
            ("settlement_move_id.date", ">=", period.date_from),
            ("settlement_move_id.date", "<=", period.date_to),
        ]
        lines = self.env["billing.ticket.line"].search(leaves)
        return sorted(lines.settlement_move_id.ids)

    # -- credits -----------------------------------------------------------------------

    @api.model
    @close_check("unapplied_credits", _lt("Credits not applied"), unit=MONEY)
    def _find_unapplied_credits(self, period):
        credits_of = [(p, credit) for p, credit, _b in self._get_customers(period)]
        return self._find_credits(period, credits_of, ("residual", "<", 0))

    @api.model
    @close_check("credit_balances", _lt("Customers with a credit balance"), unit=MONEY)
    def _find_credit_balances(self, period):
        negative = [(p, balance) for p, _c, balance in self._get_customers(period)]
        negative = [(p, balance) for p, balance in negative if balance < 0]
        ids = [partner for partner, _balance in negative if partner]
        leaf = [("partner_id.commercial_partner_id", "in", ids)]
        if len(ids) < len(negative):
            leaf = ["|", ("partner_id", "=", False), *leaf]
        return self._find_credits(period, negative, *leaf)

    @api.model
    def _get_customers(self, period):
        """Customers with credits as of period end: ``(id, credits, balance)``."""
        query = SQL(
            """SELECT COALESCE(customer.commercial_partner_id, customer.id),
                      SUM(residual) FILTER (WHERE residual < 0), SUM(residual)
                 FROM (%s) receivable
                 LEFT JOIN res_partner customer ON customer.id = receivable.partner_id
                WHERE receivable.company_id = ANY(%s)
                GROUP BY 1 HAVING BOOL_OR(residual < 0)""",
            self._get_open_query(period),
            self._get_company_ids(period),
        )
        return period.once("customers", lambda: self.env.execute_query(query))

    @api.model
    def _find_credits(self, period, customers, *leaves):
        domain = [("company_id", "in", self._get_company_ids(period)), *leaves]
        largest = sorted(customers, key=lambda pair: pair[1])[:MAX_ROWS]
        names = self._get_customer_names([partner for partner, _amount in largest])
        rows = []
        for partner, amount in largest:
            field = "partner_id.commercial_partner_id" if partner else "partner_id"
            leaf = (field, "=", partner or False)
            rows.append((names[partner], amount, "billing.receivable", [*domain, leaf]))
        return Finding(
            self._round(period, -sum(amount for _partner, amount in customers)),
            "billing.receivable",
            domain,
            rows=self._make_rows(period, rows),
        )

    # -- disputes ----------------------------------------------------------------------

    @api.model
    @close_check("discrepancies", _lt("Open discrepancies"), unit=MONEY)
    def _find_discrepancies(self, period):
        """Those opened up to period end that are open now, by the disputed amount."""
        domain = [
            ("company_id", "in", self._get_company_ids(period)),
            ("kind", "=", "discrepancy"),
            ("state", "in", list(OPEN_STATES)),
            ("create_date", "<", self._get_day_after(period)),
            ("amount_disputed", "!=", 0),
        ]
        tickets = self.env["billing.ticket"]
        [[amount]] = tickets._read_group(domain, [], ["amount_disputed:sum"])
        return Finding(self._round(period, amount or 0.0), tickets._name, domain)
