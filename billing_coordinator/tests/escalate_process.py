"""The escalation job in a process of its own, as one of several schedulers runs it.

    python escalate_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``told`` after each ticket, and then waits so many seconds.
"""

import sys

from slow_process import slow_down, work


def main(database, seconds, *options):
    def prepare(registry):
        slow_down(registry, "billing.ticket", "_escalate", "told", seconds)

    work(database, options, prepare, "billing.ticket", "_cron_escalate")


if __name__ == "__main__":
    main(*sys.argv[1:])
