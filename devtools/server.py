"""Serve a database: the mail catcher and Odoo, until the user stops them."""

import contextlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

from . import machine, paths
from .console import Problem, last_line

START_LIMIT = 180
STOP_LIMIT = 20


@contextlib.contextmanager
def mail_catcher(odoo):
    """Run the catcher during the block; yields its port."""
    paths.mails().mkdir(parents=True, exist_ok=True)
    port = machine.free_port()
    command = [odoo.python, "-m", "devtools.inside.smtp_catcher", paths.mails(), port]
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=odoo.environment(),
        cwd=paths.CHECKOUT,
        start_new_session=True,
    )
    try:
        if not process.stdout.readline():
            raise Problem(
                f"The mail catcher could not listen on port {port}: try again."
            )
        yield port
    finally:
        process.stdin.close()
        process.wait()


@contextlib.contextmanager
def serving(odoo, database, port):
    """Run Odoo during the block, which begins when it answers."""
    log = paths.data() / "logs" / f"server-{database}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            odoo.command("-d", database, "--http-port", str(port)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=odoo.environment(database),
            cwd=paths.CHECKOUT,
            # Ctrl-C reaches us alone; we pass it on once.
            start_new_session=True,
        )
    try:
        wait_until_ready(process, port, log)
        yield process
    finally:
        stop(process)


def wait_until_ready(process, port, log):
    """Return when the login page answers, so that the first visit is quick."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Problem(f"Odoo stopped: read {log} ({last_line(log)}).")
        if answers(f"http://127.0.0.1:{port}/web/login"):
            return
        time.sleep(0.2)
    raise Problem(f"Odoo did not answer in {START_LIMIT} seconds: read {log}.")


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=60) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_on_signals():
    """Treat every polite way of ending a program like Ctrl-C, and Ctrl-C always."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def wait(process):
    """Until the server ends by itself (its exit code) or the user says so (0)."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
