import socket
from email import message_from_bytes, policy
from unittest import skipUnless

from odoo.tests import tagged

from .common import TODAY, Ledger
from .copied_database import CopiedDatabase

try:
    from aiosmtpd.controller import Controller
except ImportError:
    Controller = None


class Server:
    """A mail server that keeps what it is given and refuses some addresses."""

    def __init__(self):
        self.refused = set()
        self.mails = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 Kept"


@skipUnless(Controller, "the Python package aiosmtpd is not installed")
@tagged("post_install", "-at_install")
class TestMailServer(Ledger, CopiedDatabase):
    """From the daily job to a real mail server, each in a process of its own."""

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
            env["res.company"].search([]).billing_plan_id = False
            cls._set_up_company()
            env["ir.mail_server"].search([]).active = False
            env["ir.mail_server"].create(
                {"name": "Test", "smtp_host": "127.0.0.1", "smtp_port": port}
            )
            env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
            customers = [cls._make_customer(name) for name in ("Takes", "Refuses")]
            with cls._at(TODAY):
                cls._make_invoices([(customer, 80, 10) for customer in customers])
            cls.customer_ids = [customer.id for customer in customers]
            cls.server.refused.add(customers[1].email)

    def _run(self, script, *arguments):
        process = self._spawn(script, *arguments)
        self.addCleanup(process.kill)
        said, errors = process.communicate("\n", timeout=120)
        self.assertEqual(process.returncode, 0, errors)
        return said

    def test_one_is_taken_one_is_refused(self):
        self.assertEqual(self._run("job_process.py", 0, 0).count("sent"), 2)
        self._run("mail_process.py")
        [(recipients, mail)] = self.server.mails
        self.assertEqual(recipients, ["takes@example.com"])
        self.assertIn("Follow-up Ltd: reminder", mail["Subject"])
        text = mail.get_body(("html",)).get_content()
        self.assertIn("80.00", text)
        with self._environment() as env:
            taken, refused = (
                env["billing.followup.notice"].search([("partner_id", "=", customer)])
                for customer in self.customer_ids
            )
            self.assertEqual((taken.state, refused.state), ("sent", "failed"))
            self.assertTrue(refused.failure_handed_over)
            row = env["billing.worklist"]._get_row(
                refused.company_id, refused.partner_id
            )
            self.assertEqual(row.next_action, "fix")
            self.assertTrue(row.activity_ids)
