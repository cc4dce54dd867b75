"""Somebody who applies a match in a process of their own, as a request does.

    python match_process.py DATABASE SECONDS MATCH [ODOO OPTION ...]

Says ``applied`` once the match is applied, and waits so many seconds before it commits.
What is refused goes to the error output.
"""

import sys
from functools import partial

from slow_process import slow_down, work

from odoo.exceptions import UserError
from odoo.service.model import retrying

MODEL = "billing.payment.match"


def apply_match(records, match_id):
    """As a request does: what PostgreSQL refuses is tried again."""
    match = records.browse(match_id)
    try:
        retrying(match._apply, records.env)
    except UserError as error:
        sys.exit(str(error))


def main(database, seconds, match_id, *options):
    def prepare(registry):
        slow_down(registry, MODEL, "_after_apply", "applied", seconds)
        job = partial(apply_match, match_id=int(match_id))
        registry[MODEL]._apply_one = lambda records: job(records)

    work(database, options, prepare, MODEL, "_apply_one")


if __name__ == "__main__":
    main(*sys.argv[1:])
