"""The daily job in a process of its own, as one of several schedulers runs it.

    python job_process.py DATABASE SECONDS PAUSE [ODOO OPTION ...]

Says ``sent`` after each notice, and then waits so many seconds. With a PAUSE of 1 it
says ``locking`` before it takes the first customer, and waits for the word to go on.
"""

# What it prints is read by the test that started it.
# pylint: disable=print-used

import sys

from slow_process import slow_down, work


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
    def prepare(registry):
        slow_down(registry, "billing.followup.notice", "_issue", "sent", seconds)
        if int(pausing):
            pause(registry)

    work(database, options, prepare, "billing.worklist", "_cron_followup")


if __name__ == "__main__":
    main(*sys.argv[1:])
