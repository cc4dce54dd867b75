import socket
from unittest import skipUnless

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, Ledger
from .copied_database import CopiedDatabase
from .test_mail_server import Controller, Server

PEOPLE = ("one", "two", "three")


@skipUnless(Controller, "the Python package aiosmtpd is not installed")
@tagged("post_install", "-at_install")
class TestCloseDigestServer(Ledger, CopiedDatabase):
    """Two schedulers at once and a real mail server: one digest for each person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(cls.server, hostname="127.0.0.1", port=port)
        controller.start()
        cls.addClassCleanup(controller.stop)
        with cls._environment() as env:
            cls._set_up_company()
            env["ir.mail_server"].search([]).active = False
            env["ir.mail_server"].create(
                {"name": "Test", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            with cls._at(TODAY):
                cls._make_close()
            env["mail.mail"].search([("state", "=", "outgoing")]).cancel()

    @classmethod
    def _make_close(cls):
        people = [cls._make_user(name, "group_billing_accountant") for name in PEOPLE]
        tasks = [
            Command.create({"name": f"Task of {person.name}", "owner_id": person.id})
            for person in people
        ]
        cls.env["billing.close.template"].create(
            {
                "name": "Small",
                "company_id": cls.company.id,
                "date_from": "2025-01-01",
                "task_ids": tasks,
            }
        )
        cls.env["billing.close"].create(
            {"company_id": cls.company.id, "date_to": "2025-05-31"}
        )

    def setUp(self):
        """A morning of which nobody was told yet."""
        super().setUp()
        self.server.mails.clear()
        with self._environment() as env:
            env["res.users"].search([]).billing_close_digest_date = False

    def _go(self, *processes):
        for process in processes:
            self.addCleanup(process.kill)
        for process in processes:
            self.assertEqual(process.stdout.readline(), "ready\n")
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()

    def _run(self, *processes):
        self._go(*processes)
        for process in processes:
            _said, errors = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, errors)

    def test_one_for_each(self):
        self._run(*(self._spawn("digest_process.py", 0.2) for _two in "ab"))
        self._run(self._spawn("digest_process.py", 0))
        self.assertOneForEach()

    def test_killed_half_way(self):
        """Inside the transaction of the second person."""
        process = self._spawn("digest_process.py", 5)
        self._go(process)
        self.assertEqual(process.stdout.readline(), "done\n")
        self.assertEqual(process.stdout.readline(), "done\n")
        process.kill()
        process.communicate()
        self._run(self._spawn("digest_process.py", 0))
        self.assertOneForEach()

    def assertOneForEach(self):
        queue = self._spawn("mail_process.py")
        _said, errors = queue.communicate(timeout=120)
        self.assertEqual(queue.returncode, 0, errors)
        taken = {recipients[0]: mail for recipients, mail in self.server.mails}
        self.assertEqual(len(self.server.mails), len(PEOPLE))
        for name in PEOPLE:
            mail = taken[f"{name}@followup.example.com"]
            self.assertEqual(mail["Subject"], "Your close tasks this morning")
            text = mail.get_body(("html",)).get_content()
            self.assertEqual(text.count("Task of"), 1)
            self.assertIn(f"Task of {name.capitalize()}", text)
