from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..tools import close_query, tie_out, tie_out_query
from ..tools.close_check import MONEY, Finding, close_check

_lt = LazyTranslate(__name__)

# A payment that the bank has not confirmed for so many days is probably lost.
TRANSIT_DAYS = 30


class BillingCloseChecksBank(models.AbstractModel):
    """Is all of the bank's data there, matched, and does the ledger agree with it?"""

    _inherit = "billing.close.checks"

    @api.model
    @close_check("bank_lines", _lt("Bank lines not reconciled"))
    def _find_bank_lines(self, period):
        """Odoo's own condition: with any of these it does not lock the period."""
        domain = period.company._get_unreconciled_statement_lines_domain(period.date_to)
        return self._count("account.bank.statement.line", domain)

    @api.model
    @close_check("statements", _lt("Bank statements incomplete or not in sequence"))
    def _find_statements(self, period):
        broken = ("|", ("is_complete", "=", False), ("is_valid", "=", False))
        domain = self._get_domain(period, *broken)
        return self._count("account.bank.statement", domain)

    @api.model
    @close_check(
        "bank_balance", _lt("Ledger of the bank against its statements"), unit=MONEY
    )
    def _find_bank_balance(self, period):
        sections = period.once(
            "bank",
            lambda: self.env["billing.tie.out"]._get_bank_sections(
                self._get_companies(period), period.date_to
            ),
        )
        return self._compare(
            period,
            [section for section in sections if section.has_figures],
            self.env._("Balance of the statements"),
        )

    @api.model
    @close_check("in_transit", _lt("Payments under way for more than 30 days"))
    def _find_in_transit(self, period):
        """Those with an entry as of period end; those without one have no history."""
        query = close_query.in_transit(
            self.env["billing.receivable"]._is_payment_awaited(),
            self._get_company_ids(period),
            fields.Date.subtract(period.date_to, days=TRANSIT_DAYS),
            period.date_to,
        )
        return self._count_ids("account.payment", self._fetch_ids(query))

    @api.model
    @close_check("suspense", _lt("Balance of suspense accounts"), unit=MONEY)
    def _find_suspense(self, period):
        accounts = tie_out_query.suspense_accounts()
        return self._find_balances(period, tie_out.UNMATCHED, accounts)

    @api.model
    @close_check("outstanding", _lt("Balance of outstanding accounts"), unit=MONEY)
    def _find_outstanding(self, period):
        accounts = tie_out_query.outstanding_accounts()
        return self._find_balances(period, tie_out.TRANSIT, accounts)

    # -- figures -----------------------------------------------------------------------

    @api.model
    def _find_balances(self, period, kind, accounts):
        """Accounts that should be empty; no balance makes up for another one."""
        items, leaves = self.env["account.move.line"], self._get_open_leaves(period)
        account_ids = self._fetch_ids(accounts)
        domain = [*self._get_items_domain(period, account_ids), *leaves]
        groupby = ["company_id", "account_id", "currency_id"]
        groups = items._read_group(domain, groupby, ["balance:sum"])
        tie_outs, pairs = self.env["billing.tie.out"], []
        for company, account, currency, balance in groups:
            section = tie_outs._make_section(kind, company.id, currency.id, account.id)
            if amount := company.currency_id.round(balance):
                shown = tie_outs._get_items_domain(section, period.date_to, *leaves)
                label = tie_outs._get_title(section, False)
                pairs.append((label, amount, items._name, shown))
        account_ids = sorted({account.id for _company, account, *_rest in groups})
        return Finding(
            self._round(period, sum(abs(pair[1]) for pair in pairs)),
            items._name,
            [*self._get_items_domain(period, account_ids), *leaves],
            rows=self._make_rows(period, pairs),
        )

    @api.model
    def _get_open_leaves(self, period):
        """Without items that were matched in full up to the end of the period.

        All that is matched with one another counts together, so that what is left out
        adds up to zero: a full match has an end once its latest part has one.
        """
        latest = "full_reconcile_id.partial_reconcile_ids.max_date"
        return ["|", ("full_reconcile_id", "=", False), (latest, ">", period.date_to)]

    @api.model
    def _get_items_domain(self, period, account_ids):
        leaves = [("account_id", "in", account_ids), ("parent_state", "=", "posted")]
        return self._get_domain(period, *leaves, since=False)

    @api.model
    def _compare(self, period, sections, other_label):
        """The finding on comparisons of the tie-out: what they differ by, together."""
        differences = [self._get_difference(period, section) for section in sections]
        title = self.env["billing.tie.out"]._get_title
        pairs, explained = [], set()
        for section, difference in zip(sections, differences, strict=True):
            [ledger] = section.get(tie_out.LEDGER)
            if difference:
                label = title(section, False)
                pairs.append((label, difference, ledger.model, ledger.domain))
                explained.add(section.account_id)
        total = sum(section.company_total(tie_out.LEDGER) for section in sections)
        account_ids = explained or {section.account_id for section in sections}
        return Finding(
            self._round(period, sum(map(abs, differences))),
            "account.move.line",
            self._get_items_domain(period, sorted(account_ids)),
            figures={
                "ledger": (
                    self.env._("Balance in the ledger"),
                    self._round(period, total),
                ),
                "other": (other_label, self._round(period, total - sum(differences))),
            },
            rows=self._make_rows(period, pairs),
        )

    @api.model
    def _get_difference(self, period, section):
        """In company currency; one in a foreign currency alone is converted."""
        if section.company_difference or not section.difference:
            return section.company_difference or 0.0
        currency = self.env["res.currency"].browse(section.currency_id)
        return currency._convert(
            section.difference,
            period.company.currency_id,
            period.company,
            period.date_to,
        )
