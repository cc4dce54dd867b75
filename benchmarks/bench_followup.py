"""Follow-up at the size of a large company, beside OCA account_credit_control.

    ./dev bench bench_followup [--file FILE.csv] [--peer-seconds 300] [--workers 2]

One ledger of 100,000 open overdue invoices and 4,100 customers is built once: a file
of receivables (the columns of ./dev load), or a seeded one like it, loaded twice
without payments and multiplied by ``odoo populate``. Both addons are installed on
copies of it. Each step is a process of its own, so that memory is the step's alone.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

HERE = Path(__file__).resolve().parent
STEPS = HERE / "followup_steps.py"
LEDGER = "billing_bench_ledger"
EMPTY = "billing_bench_empty"
OURS = "billing_bench_ours"
PEER = "billing_bench_peer"
QUEUED = "billing_bench_queued"
# Seconds until the first worker has evaluated and calls for help.
CALLED_AFTER = 6
FACTOR = 40


def main():
    options = parse_arguments()
    print_machine()
    build_ledger(options)
    wanted = options.only or [name for name in MEASUREMENTS if name != "peer"]
    if options.peer_seconds and not options.only:
        wanted.append("peer")
    print_table([row for name in wanted for row in MEASUREMENTS[name](options)])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", help="receivables to load instead of seeded ones")
    parser.add_argument("--peer-seconds", type=int, default=300, help="0: no peer")
    parser.add_argument("--workers", type=int, default=2, help="for the parallel run")
    parser.add_argument("--rebuild", action="store_true", help="the ledger anew")
    parser.add_argument(
        "--only", nargs="+", choices=MEASUREMENTS, help="after a whole run"
    )
    return parser.parse_args()


def print_machine():
    with psycopg2.connect(dbname="postgres") as connection:
        version = connection.server_version // 10000
    print(f"{os.cpu_count()} processors, PostgreSQL {version}")


# -- the ledger --------------------------------------------------------------


def build_ledger(options):
    """Make the ledger under another name first: a broken one is never used."""
    if exists(LEDGER) and not options.rebuild:
        return
    create(EMPTY)
    odoo(EMPTY, "-i", "account")
    step(EMPTY, "accounts")
    draft = f"{LEDGER}_draft"
    create(draft, EMPTY)
    step(draft, "load", options.file or "")
    populate = ["--models", "res.partner,account.move", "--factors", str(FACTOR)]
    run([sys.executable, "-m", "odoo", "populate", "-d", draft, *populate])
    execute(draft, "ANALYZE")
    execute("postgres", f'DROP DATABASE IF EXISTS "{LEDGER}" WITH (FORCE)')
    execute("postgres", f'ALTER DATABASE "{draft}" RENAME TO "{LEDGER}"')


def exists(name):
    return bool(
        execute("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name)
    )


def create(name, template="template0"):
    execute("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    execute("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def execute(database, statement, *values):
    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


# -- measurements ----------------------------------------------------------------


def measure_install(_options):
    """Installing on an empty database and on the ledger, in turn."""
    create(f"{EMPTY}_ours", EMPTY)
    small = timed(odoo, f"{EMPTY}_ours", "-i", "billing_coordinator")
    create(OURS, LEDGER)
    large = timed(odoo, OURS, "-i", "billing_coordinator")
    execute("postgres", f'DROP DATABASE "{EMPTY}_ours" WITH (FORCE)')
    return [
        ("Install on an empty database", f"{small:.1f} s", "", ""),
        (
            "Install on the ledger",
            f"{large:.1f} s",
            "",
            f"empty + 30 s = {small + 30:.0f}",
        ),
    ]


def measure_posting(_options):
    """Posting 500 invoices with the addon and without it, in turn, seven times."""
    create(PEER, LEDGER)
    ours, plain = [], []
    for _round in range(7):
        plain.append(step(PEER, "post")["seconds"])
        ours.append(step(OURS, "post")["seconds"])
    ratios = sorted(a / b for a, b in zip(ours, plain, strict=True))
    return [
        (
            "Posting 500 invoices, with / without the addon",
            f"{min(ours):.2f} s / {min(plain):.2f} s",
            "",
            f"ratio {ratios[3]:.3f}, at most 1.05",
        )
    ]


def measure_evaluation(_options):
    execute(OURS, "ANALYZE")
    result = step(OURS, "evaluate")
    label = f"Evaluate {result['lines']:,} lines of {result['customers']:,} customers"
    return [(label, f"{result['seconds']:.1f} s", "", "at most 5 s")]


def measure_queue(_options):
    """One process does the whole run."""
    create(QUEUED, OURS)
    result = step(QUEUED, "queue")
    return [figure_of_queue("Notices recorded and mails queued, 1 worker", result)]


def measure_parallel(options):
    """Several processes share the run; then the worklist as a coordinator opens it."""
    create(QUEUED, OURS)
    result = in_parallel(options.workers, QUEUED)
    label = f"Notices recorded and mails queued, {options.workers} workers"
    opened = step(QUEUED, "worklist")
    execute("postgres", f'DROP DATABASE "{QUEUED}" WITH (FORCE)')
    return [figure_of_queue(label, result), figure_of_worklist(opened)]


def figure_of_worklist(opened):
    """Figures brought up to date and the default list read, as one time."""
    label = "Worklist opened: figures of this moment and the default list"
    label += f" ({opened['rows']:,} of {opened['customers']:,} customers)"
    (best, *_parts), (median, refresh, read) = opened["best"], opened["median"]
    text = f"{best:.2f} s best, {median:.2f} s median"
    text += f" (figures {refresh:.2f}, list {read:.2f})"
    return (label, text, "", "at most 0.3 s")


def figure_of_queue(label, result):
    text = f"{result['seconds']:.0f} s, {result['notices']:,} notices,"
    text += f" {result['mails']:,} mails, {result['memory']:.0f} MB"
    return (label, text, "", "at most 90 s, 1 GB")


def in_parallel(workers, database):
    started = time.monotonic()
    command = [sys.executable, HERE / "followup_steps.py", database]
    running = [subprocess.Popen([*command, "queue"], stdout=subprocess.PIPE, text=True)]
    time.sleep(CALLED_AFTER)
    for _worker in range(workers - 1):
        helper = subprocess.Popen([*command, "help"], stdout=subprocess.PIPE, text=True)
        running.append(helper)
    results = [json.loads(p.communicate()[0].splitlines()[-1]) for p in running]
    last = max(results, key=lambda result: result["notices"])
    memory = sum(result["memory"] for result in results)
    return dict(last, seconds=time.monotonic() - started, memory=memory)


def measure_peer(options):
    """The peer on its own copy; what is not done in time says so."""
    os.environ["BILLING_BENCH_ADDONS"] = peer_path(os.environ["BILLING_PEERS"])
    odoo(PEER, "-i", "account_credit_control", addons=os.environ["BILLING_PEERS"])
    lines = step(PEER, "peer_lines", seconds=options.peer_seconds)
    label = "account_credit_control: lines computed"
    if not lines:
        return [(label, "", f"not done in {options.peer_seconds} s", "")]
    rows = [(label, "", f"{lines['seconds']:.0f} s, {lines['lines']:,} lines", "")]
    mails = step(PEER, "peer_mails", seconds=options.peer_seconds)
    if mails:
        text = f"{mails['seconds']:.0f} s, {mails['mails']:,} mails"
    else:
        text = f"not done in {options.peer_seconds} s"
    rows.append(("account_credit_control: messages made", "", text, ""))
    return rows


# -- processes ------------------------------------------------------------------------


def odoo(database, *arguments, addons=None):
    options = ["-d", database, "--no-http", "--stop-after-init"]
    if addons:
        options.append(f"--addons-path={peer_path(addons)}")
    run([sys.executable, "-m", "odoo", *options, *arguments])


def peer_path(addons):
    folder = Path(addons)
    return next(
        (
            str(path.parent)
            for path in folder.rglob("account_credit_control")
            if path.is_dir()
        ),
        str(folder),
    )


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit("\n".join(result.stderr.splitlines()[-15:]))


def timed(function, *arguments):
    started = time.monotonic()
    function(*arguments)
    return time.monotonic() - started


def step(database, name, *arguments, seconds=None):
    """Result of one step, None when it was not done in time."""
    command = [sys.executable, STEPS, database, name, *arguments]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return None
    if result.returncode:
        sys.exit("\n".join(result.stderr.splitlines()[-15:]))
    return json.loads(result.stdout.splitlines()[-1])


def print_table(rows):
    head = ("", "billing_coordinator", "peer", "target")
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(4)]
    for row in [head, *rows]:
        print(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
        )


MEASUREMENTS = {
    "install": measure_install,
    "posting": measure_posting,
    "evaluation": measure_evaluation,
    "queue": measure_queue,
    "parallel": measure_parallel,
    "peer": measure_peer,
}

if __name__ == "__main__":
    main()
