"""The daily job in a process of its own, as one of several schedulers runs it.

    python job_process.py DATABASE SECONDS PAUSE [ODOO OPTION ...]

Says ``sent`` after each notice, before its transaction ends, and then waits so many
seconds: long enough for another process, or for the one who kills it. With a PAUSE of 1
it says ``locking`` before it takes the first customer, and waits for the word to go on.
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
    """Make every notice take its time inside its transaction."""
    model = registry["billing.followup.notice"]
    issue = model._issue

    def _issue(notice):
        issue(notice)
        notice.env.flush_all()
        print("sent", flush=True)
        time.sleep(seconds)

    model._issue = _issue


def pause(registry):
    """Stop once: the queue is made, the first customer is not locked yet."""
    model = registry["billing.worklist"]
    lock = model._lock

    def _lock(row):
        model._lock = lock
        print("locking", flush=True)
        sys.stdin.readline()
        return lock(row)

    model._lock = _lock


def main(database, seconds, pausing, *options):
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    registry = Registry(database)
    slow_down(registry, float(seconds))
    if int(pausing):
        pause(registry)
    print("ready", flush=True)
    sys.stdin.readline()
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["billing.worklist"]._cron_followup()


if __name__ == "__main__":
    main(*sys.argv[1:])
