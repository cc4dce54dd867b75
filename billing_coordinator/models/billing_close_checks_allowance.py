from odoo import models
from odoo.tools import LazyTranslate

from ..tools.close_check import MONEY, Finding, close_check

_lt = LazyTranslate(__name__)


class BillingCloseChecks(models.AbstractModel):
    """The allowance for doubtful accounts is posted, and still what it comes to."""

    _inherit = "billing.close.checks"

    @close_check("allowance", _lt("Allowance for doubtful accounts"), unit=MONEY)
    def _check_allowance(self, period):
        posted, computed, domain = self.env[
            "billing.allowance"
        ]._get_allowance_difference(period.company, period.date_to)
        return Finding(
            period.company.currency_id.round(posted - computed),
            "billing.allowance",
            domain,
            figures={
                "posted": (self.env._("Posted"), posted),
                "computed": (self.env._("Computed again"), computed),
            },
        )
