from odoo import models
from odoo.exceptions import UserError

from .billing_payment_match_part import UNMODIFIED


class BillingPaymentMatch(models.Model):
    """Returned payments: what is written down, and how the return is undone."""

    _inherit = "billing.payment.match"

    def _write_returned(self, paid):
        customers = self.env["res.partner"].union(*(item.partner_id for item in paid))
        self.write(
            {
                "line_ids": self._get_line_commands(
                    [
                        {
                            "kind": "item",
                            "move_line_id": item.id,
                            "partner_id": item.partner_id.id,
                            "name": item.move_name,
                            "amount": -self._get_booked_in_bank_currency(item, amount),
                        }
                        for item, amount in paid.items()
                    ]
                ),
                "partner_id": customers.id if len(customers) == 1 else False,
                "kept": self._get_fee(),
                "difference": 0.0,
                **self._get_applied_values(),
            }
        )

    def _get_booked_in_bank_currency(self, item, amount):
        currency = self.statement_line_id.currency_id
        if item.currency_id == currency or not item.amount_currency:
            return amount
        booked = amount * item.balance / item.amount_currency
        return currency.round(booked * self._get_rate())

    def _tell_returned(self, paid):
        """On the invoices: they are open again, and why."""
        line = self.statement_line_id
        moves = self.env["account.move"].union(*(item.move_id for item in paid))
        for move in moves.filtered(lambda move: move.is_invoice(include_receipts=True)):
            move.message_post(
                body=self.env._(
                    "The bank took a payment back (%(line)s): %(reason)s. The invoice"
                    " is open again.",
                    line=line.payment_ref or line.display_name,
                    reason=line.billing_return_reason or self.env._("no reason given"),
                )
            )

    def _restore_partials(self):
        """Reconcile again what the return had taken apart, in the same order.

        :raise UserError: somebody settled the items otherwise since
        """
        for debit_id, credit_id, *amounts in self.undo_values["partials"]:
            pair = self.env["account.move.line"].browse([debit_id, credit_id])
            if len(pair.exists()) < 2:
                self._refuse_to_restore(pair.exists())
            pair.with_context(**UNMODIFIED).reconcile()
            if not self._is_restored(pair, amounts):
                self._refuse_to_restore(pair)

    def _is_restored(self, pair, amounts):
        debit, credit = pair
        partial = debit.matched_credit_ids.filtered(
            lambda partial: partial.credit_move_id == credit
        ).sorted("id")[-1:]
        made = (partial.debit_amount_currency, partial.credit_amount_currency)
        return not any(
            item.currency_id.compare_amounts(amount, before)
            for item, amount, before in zip(pair, made, amounts, strict=True)
        )

    def _refuse_to_restore(self, items):
        raise UserError(
            self.env._(
                "%(items)s changed since the payment was returned: undo that first.",
                items=", ".join(items.move_id.mapped("name")) or self.env._("An item"),
            )
        )
