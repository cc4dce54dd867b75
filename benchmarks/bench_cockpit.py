"""The page of one customer with 2,000 invoices: what the server needs for it.

    ./dev bench bench_cockpit [--invoices 2000] [--rounds 5]

The ledger is made once for each state of the addon: invoices over three years, nine
out of ten paid by bank entries, 200 calls and a notice. Times are those of the one
call that the page makes, with nothing kept from the call before.
"""

import argparse
import datetime
import os
import statistics
import time

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import config

CUSTOMER = "Customer of the benchmark"
SPAN = 1095
BATCH = 250
CALLS = 200
TARGET = 1.0


def main():
    options = parse_arguments()
    database = os.environ["PGDATABASE"]
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        customer = find(env) or build(env, options.invoices)
        report(env, customer, options.rounds)
        cr.rollback()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def find(env):
    return env["res.partner"].search([("name", "=", CUSTOMER)], limit=1)


def build(env, number):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    customer = env["res.partner"].create(
        {"name": CUSTOMER, "email": "bench@example.com", "is_company": True}
    )
    for start in range(0, number, BATCH):
        size = min(BATCH, number - start)
        values = [prepare(customer, start + i, number) for i in range(size)]
        invoices = env["account.move"].create(values)
        invoices.action_post()
        pay(env, invoices)
        env.cr.commit()
    write_calls(env, customer)
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return customer


def prepare(customer, index, number):
    date = datetime.date.today() - datetime.timedelta(days=SPAN * index // number)
    line = {"name": "Services", "price_unit": 100 + index, "tax_ids": [Command.clear()]}
    return {
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "invoice_date": date,
        "invoice_date_due": date + datetime.timedelta(days=30),
        "invoice_payment_term_id": False,
        "invoice_line_ids": [Command.create(line)],
    }


def pay(env, invoices):
    """Each but every tenth invoice by an entry of its own, some days late."""
    paid = invoices.filtered(lambda move: move.id % 10)
    paid = paid.filtered(lambda move: move.invoice_date_due < datetime.date.today())
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    lines = paid.line_ids.filtered(lambda line: line.display_type == "payment_term")
    entries = env["account.move"].create(
        [
            {
                "journal_id": journal.id,
                "date": min(
                    line.date_maturity + datetime.timedelta(days=line.id % 30),
                    datetime.date.today(),
                ),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": line.partner_id.id,
                            "balance": sign * line.balance,
                        }
                    )
                    for account, sign in (
                        (line.account_id, -1),
                        (journal.default_account_id, 1),
                    )
                ],
            }
            for line in lines
        ]
    )
    entries.action_post()
    theirs = entries.line_ids.filtered(lambda line: line.account_id in lines.account_id)
    plan = [line + own for line, own in zip(lines, theirs, strict=True)]
    env["account.move.line"]._reconcile_plan(plan)


def write_calls(env, customer):
    env["billing.worklist"]._refresh(env.company)
    row = env["billing.worklist"]._get_row(env.company, customer)
    for _number in range(CALLS):
        row.message_post(
            body="Call: Reached", subtype_xmlid="billing_coordinator.mt_call"
        )
    row._process_one(("auto", "manual"))


def report(env, customer, rounds):
    row = env["billing.worklist"]._get_row(env.company, customer)
    user = env["res.users"].create(
        {
            "name": "Coordinator",
            "login": "bench_cockpit",
            "group_ids": [
                Command.set(
                    env.ref("billing_coordinator.group_billing_coordinator").ids
                )
            ],
        }
    )
    row = row.with_user(user)
    found = row.get_cockpit()
    counts = {kind["kind"]: kind["count"] for kind in found["timeline"]["kinds"]}
    print(f"{counts}, {found['balance']['open_count']} open")
    print_times("The page", rounds, env, row.get_cockpit)
    print_times("More", rounds, env, lambda: row.get_timeline(offset=1000))


def print_times(label, rounds, env, work):
    seconds = []
    for _round in range(rounds):
        env.invalidate_all()
        started = time.monotonic()
        work()
        seconds.append(time.monotonic() - started)
    best, median = min(seconds), statistics.median(seconds)
    print(f"{label}: best {best:.3f} s, median {median:.3f} s, target {TARGET:.0f} s")


if __name__ == "__main__":
    main()
