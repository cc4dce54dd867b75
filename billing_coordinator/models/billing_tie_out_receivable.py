from odoo import api, models
from odoo.tools import SQL

from ..tools import tie_out, tie_out_query
from ..tools.tie_out import OTHER

# So many customers are listed one by one; the others are one row.
MAX_CUSTOMERS = 200


class BillingTieOutReceivable(models.AbstractModel):
    """Receivable accounts against ``billing.receivable``, and credits to apply."""

    _inherit = "billing.tie.out"

    @api.model
    def _get_open_query(self, day):
        receivables = self.env["billing.receivable"].with_context(as_of=day)
        return receivables._table_query

    @api.model
    def _get_receivable_sections(self, companies, day):
        accounts = tie_out_query.receivable_accounts()
        sections = self._get_account_sections(
            tie_out.RECEIVABLE, accounts, companies, day
        )
        rows = self.env.execute_query(
            SQL(
                """SELECT company_id, account_id, currency_id, SUM(residual_currency),
                          SUM(residual), COUNT(*)
                     FROM (%s) receivable WHERE company_id = ANY(%s)
                    GROUP BY 1, 2, 3""",
                self._get_open_query(day),
                companies.ids,
            )
        )
        found = {tuple(row[:3]): row[3:] for row in rows}
        for key, section in sections.items():
            section.add(
                *(OTHER, "open_items", *found.get(key, ())),
                model="billing.receivable",
                domain=[
                    ("account_id", "=", section.account_id),
                    ("company_id", "=", section.company_id),
                    ("currency_id", "=", section.currency_id),
                ],
            )
        return sections

    # -- unapplied credits -------------------------------------------------------------

    @api.model
    def _get_credit_sections(self, companies, day):
        """Credit notes and payments that are not applied yet, largest first."""
        rows = self.env.execute_query(
            SQL(
                """SELECT receivable.company_id, receivable.currency_id,
                          COALESCE(customer.commercial_partner_id, customer.id),
                          SUM(residual_currency), SUM(residual), COUNT(*)
                     FROM (%s) receivable
                     LEFT JOIN res_partner customer
                       ON customer.id = receivable.partner_id
                    WHERE receivable.company_id = ANY(%s) AND residual < 0
                    GROUP BY 1, 2, 3 ORDER BY 1, 2, 5, 3""",
                self._get_open_query(day),
                companies.ids,
            )
        )
        groups = tie_out.by_key(rows, 2)
        return [
            self._make_credit_section(company, currency, customers)
            for (company, currency), customers in groups.items()
        ]

    @api.model
    def _make_credit_section(self, company, currency, customers):
        section = self._make_section(tie_out.CREDITS, company, currency)
        credits_of = [
            ("company_id", "=", company),
            ("currency_id", "=", currency),
            ("residual", "<", 0),
        ]
        listed, others = customers[:MAX_CUSTOMERS], customers[MAX_CUSTOMERS:]
        for partner, *figures in listed:
            leaf = ("partner_id.commercial_partner_id", "=", partner or False)
            section.add(
                *(OTHER, "customer", *figures),
                model="billing.receivable",
                domain=[*credits_of, leaf if partner else ("partner_id", "=", False)],
                partner_id=partner,
            )
        if others:
            ids = [partner for partner, *_figures in listed if partner]
            section.add(
                *(OTHER, "other_customers"),
                *(sum(figures) for figures in list(zip(*others, strict=True))[1:]),
                model="billing.receivable",
                domain=[
                    *credits_of,
                    ("partner_id.commercial_partner_id", "not in", ids),
                ],
            )
        return section
