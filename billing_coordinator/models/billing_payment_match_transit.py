from odoo import models
from odoo.exceptions import UserError

from .billing_payment_match_part import Part


class BillingPaymentMatch(models.Model):
    """Payments that were registered before the bank told of them.

    One with a journal entry is matched by its outstanding item, like any item. One
    without left its invoices open: the line of the bank pays them.
    """

    _inherit = "billing.payment.match"

    def _expand_payment(self, given):
        """The open items of the invoices of a payment, first due first."""
        payment = self.env["account.payment"].browse(given["payment_id"])
        self._check_payment(payment)
        left, parts = self._get_given_amount(given, "amount"), []
        self._check_payment_amount(payment, left)
        for item in self._get_payment_items(payment):
            part = Part(item=item, payment=payment, open=self._get_open_amount(item))
            part.amount = min(left, part.open, key=abs)
            left = self.currency_id.round(left - part.amount)
            parts.append(part)
        parts = [part for part in parts if part.amount]
        if left:
            customer = payment.partner_id.commercial_partner_id
            parts.append(Part(amount=left, customer=customer, payment=payment))
        return parts

    def _check_payment(self, payment):
        if payment.company_id != self.company_id or payment.move_id:
            raise UserError(
                self.env._(
                    "%(payment)s cannot be matched: match the line again.",
                    payment=payment.display_name,
                )
            )
        # Odoo Community calls a payment paid as soon as it is registered.
        is_open = payment.state == "in_process" or (
            payment.state == "paid" and self._get_payment_items(payment)
        )
        if not is_open:
            raise UserError(
                self.env._(
                    "%(payment)s is no payment in transit any more. Match the line"
                    " again.",
                    payment=payment.display_name,
                )
            )

    def _check_payment_amount(self, payment, amount):
        """Money in comes from a customer, money out goes to one."""
        sign = 1 if payment.payment_type == "inbound" else -1
        if sign * amount < 0 or not payment.partner_id:
            raise UserError(
                self.env._(
                    "%(payment)s cannot be matched: its amount or its customer does not"
                    " fit.",
                    payment=payment.display_name,
                )
            )

    def _get_payment_items(self, payment):
        return payment.invoice_ids.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
            )
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _keep_payments(self, parts):
        """Payments without entry: their states are not those of an entry."""
        payments = self.env["account.payment"].union(
            *(
                part.payment
                for part in parts
                if part.payment and not part.payment.move_id
            )
        )
        if payments:
            states = {str(payment.id): payment.state for payment in payments}
            self._keep(payments=states)
        return payments

    def _confirm_payments(self, payments):
        """The bank has confirmed them; Odoo says so by itself where amounts agree."""
        payments.filtered(
            lambda payment: payment.state == "in_process"
        ).action_validate()
        self._recompute_matched(payments)

    def _recompute_matched(self, payments):
        """Odoo computes it before the state, where the state follows an invoice."""
        if payments:
            self.env.flush_all()
        self.env.add_to_compute(payments._fields["is_matched"], payments)

    def _restore_payments(self):
        states = (self.undo_values or {}).get("payments", {})
        payments = self.env["account.payment"].browse(map(int, states)).exists()
        for payment in payments:
            if payment.state != states[str(payment.id)]:
                payment.state = states[str(payment.id)]
        self._recompute_matched(payments)
