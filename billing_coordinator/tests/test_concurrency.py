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
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, config

from .common import TODAY, Ledger

CUSTOMERS = 12
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
        shutil.rmtree(config.filestore(cls.database), ignore_errors=True)

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


@tagged("post_install", "-at_install")
class TestConcurrency(Ledger, CopiedDatabase):
    """Two processes, a crash half-way, a payment in between: still once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment():
            companies = cls.env["res.company"].search([])
            companies.billing_plan_id = False
            cls._set_up_company()
            # What a rerun sends is what was left, not the second stage.
            cls.plan.stage_ids[1:].unlink()

    @classmethod
    @contextlib.contextmanager
    def _environment(cls):
        """Work in the copy and commit."""
        with Registry(cls.database).cursor() as cr:
            cls.env = api.Environment(cr, api.SUPERUSER_ID, {})
            for name in ("company", "eur", "usd"):
                if hasattr(cls, name):
                    setattr(cls, name, getattr(cls, name).with_env(cls.env))
            yield cls.env
            cls.env.flush_all()
            cr.commit()

    def setUp(self):
        super().setUp()
        self.addCleanup(self._stop_all)
        self.processes = []
        with self._environment():
            customers = [self._make_customer(f"C {n}") for n in range(CUSTOMERS)]
            with self._at(TODAY):
                self.invoice_ids = self._make_invoices(
                    [(c, 100, 10) for c in customers for _two in "ab"]
                ).ids
            self.customer_ids = [customer.id for customer in customers]

    def _stop_all(self):
        for process in self.processes:
            process.kill()
            process.communicate()

    def _start(self, seconds=0.0):
        """A process with the addon loaded, waiting for the word to begin."""
        command = [sys.executable, Path(__file__).with_name("job_process.py")]
        process = subprocess.Popen(
            [*command, self.database, str(seconds), *self._options()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def _go(self, *processes):
        for process in processes:
            said = process.stdout.readline()
            self.assertEqual(said, "ready\n", said or process.stderr.read())
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()

    def _finish(self, process):
        """Wait for the end of a process; return how many notices it made."""
        said, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, errors)
        return said.count("sent")

    def _run_once(self):
        process = self._start()
        self._go(process)
        return self._finish(process)

    def assertOnceEach(self, customer_ids=None):
        """One notice and one e-mail a customer, each line at the first stage once."""
        customer_ids = customer_ids or self.customer_ids
        with self._environment() as env:
            notices = env["billing.followup.notice"].search(
                [("partner_id", "in", self.customer_ids)]
            )
            self.assertEqual(sorted(notices.partner_id.ids), sorted(customer_ids))
            self.assertEqual(len(notices), len(customer_ids))
            mails = env["mail.mail"].search(
                [
                    ("model", "=", "billing.followup.notice"),
                    ("recipient_ids", "in", self.customer_ids),
                ]
            )
            self.assertEqual(sorted(mails.mapped("res_id")), sorted(notices.ids))
            lines = notices.line_ids
            self.assertEqual(len(lines.move_line_id), 2 * len(customer_ids))
            self.assertEqual(len(lines), 2 * len(customer_ids))
            self.assertTrue(all(lines.mapped("advances")))
            rows = env["billing.worklist"].search([("partner_id", "in", customer_ids)])
            self.assertEqual(rows.mapped("run_error"), [False] * len(customer_ids))

    def test_two_at_once(self):
        first, second = self._start(0.1), self._start(0.1)
        self._go(first, second)
        sent = self._finish(first), self._finish(second)
        self.assertEqual(sum(sent), CUSTOMERS)
        self.assertOnceEach()

    def test_killed_half_way(self):
        """Killed inside the transaction of the fifth customer, then run again."""
        process = self._start(0.2)
        self._go(process)
        for _notice in range(5):
            self.assertEqual(process.stdout.readline(), "sent\n")
        process.kill()
        process.communicate()
        with self._environment() as env:
            done = env["billing.followup.notice"].search_count(
                [("partner_id", "in", self.customer_ids)]
            )
        self.assertEqual(done, 4)
        self.assertEqual(self._run_once(), CUSTOMERS - 4)
        self.assertOnceEach()

    def test_one_of_two_is_killed(self):
        """The other one goes on; what the dead one had begun is done next time."""
        first, second = self._start(0.1), self._start(0.1)
        self._go(first)
        self._go(second)
        self.assertEqual(first.stdout.readline(), "sent\n")
        first.kill()
        first.communicate()
        self._finish(second)
        self._run_once()
        self.assertOnceEach()

    def test_payment_at_the_same_moment(self):
        """While somebody registers a payment, the customer is left alone."""
        paid = self.customer_ids[0]
        with self._environment() as env:
            invoices = env["account.move"].search(
                [("partner_id", "=", paid), ("id", "in", self.invoice_ids)]
            )
            self._pay(invoices)
            env.flush_all()
            self.assertEqual(self._run_once(), CUSTOMERS - 1)
        self.assertEqual(self._run_once(), 0)
        self.assertOnceEach(self.customer_ids[1:])
