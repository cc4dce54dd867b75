"""Somebody who signs a task of a close in a process of their own, as a request does.

    python sign_process.py DATABASE SECONDS TASK USER [ODOO OPTION ...]

Says ``signed`` once the task is signed, and waits so many seconds before it commits.
What is refused goes to the error output.
"""

import sys

from slow_process import slow_down, work

from odoo.exceptions import UserError
from odoo.service.model import retrying

MODEL = "billing.close.task"


def main(database, seconds, task_id, user_id, *options):
    def sign(records):
        """As a request does: what PostgreSQL refuses is tried again."""
        task = records.with_user(int(user_id)).browse(int(task_id))
        try:
            retrying(lambda: task._sign("prepare"), task.env)
        except UserError as error:
            sys.exit(str(error))

    def prepare(registry):
        slow_down(registry, MODEL, "_plan_activities", "signed", seconds)
        registry[MODEL]._sign_one = sign

    work(database, options, prepare, MODEL, "_sign_one")


if __name__ == "__main__":
    main(*sys.argv[1:])
