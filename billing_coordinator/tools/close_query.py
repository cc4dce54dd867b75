"""What the checks of a close look for in large tables, in SQL."""

from odoo.tools import SQL

from .tie_out_query import outstanding_accounts, posted, receivable_accounts

# Two invoices with the same reference so near to each other may be one too many.
DUPLICATE_DAYS = 14


def duplicates(company_ids, first, last):
    """Invoices of a period that are there twice: same customer, amount and date, as
    Odoo warns of, or same reference within days. What was reversed is put right.
    """
    return SQL(
        """WITH document AS MATERIALIZED (
             SELECT id, company_id, commercial_partner_id, move_type, currency_id,
                    amount_total, invoice_date, NULLIF(ref, '') ref, state
               FROM account_move
              WHERE company_id = ANY(%(companies)s) AND amount_total <> 0
                AND move_type IN ('out_invoice', 'out_refund')
                AND state IN ('draft', 'posted') AND payment_state <> 'reversed'
                AND invoice_date >= %(first)s::date - %(days)s
                AND invoice_date <= %(last)s::date + %(days)s)
           SELECT DISTINCT document.id
             FROM document
             JOIN document other
               ON other.company_id = document.company_id
              AND other.commercial_partner_id = document.commercial_partner_id
              AND other.move_type = document.move_type
              AND other.currency_id = document.currency_id
              AND other.amount_total = document.amount_total
              AND other.id <> document.id
            WHERE document.state = 'posted'
              AND document.invoice_date BETWEEN %(first)s AND %(last)s
              AND (other.invoice_date = document.invoice_date
                OR other.ref = document.ref
               AND abs(other.invoice_date - document.invoice_date) <= %(days)s)""",
        companies=company_ids,
        first=first,
        last=last,
        days=DUPLICATE_DAYS,
    )


def posted_since(company_ids, types, days, moment):
    """Invoices of a period that were made, or whose state changed, after a moment."""
    return SQL(
        """SELECT move.id FROM account_move move
            WHERE move.company_id = ANY(%(companies)s) AND move.state = 'posted'
              AND move.move_type = ANY(%(types)s)
              AND move.date BETWEEN %(first)s AND %(last)s
              AND (move.create_date > %(moment)s OR move.id IN (
                   SELECT message.res_id
                     FROM mail_message message
                     JOIN mail_tracking_value value
                       ON value.mail_message_id = message.id
                     JOIN ir_model_fields field ON field.id = value.field_id
                    WHERE message.model = 'account.move' AND message.date > %(moment)s
                      AND field.model = 'account.move' AND field.name = 'state'))""",
        companies=company_ids,
        types=types,
        first=days[0],
        last=days[1],
        moment=moment,
    )


def let_in(company_ids, first, last):
    """Entries with revenue that an exception let into a locked period, made since the
    first day of a period and dated up to its end.
    """
    return SQL(
        """SELECT move.id
             FROM account_lock_exception exception
             JOIN res_company locked ON locked.id = exception.company_id
             JOIN res_company company
               ON starts_with(company.parent_path, locked.parent_path)
             JOIN account_move move ON move.company_id = company.id
              AND move.state = 'posted' AND move.date <= exception.company_lock_date
              AND (exception.lock_date IS NULL OR move.date > exception.lock_date)
              AND move.create_date >= exception.create_date
              AND (exception.end_datetime IS NULL
                OR move.create_date <= exception.end_datetime)
            WHERE company.id = ANY(%s)
              AND exception.lock_date_field
                  IN ('fiscalyear_lock_date', 'sale_lock_date')
              AND (exception.user_id IS NULL OR exception.user_id = move.create_uid)
              AND move.create_date >= %s AND move.date <= %s
              AND EXISTS (
                  SELECT FROM account_move_line line
                    JOIN account_account account ON account.id = line.account_id
                   WHERE line.move_id = move.id
                     AND account.account_type IN ('income', 'income_other'))""",
        company_ids,
        first,
        last,
    )


def in_transit(awaited, company_ids, last, day):
    """Payments dated up to ``last`` that the bank had not confirmed on a day.

    ``awaited`` is the condition on ``payment`` that it has no entry yet.
    """
    return SQL(
        """SELECT payment.id FROM account_payment payment
            WHERE payment.company_id = ANY(%(companies)s) AND payment.date <= %(last)s
              AND (%(awaited)s
                OR (payment.move_id, payment.outstanding_account_id) IN (
                   SELECT line.move_id, line.account_id FROM account_move_line line
                    WHERE %(posted)s
                      AND (line.reconciled IS NOT TRUE OR line.id IN (
                           SELECT unnest(ARRAY[debit_move_id, credit_move_id])
                             FROM account_partial_reconcile
                            WHERE max_date > %(day)s))))""",
        companies=company_ids,
        last=last,
        awaited=awaited,
        posted=posted(outstanding_accounts(), company_ids, last),
        day=day,
    )


