"""What `./dev NAME` does, one function a command."""

import contextlib
import datetime
import os
import signal
import subprocess

from . import (
    browser_tools,
    database,
    lint,
    machine,
    mail,
    odoo_source,
    odooenv,
    paths,
    postgres,
    python_env,
    server,
)
from .console import Problem, Progress, colour

DEMO = "billing_demo"
LOADED = "billing_load"
# Each takes about one GB, its browser included.
MOST_TEST_PROCESSES = 4
LOGINS = {
    "admin": "administrator",
    "manager": "billing manager",
    "coordinator": "billing coordinator",
    "accountant": "accountant: prepares the month-end close",
    "department": "member of a department that answers tickets",
    "customer": "a customer, in the portal",
}


@contextlib.contextmanager
def ground(progress, tools=()):
    """Everything Odoo needs: its source, Python packages, tools, PostgreSQL."""
    machine.prepare_folders()
    postgres.environment()
    with machine.lock("ground"):
        with progress.step("Odoo 19"):
            root = odoo_source.root()
        with progress.step("Python packages"):
            python = python_env.python()
        with progress.step(
            "Tools for " + ("PDF" if len(tools) == 1 else "PDF and tests")
        ):
            scripts = browser_tools.ensure(tools)
    odoo = odooenv.Odoo(root, python, scripts)
    with contextlib.ExitStack() as stack:
        with progress.step("PostgreSQL"):
            stack.enter_context(postgres.running(python))
        yield odoo


def run(arguments):
    """Serve the demo database, or one that ./dev load made."""
    anew = "--fresh" in arguments
    words = [word for word in arguments if word != "--fresh"]
    name, rest = take_option(words, "--database", DEMO)
    if rest:
        raise Problem(f"./dev run does not know {rest[0]!r}: see ./dev help.")
    server.stop_on_signals()
    port = machine.http_port()
    machine.check_port(port)
    progress = Progress(6)
    with ground(progress, ["wkhtmltopdf"]) as odoo:
        databases = database.Databases(odoo)
        with progress.step(f"Database {name}"):
            if name == DEMO:
                databases.demo(name, anew)
            else:
                databases.kept(name)
        with server.mail_catcher(odoo) as smtp_port:
            odoo.configure(name, smtp_port)
            with contextlib.ExitStack() as stack:
                with progress.step("Server"):
                    serving = server.serving(odoo, name, port)
                    process = stack.enter_context(serving)
                greet(odoo, name, port)
                return server.wait(process)


def greet(odoo, name, port):
    print(f"\nOdoo {odoo_source.version(odoo.root)} with the addon is ready:\n")
    print(f"    {colour(f'http://127.0.0.1:{port}', '1')}\n")
    logins = LOGINS if name == DEMO else {"admin": LOGINS["admin"]}
    for login, role in logins.items():
        print(f"    {f'{login} / {login}':<28}{role}")
    print("\nNo mail leaves this machine: ./dev mail reads what was sent")
    print(f"(kept in {paths.mails()}).\nCtrl-C stops everything.\n", flush=True)


def test(arguments):
    """Run the whole test suite under pytest; arguments go to pytest."""
    server.stop_on_signals()
    progress = Progress(5)
    name = f"billing_test_{paths.checkout_id()}"
    with ground(progress, list(browser_tools.PROGRAMS)) as odoo:
        with progress.step("Test database"):
            database.Databases(odoo).scratch(name)
        odoo.configure(name)
        pytest = [odoo.python, "-m", "pytest", "--odoo-http"]
        environment = {**odoo.environment(name), **browser_tools.QUIET_BROWSER}
        # Each process copies the database, with PostgreSQL's own programs.
        programs = str(postgres.programs(odoo.python))
        environment["PATH"] = os.pathsep.join([environment["PATH"], programs])
        runs = [arguments] if arguments else whole_suite()
        return max(call([*pytest, *options], environment) for options in runs)


def whole_suite():
    """pytest's options for each run of the suite.

    First all but the browser, in a process a core, classes whole; then the browser by
    itself: tours do not get ready in time on a small machine that is busy.
    """
    processes = min(os.cpu_count() or 1, MOST_TEST_PROCESSES)
    if processes < 2:
        return [[]]
    marks = ["-p", "devtools.inside.spread", "-m"]
    spread = ["-n", str(processes), "--dist", "loadscope"]
    return [[*marks, "not browser", *spread], [*marks, "browser"]]


