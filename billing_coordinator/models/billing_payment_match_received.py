from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.matching.record import Received
from .billing_payment_match_load import _units

# Banks take direct debits back for 13 months.
MONTHS_BACK = 14


class BillingPaymentMatch(models.Model):
    """Lines of the bank that were matched before, which the bank may take back."""

    _inherit = "billing.payment.match"

    @api.model
    def _load_received(self, journal, lines):
        """Nothing is read where no line looks like a return."""
        returns = lines.filtered(self._may_be_return)
        if not returns:
            return []
        currency = self._get_currency(journal)
        since = fields.Date.subtract(min(returns.mapped("date")), months=MONTHS_BACK)
        query = self._get_received_query(journal, since)
        return [
            Received(
                id=line_id,
                partner=partner,
                amount=_units(amount, currency),
                day=day.toordinal(),
                end_to_end=end_to_end or "",
                reference=reference or "",
                name=name or "",
                account=account or "",
                numbers=tuple(numbers or ()),
                mandate=mandate or "",
            )
            for line_id, partner, amount, day, end_to_end, reference, name, account,
            mandate, numbers in self.env.execute_query(query)
        ]  # fmt: skip

    @api.model
    def _get_received_query(self, journal, since):
        """Matched lines that no return took back, with the numbers that they paid."""
        return SQL(
            """SELECT line.id,
                      COALESCE(line.partner_id, MIN(counterpart.partner_id), 0),
                      line.amount, move.date, line.billing_end_to_end,
                      line.billing_reference, line.partner_name, line.account_number,
                      line.billing_mandate, ARRAY_AGG(DISTINCT paid.move_name)
                          FILTER (WHERE paid.move_name IS NOT NULL)
                 FROM account_bank_statement_line line
                 JOIN account_move move ON move.id = line.move_id
                 JOIN account_move_line counterpart ON counterpart.move_id = move.id
                  AND counterpart.account_id NOT IN %s
                 LEFT JOIN account_partial_reconcile partial
                   ON partial.credit_move_id = counterpart.id
                 LEFT JOIN account_move_line paid ON paid.id = partial.debit_move_id
                WHERE line.journal_id = %s AND line.is_reconciled AND move.date >= %s
                  AND NOT EXISTS (
                      SELECT 1 FROM billing_payment_match taken
                       WHERE taken.returned_line_id = line.id
                         AND taken.state = 'applied')
             GROUP BY line.id, move.id""",
            (journal.default_account_id.id, journal.suspense_account_id.id),
            journal.id,
            since,
        )
