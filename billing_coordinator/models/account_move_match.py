from odoo import api, models


class AccountMove(models.Model):
    """The entry of a bank's line: the database deletes the line with it."""

    _inherit = "account.move"

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_matched(self):
        # Who deletes an entry need not see lines of the bank.
        self.sudo().statement_line_ids._unlink_except_matched()
