from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..tools import close_query
from ..tools.close_check import Finding, close_check
from .billing_close_checks import SALE_TYPES

_lt = LazyTranslate(__name__)


class BillingCloseChecksInvoice(models.AbstractModel):
    """Is everything billed, in the right month, once, and sent?"""

    _inherit = "billing.close.checks"

    @api.model
    @close_check("draft_invoices", _lt("Draft invoices"))
    def _find_draft_invoices(self, period):
        """A draft without invoice date counts by the date it would be posted on."""
        company, *days = self._get_domain(period, date="invoice_date")
        undated = self._get_domain(period, ("invoice_date", "=", False))[1:]
        domain = [
            *(company, ("move_type", "in", SALE_TYPES), ("state", "=", "draft")),
            *("|", "&", *days, "&", "&", *undated),
        ]
        return self._count("account.move", domain)

    @api.model
    @close_check("not_sent", _lt("Invoices posted but not sent"))
    def _find_not_sent(self, period):
        """When an invoice was sent is not kept: it counts until it is, later too."""
        domain = self._get_domain(
            period,
            ("move_type", "in", ["out_invoice", "out_refund"]),
            ("state", "=", "posted"),
            ("is_move_sent", "=", False),
        )
        return self._count("account.move", domain)

    @api.model
    @close_check("sequence_gaps", _lt("Gaps in invoice numbers"))
    def _find_sequence_gaps(self, period):
        """Entries that Odoo marks: the number before them is missing, or they have one
        and are not posted."""
        domain = self._get_domain(
            period,
            ("made_sequence_gap", "=", True),
            ("journal_id.type", "=", "sale"),
        )
        return self._count("account.move", domain)

    @api.model
    @close_check("duplicates", _lt("Invoices that may be duplicates"))
    def _find_duplicates(self, period):
        query = close_query.duplicates(
            self._get_company_ids(period), period.date_from, period.date_to
        )
        return self._count_ids("account.move", self._fetch_ids(query))

    @api.model
    @close_check(
        "after_review", _lt("Invoices posted into the period after its review")
    )
    def _find_posted_after_review(self, period):
        """Odoo keeps no time of posting: it is that of creation, or of a tracked
        change of the state since then."""
        if not period.reviewed_at:
            return Finding(0, note=self.env._("Nothing was reviewed yet."))
        query = close_query.posted_since(
            self._get_company_ids(period),
            SALE_TYPES,
            (period.date_from, period.date_to),
            period.reviewed_at,
        )
        return self._count_ids("account.move", self._fetch_ids(query))

    @api.model
    @close_check("wrong_period", _lt("Revenue in a wrong or locked period"))
    def _find_wrong_period(self, period):
        """Billed in the period and booked in another one, or the reverse; and revenue
        that a lock exception let into a locked period since this one began."""
        company_ids = self._get_company_ids(period)
        first, last = period.date_from, period.date_to
        query = close_query.let_in(company_ids, first, last)
        domain = [
            ("company_id", "in", company_ids),
            ("state", "=", "posted"),
            *("|", ("id", "in", self._fetch_ids(query))),
            *("&", ("move_type", "in", SALE_TYPES), "|"),
            *("&", "&", ("date", ">=", first), ("date", "<=", last)),
            *("|", ("invoice_date", "<", first), ("invoice_date", ">", last)),
            *("&", "&", ("invoice_date", ">=", first), ("invoice_date", "<=", last)),
            *("|", ("date", "<", first), ("date", ">", last)),
        ]
        return self._count("account.move", domain)
