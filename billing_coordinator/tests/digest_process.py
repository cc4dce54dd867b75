"""The morning digest in a process of its own, as one of several schedulers runs it.

    python digest_process.py DATABASE SECONDS [ODOO OPTION ...]

It is always a Monday morning. Each person takes so many seconds.
"""

import sys
from datetime import datetime

from slow_process import slow_down, work

USERS = "res.users"
MONDAY = datetime(2025, 6, 16, 9)


def main(database, seconds, *options):
    def prepare(registry):
        registry[USERS]._billing_close_now = lambda _user: MONDAY
        slow_down(registry, USERS, "_billing_close_send_digest", "done", seconds)

    work(database, options, prepare, "billing.close", "_cron_digest")


if __name__ == "__main__":
    main(*sys.argv[1:])
