"""The job of the closes in a process of its own, as a scheduler runs it.

    python close_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``checked`` after each close, and then waits so many seconds.
"""

import sys

from slow_process import slow_down, work

CLOSES = "billing.close"


def main(database, seconds, *options):
    def prepare(registry):
        slow_down(registry, CLOSES, "_refresh", "checked", seconds)

    work(database, options, prepare, CLOSES, "_cron_close")


if __name__ == "__main__":
    main(*sys.argv[1:])
