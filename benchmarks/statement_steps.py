"""The step of the statement benchmark: statement_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import datetime
import sys
import time

import followup_steps


def peer_statements(env, customers, rounds):
    """Both addons in turn, on the same customers; the best time of each."""
    partners = find_customers(env, int(customers))
    today = datetime.date.today()
    since = today - datetime.timedelta(days=60)
    work = {
        "open_items": lambda: ours(env, partners, "open_items", since, today),
        "peer": lambda: peer(env, partners, "outstanding", since, today),
        "activity": lambda: ours(env, partners, "activity", since, today),
        "peer_activity": lambda: peer(env, partners, "activity", since, today),
    }
    best, answers = {}, {}
    for _round in range(int(rounds)):
        for name, function in work.items():
            env.invalidate_all()
            started = time.monotonic()
            answers[name] = function()
            seconds = time.monotonic() - started
            best[name] = min(seconds, best.get(name, seconds))
    statements = answers["open_items"]
    lines = sum(len(s.items) for x in statements.values() for s in x.sections)
    return {
        **best,
        "customers": len(partners),
        "lines": lines,
        "different": count_different(statements, answers["peer"]),
    }


def find_customers(env, number):
    """Customers who owe something, those with the most items first."""
    groups = env["billing.receivable"]._read_group(
        [("company_id", "=", env.company.id), ("partner_id", "!=", False)],
        ["partner_id"],
        order="__count DESC, partner_id",
        limit=number,
    )
    return env["res.partner"].browse([partner.id for [partner] in groups])


def ours(env, partners, kind, since, today):
    return env["billing.statement"]._get_statements(
        env.company, partners, kind, since, today
    )


def peer(env, partners, kind, since, today):
    report = env[f"report.partner_statement.{kind}_statement"]
    data = {
        "company_id": env.company.id,
        "partner_ids": partners.ids,
        "date_start": since,
        "date_end": today,
        "account_type": "asset_receivable",
        "aging_type": "days",
        "show_aging_buckets": True,
        "show_only_overdue": False,
        "filter_non_due_partners": False,
        "filter_negative_balances": False,
        "excluded_accounts_ids": [],
        "is_outstanding": kind == "outstanding",
        "is_activity": kind == "activity",
    }
    return report._get_report_values(partners.ids, data)["data"]


def count_different(statements, theirs):
    """Balances, by customer and currency, that the two do not agree on."""
    different = 0
    for partner_id, statement in statements.items():
        due = {
            currency_id: round(values["amount_due"], 2)
            for currency_id, values in theirs[partner_id]["currencies"].items()
        }
        found = {s.currency_id: s.total for s in statement.sections}
        different += sum(
            found.get(key, 0) != due.get(key, 0) for key in found.keys() | due.keys()
        )
    return different


followup_steps.STEPS["peer_statements"] = peer_statements

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
