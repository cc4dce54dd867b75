from odoo import api, models
from odoo.tools import SQL

from ..tools.matching.record import IN_TRANSIT, Item
from .billing_payment_match_load import _units


class BillingPaymentMatch(models.Model):
    """Payments that were registered and that the bank has not confirmed."""

    _inherit = "billing.payment.match"

    @api.model
    def _load_transit(self, journal, company):
        """As items for the rules.

        One without a journal entry has the negative of its id: it is no journal item.
        """
        currency = self._get_currency(journal)
        query = SQL(
            "%s UNION ALL %s",
            self._get_booked_transit_query(journal, company),
            self._get_unbooked_transit_query(journal, company),
        )
        return [
            Item(
                id=item_id,
                partner=partner,
                amount=_units(amount, currency),
                due=day.toordinal(),
                number=number or "",
                reference=memo or "",
                kind=IN_TRANSIT,
            )
            for item_id, partner, amount, number, memo, day in (
                self.env.execute_query(query)
            )
            if amount
        ]

    @api.model
    def _get_booked_transit_query(self, journal, company):
        currency = self._get_currency(journal)
        own = currency == company.currency_id
        return SQL(
            """SELECT line.id, COALESCE(line.partner_id, 0), line.%(residual)s,
                      payment.name,
                      COALESCE(payment.memo, payment.payment_reference), payment.date
                 FROM account_payment payment
                 JOIN account_move_line line ON line.move_id = payment.move_id
                  AND line.account_id = payment.outstanding_account_id
                  AND line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
                WHERE payment.journal_id = %(journal)s
                  AND payment.company_id = %(company)s
                  AND payment.is_matched IS NOT TRUE
                  AND (%(own)s OR line.currency_id = %(currency)s)""",
            residual=SQL("amount_residual" if own else "amount_residual_currency"),
            own=own,
            currency=currency.id,
            journal=journal.id,
            company=company.id,
        )

    @api.model
    def _get_unbooked_transit_query(self, journal, company):
        return SQL(
            """SELECT -payment.id, COALESCE(partner.commercial_partner_id, 0),
                      CASE payment.payment_type WHEN 'inbound' THEN payment.amount
                           ELSE -payment.amount END,
                      payment.name,
                      COALESCE(payment.memo, payment.payment_reference), payment.date
                 FROM account_payment payment
                 LEFT JOIN res_partner partner ON partner.id = payment.partner_id
                WHERE payment.journal_id = %(journal)s
                  AND payment.company_id = %(company)s
                  AND payment.currency_id = %(currency)s AND %(awaited)s""",
            currency=self._get_currency(journal).id,
            awaited=self.env["billing.receivable"]._is_payment_awaited(),
            journal=journal.id,
            company=company.id,
        )
