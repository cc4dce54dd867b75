"""What the user sees: progress of long steps, and problems in one sentence."""

import contextlib
import itertools
import os
import re
import subprocess
import sys
import threading
import time

from . import paths

ROUTINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (INFO|WARNING) ")


class Problem(Exception):
    """Something the user can mend; the text is one sentence that says how."""


class Progress:
    """Numbered steps with their duration; a spinner where the output is a terminal."""

    def __init__(self, total, stream=None):
        self.total = total
        self.number = 0
        self.stream = stream or sys.stderr

    @contextlib.contextmanager
    def step(self, title):
        self.number += 1
        label = f"[{self.number}/{self.total}] {title}"
        started = time.monotonic()
        shown = self._spinner if self.stream.isatty() else self._plain
        with shown(label, started):
            yield
        self._write(f"{label}: ready ({time.monotonic() - started:.0f} s)\n")

    @contextlib.contextmanager
    def _plain(self, label, _started):
        self._write(f"{label} ...\n")
        yield

    @contextlib.contextmanager
    def _spinner(self, label, started):
        done = threading.Event()
        thread = threading.Thread(target=self._spin, args=(label, started, done))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self._write("\r\033[K")

    def _spin(self, label, started, done):
        for sign in itertools.cycle("|/-\\"):
            self._write(f"\r{sign} {label} {time.monotonic() - started:.0f} s ")
            if done.wait(0.2):
                return

    def _write(self, text):
        self.stream.write(text)
        self.stream.flush()


def run_logged(command, log, doing, **options):
    """Run a command silently; when it fails, raise a problem that names its log."""
    log_path = paths.data() / "logs" / f"{log}.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as output:
        code = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **options,
        ).returncode
    if code:
        raise Problem(f"{doing} failed: read {log_path} ({last_line(log_path)}).")
    return log_path


def last_line(path):
    """Last line that says something: Odoo's routine messages after it do not."""
    lines = path.read_text(errors="replace").strip().splitlines()
    telling = [line for line in lines if line.strip() and not ROUTINE.match(line)]
    return telling[-1].strip()[:200].rstrip(".") if telling else "it says nothing"


def colour(text, code):
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return f"\033[{code}m{text}\033[0m"
    return text
