"""Somebody who posts an allowance in a process of their own, as a request does.

    python allowance_process.py DATABASE SECONDS ALLOWANCE [ODOO OPTION ...]

Says ``posted`` once it is posted, and waits so many seconds before it commits. What is
refused goes to the error output.
"""

import sys
from functools import partial

from slow_process import slow_down, work

from odoo.exceptions import UserError
from odoo.service.model import retrying

MODEL = "billing.allowance"


def post(records, allowance_id):
    """As a request does: what PostgreSQL refuses is tried again."""
    allowance = records.browse(allowance_id)
    try:
        retrying(allowance.action_post, records.env)
    except UserError as error:
        sys.exit(str(error))


def main(database, seconds, allowance_id, *options):
    def prepare(registry):
        slow_down(registry, MODEL, "_post_one", "posted", seconds)
        job = partial(post, allowance_id=int(allowance_id))
        registry[MODEL]._post_here = lambda records: job(records)

    work(database, options, prepare, MODEL, "_post_here")


if __name__ == "__main__":
    main(*sys.argv[1:])
