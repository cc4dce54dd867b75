"""E-mails that become tickets: 200 of them, on a ledger of 10,000 invoices.

    ./dev bench bench_ticket_mail [--invoices 10000] [--mails 200]

The ledger is made once for each state of the addon. Each e-mail comes from another
customer, names two of its invoices in different spellings and has a file of 100 kB;
some come from strangers, some are answers by programs, and one cannot be delivered.
They are handled as the mail server's job does it: one after the other, each in a
transaction of its own. Receipts are queued, not sent. The tickets are taken back at
the end.
"""

import argparse
import logging
import os
import statistics
import time
from email.message import EmailMessage

import bench_cockpit

from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import config

CUSTOMERS = 500
BATCH = 500
DOMAIN = "bench.example.com"
TARGET = 60.0


def main():
    options = parse_arguments()
    database = os.environ["PGDATABASE"]
    config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0"], setup_logging=True
    )
    logging.getLogger("odoo.addons.mail").setLevel(logging.ERROR)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        if not env["mail.alias.domain"].search([("name", "=", DOMAIN)]):
            build(env, options.invoices)
        report(measure(env, compose(env, options.mails)), options)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--mails", type=int, default=200)
    return parser.parse_args()


def build(env, number):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {index}", "email": f"customer{index}@example.com"}
            for index in range(CUSTOMERS)
        ]
    )
    for start in range(0, number, BATCH):
        size = min(BATCH, number - start)
        invoices = env["account.move"].create(
            [
                bench_cockpit.prepare(customers[i % CUSTOMERS], i, number)
                for i in range(start, start + size)
            ]
        )
        invoices.action_post()
        env.cr.commit()
        env.invalidate_all()
    domain = env["mail.alias.domain"].create({"name": DOMAIN})
    env.company.alias_domain_id = domain
    env["billing.team"].create(
        {
            "name": "Desk",
            "alias_name": "billing",
            "alias_domain_id": domain.id,
            "company_id": env.company.id,
            "member_ids": [Command.link(env.ref("base.user_admin").id)],
        }
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def compose(env, number):
    customers = env["res.partner"].search(
        [("email", "=like", "customer%@example.com")], limit=CUSTOMERS
    )
    mails = []
    for index in range(number):
        customer = customers[index % len(customers)]
        invoices = env["account.move"].search(
            [("partner_id", "=", customer.id), ("move_type", "=", "out_invoice")],
            limit=2,
        )
        mails.append(write(index, customer.email, *invoices.mapped("name")))
    return mails


def write(index, sender, first, second):
    message = EmailMessage()
    message["From"] = sender if index % 20 else f"stranger{index}@example.org"
    message["To"] = f"billing@{DOMAIN}" if index != 50 else "nobody@example.org"
    message["Subject"] = f"Re: {first}"
    message["Message-Id"] = f"<bench-{time.time_ns()}-{index}@example.com>"
    if index % 10 == 7:
        message["Auto-Submitted"] = "auto-replied"
    other = second.lower().replace("/", " ")
    text = f"We were charged twice, see {other}.\n" + "A line of the letter.\n" * 40
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    message.add_attachment(
        os.urandom(100_000), maintype="application", subtype="pdf", filename="a.pdf"
    )
    return message.as_bytes()


def measure(env, mails):
    """Seconds of each e-mail, and how many could not be delivered."""
    seconds, failed = [], 0
    before = env["billing.ticket"].search([], order="id desc", limit=1).id or 0
    for source in mails:
        started = time.monotonic()
        try:
            env["mail.thread"].message_process(None, source)
            env.cr.commit()
        except ValueError:
            env.cr.rollback()
            failed += 1
        env.invalidate_all()
        seconds.append(time.monotonic() - started)
    tickets = env["billing.ticket"].search([("id", ">", before)])
    result = {
        "seconds": seconds,
        "failed": failed,
        "tickets": len(tickets),
        "lines": len(tickets.line_ids),
        "strangers": len(tickets.filtered(lambda ticket: not ticket.partner_id)),
    }
    tickets.unlink()
    env.cr.commit()
    return result


def report(result, options):
    seconds = result["seconds"]
    print(
        f"{len(seconds)} e-mails, {options.invoices:,} invoices: {sum(seconds):.1f} s"
        f" (target: at most {TARGET:.0f} s)\n"
        f"One e-mail: median {statistics.median(seconds) * 1000:.0f} ms,"
        f" longest {max(seconds) * 1000:.0f} ms\n"
        f"Tickets: {result['tickets']}, with {result['lines']} invoices;"
        f" {result['strangers']} of strangers; not deliverable: {result['failed']}"
    )


if __name__ == "__main__":
    main()
