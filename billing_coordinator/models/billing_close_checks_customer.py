from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..tools.close_check import Finding, close_check

_lt = LazyTranslate(__name__)


class BillingCloseChecksCustomer(models.AbstractModel):
    """Is what customers promised judged, are they reminded, and is all of it billed?"""

    _inherit = "billing.close.checks"

    @api.model
    def _get_day_after(self, period):
        """The first moment after the period, for fields that keep a time.

        In UTC, with its hour: a day alone would begin when it does for the user.
        """
        after = fields.Date.add(period.date_to, days=1)
        return fields.Datetime.to_string(fields.Datetime.to_datetime(after))

    @api.model
    @close_check("promises", _lt("Promises due and not judged"))
    def _find_promises(self, period):
        leaf = ("state", "=", "open")
        domain = self._get_domain(period, leaf, date="judge_on", since=False)
        return self._count("billing.promise", domain)

    @api.model
    @close_check("failed_notices", _lt("Reminders that failed"))
    def _find_failed_notices(self, period):
        """Those of earlier periods too, until somebody has taken care of them."""
        leaves = [("state", "=", "failed"), ("failure_handled", "=", False)]
        domain = self._get_domain(period, *leaves, since=False)
        return self._count("billing.followup.notice", domain)

    @api.model
    @close_check(
        "not_billed", _lt("Orders and deliveries not billed"), needs="sale.order"
    )
    def _find_not_billed(self, period):
        """Orders up to period end that Sales calls to invoice: what was delivered, or
        ordered, by the policy of each product."""
        if not self._is_available("not_billed"):
            note = self.env._("The app Sales is not installed.")
            return Finding(0, note=note, applicable=False)
        domain = [
            ("company_id", "in", self._get_company_ids(period)),
            ("state", "=", "sale"),
            ("invoice_status", "=", "to invoice"),
            ("date_order", "<", self._get_day_after(period)),
        ]
        return self._count("sale.order", domain)
