from odoo import api, models


class BillingPromise(models.Model):
    """What is in dispute cannot be promised too."""

    _inherit = "billing.promise"

    @api.model
    def _explain_withheld(self, rows, channel):
        explanation = super()._explain_withheld(rows, channel)
        disputed = sum(rows._get_disputed().values())
        if not disputed:
            return explanation
        amount = rows.currency_id.format(disputed)
        if channel == "portal":
            words = self.env._("%(amount)s is in dispute.", amount=amount)
        else:
            words = self.env._(
                "%(amount)s is in dispute: resolve that ticket first if it is to be"
                " paid.",
                amount=amount,
            )
        return " ".join(filter(None, [explanation, words]))

    @api.model
    def _get_promised(self, rows):
        return super()._get_promised(rows) - sum(rows._get_disputed().values())
