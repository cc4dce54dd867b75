"""The tickets' list and kanban with 50,000 tickets: what the server needs for them.

    ./dev bench bench_ticket [--tickets 50000] [--customers 2000] [--rounds 5]

The tickets are written by SQL, once for each state of the addon: a fifth of them is
open, each is about one of 200 invoices and has the teams and reasons in turn. Times
are those of the calls that the web client makes as a coordinator opens the views, with
nothing kept from the call before.
"""

import argparse
import os
import statistics
import time

from lxml import etree

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

CUSTOMER = "Customer of the tickets' benchmark"
INVOICES = 200
TARGET = 0.3
OPEN = [
    ("state", "in", ["new", "in_progress", "waiting_customer", "waiting_department"])
]
PAGE = 80
ACTIVITY = (
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
)


def main():
    options = parse_arguments()
    database = os.environ["PGDATABASE"]
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        if not env["res.partner"].search_count([("name", "=like", f"{CUSTOMER}%")]):
            build(env, options)
        report(env, options.rounds)
        cr.rollback()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=50_000)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def build(env, options):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    env["res.partner"].create(
        [{"name": f"{CUSTOMER} {number}"} for number in range(options.customers)]
    )
    people = env["res.users"].create(
        [
            {"name": f"Person {number}", "login": f"bench_person_{number}"}
            for number in range(20)
        ]
    )
    invoices = make_invoices(env)
    env.flush_all()
    write_tickets(env, options.tickets, people)
    write_lines(env, invoices)
    env.cr.execute("ANALYZE")
    env.cr.commit()


def make_invoices(env):
    customer = env["res.partner"].search([("name", "=like", f"{CUSTOMER}%")], limit=1)
    line = {"name": "Services", "price_unit": 1000, "tax_ids": [Command.clear()]}
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": "2025-01-01",
                "invoice_line_ids": [Command.create(line)],
            }
            for _number in range(INVOICES)
        ]
    )
    invoices.action_post()
    return invoices


def write_tickets(env, number, people):
    """A fifth open; some late, some urgent, from the last three years."""
    env.cr.execute(
        SQL(
            """INSERT INTO billing_ticket
                   (create_uid, create_date, write_uid, write_date, name, subject,
                    kind, company_id, partner_id, channel, amount_disputed, reason_id,
                    team_id, user_id, responsible_id, priority, deadline, state,
                    resolution)
               SELECT 1, made, 1, made, 'B' || n, 'Ten of them are missing', kind,
                      %(company)s, customers[1 + n %% cardinality(customers)], 'email',
                      CASE WHEN n %% 5 = 0 THEN 1 + n %% 900 ELSE 0 END, reason.id,
                      reason.team_id, people[1 + n %% cardinality(people)],
                      people[1 + n / 3 %% cardinality(people)],
                      (CASE WHEN n %% 17 = 0 THEN 2 WHEN n %% 5 = 0 THEN 1 ELSE 0 END
                       )::text,
                      made + INTERVAL '7 days',
                      CASE WHEN n %% 5 > 0 THEN 'closed'
                           ELSE (ARRAY['new', 'in_progress', 'waiting_customer',
                                       'waiting_department'])[1 + n / 5 %% 4] END,
                      CASE WHEN n %% 5 > 0 THEN 'credited' END
                 FROM (SELECT n, now() AT TIME ZONE 'UTC'
                                 - (n %% 1095) * INTERVAL '1 day' made,
                              %(customers)s::int[] customers, %(people)s::int[] people,
                              %(reasons)s::int[] reasons
                         FROM generate_series(1, %(number)s) n) ticket
                 JOIN billing_ticket_reason reason
                   ON reason.id = reasons[1 + n %% cardinality(reasons)]""",
            company=env.company.id,
            customers=env["res.partner"]
            .search([("name", "=like", f"{CUSTOMER}%")])
            .ids,
            people=people.ids,
            reasons=env["billing.ticket.reason"].search([]).ids,
            number=number,
        )
    )


def write_lines(env, invoices):
    env.cr.execute(
        SQL(
            """INSERT INTO billing_ticket_line
                   (ticket_id, company_id, move_id, amount_disputed, company_amount,
                    is_disputed, is_open, dispute_periods)
               SELECT id, company_id, (%(moves)s::int[])[1 + id %% %(count)s],
                      amount_disputed, amount_disputed, TRUE, amount_disputed > 0,
                      jsonb_build_array(jsonb_build_object(
                          'from', create_date::date, 'to', NULL,
                          'amount', amount_disputed))
                 FROM billing_ticket""",
            moves=invoices.ids,
            count=len(invoices),
        )
    )


def report(env, rounds):
    user = env["res.users"].create(
        {
            "name": "Coordinator",
            "login": "bench_ticket",
            "group_ids": [
                Command.set(
                    env.ref("billing_coordinator.group_billing_coordinator").ids
                )
            ],
        }
    )
    tickets = env["billing.ticket"].with_user(user)
    count, all_count = tickets.search_count(OPEN), tickets.search_count([])
    print(f"{all_count} tickets, {count} of them open")
    for label, domain in (("open", OPEN), ("all", [])):
        measure(f"List, {label}", rounds, env, lambda d=domain: read_list(tickets, d))
        measure(
            f"Kanban, {label}", rounds, env, lambda d=domain: read_kanban(tickets, d)
        )
    late = [*OPEN, ("is_late", "=", True)]
    measure("List, late", rounds, env, lambda: read_list(tickets, late))


def read_list(tickets, domain):
    """A page of the list, in its default order."""
    return tickets.web_search_read(
        domain, get_specification(tickets, "list"), limit=PAGE, count_limit=10_001
    )


def read_kanban(tickets, domain):
    """The columns with their cards and sums, and the progress bars."""
    tickets = tickets.with_context(read_group_expand=True)
    tickets.web_read_group(
        domain,
        ["state"],
        ["amount_disputed:sum", "currency_id:array_agg_distinct"],
        auto_unfold=True,
        unfold_read_specification=get_specification(tickets, "kanban"),
        unfold_read_default_limit=PAGE,
    )
    tickets.read_progress_bar(
        domain,
        "state",
        {"field": "priority", "colors": {"2": "danger", "1": "warning", "0": "info"}},
    )


def get_specification(tickets, kind, cache={}):  # noqa: B006
    """What the web client asks for: the fields of the view, and those of widgets."""
    if kind not in cache:
        view = tickets.get_view(view_type=kind)
        names = {
            node.get("name") for node in etree.fromstring(view["arch"]).iter("field")
        }
        names.update(ACTIVITY)
        cache[kind] = {name: specify(tickets._fields[name]) for name in names}
    return cache[kind]


def specify(field):
    if field.type == "many2one":
        return {"fields": {"display_name": {}}}
    return {"fields": {}} if field.relational else {}


def measure(label, rounds, env, work):
    work()
    seconds = []
    for _round in range(rounds):
        env.invalidate_all()
        started = time.monotonic()
        work()
        seconds.append(time.monotonic() - started)
    best, median = min(seconds), statistics.median(seconds)
    verdict = "" if median <= TARGET else "  TOO SLOW"
    print(
        f"{label}: best {best:.3f} s, median {median:.3f} s, target {TARGET} s{verdict}"
    )


if __name__ == "__main__":
    main()
