"""The step of the statement benchmark: statement_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import datetime
import socket
import statistics
import sys
import time

import followup_steps

from odoo.http import root
from odoo.service.server import ThreadedServer
from odoo.tools import config


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


def statement_pdfs(env, number):
    """Statements as single PDFs, one after the other, as e-mails attach them."""
    serve_style_sheets(env)
    partners = find_customers(env, int(number) + 1)
    render_pdf(env, partners[-1])  # templates and style sheets are made once
    seconds = [render_pdf(env, partner) for partner in partners[:-1]]
    return {"median": statistics.median(seconds), "longest": max(seconds)}


def serve_style_sheets(env):
    """wkhtmltopdf asks Odoo's web server for them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        config["http_port"] = free.getsockname()[1]
    config["http_interface"] = "127.0.0.1"
    ThreadedServer(root).http_spawn()
    url = f"http://127.0.0.1:{config['http_port']}"
    env["ir.config_parameter"].set_param("report.url", url)


def render_pdf(env, partner):
    today = datetime.date.today()
    data = env["billing.statement"]._prepare_report_data(
        env.company, partner, "open_items", None, today
    )
    started = time.monotonic()
    content, _type = env["ir.actions.report"]._render_qweb_pdf(
        "billing_coordinator.report_statement", [], data=data
    )
    if not content.startswith(b"%PDF"):
        sys.exit("No PDF was made: wkhtmltopdf is missing.")
    return time.monotonic() - started


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
followup_steps.STEPS["statement_pdfs"] = statement_pdfs

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
