"""The job that matches payments in a process of its own, as one of several.

    python match_job_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``applied`` after each line of the bank, and then waits so many seconds.
"""

import sys

from slow_process import slow_down, work

MATCH = "billing.payment.match"


def main(database, seconds, *options):
    def prepare(registry):
        slow_down(registry, MATCH, "_apply", "applied", seconds)

    work(database, options, prepare, MATCH, "_cron_match")


if __name__ == "__main__":
    main(*sys.argv[1:])
