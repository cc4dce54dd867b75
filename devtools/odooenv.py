"""Odoo as a program: its environment, its configuration files, its calls."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import odoo_source, paths, postgres
from .console import run_logged

CONFIGURATION = """[options]
addons_path = {addons_path}
data_dir = {data_dir}
db_name = {database}
dbfilter = ^{database}$
list_db = False
http_interface = 127.0.0.1
proxy_mode = False
smtp_server = 127.0.0.1
smtp_port = {smtp_port}
"""
# Nobody listens there: a mail sent while no catcher runs stays in Odoo's queue.
NO_SMTP = 9


@dataclass
class Odoo:
    """Odoo's folder, the Python that runs it, and the tools it calls."""

    root: Path
    python: Path
    tools: list[Path] = field(default_factory=list)

    def environment(self, database=None):
        """Variables for Odoo and whatever is run beside it."""
        dropped = ("PG", "ODOO_", "PYTHONPATH")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        path = [self.python.parent, kept.get("PATH", os.defpath), *self.tools]
        added = {
            "PATH": os.pathsep.join(map(str, path)),
            "PYTHONPATH": os.pathsep.join([str(self.root), str(paths.CHECKOUT)]),
            **postgres.environment(),
        }
        if database:
            added["PGDATABASE"] = database
            added["ODOO_RC"] = str(config_path(database))
        return {**kept, **added}

    def configure(self, database, smtp_port=NO_SMTP):
        """Write the configuration file of one database."""
        path = config_path(database)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = CONFIGURATION.format(
            addons_path=odoo_source.addons_path(self.root),
            data_dir=data_dir(),
            database=database,
            smtp_port=smtp_port,
        )
        path.write_text(text)

    def command(self, *arguments):
        return [str(self.python), "-m", "odoo", *arguments]

    def run(self, database, *arguments, doing):
        """Run Odoo once, without serving, and stop; the output goes to a log."""
        self.configure(database)
        options = ["-d", database, "--no-http", "--stop-after-init", *arguments]
        return run_logged(
            self.command(*options),
            f"odoo-{database}",
            doing,
            env=self.environment(database),
            cwd=paths.CHECKOUT,
        )

    def run_script(self, database, module, argv=(), log=None, doing=None):
        """Call main(env, argv) of a module; returns its code."""
        self.configure(database)
        command = [self.python, "-m", "devtools.inside.runner", database, module]
        options = {"env": self.environment(database), "cwd": paths.CHECKOUT}
        if log:
            run_logged([*command, *argv], log, doing, **options)
            return 0
        return subprocess.run([*command, *argv], **options).returncode


def config_path(database):
    return paths.data() / "conf" / f"{database}-{paths.checkout_id()}.conf"


def data_dir():
    return paths.data() / "odoo"


def filestore(database):
    return data_dir() / "filestore" / database
