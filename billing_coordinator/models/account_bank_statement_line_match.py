from odoo import api, models
from odoo.exceptions import UserError

from .billing_payment_match_part import UNMODIFIED


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        """Whoever undoes a line undoes what we matched there, with all that it did."""
        # Odoo calls it for invoices that no line of the bank has paid, too.
        matches_sudo = self._get_applied_matches_sudo() if self else self
        if not matches_sudo:
            return super().action_undo_reconciliation()
        self.check_access("write")  # before anything of ours is done
        matches_sudo._before_undo()
        lines = self.with_context(**UNMODIFIED)
        result = super(AccountBankStatementLine, lines).action_undo_reconciliation()
        matches_sudo._after_undo()
        return result

    def _get_applied_matches_sudo(self):
        """Of any user: who undoes or deletes a line need not see our matches."""
        matches_sudo = self.env["billing.payment.match"].sudo()
        return matches_sudo.search(
            [("statement_line_id", "in", self.ids), ("state", "=", "applied")]
        )

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_matched(self):
        """Deleting would leave what a match did elsewhere: payments, tickets, payers.

        A payment that the bank took back has a match too, or its return names it.
        """
        matches_sudo = self._get_applied_matches_sudo()
        for match_sudo in matches_sudo or matches_sudo.search(
            [("returned_line_id", "in", self.ids), ("state", "=", "applied")], limit=1
        ):
            line_sudo = match_sudo.statement_line_id
            raise UserError(
                self.env._(
                    "%(line)s is matched, and deleting it would leave what that did"
                    " to invoices, payments and tickets. Undo the match first: Match"
                    " payments, Matched, Undo.",
                    line=line_sudo.payment_ref or line_sudo.display_name,
                )
            )
