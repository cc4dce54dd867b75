from odoo import api, models


class BillingPromiseWizard(models.TransientModel):
    """A promise that takes the place of others leaves what is in dispute."""

    _inherit = "billing.promise.wizard"

    @api.depends("move_line_ids", "replace")
    def _compute_free_amount(self):
        result = super()._compute_free_amount()
        for wizard in self.filtered("replace"):
            chosen = wizard.move_line_ids._origin
            rows = self.env["billing.receivable"].browse(chosen.ids)
            wizard.free_amount -= sum(rows._get_disputed().values())
        return result
