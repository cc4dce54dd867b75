"""Proposals in the database: read what is open, match, store.

    ./dev bench bench_propose [--lines 10000] [--items 100000] [--seed 101]
                              [--noise seen|unseen]

Open items are posted invoices and credit notes of a real database, cloned with SQL;
lines are statement lines. What is timed is all of `billing.payment.match._propose`.
"""

import argparse
import os

import bench_followup as bench

DATABASE = "billing_bench_propose"


def main():
    options = parse_arguments()
    bench.print_machine()
    os.environ["BILLING_BENCH_ADDONS"] = str(bench.HERE.parent)
    bench.STEPS = bench.HERE / "propose_steps.py"
    numbers = (str(options.items), str(options.seed), options.noise)
    bench.create(DATABASE)
    bench.odoo(DATABASE, "-i", "billing_coordinator")
    bench.step(DATABASE, "accounts")
    built = bench.step(DATABASE, "propose_build", *numbers, str(options.lines))
    print(f"{built['lines']:,} lines, {built['items']:,} open items")
    bench.execute(DATABASE, "ANALYZE")
    result = bench.step(DATABASE, "propose_time")
    print(
        f"proposed in {result['seconds']:.1f} s with {result['queries']} queries:"
        f" {result['matches']:,} proposals, {result['clear']:,} lines clear;"
        f" again in {result['again']:.1f} s; {result['memory']:.0f} MB at most"
    )
    bench.execute("postgres", f'DROP DATABASE "{DATABASE}" WITH (FORCE)')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--noise", choices=("seen", "unseen"), default="seen")
    return parser.parse_args()


if __name__ == "__main__":
    main()
