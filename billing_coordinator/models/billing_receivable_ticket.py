from odoo import api, fields, models
from odoo.tools import SQL


class BillingReceivable(models.Model):
    """What is in dispute is not chased; the rest of the invoice is."""

    _inherit = "billing.receivable"

    disputed = fields.Monetary(
        "In dispute",
        currency_field="currency_id",
        readonly=True,
        aggregator=None,
        depends_context=["as_of"],
        help="Part of the open amount that the customer disputes in a ticket.",
    )

    @api.model
    def _get_hold_conditions(self):
        conditions = super()._get_hold_conditions()
        conditions["disputed"] = SQL(
            "%s >= GREATEST(%s, 0.000001)", self._disputed(), self._residual(True)
        )
        return conditions

    @api.model
    def _withheld(self):
        """At most what is open: a part may be promised and disputed."""
        return SQL("(%s + %s)", super()._withheld(), self._disputed())

    def _get_disputed(self):
        """``{id: amount in dispute}`` of receivables, in their currency."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT line.id, %s FROM account_move_line line"
                " WHERE line.id = ANY(%s) AND line.reconciled IS NOT TRUE",
                self._disputed(),
                self.ids,
            )
        )
        return {line_id: float(amount) for line_id, amount in rows}

    @api.model
    def _disputed(self):
        """What open tickets dispute of the line, in its currency.

        A ticket disputes a part of an invoice: of its installments the oldest first.
        Grouped, so that nothing is summed up for the many that are not in dispute.
        """
        return SQL(
            """COALESCE((SELECT LEAST(%(open)s, GREATEST(0, SUM(dispute.amount)
                           - COALESCE((SELECT SUM(%(earlier)s)
                                FROM account_move_line earlier
                                JOIN account_account account
                                  ON account.id = earlier.account_id
                                 AND account.account_type = 'asset_receivable'
                               WHERE earlier.move_id = line.move_id
                                 AND (COALESCE(earlier.date_maturity, earlier.date),
                                      earlier.id)
                                   < (COALESCE(line.date_maturity, line.date), line.id)
                             ), 0)))
                        FROM (%(disputes)s) dispute GROUP BY dispute.move_id), 0)""",
            open=self._residual(True),
            earlier=self._residual_of_earlier(),
            disputes=self._disputes(),
        )

    @api.model
    def _residual_of_earlier(self):
        """Open amount of the ``earlier`` installment, as ``_residual`` has it."""
        as_of = self._get_as_of()
        if not as_of:
            return SQL("earlier.amount_residual_currency")
        return SQL(
            """earlier.amount_residual_currency
               + COALESCE((SELECT SUM(later.debit_amount_currency)
                             FROM account_partial_reconcile later
                            WHERE later.debit_move_id = earlier.id
                              AND later.max_date > %s), 0)""",
            as_of,
        )

    @api.model
    def _disputes(self):
        """Rows ``move_id, amount``: what tickets dispute of the invoice of ``line``."""
        as_of = self._get_as_of()
        if not as_of:
            return SQL(
                """SELECT ticket.move_id, ticket.amount_disputed amount
                     FROM billing_ticket_line ticket
                    WHERE ticket.move_id = line.move_id AND ticket.is_open"""
            )
        return SQL(
            """SELECT ticket.move_id, period.amount
                 FROM billing_ticket_line ticket
                CROSS JOIN LATERAL jsonb_to_recordset(ticket.dispute_periods)
                   AS period("from" date, "to" date, amount numeric)
                WHERE ticket.move_id = line.move_id AND period."from" <= %(day)s
                  AND COALESCE(period."to" > %(day)s, TRUE)""",
            day=as_of,
        )

    def action_make_ticket(self):
        """A ticket about the chosen items; payments and credits are asked about."""
        tickets = self.env["billing.ticket"]
        company, customer = tickets._get_one_customer(self)
        amounts = tickets._get_disputable_amounts(self.move_id)
        for move, rows in self.grouped("move_id").items():
            if move in amounts:
                chosen = max(0, sum(rows.mapped("residual_currency")))
                amounts[move] = min(chosen, amounts[move])
        values = {} if any(amounts.values()) else tickets._as_question()
        return tickets._make_in_dialog(company, customer, amounts, **values)
