"""The board of a close with 60 tasks: what the server needs for it.

    ./dev bench bench_close_board [--tasks 60] [--closes 24] [--signoffs 10000]

The closes are made once for each state of the addon: each task waits for the two before
it, every second one has a check whose result is stored. Sign-offs are spread over all
closes. Times are those of the one call that the page makes, with nothing kept from the
call before.
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

TEMPLATE = "Template of the benchmark"
FIRST = datetime.date(2020, 1, 1)
PEOPLE = 8
BATCH = 2000
TARGET = 0.5


def main():
    options = parse_arguments()
    database = os.environ["PGDATABASE"]
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        if not env["billing.close.template"].search_count([("name", "=", TEMPLATE)]):
            build(env, options)
        report(env, options.rounds)
        cr.rollback()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--closes", type=int, default=24)
    parser.add_argument("--signoffs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def build(env, options):
    people = [make_person(env, number) for number in range(PEOPLE)]
    make_template(env, options.tasks, people)
    day = FIRST
    closes = env["billing.close"]
    for _number in range(options.closes + 1):
        closes |= closes.create({"company_id": env.company.id, "date_to": day})
        day = closes[-1].date_to + datetime.timedelta(days=1)
    closes.task_ids._run_checks()
    sign(env, closes, options.signoffs)
    for close in closes[:-1]:
        close.task_ids.write({"signed_state": "reviewed"})
        close.date_locked = datetime.datetime.combine(
            close.date_to + datetime.timedelta(days=7), datetime.time(10)
        )
    env.flush_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def make_person(env, number):
    group = env.ref("billing_coordinator.group_billing_accountant")
    return env["res.users"].create(
        {
            "name": f"Accountant {number}",
            "login": f"bench_close_{number}",
            "group_ids": [Command.set(group.ids)],
        }
    )


def make_template(env, number, people):
    template = env["billing.close.template"].create(
        {"name": TEMPLATE, "company_id": env.company.id, "date_from": FIRST}
    )
    tasks = env["billing.close.template.task"]
    for index in range(number):
        tasks |= tasks.create(
            {
                "template_id": template.id,
                "name": f"Task {index}",
                "sequence": index,
                "owner_id": people[index % PEOPLE].id,
                "reviewer_id": people[(index + 1) % PEOPLE].id,
                "due_days": index % 9 + 1,
                "check_code": index % 2 and "draft_invoices",
                "depends_ids": [Command.set(tasks[-2:].ids)],
            }
        )


def sign(env, closes, number):
    """Sign-offs as they are stored; the board does not look at their digests."""
    tasks = closes.task_ids
    figures = {"figure": 1.0, "model": None, "domain": None}
    figures |= {"figures": {}, "rows": [], "note": ""}
    last = dict.fromkeys(closes, False)
    for index in range(number):
        task = tasks[index % len(tasks)]
        signoff = env["billing.close.signoff"].create(
            {
                "close_id": task.close_id.id,
                "task_id": task.id,
                "kind": "suspend" if index % 3 else "override",
                "user_id": task.owner_id.id,
                "date": "2025-01-01 10:00:00",
                "figures": figures,
                "previous_id": last[task.close_id],
                "digest": f"{index:064x}",
            }
        )
        last[task.close_id] = signoff.id
        if not index % BATCH:
            env.flush_all()
            env.invalidate_all()


def report(env, rounds):
    accountant = env["res.users"].search([("login", "=", "bench_close_0")])
    manager = env.ref("base.user_admin")
    manager.company_ids |= env.company
    for user in (accountant, manager):
        closes = env["billing.close"].with_user(user)
        board = closes.get_board()
        periods = len(board["history"]["periods"])
        print(f"{user.name}: {len(board['tasks'])} tasks, {periods} periods compared")
        print_times(env, closes, rounds)


def print_times(env, closes, rounds):
    seconds, queries = [], 0
    for _round in range(rounds):
        env.invalidate_all()
        before, started = env.cr.sql_log_count, time.monotonic()
        closes.get_board()
        seconds.append(time.monotonic() - started)
        queries = env.cr.sql_log_count - before
    best, median = min(seconds), statistics.median(seconds)
    print(
        f"  best {best:.3f} s, median {median:.3f} s, {queries} queries,"
        f" target {TARGET} s"
    )


if __name__ == "__main__":
    main()
