"""Statements of account as data, beside OCA partner_statement.

    ./dev bench bench_statement [--customers 1000] [--rounds 3] [--pdfs 20]

Both addons are installed on one copy of the ledger of bench_followup (101,106 open
items of 4,100 customers) and read the same customers in turn, in one process. What is
measured is the data of the statements; the seconds of a PDF of ours, most of them those
of wkhtmltopdf, are stated apart.
"""

import argparse
import os

import bench_followup as bench

BOTH = "billing_bench_statement"


def main():
    options = parse_arguments()
    bench.print_machine()
    bench.build_ledger(options)
    install_both()
    result = measure(options)
    pdfs = options.pdfs and bench.step(BOTH, "statement_pdfs", str(options.pdfs))
    bench.execute("postgres", f'DROP DATABASE "{BOTH}" WITH (FORCE)')
    bench.print_table(rows_of(result))
    print(f"Balances that differ between the two: {result['different']}")
    if pdfs:
        print(
            f"A statement as PDF, of {options.pdfs} one after the other: median"
            f" {pdfs['median']:.2f} s, longest {pdfs['longest']:.2f} s"
        )


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", help="receivables to load instead of seeded ones")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pdfs", type=int, default=20, help="0: none")
    parser.add_argument("--rebuild", action="store_true", help="the ledger anew")
    return parser.parse_args()


def install_both():
    folders = f"{bench.peer_path(os.environ['BILLING_PEERS'])},{bench.HERE.parent}"
    os.environ["BILLING_BENCH_ADDONS"] = folders
    bench.create(BOTH, bench.LEDGER)
    addons = "billing_coordinator,partner_statement"
    bench.odoo(BOTH, "-i", addons, f"--addons-path={folders}")
    bench.execute(BOTH, "ANALYZE")


def measure(options):
    """The steps of the statement are a script of their own, like those of follow-up."""
    bench.STEPS = bench.HERE / "statement_steps.py"
    numbers = (str(options.customers), str(options.rounds))
    return bench.step(BOTH, "peer_statements", *numbers)


def rows_of(result):
    what = f"{result['customers']:,} statements, {result['lines']:,} lines"
    return [
        (
            f"Open items as data: {what}",
            f"{result['open_items']:.2f} s",
            f"{result['peer']:.2f} s",
            "at most 10 s",
        ),
        (
            "Activity of two months, with open items",
            f"{result['activity']:.2f} s",
            f"{result['peer_activity']:.2f} s",
            "at most 10 s",
        ),
    ]


if __name__ == "__main__":
    main()
