from odoo import models

from ..tools.spread import spread


class BillingPaymentMatch(models.Model):
    """Amounts of open items in the currency of the bank account, and back.

    An item in another currency counts as it is booked; where the customer paid in that
    currency, as the bank says.
    """

    _inherit = "billing.payment.match"

    def _get_open_amount(self, item):
        """What is open of an item, in the currency of the bank account."""
        line = self.statement_line_id
        currency = line.currency_id
        if item.currency_id == currency:
            return item.amount_residual_currency
        if item.currency_id == line.foreign_currency_id:
            rate = abs(line.amount / line.amount_currency)
            return currency.round(item.amount_residual_currency * rate)
        return currency.round(item.amount_residual * self._get_rate())

    def _get_rate(self):
        """The currency of the bank account for one of the company's, as booked."""
        line = self.statement_line_id
        liquidity = line._seek_for_lines()[0]
        if not liquidity.balance:  # too small for the currency of the company
            company = line.company_id
            return company.currency_id._get_conversion_rate(
                company.currency_id, line.currency_id, company, line.date
            )
        return abs(liquidity.amount_currency / liquidity.balance)

    def _to_item_currency(self, part, amount):
        """An amount of the part in the currency of its item."""
        item = part.item
        if item.currency_id == self.statement_line_id.currency_id:
            return amount
        share = amount / part.open
        return item.currency_id.round(item.amount_residual_currency * share)

    def _get_item_amounts(self, part):
        """``(bank, discount, kept, written off)`` in the currency of the item.

        What is paid in full is so in its currency too, whatever rounding does.
        """
        discount, kept, written_off = (
            self._to_item_currency(part, amount)
            for amount in (part.discount, part.kept, part.written_off)
        )
        currency = self.statement_line_id.currency_id
        if currency.compare_amounts(part.settled, part.open):
            total = self._to_item_currency(part, part.settled)
        else:
            total = part.item.amount_residual_currency
        return total - discount - kept - written_off, discount, kept, written_off

    def _get_booked(self, item, amount_currency):
        """An amount of an item in company currency, at the rate of its booking."""
        booked = item.amount_residual / item.amount_residual_currency
        return item.company_currency_id.round(amount_currency * booked)

    def _allocate_foreign(self, allocation, lines):
        """A payment in the currency of the invoices pays all of them at its own rate.

        The proposal names the items with their booked amounts.
        """
        line = self.statement_line_id
        currency = line.foreign_currency_id
        items = lines.move_line_id
        if not currency or items.currency_id != currency:
            return
        open_amounts = [each.move_line_id.amount_residual_currency for each in lines]
        if currency.compare_amounts(sum(open_amounts), line.amount_currency):
            return
        amounts = spread(line.amount, open_amounts, line.currency_id.round)
        for given, amount in zip(allocation, amounts, strict=True):
            given["amount"] = amount
