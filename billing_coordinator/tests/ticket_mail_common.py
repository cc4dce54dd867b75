from email.message import EmailMessage
from itertools import count
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .test_ticket import TicketCase

ADDRESS = "billing@followup.example.com"


class MailIn(MailCase):
    """A team with an address, and customers who write to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {
                "name": "followup.example.com",
                "bounce_alias": "bounced",
                "catchall_alias": "answers",
            }
        )
        cls.company.alias_domain_id = cls.domain
        cls.company.email = "accounting@followup.example.com"
        cls.desk = cls.env["billing.team"].create(
            {
                "name": "Desk",
                "company_id": cls.company.id,
                "alias_name": "billing",
                "alias_domain_id": cls.domain.id,
            }
        )
        cls.numbers = count(1)

    def _compose(
        self,
        subject="A question",
        body="Why?",
        sender=None,
        to=ADDRESS,
        html=None,
        files=(),
        **headers,
    ):
        message = EmailMessage()
        message["From"] = sender or self.customer.email
        message["To"] = to
        if subject is not None:
            message["Subject"] = subject
        message["Message-Id"] = f"<mail-{next(self.numbers)}@example.com>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        if html:
            message.add_alternative(html, subtype="html")
        for name, content in files:
            message.add_attachment(
                content, maintype="application", subtype="pdf", filename=name
            )
        return message.as_bytes()

    def _deliver(self, source):
        alias = self.registry["mail.alias"]
        with (
            self.mock_mail_gateway(),
            # It is sent in a transaction of its own, which sees nothing of the test.
            patch.object(alias, "_alias_bounce_incoming_email", lambda *a, **k: None),
            mute_logger(
                "odoo.addons.mail.models.mail_thread",
                "odoo.addons.billing_coordinator.models.billing_ticket_mail",
            ),
        ):
            ticket_id = self.env["mail.thread"].message_process(None, source)
        self.env.invalidate_all()
        return self.env["billing.ticket"].browse(ticket_id or [])

    def _mail(self, *args, **kwargs):
        """Let an e-mail come in; return the ticket that it reached, as coordinator."""
        return self._deliver(self._compose(*args, **kwargs)).with_user(self.coordinator)

    def _reply(self, ticket, body="And now?", sender=None, **headers):
        """An answer to the last e-mail that went out."""
        [message, *_rest] = ticket.message_ids.filtered("message_id").sorted("id")
        headers.setdefault("In_Reply_To", message.message_id)
        headers.setdefault("References", message.message_id)
        subject = headers.pop("subject", f"Re: {ticket.subject}")
        result = self._mail(subject, body, sender=sender, **headers)
        self.assertEqual(result or ticket, ticket)
        return result


class TicketMailCase(MailIn, TicketCase):
    """E-mails about tickets, and a department that answers some of them."""
