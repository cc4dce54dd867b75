from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .billing_payment_match_part import BOOKING


class BillingPaymentMatch(models.Model):
    """Undoing a match: everything is as it was before it was applied."""

    _inherit = "billing.payment.match"

    undo_reason = fields.Char("Undone because", readonly=True)

    def action_undo(self, reason=None):
        """Take applied matches back."""
        for match in self._for_client():
            match._check_may_apply()
            # As in applying: entries of the bank are written by accountants only.
            match_sudo = match.sudo().with_company(match.company_id)
            match_sudo._lock_line()
            match_sudo._check_undoable()
            line_sudo = match_sudo.statement_line_id
            line_sudo.action_undo_reconciliation()
            match_sudo.undo_reason = reason
        return True

    def _keep(self, **values):
        """Remember what only undoing needs."""
        self.undo_values = {**(self.undo_values or {}), **values}

    def _check_undoable(self):
        if self.state != "applied":
            raise UserError(self.env._("This match is not applied: nothing to undo."))

    def _before_undo(self):
        """Before the entry of the bank's line is reset."""
        self._check_not_returned()
        for match in self:
            match._check_not_used()
            # Before anything is changed, with Odoo's own words.
            match.statement_line_id.move_id._check_fiscal_lock_dates()
            if (match.undo_values or {}).get("payer_set"):
                match._forget_payer()

    def _forget_payer(self):
        """The line is of nobody again: its entry is made anew from it."""
        line = self.statement_line_id.with_context(**BOOKING)
        line.partner_id = False
        liquidity = line._seek_for_lines()[0]
        payer = {"partner_id": False}
        line.move_id.write({**payer, "line_ids": [Command.update(liquidity.id, payer)]})

    def _check_not_returned(self):
        returned = self.search(
            [
                ("returned_line_id", "in", self.statement_line_id.ids),
                ("state", "=", "applied"),
            ]
        )
        if returned:
            raise UserError(
                self.env._(
                    "The bank took %(line)s back: undo that first.",
                    line=returned[:1].returned_line_id.payment_ref,
                )
            )

    def _after_undo(self):
        """After the entry is reset: what else was done is taken back too."""
        for match in self:
            if match.returned_line_id:
                match._restore_partials()
            match._restore_payments()
            match._withdraw_ticket()
            match._unlearn_payer()
        self.write(
            {
                "state": "undone",
                "undone_at": fields.Datetime.now(),
                "undone_by_id": self.env.uid,
            }
        )
        self._refresh_customers()

    def _check_not_used(self):
        """Nothing else was settled with what the match made, such as its credit."""
        used = self._get_used_items()
        if used:
            raise UserError(
                self.env._(
                    "What %(line)s brought settles %(items)s too: undo that first.",
                    line=self.statement_line_id.payment_ref,
                    items=", ".join(dict.fromkeys(map(_describe, used))),
                )
            )

    def _get_used_items(self):
        """Items beside those of the match; exchange differences go with their own."""
        made = self.statement_line_id.move_id.line_ids
        if self.returned_line_id:
            return made.browse()
        partials = made.matched_debit_ids | made.matched_credit_ids
        items = partials.debit_move_id | partials.credit_move_id
        own = self.line_ids.move_line_id
        all_of_own = own.matched_debit_ids | own.matched_credit_ids
        exchange = (partials | all_of_own).exchange_move_id.line_ids
        return items - made - own - exchange

    def _withdraw_ticket(self):
        if self.ticket_id:
            tickets = self.ticket_id._refreshing_later()
            tickets._withdraw_untouched(self.undo_values.get("ticket"))

    def _unlearn_payer(self):
        if (self.undo_values or {}).get("learned"):
            payers = self.env["billing.payer"]
            payers._unlearn(self.statement_line_id, self.partner_id)


def _describe(item):
    """The entry of an item, one of the bank in its own words."""
    line = item.move_id.statement_line_id
    return line.payment_ref or item.move_id.name or item.move_id.display_name
