"""All automatic checks of a month-end close on a ledger of 1,050,000 journal items.

    ./dev bench bench_close_checks [--invoices 250000] [--rounds 2] [--rebuild]

A year of invoices with tax, 60 % of them settled by lines of the bank, is written with
SQL from one posted invoice and one reconciled bank line. Each check is run twice: alone
and after the others of the period, with which it shares what they have read.
"""

import argparse
import os

import bench_followup as bench

DATABASE = "billing_bench_close"
ALONE, TOGETHER = 10, 30  # seconds


def main():
    options = parse_arguments()
    bench.print_machine()
    os.environ["BILLING_BENCH_ADDONS"] = str(bench.HERE.parent)
    bench.STEPS = bench.HERE / "close_steps.py"
    build_ledger(options)
    result = bench.step(DATABASE, "checks", str(options.rounds))
    bench.print_table(rows_of(result))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=250000, help="of a year")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many")
    parser.add_argument("--rebuild", action="store_true", help="the ledger anew")
    return parser.parse_args()


def build_ledger(options):
    """Make the ledger under another name first: a broken one is never used."""
    if bench.exists(DATABASE) and not options.rebuild:
        bench.odoo(DATABASE, "-u", "billing_coordinator")
        return
    draft = f"{DATABASE}_draft"
    bench.create(draft)
    bench.odoo(draft, "-i", "billing_coordinator")
    bench.step(draft, "ledger", str(options.invoices))
    bench.execute(draft, "VACUUM ANALYZE")
    bench.execute("postgres", f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    bench.execute("postgres", f'ALTER DATABASE "{draft}" RENAME TO "{DATABASE}"')


def rows_of(result):
    rows = [
        (
            f"{name}: {figure:,.2f}",
            f"{alone:.2f} s alone, {shared:.2f} s with the others",
            "",
            f"at most {ALONE} s",
        )
        for name, figure, alone, shared in result["checks"]
    ]
    together = (
        f"All {len(rows)} checks of one month, {result['items']:,} journal items",
        f"{result['together']:.2f} s",
        "",
        f"at most {TOGETHER} s",
    )
    return [*rows, together]


if __name__ == "__main__":
    main()
