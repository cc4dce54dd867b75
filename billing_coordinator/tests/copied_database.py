import contextlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, get_db_name
from odoo.tools import SQL, config

DATABASE_OPTIONS = ("db_host", "db_port", "db_user", "db_password")


class CopiedDatabase(BaseCase):
    """A copy of the test database in which other processes can work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"{get_db_name()}_copy"
        cls._create_copy()
        cls.addClassCleanup(cls._drop)
        cls._load()

    @classmethod
    def _create_copy(cls):
        """PostgreSQL copies only what nobody is connected to: try until it works."""
        cls._drop()
        for attempt in range(20):
            close_db(get_db_name())
            try:
                cls._administer(
                    SQL(
                        "CREATE DATABASE %s TEMPLATE %s",
                        SQL.identifier(cls.database),
                        SQL.identifier(get_db_name()),
                    )
                )
                return
            except psycopg2.errors.ObjectInUse:
                cls._disconnect(get_db_name())
                time.sleep(attempt / 10)
        raise AssertionError(f"{get_db_name()} could not be copied: it is in use")

    @classmethod
    def _load(cls):
        """Load the addon for the copy, without Odoo running all its tests on it."""
        testing, config["test_enable"] = config["test_enable"], False
        try:
            Registry(cls.database)
        finally:
            config["test_enable"] = testing

    @classmethod
    def _drop(cls):
        Registry.delete(cls.database)
        close_db(cls.database)
        cls._disconnect(cls.database)
        cls._administer(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(cls.database)))
        # Not by ``config.filestore``: tests in several processes share one, by a patch.
        filestore = Path(config["data_dir"], "filestore", cls.database)
        shutil.rmtree(filestore, ignore_errors=True)

    @classmethod
    def _disconnect(cls, database):
        """End the idle connections of server threads; they come back by themselves."""
        cls._administer(
            SQL(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                database,
            )
        )

    @classmethod
    def _administer(cls, statement):
        with contextlib.closing(db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    @classmethod
    def _options(cls):
        """Odoo's options of this process, for another one."""
        options = [f"--config={config['config']}", "--log-level=error"]
        options.append(f"--addons-path={','.join(config['addons_path'])}")
        options.append(f"--data-dir={config['data_dir']}")
        options += [
            f"--{name}={config[name]}" for name in DATABASE_OPTIONS if config[name]
        ]
        return options

    @classmethod
    @contextlib.contextmanager
    def _environment(cls):
        """Work in the copy and commit."""
        with Registry(cls.database).cursor() as cr:
            cls.env = api.Environment(cr, api.SUPERUSER_ID, {})
            yield cls.env
            cls.env.flush_all()
            cr.commit()  # pylint: disable=invalid-commit

    @classmethod
    def _spawn(cls, script, *arguments):
        """A script of this folder in another process, at work on the copy."""
        command = [sys.executable, Path(__file__).with_name(script), cls.database]
        return subprocess.Popen(
            [*command, *map(str, arguments), *cls._options()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
