"""One step of the follow-up benchmark: followup_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON.
"""

import ast
import csv
import datetime
import json
import os
import random
import resource
import sys
import time

from lxml import etree

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import config

# Customers with a call that is due, for the worklist.
CALLS = 400
# What the widget of the activities reads beside their ids.
OF_THE_WIDGET = {
    "activity_exception_decoration",
    "activity_exception_icon",
    "activity_state",
    "activity_summary",
    "activity_type_icon",
    "activity_type_id",
}


def accounts(env):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    return {}


def load(env, path=""):
    """Post the invoices of a file twice, unpaid."""
    rows = list(read(path) if path else invent())
    names = sorted({customer for customer, *_rest in rows})
    values = [
        {"name": n, "email": f"{n.lower()}@example.com", "is_company": True}
        for n in names
    ]
    partners = dict(zip(names, env["res.partner"].create(values), strict=True))
    invoices = [prepare(partners[row[0]], *row[1:]) for row in rows * 2]
    for start in range(0, len(invoices), 200):
        env["account.move"].create(invoices[start : start + 200]).action_post()
        env.cr.commit()
    return {"invoices": len(invoices)}


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield (
                row["customerID"],
                day(row["InvoiceDate"]),
                day(row["DueDate"]),
                float(row["InvoiceAmount"]),
            )


def day(text):
    return datetime.datetime.strptime(text, "%m/%d/%Y").date()


def invent():
    """1,250 invoices of 100 customers over a year, always the same ones."""
    dice = random.Random(2012)
    start = datetime.date(2024, 1, 1)
    for _number in range(1250):
        date = start + datetime.timedelta(days=dice.randrange(365))
        due = date + datetime.timedelta(days=30)
        yield f"C{dice.randrange(100):04}", date, due, dice.randrange(500, 20000) / 100


def prepare(partner, date, due, amount):
    line = {"name": "Services", "price_unit": amount, "tax_ids": [Command.clear()]}
    return {
        "move_type": "out_invoice",
        "partner_id": partner.id,
        "invoice_date": date,
        "invoice_date_due": due,
        "invoice_line_ids": [Command.create(line)],
    }


def post(env):
    """Post 500 new invoices; they are taken back."""
    partners = env["res.partner"].search([("email", "!=", False)], limit=100)
    today = datetime.date.today()
    values = [
        prepare(partners[i % len(partners)], today, today, 100.0 + i)
        for i in range(500)
    ]
    moves = env["account.move"].create(values)
    env.flush_all()
    started = time.monotonic()
    moves.action_post()
    env.flush_all()
    seconds = time.monotonic() - started
    env.cr.rollback()
    return {"seconds": seconds}


def evaluate(env):
    env.company.billing_bank_freshness = 0
    env.company.billing_auto_send = True
    worklist = env["billing.worklist"]
    started = time.monotonic()
    worklist._refresh(env.company)
    env.cr.commit()
    seconds = time.monotonic() - started
    lines = env["billing.receivable"].search_count([])
    return {
        "seconds": seconds,
        "lines": lines,
        "customers": worklist.search_count([]),
    }


def queue(env):
    """The daily job, whole."""
    started = time.monotonic()
    env["billing.worklist"]._cron_followup()
    env.cr.commit()
    return {
        "seconds": time.monotonic() - started,
        "notices": env["billing.followup.notice"].search_count([]),
        "mails": env["mail.mail"].search_count([("state", "=", "outgoing")]),
    }


def help_out(env):
    """What the second worker of a large run does."""
    env["billing.worklist"]._cron_followup_helper()
    return {"notices": 0}


def worklist(env):
    """Open the worklist as a coordinator does: figures of this moment, the first page
    of what needs action today with all that the list shows, and its count."""
    user = env["res.users"].create(
        {
            "name": "Coordinator",
            "login": "bench",
            "group_ids": [
                Command.set(
                    env.ref("billing_coordinator.group_billing_coordinator").ids
                )
            ],
        }
    )
    call = env.ref("mail.mail_activity_data_call")
    busy = env["billing.worklist"].search([], limit=CALLS)
    busy._plan_many([(row, user, "Second reminder") for row in busy], call)
    rows = env["billing.worklist"].with_user(user)
    env.cr.commit()
    domain, specification = what_the_list_reads(rows)
    times = []
    for _attempt in range(5):
        env.invalidate_all()
        started = time.monotonic()
        rows.action_open_worklist()
        refreshed = time.monotonic()
        found = rows.web_search_read(domain, specification, limit=80)
        ended = time.monotonic()
        times.append((ended - started, refreshed - started, ended - refreshed))
        env.cr.commit()
    return {
        "best": min(times),
        "median": sorted(times)[2],
        "rows": found["length"],
        "customers": rows.search_count([]),
    }


def what_the_list_reads(rows):
    """Domain of the default filter and the fields as the web client asks for them."""
    search = etree.fromstring(rows.get_view(view_type="search")["arch"])
    domain = ast.literal_eval(search.find(".//filter[@name='todo']").get("domain"))
    listed = etree.fromstring(rows.get_view(view_type="list")["arch"])
    names = {field.get("name") for field in listed.iter("field")} | OF_THE_WIDGET
    return domain, {
        name: {"fields": {"display_name": {}}}
        if rows._fields[name].type == "many2one"
        else {}
        for name in names
    }


def peer_lines(env):
    policy = env["credit.control.policy"].search([("do_nothing", "=", False)], limit=1)
    policy.account_ids = env["account.account"].search(
        [("account_type", "=", "asset_receivable")]
    )
    policy.level_ids.channel = "email"
    env.company.credit_policy_id = policy
    run = env["credit.control.run"].create(
        {"date": datetime.date.today(), "policy_ids": [Command.set(policy.ids)]}
    )
    started = time.monotonic()
    run.generate_credit_lines()
    env.cr.commit()
    return {"seconds": time.monotonic() - started, "lines": len(run.line_ids)}


def peer_mails(env):
    run = env["credit.control.run"].search([], limit=1)
    env = env(context=dict(env.context, mail_notify_force_send=False))
    started = time.monotonic()
    run = run.with_env(env)
    run.set_to_ready_lines()
    run.run_channel_action()
    env.cr.commit()
    mails = env["mail.mail"].search_count([])
    return {"seconds": time.monotonic() - started, "mails": mails}


STEPS = {
    function.__name__: function
    for function in (
        *(accounts, load, post, evaluate, queue, worklist),
        *(peer_lines, peer_mails),
    )
}
STEPS["help"] = help_out


def main(database, name, *arguments):
    addons = os.environ.get("BILLING_BENCH_ADDONS")
    options = ["-d", database, "--no-http", "--max-cron-threads=0"]
    if addons and name.startswith("peer"):
        options.append(f"--addons-path={addons}")
    config.parse_config(options, setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        result = STEPS[name](env, *arguments)
        cr.commit()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(dict(result, memory=memory)))


if __name__ == "__main__":
    main(*sys.argv[1:])
