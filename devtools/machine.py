"""Checks of the machine before work starts, and locks between processes."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path

from . import paths
from .console import Problem

GIGABYTE = 1024**3


def prepare_folders():
    """Make the cache and data folders, readable by PostgreSQL's user."""
    os.umask(0o022)
    for folder in (paths.cache(), paths.data()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(
                f"The folder {folder} cannot be made ({error.strerror}): "
                "name another in BILLING_CACHE or BILLING_DATA."
            ) from error


def check_space(gigabytes):
    free = shutil.disk_usage(paths.cache()).free / GIGABYTE
    if free < gigabytes:
        raise Problem(
            f"{paths.cache()} has {free:.1f} GB free and {gigabytes} GB are needed: "
            "free some space or name a folder on another disk in BILLING_CACHE."
        )


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise Problem(
                f"Port {port} is taken: stop the program that has it, "
                "or choose another with BILLING_PORT."
            ) from error


def http_port():
    text = os.environ.get("BILLING_PORT", "8069")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"BILLING_PORT is {text!r}: set it to a number from 1 to 65535.")
    return int(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def os_release():
    """What the machine says it is: ID, VERSION_CODENAME, ..."""
    path = Path("/etc/os-release")
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


@contextlib.contextmanager
def lock(name):
    """Let one process at a time do something that others share."""
    folder = paths.data() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def new_folder(target):
    """Fill a folder beside its target and move it there only when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    yield partial
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
