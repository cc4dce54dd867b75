"""The morning digest in a process of its own, as one of several schedulers runs it.

    python digest_process.py DATABASE SECONDS [ODOO OPTION ...]

It is always a Monday. Each person takes so many seconds.
"""

import sys
from datetime import date

from slow_process import slow_down, work

USERS = "res.users"
MONDAY = date(2025, 6, 16)


def main(database, seconds, *options):
    def prepare(registry):
        registry[USERS]._billing_close_today = lambda _user: MONDAY
        slow_down(registry, USERS, "_billing_close_send_digest", "done", seconds)

    work(database, options, prepare, "billing.close", "_cron_digest")


if __name__ == "__main__":
    main(*sys.argv[1:])
