from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.ageing import bucket_key, bucket_ranges


class BillingReceivable(models.Model):
    """The query behind the receivables: residual, due date and bucket as of a date."""

    _inherit = "billing.receivable"

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s FROM %s WHERE %s", self._select(), self._from(), self._where()
        )

    @api.model
    def _get_as_of(self):
        """The date asked for in the context, None for the present state.

        :raise UserError: the context's ``as_of`` is not a date
        """
        as_of = self.env.context.get("as_of")
        if not as_of:
            return None
        try:
            return fields.Date.to_date(as_of)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("%(value)s is not a date (YYYY-MM-DD).", value=as_of)
            ) from error

    @api.model
    def _get_today(self):
        """The date that days overdue are counted to."""
        return self._get_as_of() or fields.Date.context_today(self)

    @api.model
    def _select(self):
        due = SQL("COALESCE(line.date_maturity, line.date)")
        days = SQL("(%s::date - %s)", self._get_today(), due)
        residual = self._residual()
        columns = {
            "id": SQL("line.id"),
            "move_line_id": SQL("line.id"),
            "move_id": SQL("line.move_id"),
            "move_name": SQL("line.move_name"),
            "move_type": SQL("move.move_type"),
            "payment_reference": SQL("move.payment_reference"),
            "partner_id": SQL("line.partner_id"),
            "company_id": SQL("line.company_id"),
            "account_id": SQL("line.account_id"),
            "currency_id": SQL("line.currency_id"),
            "company_currency_id": SQL("line.company_currency_id"),
            "date": SQL("line.date"),
            "date_maturity": due,
            "amount": SQL("line.balance"),
            "residual": residual,
            "residual_currency": self._residual(currency=True),
            "overdue": SQL(
                "CASE WHEN %s > 0 OR %s < 0 THEN %s ELSE 0 END",
                days,
                residual,
                residual,
            ),
            "days_overdue": days,
            "bucket": self._bucket(days),
            "plan_id": self._plan(),
            "stage_id": self._latest_notice(SQL("stage_id")),
            "noticed_on": self._latest_notice(SQL("date")),
            "hold_reason": self._hold(),
            "withheld": SQL(
                "CASE WHEN %s > 0 THEN LEAST(%s, %s) ELSE 0 END",
                self._residual(True),
                self._residual(True),
                self._withheld(),
            ),
            "disputed": SQL(
                "CASE WHEN %s > 0 THEN %s ELSE 0 END",
                self._residual(True),
                self._disputed(),
            ),
        }
        return SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in columns.items()
        )

    @api.model
    def _from(self):
        """Journal items; as of a date, with what was settled after it.

        Each has an entry: joined LEFT, it is left out where nothing of it is read.
        """
        tables = SQL(
            """account_move_line line
               JOIN account_account account ON account.id = line.account_id
                AND account.account_type = 'asset_receivable'
               LEFT JOIN account_move move ON move.id = line.move_id"""
        )
        as_of = self._get_as_of()
        if not as_of:
            return tables
        return SQL(
            """%s LEFT JOIN (
                 SELECT line_id, SUM(amount) amount, SUM(currency) currency
                   FROM (
                     SELECT debit_move_id line_id, amount,
                            debit_amount_currency currency
                       FROM account_partial_reconcile WHERE max_date > %s
                      UNION ALL
                     SELECT credit_move_id, -amount, -credit_amount_currency
                       FROM account_partial_reconcile WHERE max_date > %s
                   ) settled GROUP BY line_id
               ) later ON later.line_id = line.id""",
            tables,
            as_of,
            as_of,
        )

    @api.model
    def _residual(self, currency=False):
        """Open amount: today's, plus what was settled after the date asked for."""
        name = "amount_residual_currency" if currency else "amount_residual"
        today = SQL("line.%s", SQL.identifier(name))
        if not self._get_as_of():
            return today
        column = SQL("later.%s", SQL.identifier("currency" if currency else "amount"))
        return SQL("(%s + COALESCE(%s, 0))", today, column)

    @api.model
    def _where(self):
        as_of = self._get_as_of()
        if not as_of:
            return SQL("line.parent_state = 'posted' AND line.reconciled IS NOT TRUE")
        return SQL(
            """line.parent_state = 'posted' AND line.date <= %s
               AND (line.reconciled IS NOT TRUE OR later.line_id IS NOT NULL)
               AND (%s <> 0 OR %s <> 0)""",
            as_of,
            self._residual(),
            self._residual(currency=True),
        )

    @api.model
    def _bucket(self, days):
        cases = [
            SQL("WHEN %s <= %s THEN %s", days, last or 0, bucket_key(index))
            for index, (_first, last) in enumerate(
                [(None, 0), *bucket_ranges(self._get_bounds())]
            )
            if last is not None
        ]
        last = bucket_key(len(cases))
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), last)

    @api.model
    def _plan(self):
        """Plan of the invoice, else of the customer, else of the company."""
        return SQL(
            """COALESCE(move.billing_plan_id,
                 (SELECT (partner.billing_plan_id ->> line.company_id::text)::int
                    FROM res_partner partner WHERE partner.id = line.partner_id),
                 (SELECT billing_plan_id FROM res_company
                   WHERE res_company.id = line.company_id))"""
        )

    @api.model
    def _latest_notice(self, column):
        """A column of the latest notice that counts, of those up to the date."""
        as_of = self._get_as_of()
        return SQL(
            """(SELECT notice_line.%s FROM billing_followup_notice_line notice_line
                 WHERE notice_line.move_line_id = line.id AND notice_line.advances %s
                 ORDER BY notice_line.id DESC LIMIT 1)""",
            column,
            SQL("AND notice_line.date <= %s", as_of) if as_of else SQL(),
        )
