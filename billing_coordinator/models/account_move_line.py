from odoo import api, models
from odoo.tools.misc import format_date


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.depends_context("billing_show_open")
    def _compute_display_name(self):
        """Where open items are chosen: number, open amount and due date of each."""
        result = super()._compute_display_name()
        if self.env.context.get("billing_show_open"):
            for line in self:
                line.display_name = self.env._(
                    "%(invoice)s: %(amount)s, due %(date)s",
                    invoice=line.move_id.name,
                    amount=line.currency_id.format(line.amount_residual_currency),
                    date=format_date(self.env, line.date_maturity or line.date),
                )
        return result