def customer_differences(open_items, company_ids, day, limit):
    """Customers whose balance in the ledger is not the sum of their open items."""
    return SQL(
        """SELECT partner_id, SUM(amount) FROM (
             SELECT line.partner_id, SUM(line.balance) amount
               FROM account_move_line line WHERE %s GROUP BY 1
              UNION ALL
             SELECT receivable.partner_id, -SUM(residual)
               FROM (%s) receivable WHERE receivable.company_id = ANY(%s) GROUP BY 1
           ) side GROUP BY 1 HAVING SUM(amount) <> 0
            ORDER BY ABS(SUM(amount)) DESC, 1 LIMIT %s""",
        posted(receivable_accounts(), company_ids, day),
        open_items,
        company_ids,
        limit,
    )


def tax(company_ids, types, days):
    """By tax: booked, base by rate, what differs, what lacks its tags, and where.

    Tax of a group counts by its parts. An invoice differs when tax and base by rate are
    further apart than the rounding of each of its lines explains, in the currency in
    which it was rounded, and that of the amount in the company's.
    """
    return SQL(
        """WITH move AS MATERIALIZED (
             SELECT move.id, CASE move_type WHEN 'out_refund' THEN 'refund'
                                            ELSE 'invoice' END document_type,
                    own.rounding / 2 slack,
                    GREATEST(own.rounding, currency.rounding * COALESCE(
                        ABS(amount_total_signed / NULLIF(amount_total, 0)), 1)) step
               FROM account_move move
               JOIN res_company company ON company.id = move.company_id
               JOIN res_currency own ON own.id = company.currency_id
               JOIN res_currency currency ON currency.id = move.currency_id
              WHERE move.company_id = ANY(%(companies)s) AND move.state = 'posted'
                AND move.move_type = ANY(%(types)s)
                AND move.date BETWEEN %(first)s AND %(last)s
           ), applied AS (
             SELECT id applied_id, id tax_id FROM account_tax
              UNION ALL SELECT parent_tax, child_tax FROM account_tax_filiation_rel
           ), rate AS (
             SELECT applied.applied_id, tax.id tax_id, repartition.document_type,
                    SUM(repartition.factor_percent) * tax.amount / 10000 rate
               FROM applied
               JOIN account_tax tax ON tax.id = applied.tax_id
                AND tax.amount_type = 'percent'
               JOIN account_tax_repartition_line repartition
                 ON repartition.tax_id = tax.id
                AND repartition.repartition_type = 'tax'
              GROUP BY 1, 2, 3
           ), part AS (
             SELECT line.move_id, line.tax_line_id tax_id, line.balance booked,
                    0 due, 0 step, %(untagged)s untagged
               FROM move JOIN account_move_line line ON line.move_id = move.id
              WHERE line.tax_line_id IS NOT NULL
              UNION ALL
             SELECT line.move_id, rate.tax_id, 0, line.balance * rate.rate,
                    move.step, 0
               FROM move
               JOIN account_move_line line ON line.move_id = move.id
               JOIN account_move_line_account_tax_rel rel
                 ON rel.account_move_line_id = line.id
               JOIN rate ON rate.applied_id = rel.account_tax_id
                AND rate.document_type = move.document_type
           ), total AS (
             SELECT part.move_id, part.tax_id, tax.amount_type = 'percent' percent,
                    SUM(booked) booked, SUM(due) due, SUM(untagged) untagged,
                    SUM(part.step) + MIN(move.slack) allowed
               FROM part
               JOIN move ON move.id = part.move_id
               JOIN account_tax tax ON tax.id = part.tax_id
              GROUP BY 1, 2, 3
           ), checked AS (
             SELECT *, CASE WHEN percent AND ABS(booked - due) > allowed
                            THEN ABS(booked - due) ELSE 0 END wrong
               FROM total)
           SELECT tax_id, -SUM(booked),
                  -SUM(CASE WHEN percent THEN due ELSE booked END),
                  SUM(wrong), SUM(untagged),
                  ARRAY_AGG(move_id) FILTER (WHERE wrong <> 0 OR untagged <> 0)
             FROM checked GROUP BY 1 ORDER BY 1""",
        companies=company_ids,
        types=types,
        first=days[0],
        last=days[1],
        untagged=_untagged(),
    )


def _untagged():
    """What ``line`` keeps out of the tax report: it lacks the tags of its tax.

    A tax that is due on payment gets its tags with the payment.
    """
    return SQL(
        """CASE WHEN EXISTS (
                SELECT FROM account_account_tag_account_tax_repartition_line_rel wanted
                  JOIN account_tax_repartition_line repartition
                    ON repartition.id = wanted.account_tax_repartition_line_id
                  JOIN account_tax due ON due.id = repartition.tax_id
                 WHERE repartition.id = line.tax_repartition_line_id
                   AND due.tax_exigibility <> 'on_payment'
                   AND NOT EXISTS (
                       SELECT FROM account_account_tag_account_move_line_rel tag
                        WHERE tag.account_move_line_id = line.id
                          AND tag.account_account_tag_id
                              = wanted.account_account_tag_id))
                THEN ABS(line.balance) ELSE 0 END"""
    )
