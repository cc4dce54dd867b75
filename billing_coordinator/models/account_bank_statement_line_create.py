from odoo import api, models


class AccountBankStatementLine(models.Model):
    """Many lines at once, as a bank file has them."""

    _inherit = "account.bank.statement.line"

    @api.model
    def _billing_create(self, values_list):
        """Create lines of one journal: the same rows as `create`, faster where it can.

        Callers check that the user may write to the journal.
        """
        cloner = self.env["billing.bank.line.cloner"]
        values_list = sorted(values_list, key=lambda values: values["date"])
        quick, slow = cloner._split(values_list)
        lines = cloner._create(quick) if quick else self
        return lines + self.create(slow)
