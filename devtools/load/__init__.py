"""Load a CSV file of receivables into a database: `./dev load FILE.csv`."""

import argparse
import datetime
import time

from . import parse


def main(env, argv):
    """Load the file that argv names; 0 when all of it is in, else nothing is to be
    committed."""
    options = _options(argv)
    rows, errors = parse.read(options.file, date_format=options.date_format)
    if errors:
        print("\n".join(parse.complaint(error) for error in errors))
        print(f"{len(errors)} errors: nothing was loaded.")
        return 1
    return _load(env, options, rows)


def _options(argv):
    parser = argparse.ArgumentParser(prog="./dev load", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--as-of", type=datetime.date.fromisoformat)
    parser.add_argument("--no-payments", action="store_true")
    parser.add_argument("--currency", type=str.upper)
    parser.add_argument("--date-format", help="as of strptime, e.g. %%d/%%m/%%Y")
    return parser.parse_args(argv)


def _load(env, options, rows):
    # Odoo is not needed to check a file.
    from odoo.tools.gc import disabling_gc

    from .write import Loader, LoadError

    started = time.monotonic()
    as_of = options.as_of or parse.latest_date(rows)
    known, later = parse.known_on(rows, as_of)
    if options.no_payments:
        known = [parse.unpaid(row) for row in known]
    try:
        loader = Loader(env, options.currency)
        with disabling_gc():
            loader.load(known)
        loader.check(parse.open_amount(known))
    except LoadError as error:
        print(f"{error}\nNothing was loaded.")
        return 1
    print(
        f"As of {as_of}: {loader.customer_count} customers, {len(known)} invoices, "
        f"{loader.payment_count} payments, open {loader.open_amount():,.2f} "
        f"{loader.currency.name}, in {time.monotonic() - started:.0f} s."
    )
    disputed = sum(row.disputed for row in known)
    print(
        f"{disputed} disputed, {loader.hold_count} of them open and on hold; "
        f"{later} not yet issued, left out."
    )
    return 0
