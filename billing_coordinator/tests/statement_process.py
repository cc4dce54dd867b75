"""The job that sends statements in a process of its own, as one of several.

    python statement_process.py DATABASE SECONDS [ODOO OPTION ...]

Says ``made`` after each statement, and then waits so many seconds.
"""

import sys

from slow_process import slow_down, work

LINE = "billing.statement.run.line"


def main(database, seconds, *options):
    def prepare(registry):
        slow_down(registry, LINE, "_process_locked", "made", seconds)
        # Without a PDF, which takes its own time.
        registry[LINE]._get_attachments = lambda line: line.env["ir.attachment"]

    work(database, options, prepare, LINE, "_cron_send")


if __name__ == "__main__":
    main(*sys.argv[1:])
