from odoo import models

from .billing_payment_match_part import UNMODIFIED


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        """Whoever undoes a line undoes what we matched there, with all that it did."""
        matches_sudo = self.env["billing.payment.match"].sudo()  # of any user
        matches_sudo = matches_sudo.search(
            [("statement_line_id", "in", self.ids), ("state", "=", "applied")]
        )
        if not matches_sudo:
            return super().action_undo_reconciliation()
        matches_sudo._before_undo()
        lines = self.with_context(**UNMODIFIED)
        result = super(AccountBankStatementLine, lines).action_undo_reconciliation()
        matches_sudo._after_undo()
        return result
