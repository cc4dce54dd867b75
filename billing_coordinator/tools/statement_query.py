"""The movements behind statements of account, in SQL."""

from odoo.tools import SQL

from .statement import CREDIT_NOTE, EXCHANGE, INVOICE, OTHER, PAYMENT


def type_of_document():
    """Type of a journal item ``line`` of ``move`` in ``journal``, for the customer."""
    return SQL(
        """CASE WHEN move.move_type IN ('out_invoice', 'out_receipt') THEN %s
                WHEN move.move_type = 'out_refund' THEN %s
                WHEN line.payment_id IS NOT NULL OR line.statement_line_id IS NOT NULL
                     OR journal.type IN ('bank', 'cash', 'credit') THEN %s
                WHEN move.journal_id = company.currency_exchange_journal_id THEN %s
                ELSE %s END""",
        *(INVOICE, CREDIT_NOTE, PAYMENT, EXCHANGE, OTHER),
    )


def movements(company_id, partner_ids, until):
    """What changed the balances of customers, up to and including a day.

    Beside the journal items: where an item was settled by one of another currency,
    customer or company, its own balance has changed without a journal item. Both
    sides of such a settlement are movements, on the later of the two dates.
    """
    items = SQL(
        """SELECT line.id, customer.commercial_partner_id partner_id, line.company_id,
                  line.currency_id, line.date, line.amount_currency
             FROM account_move_line line
             JOIN res_partner customer ON customer.id = line.partner_id
            WHERE customer.commercial_partner_id = ANY(%s)
              AND line.account_id IN (SELECT id FROM account_account
                                       WHERE account_type = 'asset_receivable')
              AND line.company_id = %s AND line.parent_state = 'posted'
              AND line.date <= %s""",
        list(partner_ids),
        company_id,
        until,
    )
    # Read once: without statistics PostgreSQL would join each side all over again.
    return SQL(
        """WITH item AS MATERIALIZED (%s)
           SELECT partner_id, currency_id, date, amount_currency amount, id line_id,
                  NULL::integer counterpart_id
             FROM item
            UNION ALL %s UNION ALL %s""",
        items,
        _settled_elsewhere("debit", "credit", SQL("-"), until),
        _settled_elsewhere("credit", "debit", SQL(), until),
    )


def _settled_elsewhere(side, other_side, sign, until):
    """Settlements of ``side`` items that their own customer's items do not mirror."""
    return SQL(
        """SELECT item.partner_id, item.currency_id, partial.max_date,
                  %(sign)s partial.%(amount)s, item.id, other.id
             FROM item
             JOIN account_partial_reconcile partial ON partial.%(own)s = item.id
              AND partial.max_date <= %(until)s
             JOIN account_move_line other ON other.id = partial.%(other)s
             LEFT JOIN res_partner payer ON payer.id = other.partner_id
            WHERE item.currency_id <> other.currency_id
               OR item.company_id <> other.company_id
               OR item.partner_id IS DISTINCT FROM payer.commercial_partner_id
               OR partial.debit_amount_currency <> partial.credit_amount_currency""",
        sign=sign,
        amount=SQL.identifier(f"{side}_amount_currency"),
        own=SQL.identifier(f"{side}_move_id"),
        other=SQL.identifier(f"{other_side}_move_id"),
        until=until,
    )
