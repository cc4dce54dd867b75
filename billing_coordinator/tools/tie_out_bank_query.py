"""The bank's statements against the ledger of its account as of a date, in SQL.

With *closing* and *opening* of the statements dated up to the day, in their order, and
the lines that are posted up to the day, it always holds that

    ledger - (last closing + lines after it)
        = items without bank line + (items - lines of the bank)
        + lines in no statement - lines of the statements dated later
        - lines of companies left out - first opening
        - gaps between statements - what statements do not add up to
"""

from odoo.tools import SQL


def _journal(company_ids):
    """Bank, cash and card journals of the companies, archived ones included."""
    return SQL(
        """SELECT journal.id, journal.company_id, journal.default_account_id account_id,
                  COALESCE(journal.currency_id, company.currency_id) currency_id,
                  company.currency_id company_currency_id, company.parent_path
             FROM account_journal journal
             JOIN res_company company ON company.id = journal.company_id
            WHERE journal.type IN ('bank', 'cash', 'credit')
              AND journal.default_account_id IS NOT NULL
              AND journal.company_id = ANY(%s)""",
        company_ids,
    )


def _amount():
    """Amount of an item in the journal's currency.

    What is booked on a bank account in another currency moves no money of its own.
    """
    return SQL(
        """CASE WHEN journal.currency_id = journal.company_currency_id
                THEN line.balance
                WHEN line.currency_id = journal.currency_id THEN line.amount_currency
                ELSE 0 END"""
    )


def _items(visible_ids, day):
    """Journals with the items on their accounts: their companies' and branches'."""
    return SQL(
        """journal
           LEFT JOIN (account_move_line line
                      JOIN res_company owner ON owner.id = line.company_id)
             ON line.account_id = journal.account_id
            AND line.parent_state = 'posted' AND line.date <= %s
            AND line.company_id = ANY(%s)
            AND starts_with(owner.parent_path, journal.parent_path)
           LEFT JOIN account_bank_statement_line bank
             ON bank.id = line.statement_line_id""",
        day,
        visible_ids,
    )


def ledger(company_ids, visible_ids, day):
    """Balance of each journal's account, and what of it belongs to no bank line."""
    by_hand = SQL("FILTER (WHERE bank.journal_id IS DISTINCT FROM journal.id)")
    return SQL(
        """WITH journal AS (%(journal)s)
           SELECT journal.id, journal.company_id, journal.account_id,
                  journal.currency_id, journal.company_currency_id,
                  COALESCE(SUM(%(amount)s), 0), COALESCE(SUM(line.balance), 0),
                  COUNT(line.id),
                  COALESCE(SUM(%(amount)s) %(by_hand)s, 0),
                  COALESCE(SUM(line.balance) %(by_hand)s, 0),
                  COUNT(line.id) %(by_hand)s
             FROM %(items)s
            GROUP BY 1, 2, 3, 4, 5 ORDER BY journal.company_id, journal.id""",
        journal=_journal(company_ids),
        amount=_amount(),
        by_hand=by_hand,
        items=_items(visible_ids, day),
    )


def _statement(company_ids, day):
    """Statements dated up to the day, each with the one before and its own sum."""
    return SQL(
        """WITH journal AS (%s), statement AS (
             SELECT statement.id, statement.journal_id, statement.name, statement.date,
                    statement.balance_start opening, statement.balance_end_real closing,
                    LAG(statement.balance_end_real) OVER chain previous,
                    ROW_NUMBER() OVER chain number,
                    COUNT(*) OVER (PARTITION BY statement.journal_id) last_number
               FROM account_bank_statement statement
               JOIN journal ON journal.id = statement.journal_id
              WHERE statement.date <= %s
             WINDOW chain AS (PARTITION BY statement.journal_id ORDER BY statement.date,
                              statement.first_line_index NULLS FIRST, statement.id))""",
        _journal(company_ids),
        day,
    )


