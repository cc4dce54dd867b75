"""The job that sends statements in a process of its own, as one of several.

    python statement_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``made`` after each statement, before its transaction ends, and then waits so many
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
    """Make every statement take its time inside its transaction, without a PDF."""
    model = registry["billing.statement.run.line"]
    process = model._process_locked

    def _process_locked(line):
        process(line)
        line.env.flush_all()
        print("made", flush=True)
        time.sleep(seconds)

    model._process_locked = _process_locked
    model._get_attachments = lambda line: line.env["ir.attachment"]


def main(database, seconds, *options):
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    registry = Registry(database)
    slow_down(registry, float(seconds))
    print("ready", flush=True)
    sys.stdin.readline()
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["billing.statement.run.line"]._cron_send()


if __name__ == "__main__":
    main(*sys.argv[1:])
