from odoo.exceptions import RedirectWarning
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .common import BillingCase

BOUNCE = """From: MAILER-DAEMON <mailer-daemon@example.com>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-1@example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
MIME-Version: 1.0

--B
Content-Type: text/plain

The mailbox does not exist.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
--B
Content-Type: message/rfc822

Message-Id: {message_id}
Subject: Reminder
To: {address}

Text
--B--
"""
REPLY = """From: {address}
To: {to}
Subject: Re: Reminder
Message-Id: <reply-1@example.com>
In-Reply-To: {message_id}
References: {message_id}
Content-Type: text/plain; charset=utf-8

We pay on Friday.
"""


class NoticeCase(BillingCase, MailCase):
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

    def _deliver(self, notice, error=None):
        """Let the mail queue send; return what reached the mail server."""
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_mail"):
            if error:
                self.build_email_mocked.side_effect = error
            notice.mail_message_id.sudo().mail_ids.send()
            mails = self._mails
        return mails

    def assertAsks(self, notices, name):
        """The button asks about old bank data first, and sends when it is told to."""
        self.company.billing_bank_freshness = 7
        notices = notices.with_user(self.coordinator)
        with self.assertRaises(RedirectWarning) as asked:
            getattr(notices, f"action_{name}")()
        message, action_id, _button, context = asked.exception.args
        self.assertIn("bank statement", message)
        action = self.env["ir.actions.server"].browse(action_id)
        action.with_user(self.coordinator).with_context(**context).run()

    def _receive(self, template, notice, address=None):
        message = template.format(
            to=self.domain.bounce_email
            if template is BOUNCE
            else "answers@followup.example.com",
            address=address or self.customer.email,
            message_id=notice.mail_message_id.message_id,
        )
        with (
            self.mock_mail_gateway(),
            mute_logger("odoo.addons.mail.models.mail_thread"),
        ):
            self.env["mail.thread"].message_process(None, message)
        notice.invalidate_recordset()
