from odoo import api, models
from odoo.tools import SQL


class BillingReceivable(models.Model):
    """May we chase it? The reasons why not, in SQL."""

    _inherit = "billing.receivable"

    @api.model
    def _hold(self):
        """First reason not to chase the row, NULL if there is none."""
        reasons = SQL(" ").join(
            SQL("WHEN %s THEN %s", condition, reason)
            for reason, condition in self._get_hold_conditions().items()
        )
        return SQL("CASE WHEN line.amount_residual < 0 THEN NULL %s END", reasons)

    @api.model
    def _get_hold_conditions(self):
        """Conditions by hold reason, in the order in which they are told. Hook."""
        return {
            "no_followup": SQL("line.no_followup"),
            "archived": SQL(
                """EXISTS (SELECT FROM res_partner partner
                            WHERE partner.id = line.partner_id
                              AND partner.active IS NOT TRUE)"""
            ),
            "hold": SQL(
                """EXISTS (SELECT FROM billing_hold hold
                     WHERE hold.partner_id = line.partner_id
                       AND hold.company_id = line.company_id
                       AND COALESCE(hold.move_id, line.move_id) = line.move_id
                       AND %s)""",
                self._is_in_force(),
            ),
            "in_transit": self._is_in_transit(),
            "promised": SQL(
                "%s >= GREATEST(%s, 0.000001)", self._promised(), self._residual(True)
            ),
        }

    @api.model
    def _withheld(self):
        """Part of the open amount that is not chased, in the receivable's currency.

        Hook: what is promised, and what other parts add.
        """
        return self._promised()

    @api.model
    def _is_in_force(self):
        """Whether a ``hold`` is in force today, or was at the end of a past day."""
        as_of, today = self._get_as_of(), self._get_today()
        if not as_of:
            return SQL(
                "hold.released_on IS NULL AND COALESCE(hold.date_end, %s) >= %s",
                today,
                today,
            )
        return SQL(
            """hold.date_start <= %(day)s
               AND COALESCE(hold.date_end, %(day)s) >= %(day)s
               AND COALESCE(hold.released_on::date > %(day)s, TRUE)""",
            day=as_of,
        )

    @api.model
    def _is_in_transit(self):
        """Payments without entry cover what is open of the invoice ``move``.

        Where a payment method has no outstanding account (as with Odoo Enterprise) a
        payment gets its journal entry from the bank statement; the invoice stays open
        in the books meanwhile.
        """
        return SQL(
            """(SELECT SUM(payment.amount_company_currency_signed)
                           >= move.amount_residual_signed
                       OR SUM(payment.amount)
                              FILTER (WHERE payment.currency_id = move.currency_id)
                          >= move.amount_residual
                  FROM account_move__account_payment link
                  JOIN account_payment payment ON payment.id = link.payment_id
                 WHERE link.invoice_id = move.id AND %s)""",
            self._is_payment_under_way(),
        )
