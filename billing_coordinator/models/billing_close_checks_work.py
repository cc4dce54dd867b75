from odoo import models
from odoo.tools import LazyTranslate

from ..tools.close_check import MONEY, Finding, Row, close_check
from .billing_ticket import OPEN_STATES

_lt = LazyTranslate(__name__)


class BillingCloseChecks(models.AbstractModel):
    """What customers dispute, promise or did not get, and what is not billed yet."""

    _inherit = "billing.close.checks"

    @close_check("open_tickets", _lt("Amounts in open discrepancies"), unit=MONEY)
    def _check_open_tickets(self, period):
        domain = [
            ("company_id", "in", period.books.ids),
            ("kind", "=", "discrepancy"),
            ("state", "in", OPEN_STATES),
            ("create_date", "<", self._get_day_after(period)),
        ]
        tickets = self.env["billing.ticket"].search(domain)
        return Finding(
            sum(tickets.mapped("amount_disputed")),
            "billing.ticket",
            domain,
            rows=self._sort_rows(
                Row(
                    ticket.display_name,
                    ticket.amount_disputed,
                    "billing.ticket",
                    [("id", "=", ticket.id)],
                )
                for ticket in tickets
            ),
        )

    @close_check("due_promises", _lt("Promises that are due and not judged"))
    def _check_due_promises(self, period):
        domain = [*self._until_end(period, "judge_on"), ("state", "=", "open")]
        return self._count("billing.promise", domain)

    @close_check("failed_notices", _lt("Notices that failed"))
    def _check_failed_notices(self, period):
        domain = [
            *self._until_end(period),
            ("state", "=", "failed"),
            ("failure_handled", "=", False),
        ]
        return self._count("billing.followup.notice", domain)

    @close_check("unbilled", _lt("Sales orders that are not billed"))
    def _check_unbilled(self, period):
        if "sale.order" not in self.env:
            return Finding(0, note=self.env._("Sales is not installed."))
        domain = [
            ("company_id", "in", period.books.ids),
            ("date_order", "<", self._get_day_after(period)),
            ("invoice_status", "=", "to invoice"),
        ]
        return self._count("sale.order", domain)
