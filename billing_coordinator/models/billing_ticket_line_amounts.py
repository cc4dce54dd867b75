from odoo import api, fields, models
from odoo.tools import SQL


class BillingTicketLine(models.Model):
    """What became of the invoices: credited, paid, written off, still open.

    original = credited + paid + written off + still open, in the invoice's currency.
    """

    _inherit = "billing.ticket.line"

    amount_credited = fields.Monetary(
        "Credited",
        compute="_compute_amounts",
        help="By all credit notes of the invoice, not only for this ticket.",
    )
    amount_paid = fields.Monetary(
        "Paid",
        compute="_compute_amounts",
        help="By payments, bank lines, and entries in a bank or cash journal.",
    )
    amount_written_off = fields.Monetary(
        "Written off",
        compute="_compute_amounts",
        help="By any other entry.",
    )

    @api.depends("move_id.amount_residual", "move_id.state")
    def _compute_amounts(self):
        figures = self._fetch_amounts()
        for line in self:
            credited, paid, written_off = figures.get(line.move_id.id, (0, 0, 0))
            line.amount_credited = credited
            line.amount_paid = paid
            line.amount_written_off = written_off

    def _fetch_amounts(self):
        """``{invoice id: (credited, paid, written off)}`` in one query.

        An exchange difference has no amount in the invoice's currency.
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(["payment_id", "statement_line_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT item.move_id,
                          COALESCE(SUM(settled.amount) FILTER (WHERE kind = 1), 0),
                          COALESCE(SUM(settled.amount) FILTER (WHERE kind = 2), 0),
                          COALESCE(SUM(settled.amount) FILTER (WHERE kind = 3), 0)
                     FROM account_move_line item
                     JOIN account_account account ON account.id = item.account_id
                      AND account.account_type = 'asset_receivable'
                    CROSS JOIN LATERAL (
                          SELECT debit_amount_currency amount, credit_move_id other_id
                            FROM account_partial_reconcile
                           WHERE debit_move_id = item.id
                           UNION ALL
                          SELECT credit_amount_currency, debit_move_id
                            FROM account_partial_reconcile
                           WHERE credit_move_id = item.id) settled
                     JOIN account_move_line other ON other.id = settled.other_id
                     JOIN account_move move ON move.id = other.move_id
                     JOIN account_journal journal ON journal.id = move.journal_id
                    CROSS JOIN LATERAL (
                          SELECT CASE
                              WHEN move.move_type LIKE 'out\\_%%' THEN 1
                              WHEN other.payment_id IS NOT NULL
                                OR other.statement_line_id IS NOT NULL
                                OR journal.type IN ('bank', 'cash', 'credit') THEN 2
                              ELSE 3 END kind) kind
                    WHERE item.move_id = ANY(%s)
                    GROUP BY item.move_id""",
                self.move_id.ids,
            )
        )
        return {move_id: tuple(map(float, amounts)) for move_id, *amounts in rows}
