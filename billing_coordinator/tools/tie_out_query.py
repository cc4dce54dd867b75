"""Journal items of accounts against their open items as of a date, in SQL."""

from odoo.tools import SQL

from .tie_out import AGE_KEYS, AGES


def receivable_accounts():
    return SQL("SELECT id FROM account_account WHERE account_type = 'asset_receivable'")


def suspense_accounts():
    """Accounts that bank lines wait on until they are matched."""
    return SQL(
        """SELECT suspense_account_id FROM account_journal
            WHERE type IN ('bank', 'cash', 'credit')"""
    )


def outstanding_accounts():
    """Accounts of payments under way: neither the bank's own, nor receivables."""
    return SQL(
        """SELECT account.id FROM account_account account
            WHERE account.account_type NOT IN (
                  'asset_cash', 'liability_credit_card',
                  'asset_receivable', 'liability_payable')
              AND (account.id IN (
                       SELECT method.payment_account_id
                         FROM account_payment_method_line method)
                OR account.id IN (
                       SELECT payment.outstanding_account_id
                         FROM account_payment payment))
              AND NOT EXISTS (
                  SELECT FROM account_journal journal
                   WHERE account.id IN (journal.default_account_id,
                                        journal.suspense_account_id))"""
    )


def posted(accounts, company_ids, day):
    """Condition on ``line``: posted on one of the accounts, up to a day."""
    return SQL(
        """line.account_id IN (%s) AND line.parent_state = 'posted'
           AND line.date <= %s AND line.company_id = ANY(%s)""",
        accounts,
        day,
        company_ids,
    )


def balances(accounts, company_ids, day):
    """What the general ledger says: by company, account and currency."""
    return SQL(
        """SELECT line.company_id, line.account_id, line.currency_id,
                  SUM(line.amount_currency), SUM(line.balance), COUNT(*)
             FROM account_move_line line WHERE %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        posted(accounts, company_ids, day),
    )


def age(date, day):
    """Key of the age that a date has on a day."""
    cases = [
        SQL("WHEN %s::date - %s <= %s THEN %s", day, date, last, key)
        for last, key in zip(AGES, AGE_KEYS, strict=False)
    ]
    return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), AGE_KEYS[-1])


def waiting(company_ids, day):
    """Items on suspense accounts: of bank lines not matched, and what else is there.

    A bank line that is matched is rewritten with its own date, so that the ledger of
    that day has changed with it: it does not wait there any more.
    """
    return SQL(
        """SELECT line.company_id, line.account_id, line.currency_id,
                  CASE WHEN bank.id IS NULL THEN 'by_hand'
                       WHEN bank.is_reconciled THEN 'matched' ELSE %s END,
                  SUM(line.amount_currency), SUM(line.balance), COUNT(*)
             FROM account_move_line line
             LEFT JOIN account_bank_statement_line bank
               ON bank.id = line.statement_line_id
            WHERE %s GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        age(SQL("line.date"), day),
        posted(suspense_accounts(), company_ids, day),
    )


def _sides(condition):
    """Reconciliations, seen from either side; ``amount`` is what they settled."""
    return SQL(
        """SELECT debit_move_id line_id, credit_move_id other_id, max_date, amount,
                  debit_amount_currency currency, credit_amount_currency other_currency
             FROM account_partial_reconcile WHERE %s
            UNION ALL
           SELECT credit_move_id, debit_move_id, max_date, -amount,
                  -credit_amount_currency, -debit_amount_currency
             FROM account_partial_reconcile WHERE %s""",
        condition,
        condition,
    )


