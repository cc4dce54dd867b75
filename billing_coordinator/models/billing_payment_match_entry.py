from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.spread import spread
from .billing_payment_match_part import BOOKING, UNMODIFIED


class BillingPaymentMatch(models.Model):
    """The entry of the bank's line: the suspense account gives way to what is paid."""

    _inherit = "billing.payment.match"

    def _book(self, parts):
        """Write the counterparts and reconcile them with the items."""
        line = self.statement_line_id
        liquidity = line._seek_for_lines()[0]
        balances = spread(
            liquidity.balance,
            [part.amount for part in parts],
            liquidity.company_currency_id.round,
        )
        prepared = [
            self._prepare_part(part, balance)
            for part, balance in zip(parts, balances, strict=True)
        ]
        made = self._write_entry(
            [vals for group in prepared for vals in group], self._get_partners(parts)
        )
        for part, group in zip(parts, prepared, strict=True):
            part.counterpart, made = made[0], made[len(group) :]
        items = self.env["account.move.line"].with_context(**UNMODIFIED)
        items._reconcile_plan(
            [part.counterpart + part.item for part in parts if part.item]
        )

    def _write_entry(self, lines, partners):
        """The suspense line becomes the first of them; return them in their order."""
        line = self.statement_line_id
        liquidity, suspense, _others = line._seek_for_lines()
        payer = self._set_payer(partners)
        line.move_id.with_context(**BOOKING).write(
            {
                **payer,
                "line_ids": [
                    Command.update(liquidity.id, payer),
                    Command.update(suspense.id, lines[0]),
                    *(Command.create(vals) for vals in lines[1:]),
                ],
            }
        )
        return (line.move_id.line_ids - liquidity).sorted("id")

    def _set_payer(self, partners):
        """The line is of the customer who pays, where the bank did not say who.

        :return: values of the entry and its line of the bank
        """
        line = self.statement_line_id
        if line.partner_id or len(partners) != 1:
            return {}
        self._keep(payer_set=True)
        line.with_context(**BOOKING).partner_id = partners
        return {"partner_id": partners.id}

    # -- lines ----------------------------------------------------------------------

    def _prepare_part(self, part, balance):
        """The counterpart of an item first, then what else closes it."""
        if not part.item:
            return [self._prepare_credit(part, balance)]
        amount, *others = self._get_item_amounts(part)
        discount, kept, written_off = others
        extra = [
            *self._prepare_discount(part, discount),
            *self._prepare_kept(part, kept),
            *self._prepare_written_off(part, written_off),
        ]
        total = balance + sum(vals["balance"] for vals in extra)
        return [
            {
                "name": self.statement_line_id.payment_ref,
                "account_id": part.item.account_id.id,
                "partner_id": part.item.partner_id.id,
                "currency_id": part.item.currency_id.id,
                "amount_currency": -part.item.currency_id.round(amount + sum(others)),
                "balance": -part.item.company_currency_id.round(total),
            },
            *extra,
        ]

    def _prepare_credit(self, part, balance):
        """What remains is a credit of the customer, open on the receivable account."""
        partner = part.partner.with_company(self.company_id)
        return {
            "name": self.statement_line_id.payment_ref,
            "account_id": partner.property_account_receivable_id.id,
            "partner_id": partner.id,
            "currency_id": self.statement_line_id.currency_id.id,
            "amount_currency": -part.amount,
            "balance": -balance,
        }

    def _prepare_kept(self, part, amount):
        if part.item.currency_id.is_zero(amount):
            return []
        name = self.env._("Charges of the bank, %(item)s", item=part.item.move_name)
        return [self._prepare_other(part, amount, self._get_charges_account(), name)]

    def _prepare_written_off(self, part, amount):
        if part.item.currency_id.is_zero(amount):
            return []
        name = self.env._("Write-off of %(item)s", item=part.item.move_name)
        account = self.company_id.billing_writeoff_account_id
        return [self._prepare_other(part, amount, account, name)]

    def _prepare_other(self, part, amount, account, name):
        """What comes off an item at its own rate, on another account."""
        return {
            "name": name,
            "account_id": account.id,
            "partner_id": part.item.partner_id.id,
            "currency_id": part.item.currency_id.id,
            "amount_currency": amount,
            "balance": self._get_booked(part.item, amount),
        }

    # -- discounts ------------------------------------------------------------------

    def _prepare_discount(self, part, discount):
        """That of the terms with its taxes, as Odoo books it; else the amount."""
        item = part.item
        if item.currency_id.is_zero(discount):
            return []
        account = self._get_discount_account()
        if not self._is_discount_of_terms(item, discount):
            name = self.env._("Discount of %(item)s", item=item.move_name)
            return [self._prepare_other(part, discount, account, name)]
        prepared = (
            item.move_id._get_invoice_counterpart_amls_for_early_payment_discount(
                [
                    {
                        "aml": item,
                        "amount_currency": -item.amount_residual_currency,
                        "balance": -item.amount_residual,
                    }
                ],
                item.balance - item.discount_balance,
            )
        )
        return [vals for lines in prepared.values() for vals in lines]

    def _is_discount_of_terms(self, item, discount):
        """Whether it is that of the terms, and nothing of the invoice is settled."""
        offered = item.amount_currency - item.discount_amount_currency
        terms = item.move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        return (
            item.move_id.invoice_payment_term_id.early_discount
            and item == terms
            and item.amount_residual_currency == item.amount_currency
            and not item.currency_id.compare_amounts(offered, discount)
        )

    # -- accounts -------------------------------------------------------------------

    def _get_discount_account(self):
        return self._require(
            self.company_id.account_journal_early_pay_discount_loss_account_id,
            self.env._("the account for early-payment discounts"),
        )

    def _get_charges_account(self):
        return self._require(
            self.company_id.billing_match_charges_account_id,
            self.env._("the account for charges of the bank"),
        )

    def _require(self, account, what):
        if not account:
            raise UserError(
                self.env._(
                    "Choose %(what)s of %(company)s in the settings of Billing first,"
                    " or ask a billing manager to do it.",
                    what=what,
                    company=self.company_id.name,
                )
            )
        return account
