"""The escalation job in a process of its own, as one of several schedulers runs it.

    python escalate_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``told`` after each ticket, before its transaction ends, and then waits so many
seconds: long enough for another process, or for the one who kills it.
"""

# What it prints is read by the test that started it.
# pylint: disable=print-used

import sys
import time

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config


def slow_down(registry, seconds):
    """Make every telling take its time inside its transaction."""
    model = registry["billing.ticket"]
    escalate = model._escalate

    def _escalate(ticket):
        escalate(ticket)
        ticket.env.flush_all()
        print("told", flush=True)
        time.sleep(seconds)

    model._escalate = _escalate


def main(database, seconds, *options):
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    registry = Registry(database)
    slow_down(registry, float(seconds))
    print("ready", flush=True)
    sys.stdin.readline()
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["billing.ticket"]._cron_escalate()


if __name__ == "__main__":
    main(*sys.argv[1:])
