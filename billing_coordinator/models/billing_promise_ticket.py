from odoo import api, models
from odoo.exceptions import ValidationError


class BillingPromise(models.Model):
    """What is in dispute cannot be promised too."""

    _inherit = "billing.promise"

    @api.model
    def _check_total(self, rows, total):
        currency = rows.currency_id
        disputed = sum(rows._get_disputed().values())
        free = sum(rows.mapped("residual_currency")) - sum(rows.mapped("withheld"))
        if not disputed or currency.compare_amounts(total, free) <= 0:
            return super()._check_total(rows, total)
        raise ValidationError(
            self.env._(
                "%(amount)s is more than the %(free)s that is open and neither promised"
                " nor in dispute. %(disputed)s is in dispute: resolve that ticket first"
                " if it is to be paid.",
                amount=currency.format(total),
                free=currency.format(free),
                disputed=currency.format(disputed),
            )
        )