def under_way(company_ids, day):
    """Open items of outstanding accounts as of a day, by age.

    The same rule as for receivables: what is open now, and what was settled later.
    """
    return SQL(
        """SELECT line.company_id, line.account_id, line.currency_id, %s,
                  SUM(line.amount_residual_currency + COALESCE(later.currency, 0)),
                  SUM(line.amount_residual + COALESCE(later.amount, 0)), COUNT(*)
             FROM account_move_line line
             LEFT JOIN (SELECT line_id, SUM(amount) amount, SUM(currency) currency
                          FROM (%s) side GROUP BY line_id) later
               ON later.line_id = line.id
            WHERE %s AND (line.reconciled IS NOT TRUE OR later.line_id IS NOT NULL)
              AND (line.amount_residual_currency + COALESCE(later.currency, 0) <> 0
                OR line.amount_residual + COALESCE(later.amount, 0) <> 0)
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        age(SQL("line.date"), day),
        _sides(SQL("max_date > %s", day)),
        posted(outstanding_accounts(), company_ids, day),
    )


def unbooked(awaited, company_ids, day):
    """Payments that get their journal entry from the bank, by age.

    ``awaited`` is the condition on ``payment`` that the bank has not confirmed it.
    """
    return SQL(
        """SELECT payment.company_id, payment.currency_id, %s,
                  SUM(CASE payment_type WHEN 'outbound' THEN -amount ELSE amount END),
                  SUM(amount_company_currency_signed), COUNT(*), ARRAY_AGG(payment.id)
             FROM account_payment payment
            WHERE %s AND payment.company_id = ANY(%s) AND payment.date <= %s
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        age(SQL("payment.date"), day),
        awaited,
        company_ids,
        day,
    )


def settled_elsewhere(account_ids, company_ids, day):
    """Settlements up to a day whose other side is not in the same balance.

    Ledger and open items differ by them: by company, account, currency and reason.
    """
    return SQL(
        """SELECT line.company_id, line.account_id, line.currency_id,
                  CASE WHEN other.parent_state <> 'posted' THEN 'not_posted'
                       WHEN other.date > %(day)s THEN 'settled_later'
                       WHEN other.account_id <> line.account_id THEN 'other_account'
                       WHEN other.company_id <> line.company_id THEN 'other_company'
                       WHEN other.currency_id <> line.currency_id THEN 'other_currency'
                       ELSE 'uneven' END,
                  SUM(side.currency), SUM(side.amount), COUNT(*),
                  ARRAY_AGG(line.id), ARRAY_AGG(side.currency), ARRAY_AGG(other.id)
             FROM account_move_line line
             JOIN (%(sides)s) side ON side.line_id = line.id
             JOIN account_move_line other ON other.id = side.other_id
            WHERE %(posted)s
              AND (other.parent_state <> 'posted' OR other.date > %(day)s
                OR other.account_id <> line.account_id
                OR other.company_id <> line.company_id
                OR other.currency_id <> line.currency_id
                OR side.currency <> side.other_currency)
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        day=day,
        sides=_sides(SQL("max_date <= %s", day)),
        posted=posted(SQL("SELECT unnest(%s::int[])", account_ids), company_ids, day),
    )


def wrong_residuals(account_ids, company_ids, day):
    """Items whose stored open amount is not what their settlements leave of them.

    Those of accounts without reconciliation, which keep no open amounts, among them.
    """
    return SQL(
        """WITH settled AS (
             SELECT line_id, SUM(amount) amount, SUM(currency) currency,
                    SUM(amount) FILTER (WHERE max_date > %(day)s) later,
                    SUM(currency) FILTER (WHERE max_date > %(day)s) later_currency
               FROM (%(sides)s) side GROUP BY line_id
           ), item AS (
             SELECT line.id, line.company_id, line.account_id, line.currency_id,
                    account.reconcile,
                    line.amount_currency - COALESCE(currency, 0)
                    - CASE WHEN %(listed)s THEN line.amount_residual_currency
                           ELSE -COALESCE(later_currency, 0) END currency,
                    line.balance - COALESCE(amount, 0)
                    - CASE WHEN %(listed)s THEN line.amount_residual
                           ELSE -COALESCE(later, 0) END amount
               FROM account_move_line line
               JOIN account_account account ON account.id = line.account_id
               LEFT JOIN settled ON settled.line_id = line.id
              WHERE %(posted)s)
           SELECT company_id, account_id, currency_id,
                  CASE WHEN reconcile THEN 'residual' ELSE 'no_reconcile' END,
                  SUM(currency), SUM(amount), COUNT(*),
                  ARRAY_AGG(id), ARRAY_AGG(currency), NULL
             FROM item WHERE currency <> 0 OR amount <> 0
            GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4""",
        day=day,
        sides=_sides(SQL("TRUE")),
        listed=SQL("(line.reconciled IS NOT TRUE OR later IS NOT NULL)"),
        posted=posted(SQL("SELECT unnest(%s::int[])", account_ids), company_ids, day),
    )
