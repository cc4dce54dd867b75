"""Judging 10,000 open promises at once.

    ./dev bench bench_promise [--promises 10000] [--customers 4000]

A third is paid, a third is paid in part, a third is broken; each on an invoice of its
own. What is measured is the day's judging whole, activities for the broken included.
"""

import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--promises", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=4_000)
    options = parser.parse_args()
    step = os.path.join(HERE, "promise_steps.py")
    database = os.environ["PGDATABASE"]
    arguments = [str(options.promises), str(options.customers)]
    return subprocess.call([sys.executable, step, database, *arguments])


if __name__ == "__main__":
    sys.exit(main())