def statements(company_ids, day):
    """By journal: last statement, first opening, gaps, what does not add up."""
    return SQL(
        """%s, line AS (
             SELECT bank.statement_id, SUM(bank.amount) amount
               FROM account_bank_statement_line bank
               JOIN account_move move ON move.id = bank.move_id
              WHERE move.state = 'posted' AND bank.statement_id IS NOT NULL
              GROUP BY 1
           ), checked AS (
             SELECT statement.*, opening - previous gap,
                    closing - opening - COALESCE(line.amount, 0) excess
               FROM statement LEFT JOIN line ON line.statement_id = statement.id)
           SELECT journal_id,
                  MAX(id) FILTER (WHERE number = last_number),
                  MAX(name) FILTER (WHERE number = last_number),
                  MAX(date) FILTER (WHERE number = last_number),
                  SUM(closing) FILTER (WHERE number = last_number),
                  MAX(id) FILTER (WHERE number = 1),
                  SUM(opening) FILTER (WHERE number = 1),
                  COALESCE(SUM(gap), 0), COUNT(*) FILTER (WHERE gap <> 0),
                  ARRAY_AGG(id) FILTER (WHERE gap <> 0),
                  ARRAY_AGG(gap) FILTER (WHERE gap <> 0),
                  COALESCE(SUM(excess), 0), COUNT(*) FILTER (WHERE excess <> 0),
                  ARRAY_AGG(id) FILTER (WHERE excess <> 0),
                  ARRAY_AGG(excess) FILTER (WHERE excess <> 0)
             FROM checked GROUP BY journal_id""",
        _statement(company_ids, day),
    )


def _lines(visible_ids):
    """Lines that are posted, with their statement and the last one of the journal."""
    return SQL(
        """SELECT bank.id, bank.journal_id, bank.amount, move.date,
                  statement.id IS NOT NULL stated, last.date last_date,
                  move.company_id = ANY(%s) visible
             FROM account_bank_statement_line bank
             JOIN journal ON journal.id = bank.journal_id
             JOIN account_move move ON move.id = bank.move_id
             LEFT JOIN statement ON statement.id = bank.statement_id
             LEFT JOIN statement last ON last.journal_id = bank.journal_id
              AND last.number = last.last_number
            WHERE move.state = 'posted'""",
        visible_ids,
    )


def bank_lines(company_ids, visible_ids, day):
    """Lines of each journal by their place: journal, place, amount, count, ids
    and their amounts.

    ``after`` the last statement; ``stray``, not in a statement though it is from before
    its end; ``later`` than the day, though in a statement; ``hidden``, of a company
    that is left out; ``differs``, by what its journal item differs from it.
    """
    return SQL(
        """%(statement)s, line AS (%(lines)s), booked AS (
             SELECT bank.id, SUM(%(amount)s) amount
               FROM %(items)s
              WHERE bank.journal_id = journal.id GROUP BY bank.id
           ), placed AS (
             SELECT id, journal_id, amount,
                    CASE WHEN stated AND date > %(day)s THEN 'later'
                         WHEN stated AND NOT visible THEN 'hidden'
                         WHEN stated OR NOT visible OR date > %(day)s THEN NULL
                         WHEN date <= last_date THEN 'stray' ELSE 'after' END place
               FROM line
              UNION ALL
             SELECT line.id, journal_id, COALESCE(booked.amount, 0) - line.amount,
                    'differs'
               FROM line LEFT JOIN booked ON booked.id = line.id
              WHERE visible AND date <= %(day)s
                AND COALESCE(booked.amount, 0) <> line.amount)
           SELECT journal_id, place, SUM(amount), COUNT(*),
                  CASE WHEN place <> 'after' THEN ARRAY_AGG(id) END,
                  CASE WHEN place <> 'after' THEN ARRAY_AGG(amount) END
             FROM placed WHERE place IS NOT NULL GROUP BY 1, 2""",
        statement=_statement(company_ids, day),
        lines=_lines(visible_ids),
        amount=_amount(),
        items=_items(visible_ids, day),
        day=day,
    )
