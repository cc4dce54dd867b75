from odoo import api, models
from odoo.tools import LazyTranslate

from ..tools.close_check import MONEY, Finding, close_check

_lt = LazyTranslate(__name__)


class BillingCloseChecks(models.AbstractModel):
    """The allowance for doubtful accounts is posted, and still what it comes to."""

    _inherit = "billing.close.checks"

    @api.model
    @close_check("allowance", _lt("Allowance for doubtful accounts"), unit=MONEY)
    def _find_allowance(self, period):
        """Each company by itself: no allowance makes up for that of a branch."""
        allowances = self.env["billing.allowance"]
        companies = self._get_companies(period)
        totals, pairs = {"posted": 0.0, "computed": 0.0}, []
        for company in companies:
            posted, computed, domain = allowances._get_allowance_difference(
                company, period.date_to
            )
            totals["posted"] += posted
            totals["computed"] += computed
            if difference := self._round(period, posted - computed):
                text = self._describe_allowance(company, posted, difference)
                label = f"{company.name}: {text}" if companies[1:] else text
                pairs.append((label, abs(difference), allowances._name, domain))
        labels = {"posted": self.env._("Posted"), "computed": self.env._("Needed")}
        return Finding(
            self._round(period, sum(pair[1] for pair in pairs)),
            allowances._name,
            allowances._get_close_domain(companies, period.date_to),
            figures={
                key: (label, self._round(period, totals[key]))
                for key, label in labels.items()
            },
            rows=self._make_rows(period, pairs) if companies[1:] else [],
            words="; ".join(pair[0] for pair in pairs),
        )

    @api.model
    def _describe_allowance(self, company, posted, difference):
        """What an accountant has to post, or to take back."""
        amount = company.currency_id.format(abs(difference))
        if not posted:
            return self.env._("Nothing posted, %(amount)s needed", amount=amount)
        if difference < 0:
            return self.env._("%(amount)s too little posted", amount=amount)
        return self.env._("%(amount)s too much posted", amount=amount)
