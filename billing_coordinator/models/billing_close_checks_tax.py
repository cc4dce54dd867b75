from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..tools import close_query
from ..tools.close_check import MONEY, Finding, close_check
from .billing_close_checks import SALE_TYPES

_lt = LazyTranslate(__name__)


class BillingCloseChecksTax(models.AbstractModel):
    """Is the tax that customers were charged what the tax report will say?"""

    _inherit = "billing.close.checks"

    @api.model
    @close_check("tax", _lt("Tax on invoices against the tax report"), unit=MONEY)
    def _find_tax(self, period):
        """Tax booked against base and rate, by invoice and tax, beyond rounding; and
        tax without the tags by which the report finds it.

        Taxes that are no percentage have nothing to compare with: their tags count.
        """
        query = close_query.tax(
            self._get_company_ids(period),
            SALE_TYPES,
            (period.date_from, period.date_to),
        )
        booked = expected = missed = 0.0
        by_tax, ids = {}, set()
        for tax, total, due, wrong, untagged, moves in self.env.execute_query(query):
            booked += total
            expected += due
            missed += wrong + untagged
            if moves:
                by_tax[tax] = (wrong + untagged, moves)
                ids.update(moves)
        return Finding(
            self._round(period, missed),
            "account.move",
            [("id", "in", sorted(ids))],
            figures={
                "booked": (self.env._("Tax booked"), self._round(period, booked)),
                "due": (self.env._("Base by rate"), self._round(period, expected)),
            },
            rows=self._make_rows(period, self._name_taxes(by_tax)),
        )

    @api.model
    def _name_taxes(self, by_tax):
        taxes = self.env["account.tax"].browse(by_tax)
        return [
            (
                *(tax.display_name, by_tax[tax.id][0], "account.move"),
                [("id", "in", sorted(by_tax[tax.id][1]))],
            )
            for tax in taxes
        ]
