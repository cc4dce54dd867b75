from odoo import models
from odoo.fields import Domain

# Customers named in the ageing of the binder, and lines of the allowance.
MAX_CUSTOMERS = 15
MAX_LINES = 60


class BillingClose(models.Model):
    """The books in the binder: tie-out, ageing and allowance as of period end.

    The same for whoever prints it: whoever reads the close may know the figures of its
    company and branches, as with the checks.
    """

    _inherit = "billing.close"

    def _get_binder_books(self):
        sections = [self._get_binder_tie_out(), self._get_binder_ageing()]
        return [*sections, *self._get_binder_allowances()]

    def _get_books_sudo(self):
        """The company and its branches, in an environment that reads their books."""
        # Those that are archived have their books, too: the checks count them.
        books = self.env["res.company"].sudo().with_context(active_test=False)
        books = books.search([("id", "child_of", self.company_id.id)])
        books = books.sorted(lambda company: company != self.company_id)
        return books.with_env(self.env(su=True)).with_context(
            allowed_company_ids=books.ids
        )

    # -- tie-out -----------------------------------------------------------------------

    def _get_binder_tie_out(self):
        return (
            self.env._("Tie-out of the ledger"),
            "billing_coordinator.report_close_binder_tie_out",
            {"document": self._get_tie_out_document()},
        )

    def _get_tie_out_document(self):
        books_sudo = self._get_books_sudo()
        tie_out_sudo = books_sudo.env["billing.tie.out"]
        sections = tie_out_sudo._get_sections(books_sudo, self.date_to)
        printer_sudo = books_sudo.env["report.billing_coordinator.report_tie_out"]
        return printer_sudo._prepare_sections(tie_out_sudo._describe(sections))

    # -- ageing ------------------------------------------------------------------------

    def _get_binder_ageing(self):
        return (
            self.env._("Ageing of receivables"),
            "billing_coordinator.report_close_binder_ageing",
            {
                **self._get_ageing(),
                **self._get_top_customers(),
                "heads": "billing_coordinator.report_close_binder_customer_heads",
            },
        )

    def _get_receivables_sudo(self):
        """Open items at period end; buckets are those of the close's company."""
        books_sudo = self._get_books_sudo()
        return (
            books_sudo.env["billing.receivable"].with_context(as_of=self.date_to),
            Domain("company_id", "in", books_sudo.ids),
        )

    def _get_ageing(self):
        """A row for each currency, a column for each bucket; then all as booked."""
        receivables_sudo, domain = self._get_receivables_sudo()
        buckets = receivables_sudo._selection_bucket()
        cells = receivables_sudo._read_group(
            domain,
            ["currency_id", "company_currency_id", "bucket"],
            ["residual_currency:sum", "residual:sum", "__count"],
        )
        rows, totals = {}, {}
        for currency, own, bucket, amount, booked, count in cells:
            row = rows.setdefault(currency, {"amounts": {}, "count": 0, "booked": 0.0})
            row["amounts"][bucket] = row["amounts"].get(bucket, 0.0) + amount
            total = totals.setdefault(own, {"amounts": {}, "count": 0})
            total["amounts"][bucket] = total["amounts"].get(bucket, 0.0) + booked
            for sums in (row, total):
                sums["count"] += count
        return {
            "buckets": buckets,
            "ageing": sorted(rows.items(), key=lambda item: item[0].name),
            "ageing_totals": sorted(totals.items(), key=lambda item: item[0].name),
        }

    def _get_top_customers(self, limit=MAX_CUSTOMERS):
        """Who owes most, in the company's currency; then the rest in one row.

        :param limit: None for all customers
        """
        receivables_sudo, domain = self._get_receivables_sudo()
        domain &= Domain("company_currency_id", "=", self.currency_id.id)
        totals = receivables_sudo._read_group(
            domain, ["partner_id"], ["residual:sum"], order="residual:sum DESC"
        )
        shown = totals[:limit]
        others = totals[len(shown) :]
        # A customer has few buckets: as many rows as the ageing by customer.
        amounts, others_in, all_in = {}, {}, {}
        left_out = {partner for partner, _total in others}
        for partner, bucket, amount in receivables_sudo._read_group(
            domain, ["partner_id", "bucket"], ["residual:sum"]
        ):
            own = others_in if partner in left_out else amounts.setdefault(partner, {})
            for sums in (own, all_in):
                sums[bucket] = sums.get(bucket, 0.0) + amount
        return {
            "customers": [
                {
                    "name": partner.display_name or self.env._("Without customer"),
                    "amounts": amounts.get(partner, {}),
                    "total": total,
                }
                for partner, total in shown
            ],
            "other_count": len(others),
            "other_amounts": others_in,
            "other_total": sum(total for _partner, total in others),
            "customer_amounts": all_in,
            "customer_total": sum(total for _partner, total in totals),
        }

    # -- allowance ---------------------------------------------------------------------

    def _get_binder_allowances(self):
        """A section for each allowance of the period, cancelled ones too."""
        return [
            (
                self.env._("Allowance for doubtful accounts"),
                "billing_coordinator.report_close_binder_allowance",
                self._get_binder_allowance(allowance_sudo),
            )
            for allowance_sudo in self._get_allowances_sudo()
        ]

    def _get_allowances_sudo(self):
        books_sudo = self._get_books_sudo()
        return books_sudo.env["billing.allowance"].search(
            [("company_id", "in", books_sudo.ids), ("date", "=", self.date_to)]
        )

    def _get_binder_allowance(self, allowance_sudo):
        """What was computed, by bucket and by customer, and what the ledger has."""
        lines_sudo = allowance_sudo.line_ids
        states = allowance_sudo._fields["state"]._description_selection(self.env)
        by_rate = lines_sudo.grouped("rate_id")
        posted = allowance_sudo._get_posted_amount()
        return {
            "allowance": allowance_sudo,
            "allowance_state": dict(states)[allowance_sudo.state],
            "posted": posted,
            "is_other_amount": allowance_sudo.state == "posted"
            and allowance_sudo.currency_id.compare_amounts(
                posted, allowance_sudo.total
            ),
            "rates": [
                (
                    rate.display_name,
                    sum(by_rate[rate].mapped("base")),
                    sum(by_rate[rate].mapped("amount")),
                )
                for rate in lines_sudo.rate_id.sorted()
            ],
            "lines": lines_sudo[:MAX_LINES],
            "line_count": len(lines_sudo),
            "heads": "billing_coordinator.report_close_binder_allowance_heads",
        }
