"""What the books and our tables say, to compare before and after."""

from odoo.tools import SQL

# Who touched a row last is no content, and numbers of rows made anew are not either.
IGNORED = {"write_date", "write_uid", "create_date", "create_uid"}
LINE_IGNORED = {"id", "matching_number", "full_reconcile_id"}
TABLES = (
    "account_move",
    "account_payment",
    "account_bank_statement_line",
    "billing_promise",
    "billing_promise_line",
    "billing_ticket",
    "billing_ticket_line",
    "billing_worklist",
)
# A priority is relative to the other customers as they were when it was computed.
EXCEPT = {
    "billing_worklist": {
        "refreshed_on",
        "priority",
        "priority_facts",
        "priority_points",
    }
}


def take(env):
    """``{table: {key: row}}`` of all that a match could change."""
    env.flush_all()
    taken = {table: _by_id(env, table) for table in TABLES}
    taken["account_move_line"] = _lines(env)
    taken["account_partial_reconcile"] = _partials(env)
    taken["matching"] = _matching(env)
    return taken


def _rows(env, table):
    env.cr.execute(SQL("SELECT * FROM %s ORDER BY id", SQL.identifier(table)))
    return env.cr.dictfetchall()


def _by_id(env, table):
    ignored = IGNORED | EXCEPT.get(table, set())
    return {
        row["id"]: _without(row, ignored)
        for row in _rows(env, table)
        # A row for customers who owe nothing may be there or not.
        if table != "billing_worklist" or row["amount_due"]
    }


def _without(row, ignored):
    return {name: value for name, value in row.items() if name not in ignored}


def _bank_moves(env):
    rows = env.execute_query(SQL("SELECT move_id FROM account_bank_statement_line"))
    return {move_id for [move_id] in rows}


def _line_keys(env):
    """``{line id: key}``: lines of the bank's entries are made anew, with new ids."""
    bank = _bank_moves(env)
    keys, seen = {}, {}
    for row in _rows(env, "account_move_line"):
        if row["move_id"] in bank:
            seen[row["move_id"]] = number = seen.get(row["move_id"], 0) + 1
            keys[row["id"]] = ("bank", row["move_id"], number)
        else:
            keys[row["id"]] = ("line", row["id"])
    return keys


def _lines(env):
    keys = _line_keys(env)
    return {
        keys[row["id"]]: _without(row, IGNORED | LINE_IGNORED)
        for row in _rows(env, "account_move_line")
    }


def _partials(env):
    keys = _line_keys(env)
    taken = {}
    for row in _rows(env, "account_partial_reconcile"):
        key = (keys[row["debit_move_id"]], keys[row["credit_move_id"]])
        ignored = IGNORED | {"id", "full_reconcile_id", "exchange_move_id"}
        values = _without(row, ignored | {"debit_move_id", "credit_move_id"})
        values["is_full"] = bool(row["full_reconcile_id"])
        values["has_exchange"] = bool(row["exchange_move_id"])
        taken.setdefault(key, []).append(values)
    return taken


def _matching(env):
    """Items with the same matching number, whatever it is."""
    keys = _line_keys(env)
    groups = {}
    for row in _rows(env, "account_move_line"):
        if row["matching_number"]:
            kind = row["matching_number"].startswith("P")
            group = groups.setdefault(row["matching_number"], (kind, set()))
            group[1].add(keys[row["id"]])
    return {
        member: (kind, frozenset(members))
        for kind, members in groups.values()
        for member in members
    }


def compare(before, after):
    """What is not as it was: ``[(table, key, column, before, after)]``."""
    changes = []
    for table, rows in before.items():
        now = after[table]
        for key in rows.keys() | now.keys():
            old, new = rows.get(key), now.get(key)
            if isinstance(old, dict) and isinstance(new, dict):
                changes += [
                    (table, key, name, old[name], new[name])
                    for name in old
                    if old[name] != new[name]
                ]
            elif old != new:
                changes.append((table, key, None, old, new))
    return changes