def load(arguments):
    """Load a CSV file of receivables into a database without demo data."""
    name, rest = take_option(arguments, "--database", LOADED)
    if not rest or rest[0].startswith("-"):
        raise Problem("Name the file to load: ./dev load FILE.csv [--as-of DATE].")
    path = os.path.abspath(rest[0])
    if not os.path.isfile(path):
        raise Problem(f"There is no file {path}.")
    as_of, _ = take_option(rest, "--as-of", None)
    date_format, _ = take_option(rest, "--date-format", None)
    complaints = file_errors(path, as_of, date_format)
    if complaints:
        print("\n".join(complaints))
        return 1
    progress = Progress(5)
    with ground(progress, ["wkhtmltopdf"]) as odoo:
        with progress.step(f"Database {name}"):
            database.Databases(odoo).kept(name)
        code = odoo.run_script(name, "devtools.load", [path, *rest[1:]])
    if not code:
        print(f"Look at it with: ./dev run --database {name}")
    return code


def file_errors(path, as_of, date_format):
    """What is wrong with the file itself, before any database is made."""
    from .load import parse

    try:
        day = datetime.date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise Problem(f"--as-of is {as_of!r}: write it as 2026-01-31.") from error
    _rows, errors = parse.read(path, day, date_format)
    return [f"line {number}: {why}" for number, why in errors]


def bench(arguments):
    """Run a benchmark of the folder benchmarks/ on a database of its own."""
    folder = paths.CHECKOUT / "benchmarks"
    found = sorted(path.stem for path in folder.glob("bench_*.py"))
    if not arguments or arguments[0] not in found:
        raise Problem(f"Name a benchmark: {', '.join(found) or 'there is none yet'}.")
    progress = Progress(6)
    name = f"billing_bench_{paths.checkout_id()}"
    with ground(progress, ["wkhtmltopdf"]) as odoo:
        with progress.step("Addons to compare with"):
            peers = python_env.peers(odoo.python)
        with progress.step("Benchmark database"):
            database.Databases(odoo).scratch(name)
        script = folder / f"{arguments[0]}.py"
        environment = {**odoo.environment(name), "BILLING_PEERS": str(peers)}
        return call([odoo.python, script, *arguments[1:]], environment)


def translate(_arguments):
    """Export the terms to translate and update the file of each language."""
    progress = Progress(5)
    name = f"billing_test_{paths.checkout_id()}"
    with ground(progress, ["wkhtmltopdf"]) as odoo:
        with progress.step("Database"):
            database.Databases(odoo).scratch(name)
        return odoo.run_script(name, "devtools.inside.translations")


def shell(arguments):
    """Odoo's interactive shell on the demo database."""
    name, rest = take_option(arguments, "--database", DEMO)
    with ground(Progress(4), ["wkhtmltopdf"]) as odoo:
        odoo.configure(name)
        command = odoo.command("shell", "-d", name, "--no-http", *rest)
        return call(command, odoo.environment(name))


def psql(arguments):
    """PostgreSQL's interactive client on the demo database."""
    name, rest = take_option(arguments, "--database", DEMO)
    with ground(Progress(4), ["wkhtmltopdf"]) as odoo:
        client = postgres.programs(odoo.python) / "psql"
        return call([client, *rest], {**odoo.environment(), "PGDATABASE": name})


def call(command, environment):
    """Run in the foreground of the checkout; returns the exit code.

    A terminal sends Ctrl-C to the program as well; other signals are passed on.
    """
    process = subprocess.Popen(
        [str(part) for part in command], env=environment, cwd=paths.CHECKOUT
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGINT))
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


def take_option(arguments, option, default):
    """(value, other arguments) of an option written `--x V` or `--x=V`."""
    rest, value = [], default
    words = iter(arguments)
    for word in words:
        if word == option:
            value = next(words, default)
        elif word.startswith(f"{option}="):
            value = word.split("=", 1)[1]
        else:
            rest.append(word)
    return value, rest


COMMANDS = {
    "run": run,
    "test": test,
    "load": load,
    "lint": lint.main,
    "mail": mail.show,
    "bench": bench,
    "translate": translate,
    "shell": shell,
    "psql": psql,
}
