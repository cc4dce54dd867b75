"""Damaged bank files: all are read or refused, none crashes a reader or keeps it busy.

    ./dev bench bench_fuzz_bank [--cases 100000] [--seed 1] [--limit-seconds 5]
                                [--folder FILES] [--keep FOLDER] [--only CASE]

Valid files of the four families (camt, MT940, OFX, CSV and XLSX) are damaged: bytes,
lines, fields, elements, encodings, parts of workbooks; and so are the mappings of
tables. Counted is, for each family, what was read, refused with a `Problem`, crashed
(any other exception) and not done within the limit. Case N of a seed is always the
same; `--only` repeats it, `--keep` stores the files that crash or hang.
"""

import argparse
import io
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter, defaultdict
from pathlib import Path

import fuzz_files
from fuzz_mutate import mutate

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo.tools import config

config.parse_config(["--no-http", "--max-cron-threads=0"])  # where the addons are

from odoo.addons.billing_coordinator.tools.bank import files, table  # noqa: E402
from odoo.addons.billing_coordinator.tools.bank.record import Problem  # noqa: E402
from odoo.addons.billing_coordinator.tools.bank.table_guess import (  # noqa: E402
    guess_mapping,
)

MEMORY = 3 * 2**30
RESULTS = ("read", "refused", "crashed", "hung")
FORMATS = ("%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%y", "", "%Q", "%")


class Hang(BaseException):
    """The time of a case is over; no reader catches it."""


def main():
    options = parse_arguments()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, stop)
    warnings.simplefilter("ignore")
    samples = fuzz_files.make_files()
    check(samples)
    if options.folder:
        samples += fuzz_files.read_folder(options.folder)
    counts, slowest = defaultdict(Counter), (0, None)
    started = time.monotonic()
    cases = range(options.cases) if options.only is None else [options.only]
    for case in cases:
        family, data, rng = make_case(options.seed, case, samples)
        result, seconds = run(data, rng, options.limit_seconds, case)
        counts[family][result] += 1
        slowest = max(slowest, (seconds, case))
        if result in ("crashed", "hung") and options.keep:
            Path(options.keep, f"{options.seed}-{case}.{family}").write_bytes(data)
    report(counts, slowest, time.monotonic() - started)
    sys.exit(any(c["crashed"] or c["hung"] for c in counts.values()))


def check(samples):
    """The files are valid before they are damaged."""
    for family, data in samples:
        stream = io.BytesIO(data)
        kind = files.recognise(stream)
        mapping = None
        if kind in files.TABLES:
            mapping = guess_mapping(table.preview(stream, files.TABLES[kind]))
            stream.seek(0)
        read = list(files.read_file(stream, mapping))
        if kind != family or len(read) < 3:
            sys.exit(f"A file of {family} is not read whole: {read}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit-seconds", type=float, default=5.0, help="of a case")
    parser.add_argument("--folder", help="valid files of others, to damage as well")
    parser.add_argument("--keep", help="where to put files that crash or hang")
    parser.add_argument("--only", type=int, help="one case")
    return parser.parse_args()


def stop(_signal, _frame):
    raise Hang


def make_case(seed, case, samples):
    rng = random.Random(f"{seed}/{case}")
    family, data = rng.choice(samples)
    return family, mutate(family, data, rng), rng


def run(data, rng, limit, case):
    """``(result, seconds)`` of one file."""
    started = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        read_as_import_does(data, rng)
        result = "read"
    except Problem:
        result = "refused"
    except Hang:
        result = "hung"
    except Exception:
        print(f"case {case} crashed:\n{traceback.format_exc(limit=-4)}")
        result = "crashed"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return result, time.monotonic() - started


def read_as_import_does(data, rng):
    """Recognised, previewed, guessed and read; archives are opened."""
    stream = io.BytesIO(data)
    if files.is_archive(stream):
        for _name, part in files.open_archive(stream):
            files.recognise(part)
        return
    kind = files.recognise(stream)
    mapping = make_mapping(stream, kind, rng) if kind in files.TABLES else None
    for _record in files.read_file(stream, mapping):
        pass


def make_mapping(stream, kind, rng):
    """The guessed one as a rule; else one that somebody clicked together."""
    rows = table.preview(stream, files.TABLES[kind])
    stream.seek(0)
    mapping = guess_mapping(rows)
    if mapping is not None and rng.random() < 0.6:
        return mapping
    columns = (None, *range(9), -1, 99)
    return table.Mapping(
        date=rng.randrange(7),
        **{
            name: rng.choice(columns)
            for name in ("amount", "debit", "credit", "value_date", "currency", "name",
                         "account", "reference")
        },
        text=tuple(rng.sample(range(9), 2)),
        first_row=rng.randrange(6),
        date_format=rng.choice(FORMATS),
        decimal_mark=rng.choice(",.;"),
    )  # fmt: skip


def report(counts, slowest, seconds):
    print(f"{'family':<10}" + "".join(f"{name:>10}" for name in RESULTS))
    total = Counter()
    for family, count in sorted(counts.items()):
        total += count
        print(f"{family:<10}" + "".join(f"{count[name]:>10}" for name in RESULTS))
    print(f"{'all':<10}" + "".join(f"{total[name]:>10}" for name in RESULTS))
    print(
        f"{total.total():,} cases in {seconds:.0f} s; the slowest took"
        f" {slowest[0]:.2f} s (case {slowest[1]})"
    )


if __name__ == "__main__":
    main()
