"""Matching beside OCA account_reconcile_oca: the same lines, the same receivables.

    ./dev bench bench_match_oca [--lines 10000] [--items 100000] [--seed 101]
                                [--noise seen|unseen] [--limit-seconds 600]

The receivables are posted invoices and credit notes of a real database, cloned with
SQL; the lines are statement lines. The peer matches when lines are created: it looks up
the customer by account and name, and pays the one invoice whose number has the text of
the line in it. (Its reconcile models with automatic reconciliation only write to
accounts: they match no invoices, so none is defined.) What is timed of the peer is its
automatic reconciliation, with the entries that it writes; of ours the matching alone:
the entries are written by another job. What the peer has not done within the limit,
which counts the making of the lines too, is left out, and what ours applies is counted
for the same lines.
"""

import argparse
import os

import bench_followup as bench

DATABASE = "billing_bench_match"
EMPTY = "billing_bench_match_empty"


def main():
    options = parse_arguments()
    bench.print_machine()
    folders = f"{bench.peer_path(os.environ['BILLING_PEERS'])},{bench.HERE.parent}"
    os.environ["BILLING_BENCH_ADDONS"] = folders
    bench.STEPS = bench.HERE / "match_oca_steps.py"
    numbers = (str(options.items), str(options.seed), options.noise)
    if not bench.exists(EMPTY) or options.rebuild:
        make_empty(folders)
    bench.create(DATABASE, EMPTY)
    built = bench.step(DATABASE, "peer_build", *numbers)
    print(f"{built['items']:,} open items built in {built['seconds']:.0f} s")
    bench.execute(DATABASE, "ANALYZE")
    result = bench.step(
        DATABASE, "peer_match", *numbers, str(options.lines), str(options.limit_seconds)
    )
    report(result, options)
    bench.execute("postgres", f'DROP DATABASE "{DATABASE}" WITH (FORCE)')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--noise", choices=("seen", "unseen"), default="seen")
    parser.add_argument("--limit-seconds", type=int, default=600, help="of the peer")
    parser.add_argument("--rebuild", action="store_true", help="the database anew")
    return parser.parse_args()


def make_empty(folders):
    """With the peer's addons, a chart of accounts, and nothing posted."""
    bench.create(EMPTY)
    addons = "account,account_reconcile_oca"
    bench.odoo(EMPTY, "-i", addons, f"--addons-path={folders}")
    bench.step(EMPTY, "accounts")


def report(result, options):
    """What is applied is counted for the lines that the peer has done."""
    done, ours, peer = result["done"], result["these"], result["peer"]
    paying = result["with_answer"]
    print_rows(
        [
            ("", "billing_coordinator", "account_reconcile_oca"),
            ("lines", result["lines"], f"{done}, at most {options.limit_seconds} s"),
            ("seconds", f"{result['seconds']:.1f}", f"{result['peer_seconds']:.1f}"),
            ("seconds for 1,000 lines", *per_thousand(result)),
            *((name, ours[name], peer[name]) for name in ("applied", "right", "wrong")),
            (
                f"right, of {paying} that pay",
                *(f"{count['right'] / max(1, paying):.1%}" for count in (ours, peer)),
            ),
        ]
    )


def per_thousand(result):
    for seconds, lines in (
        (result["seconds"], result["lines"]),
        (result["peer_seconds"], result["done"]),
    ):
        yield f"{1000 * seconds / max(1, lines):.1f}"


def print_rows(rows):
    for label, ours, peer in rows:
        print(f"{label:<28}{ours!s:>24}{peer!s:>26}")


if __name__ == "__main__":
    main()
