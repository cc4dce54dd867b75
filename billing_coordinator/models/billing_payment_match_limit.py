from odoo import models
from odoo.exceptions import UserError

MANAGER = "billing_coordinator.group_billing_manager"


class BillingPaymentMatch(models.Model):
    """How much may be given away: write-offs, whatever account they are booked on.

    What tickets wrote off of the same invoices counts: otherwise all is below the limit
    in small parts. A discount of the terms and charges that the bank told are none.
    """

    _inherit = "billing.payment.match"

    def _check_limit(self, parts):
        """Above the limit only managers may."""
        limit = self.company_id.billing_writeoff_limit
        currency = self.company_id.currency_id
        given_away = self._get_given_away(parts)
        if currency.is_zero(given_away) or self._may_write_off():
            return
        total = currency.round(given_away + self._get_written_off_before(parts))
        if currency.compare_amounts(total, limit) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than the %(limit)s that you may write off: ask"
                    " a billing manager, or leave the difference open.",
                    amount=currency.format(total),
                    limit=currency.format(limit),
                )
            )

    def _may_write_off(self):
        return not self._is_automatic() and self.env.user.has_group(MANAGER)

    def _get_given_away(self, parts):
        """In company currency, as booked."""
        items = [part for part in parts if part.item]
        total = sum(
            abs(self._get_booked(part.item, self._to_item_currency(part, amount)))
            for part in items
            for amount in (part.written_off, self._get_discount_beyond(part))
        )
        beyond = self._get_kept_beyond(items)
        return self.company_id.currency_id.round(total + beyond / self._get_rate())

    def _get_discount_beyond(self, part):
        """What is granted beyond the terms of the invoice."""
        item = part.item
        offered = item.amount_currency - item.discount_amount_currency
        is_offered = item.discount_date and item.discount_amount_currency
        share = offered / item.amount_currency if is_offered else 0.0
        currency = self.currency_id
        # Rounded twice, in the currency of the item and in that of the bank.
        allowed = abs(part.open) * share + currency.rounding if share else 0.0
        return currency.round(max(0.0, abs(part.discount) - allowed))

    def _get_kept_beyond(self, parts):
        """Charges beyond those that the bank told, or that are tolerated."""
        line = self.statement_line_id
        company = self.company_id
        tolerated = company.billing_match_tolerance * self._get_rate()
        allowed = max(abs(line.billing_charges), tolerated)
        kept = abs(sum(part.kept for part in parts))
        return line.currency_id.round(max(0.0, kept - allowed))

    def _get_written_off_before(self, parts):
        moves = self.env["account.move"].union(
            *(part.item.move_id for part in parts if part.item)
        )
        return self.env["billing.ticket"]._get_written_off_of(moves)
