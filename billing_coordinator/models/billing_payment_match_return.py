from odoo import models
from odoo.exceptions import UserError

from ..tools.spread import spread
from .billing_payment_match_part import UNMODIFIED, Part

COPIED = ("account_id", "partner_id", "currency_id", "tax_repartition_line_id")
RECONCILED = ("asset_receivable", "liability_payable")


class BillingPaymentMatch(models.Model):
    """A payment that the bank took back: what it paid is open again.

    The line that takes it back is the mirror of the payment: what the payment did to
    customers, discounts and their taxes is reversed, and both are reconciled.
    """

    _inherit = "billing.payment.match"

    def _apply_return(self):
        source = self._get_returned_items()
        self._lock_returned(source)
        self._check_return()
        customers = source.filtered(lambda i: i.account_id.account_type in RECONCILED)
        partials = self._get_partials(customers)
        payments = self._get_returned_payments(source)
        self._keep(
            partials=self._describe_partials(partials),
            payments={str(payment.id): payment.state for payment in payments},
        )
        paid = self._get_paid_items(customers, partials)
        customers.with_context(**UNMODIFIED).remove_move_reconcile()
        self._book_return(source, customers)
        payments.action_reject()
        self._write_returned(paid)
        self._tell_returned(paid)
        self._after_apply()

    # -- what is taken back ---------------------------------------------------------

    def _get_returned_items(self):
        """The items that are mirrored: of the payment where one was in transit."""
        liquidity, suspense, others = self.returned_line_id._seek_for_lines()
        items = others.browse()
        for item in others:
            payment = self._get_payment_in_transit(item)
            if not payment:
                items += item
                continue
            transit = self.env["account.move.line"].union(
                *(each._seek_for_lines()[0] for each in payment)
            )
            if item.currency_id.compare_amounts(
                sum(transit.mapped("amount_currency")), -item.amount_currency
            ):
                raise UserError(
                    self.env._(
                        "%(line)s paid a part of a payment only: take that back by"
                        " hand.",
                        line=self.returned_line_id.payment_ref,
                    )
                )
            items += payment.move_id.line_ids - transit
        return items

    def _get_payment_in_transit(self, item):
        if item.account_id.account_type in RECONCILED:
            return self.env["account.payment"]
        others = item.matched_debit_ids.debit_move_id
        others |= item.matched_credit_ids.credit_move_id
        return others.move_id.origin_payment_id

    def _get_returned_payments(self, source):
        """Payments that the earlier line had confirmed."""
        applied = self.search(
            [
                ("statement_line_id", "=", self.returned_line_id.id),
                ("state", "=", "applied"),
            ]
        )
        return source.move_id.origin_payment_id | applied.line_ids.payment_id

    def _get_partials(self, customers):
        """How they were reconciled; exchange differences come and go with that."""
        partials = customers.matched_debit_ids | customers.matched_credit_ids
        exchange = partials.exchange_move_id.line_ids
        return partials.filtered(
            lambda partial: (
                not ((partial.debit_move_id | partial.credit_move_id) & exchange)
            )
        )

    def _get_paid_items(self, customers, partials):
        """``{item: what of it was paid}``, in its currency."""
        paid = {}
        for partial in partials:
            for side in ("debit", "credit"):
                item = partial[f"{side}_move_id"]
                if item not in customers:
                    amount = partial[f"{side}_amount_currency"]
                    amount = amount if side == "debit" else -amount
                    paid[item] = paid.get(item, 0.0) + amount
        return paid

    def _describe_partials(self, partials):
        return [
            [
                partial.debit_move_id.id,
                partial.credit_move_id.id,
                partial.debit_amount_currency,
                partial.credit_amount_currency,
            ]
            for partial in partials.sorted("id")
        ]

    # -- checks ---------------------------------------------------------------------

    def _lock_returned(self, source):
        """The earlier line, and all that its money went to."""
        self._lock_bank_line(self.returned_line_id)
        paid = source.matched_debit_ids.debit_move_id
        paid |= source.matched_credit_ids.credit_move_id
        self._lock_items([Part(item=item) for item in source | paid])

    def _check_return(self):
        line, earlier = self.statement_line_id, self.returned_line_id
        if earlier.company_id != line.company_id or (
            earlier.journal_id != line.journal_id
        ):
            self._refuse_return(self.env._("It is of another bank account."))
        if not earlier.is_reconciled:
            self._refuse_return(self.env._("It is not matched: match it first."))
        if self.search_count(
            [("returned_line_id", "=", earlier.id), ("state", "=", "applied")]
        ):
            self._refuse_return(self.env._("It was taken back before."))
        sign = -1 if line.amount < 0 else 1
        fee = sign * (line.amount + earlier.amount)
        if (
            line.amount * earlier.amount > 0
            or line.currency_id.compare_amounts(fee, 0) < 0
        ):
            self._refuse_return(self.env._("The amounts do not agree."))

    def _refuse_return(self, why):
        earlier = self.returned_line_id
        raise UserError(
            self.env._(
                "%(line)s cannot be taken back. %(why)s",
                line=earlier.payment_ref or earlier.display_name,
                why=why,
            )
        )

    # -- the entry ------------------------------------------------------------------

    def _book_return(self, source, customers):
        """Mirror the items; the bank's fee for the return is a charge."""
        others = source - customers
        lines = [self._mirror(item, -item.balance) for item in others]
        lines += self._prepare_fee()
        liquidity = self.statement_line_id._seek_for_lines()[0]
        total = -liquidity.balance - sum(vals["balance"] for vals in lines)
        balances = spread(
            total,
            [-item.balance for item in customers],
            liquidity.company_currency_id.round,
        )
        mirrored = [
            self._mirror(item, balance)
            for item, balance in zip(customers, balances, strict=True)
        ]
        partners = customers.partner_id.commercial_partner_id
        made = self._write_entry([*mirrored, *lines], partners)
        items = self.env["account.move.line"].with_context(**UNMODIFIED)
        items._reconcile_plan(
            [item + each for item, each in zip(customers, made, strict=False)]
        )

    def _mirror(self, item, balance):
        return {
            "name": self.statement_line_id.payment_ref,
            "amount_currency": -item.amount_currency,
            "balance": balance,
            "tax_ids": [(6, 0, item.tax_ids.ids)],
            "tax_tag_ids": [(6, 0, item.tax_tag_ids.ids)],
            "analytic_distribution": item.analytic_distribution,
            **{name: item[name].id for name in COPIED},
        }

    def _get_fee(self):
        """What the bank took for the return, positive."""
        line, earlier = self.statement_line_id, self.returned_line_id
        return line.currency_id.round(-line.amount - earlier.amount)

    def _prepare_fee(self):
        line, fee = self.statement_line_id, self._get_fee()
        if line.currency_id.is_zero(fee):
            return []
        balance = self.company_id.currency_id.round(fee / self._get_rate())
        return [
            {
                "name": self.env._("Fee of the bank, %(line)s", line=line.payment_ref),
                "account_id": self._get_charges_account().id,
                "currency_id": line.currency_id.id,
                "amount_currency": fee,
                "balance": balance,
            }
        ]
