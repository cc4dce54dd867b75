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
    customers = SQL(
        "JOIN res_partner customer ON customer.id = line.partner_id"
        " AND customer.commercial_partner_id = ANY(%s)",
        list(partner_ids),
    )
    booked = SQL(
        """SELECT customer.commercial_partner_id partner_id, line.currency_id,
                  line.date, line.amount_currency amount, line.id line_id,
                  NULL::integer counterpart_id
             FROM account_move_line line %s
             JOIN account_account account ON account.id = line.account_id
              AND account.account_type = 'asset_receivable'
            WHERE line.company_id = %s AND line.parent_state = 'posted'
              AND line.date <= %s""",
        customers,
        company_id,
        until,
    )
    sides = [("debit", "credit", SQL("-")), ("credit", "debit", SQL())]
    settled = [
        _settled_elsewhere(customers, company_id, until, *side) for side in sides
    ]
    return SQL(" UNION ALL ").join([booked, *settled])


def _settled_elsewhere(customers, company_id, until, side, other_side, sign):
    """Settlements of ``side`` items that their own customer's items do not mirror."""
    return SQL(
        """SELECT customer.commercial_partner_id, line.currency_id, partial.max_date,
                  %(sign)s partial.%(amount)s, line.id, other.id
             FROM account_move_line line %(customers)s
             JOIN account_account account ON account.id = line.account_id
              AND account.account_type = 'asset_receivable'
             JOIN account_partial_reconcile partial ON partial.%(own)s = line.id
             JOIN account_move_line other ON other.id = partial.%(other)s
             LEFT JOIN res_partner payer ON payer.id = other.partner_id
            WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
              AND partial.max_date <= %(until)s
              AND (line.currency_id <> other.currency_id
                   OR line.company_id <> other.company_id
                   OR customer.commercial_partner_id
                      IS DISTINCT FROM payer.commercial_partner_id
                   OR partial.debit_amount_currency <> partial.credit_amount_currency)
        """,
        sign=sign,
        amount=SQL.identifier(f"{side}_amount_currency"),
        customers=customers,
        own=SQL.identifier(f"{side}_move_id"),
        other=SQL.identifier(f"{other_side}_move_id"),
        company=company_id,
        until=until,
    )
