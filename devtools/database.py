"""Databases that the tools make, and when they have to be made anew.

Each carries a stamp, kept as the database's comment: what it was made from. One
without a stamp is not ours and is left alone.
"""

import hashlib
import json
import os
import shutil
import subprocess

from . import machine, odoo_source, odooenv, paths, postgres
from .console import Problem

MARK = "billing_coordinator:"
BUILDING = "building"
# Changes in these folders of the addon change nothing in a database.
UNSTORED = {"tests", "readme", "__pycache__"}


def fingerprint(folder=None):
    """Hash of every file of the addon that a database is made from."""
    folder = folder or paths.CHECKOUT / paths.ADDON
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not UNSTORED.intersection(relative.parts):
            total.update(str(relative).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


class Databases:
    """Makes databases with the addon, and refreshes them when its files changed."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.edition = paths.digest(odoo.root, odoo_source.version(odoo.root))

    def demo(self, name, anew=False):
        """Demo database; keeps the user's data and is upgraded in place."""
        stamp = fingerprint()
        with machine.lock(f"database-{name}"):
            found = self.stamp(name)
            if anew or found in (None, BUILDING):
                self._create(name)
                self._install(name, "--with-demo")
                self._finish_demo(name)
            elif found != stamp:
                self._odoo(name, "-u", paths.ADDON, "Upgrading the addon")
            self._set_stamp(name, stamp)

    def scratch(self, name):
        """Database without demo data, made anew whenever the addon changed."""
        stamp = paths.digest(fingerprint(), self.edition)
        with machine.lock(f"database-{name}"):
            if self.stamp(name) != stamp:
                self._create(name, template=self._template())
                self._install(name)
                self._set_stamp(name, stamp)

    def kept(self, name):
        """Database without demo data that keeps what was put in."""
        stamp = fingerprint()
        with machine.lock(f"database-{name}"):
            found = self.stamp(name)
            if found in (None, BUILDING):
                self._create(name, template=self._template())
                self._install(name)
            elif found != stamp:
                self._odoo(name, "-u", paths.ADDON, "Upgrading the addon")
            self._set_stamp(name, stamp)

    def stamp(self, name):
        """What a database was made from; None when there is no such database."""
        rows = self.query(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') "
            f"FROM pg_database WHERE datname = '{name}'"
        )
        if not rows:
            return None
        if not rows[0][0].startswith(MARK):
            raise Problem(
                f"The database {name} exists and was not made by ./dev: "
                "rename it, or name another with --database."
            )
        return rows[0][0][len(MARK) :]

    def query(self, statement, database="postgres"):
        """Rows of one SQL statement, run by Odoo's own driver."""
        command = [self.odoo.python, "-m", "devtools.inside.sql", database, statement]
        environment = {**os.environ, **self.odoo.environment()}
        result = subprocess.run(
            command, env=environment, cwd=paths.CHECKOUT, capture_output=True, text=True
        )
        if result.returncode:
            said = result.stderr.strip().splitlines() or ["no answer"]
            raise Problem(
                f"PostgreSQL at {postgres.environment()['PGHOST']} does not answer as "
                f"it should ({said[0].rstrip('.')}): check PGHOST, PGPORT, PGUSER and "
                "PGPASSWORD."
            )
        return json.loads(result.stdout)

    def _template(self):
        """Database with accounting alone: what every scratch database starts as."""
        name = f"billing_template_{self.edition}"
        with machine.lock(f"database-{name}"):
            if self.stamp(name) != self.edition:
                self._create(name)
                self._odoo(name, "-i", "account", "Installing accounting")
                self._set_stamp(name, self.edition)
        return name

    def _create(self, name, template=None):
        self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(odooenv.filestore(name), ignore_errors=True)
        source = f'TEMPLATE "{template}"'
        if not template:
            source = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        self.query(f'CREATE DATABASE "{name}" {source}')
        self._set_stamp(name, BUILDING)
        if template and odooenv.filestore(template).exists():
            # Files of the store never change, so both may share them.
            shutil.copytree(
                odooenv.filestore(template),
                odooenv.filestore(name),
                copy_function=os.link,
            )

    def _install(self, name, *options):
        self._odoo(
            name, "-i", f"account,{paths.ADDON}", "Installing the addon", options
        )

    def _finish_demo(self, name):
        self.odoo.run_script(
            name,
            "devtools.inside.demo",
            log=f"odoo-{name}",
            doing="Today's follow-up run",
        )

    def _odoo(self, name, option, modules, doing, more=()):
        self.odoo.run(name, option, modules, *more, doing=doing)

    def _set_stamp(self, name, stamp):
        self.query(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}{stamp}'")
