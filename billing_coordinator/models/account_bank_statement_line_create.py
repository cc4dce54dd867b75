from odoo import api, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model
    def _billing_create(self, values_list):
        """Create lines of one journal."""
        return self.create(values_list)
