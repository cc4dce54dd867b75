from odoo import api, models

REVIEW_LIMIT = 80


class BillingPaymentMatch(models.Model):
    """What the review screen reads: lines of the bank, and one of them in full."""

    _inherit = "billing.payment.match"

    @api.model
    @api.readonly
    def get_review(self, filters=None, offset=0, limit=REVIEW_LIMIT):
        """Lines of the bank in one state, and how many there are in each.

        :param filters: see `_clean_review_filters`
        :return: ``{"lines", "total", "counts"}``, and with the first page what the
            screen needs once
        """
        self.browse().check_access("read")
        filters = self._clean_review_filters(filters)
        counts = self._get_review_counts(filters)
        limit = max(0, min(int(limit), 10 * REVIEW_LIMIT))
        page = {
            "lines": self._get_review_lines(filters, max(0, int(offset)), limit),
            "counts": counts,
            "total": counts[filters["state"]],
        }
        return page if offset else {**page, **self._get_review_setup()}

    @api.model
    @api.readonly
    def get_review_line(self, statement_line_id):
        """A line in full, with its proposals or with what was applied."""
        line = self._get_review_record(statement_line_id)
        matches = self.search([("statement_line_id", "=", line.id)], order="rank, id")
        by_state = matches.grouped("state")
        applied = by_state.get("applied", self.browse())
        proposed = by_state.get("proposed", self.browse())
        if line.is_reconciled:
            proposed = self.browse()
        skipped = by_state.get("skipped", self.browse())[:1]
        return {
            **self._describe_bank_line(line, applied or proposed[:1]),
            "candidates": [
                {**match._describe_candidate(), "doubt": match._word_doubt(proposed)}
                for match in proposed
            ],
            "applied": applied._describe_applied() if applied else False,
            "skipped": skipped._describe_skipped() if skipped else False,
            "ticket_reasons": self._get_review_ticket_reasons(line.company_id),
        }

    @api.model
    @api.readonly
    def search_review_items(self, statement_line_id, text="", limit=REVIEW_LIMIT):
        """Open items that the line could pay, by number, customer or amount."""
        line = self._get_review_record(statement_line_id)
        limit = max(1, min(int(limit), REVIEW_LIMIT))
        items = self._search_review_items(line, str(text or ""), limit)
        match = self.new({"statement_line_id": line.id})
        return [match._describe_item(item) for item in items]

    @api.model
    def _get_review_record(self, statement_line_id):
        """The line of the bank, if the user may match it."""
        self.browse().check_access("read")
        line = self.env["account.bank.statement.line"].browse(int(statement_line_id))
        line.check_access("read")
        return line.with_company(line.company_id)

    @api.model
    def _get_review_setup(self):
        """What the screen needs once."""
        journals = self.env["account.journal"].search(
            [("type", "in", ("bank", "cash", "credit"))]
        )
        return {
            "journals": [{"id": each.id, "name": each.name} for each in journals],
            "threshold": self.env.company.billing_match_threshold,
            "has_lines": bool(
                self.env["account.bank.statement.line"].search([], limit=1)
            ),
        }

    @api.model
    def _get_review_ticket_reasons(self, company):
        reasons = self.env["billing.ticket.reason"]
        reasons = reasons.search(
            [
                *reasons._check_company_domain(company),
                ("kind", "=", "discrepancy"),
            ]
        )
        return [{"id": reason.id, "name": reason.name} for reason in reasons]
