from odoo import api, models
from odoo.tools import SQL


class BillingReceivable(models.Model):
    """What is promised of a receivable, and what has settled it since, in SQL."""

    _inherit = "billing.receivable"

    @api.model
    def _promised(self):
        """What open promises wait for on ``line``: the formula of tools/promise.py."""
        return SQL(
            """COALESCE((
                 SELECT GREATEST(0, MAX(band.promised - GREATEST(0, COALESCE((
                            SELECT SUM(settlement.amount) FROM (%s) settlement
                             WHERE settlement.id IS NULL
                                OR settlement.id > band.last_partial_id
                        ), 0) - band.awaited)))
                   FROM (SELECT cover.last_partial_id, cover.awaited,
                                SUM(cover.amount)
                                    OVER (ORDER BY cover.promise_id DESC) promised
                           FROM billing_promise_line cover
                          WHERE cover.move_line_id = line.id AND %s) band), 0)""",
            self._settlements(),
            self._is_promise_in_force(),
        )

    @api.model
    def _is_promise_in_force(self):
        """Whether the promise of ``cover`` is open, or was at the end of a past day."""
        as_of = self._get_as_of()
        if not as_of:
            return SQL("cover.is_open")
        return SQL(
            """cover.promise_id IN (
                   SELECT promise.id FROM billing_promise promise
                    WHERE promise.made_on::date <= %(day)s
                      AND COALESCE(promise.closed_on::date > %(day)s, TRUE))""",
            day=as_of,
        )

    @api.model
    def _settlements(self):
        """Rows ``id, amount``: what settled ``line``, less what closed promises took.

        The id is that of the reconciliation; without one a payment is under way.
        """
        as_of = self._get_as_of()
        if not as_of:
            return SQL(
                "%s UNION ALL %s",
                self._reconciled(SQL("TRUE"), SQL("TRUE")),
                self._under_way(),
            )
        return self._reconciled(
            SQL("partial.max_date <= %s", as_of),
            SQL(
                """closed.promise_id IN (
                       SELECT id FROM billing_promise WHERE closed_on::date <= %s)""",
                as_of,
            ),
        )

    @api.model
    def _reconciled(self, until, closed):
        return SQL(
            """SELECT partial.id,
                      partial.debit_amount_currency - COALESCE((
                          SELECT SUM((closed.settled ->> partial.id::text)::numeric)
                            FROM billing_promise_line closed
                           WHERE closed.move_line_id = line.id AND %s), 0) amount
                 FROM account_partial_reconcile partial
                WHERE partial.debit_move_id = line.id AND %s""",
            closed,
            until,
        )

    @api.model
    def _under_way(self):
        """Payments without entry that will settle ``line``, oldest installment first.

        A payment for several invoices is shared out by what is open of them.
        """
        return SQL(
            """SELECT NULL::int, GREATEST(0, LEAST(
                          line.amount_residual_currency,
                          SUM(CASE WHEN payment.currency_id = line.currency_id
                                   THEN payment.amount
                                   ELSE payment.amount_company_currency_signed
                                        * line.amount_residual_currency
                                        / NULLIF(line.amount_residual, 0) END
                              * move.amount_residual_signed / NULLIF((
                                  SELECT SUM(paid.amount_residual_signed)
                                    FROM account_move__account_payment own
                                    JOIN account_move paid ON paid.id = own.invoice_id
                                   WHERE own.payment_id = payment.id), 0))
                          - COALESCE((
                              SELECT SUM(older.amount_residual_currency)
                                FROM account_move_line older
                               WHERE older.move_id = line.move_id
                                 AND older.account_id = line.account_id
                                 AND older.id <> line.id
                                 AND (older.date_maturity, older.id)
                                   < (line.date_maturity, line.id)), 0)))
                 FROM account_move__account_payment link
                 JOIN account_payment payment ON payment.id = link.payment_id
                 JOIN account_move move ON move.id = link.invoice_id
                WHERE link.invoice_id = line.move_id AND %s
               HAVING COUNT(*) > 0""",
            self._is_payment_under_way(),
        )

    @api.model
    def _is_payment_under_way(self):
        """Whether ``payment`` has no entry yet and ``move`` is open in the books."""
        return SQL(
            """payment.move_id IS NULL
               AND (payment.state = 'in_process'
                    OR payment.state = 'paid'
                       AND move.amount_residual_signed = move.amount_total_signed)"""
        )

    @api.model
    def _is_payment_awaited(self):
        """Whether the bank has to confirm ``payment``, which has no entry yet.

        It may be called paid before, while its invoices are open in the books.
        """
        return SQL(
            """payment.move_id IS NULL
               AND (payment.state = 'in_process' OR EXISTS (
                    SELECT FROM account_move__account_payment link
                      JOIN account_move move ON move.id = link.invoice_id
                     WHERE link.payment_id = payment.id AND %s))""",
            self._is_payment_under_way(),
        )

    @api.model
    def _paid_share(self):
        """The share of the reconciliation ``partial`` that is a payment, 0 to 1.

        A credit note is none, nor is what an entry books on income, expense or tax:
        it was written off, given as a discount, or is a difference in exchange.
        """
        return SQL(
            """SELECT CASE WHEN entry.move_type <> 'entry' THEN 0
                           ELSE 1 - LEAST(1, GREATEST(0, COALESCE((
                               SELECT SUM(item.balance) FILTER (
                                          WHERE item.tax_line_id IS NOT NULL
                                             OR account.account_type LIKE ANY(
                                                ARRAY['income%%', 'expense%%']))
                                      / NULLIF(-SUM(item.balance) FILTER (
                                          WHERE account.account_type
                                                = 'asset_receivable'
                                            AND item.balance < 0), 0)
                                 FROM account_move_line item
                                 JOIN account_account account
                                   ON account.id = item.account_id
                                WHERE item.move_id = entry.id), 0))) END
                 FROM account_move_line credit
                 JOIN account_move entry ON entry.id = credit.move_id
                WHERE credit.id = partial.credit_move_id"""
        )
