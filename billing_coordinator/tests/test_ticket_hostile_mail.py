import time
from email.message import EmailMessage
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..models import billing_ticket_mail
from ..tools import mail
from .ticket_mail_common import ADDRESS, TicketMailCase


@tagged("post_install", "-at_install")
class TestHostileMail(TicketMailCase):
    """What somebody could send who means no good."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def _ticket_of_customer(self):
        ticket = self._make_ticket(
            self.invoice, 40, team_id=self.desk.id, contact_id=self.customer.id
        )
        self.hello = ticket.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        ticket.action_wait_for_customer()
        return ticket

    def _outside(self, ticket):
        """What the customer sees, and who was written to."""
        messages = ticket.message_ids.filtered(
            lambda m: not m.is_internal and not m.subtype_id.internal
        )
        return messages - self.hello

    # -- tickets of others --------------------------------------------------------

    def test_forged_references(self):
        """A note on the ticket, and nothing goes out: the coordinator decides."""
        ticket = self._ticket_of_customer()
        other = self._make_customer("Other")
        for sender in ("eve@example.org", other.email):
            for headers in (
                {"In_Reply_To": self.hello.message_id},
                {"References": f"<x@y> {self.hello.message_id}"},
            ):
                self._mail(
                    f"Re: [{ticket.name}] Ten",
                    "Please pay to my account",
                    sender=sender,
                    files=[("bill.pdf", b"x")],
                    **headers,
                )
        notes = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(len(notes), 4)
        self.assertTrue(all(notes.subtype_id.mapped("internal")))
        self.assertFalse(notes.notified_partner_ids)
        self.assertFalse(self._outside(ticket))
        self.assertEqual(ticket.state, "waiting_customer")
        self.assertEqual(
            ticket.activity_ids.mapped("summary"), ["Read what somebody else writes"]
        )
        self.assertFalse(ticket.message_partner_ids & other)

    def test_large_file_on_a_ticket_of_somebody_else(self):
        """The stranger gets no answer that tells number and subject."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("billing_coordinator.ticket_max_mb", "0")
        ticket = self._ticket_of_customer()
        self._mail(
            sender="eve@example.org",
            files=[("large.pdf", b"x")],
            In_Reply_To=self.hello.message_id,
        )
        self.assertFalse(self._outside(ticket))
        self.assertFalse(
            self.env["mail.mail"].search([("email_to", "like", "eve@example.org")])
        )

    def test_name_of_a_colleague(self):
        """An address as the name in front of another one."""
        ticket = self._mail(
            sender=f'"{self.coordinator.email}" <eve@example.org>', subject="Pay"
        )
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.subject, "Pay")

    def test_reply_to_of_somebody_else(self):
        """Receipts go to the sender, not where the sender says."""
        ticket = self._mail(Reply_To="victim@example.org")
        [receipt] = ticket.message_ids.filtered(
            lambda m: m.message_type == "auto_comment"
        )
        self.assertEqual(receipt.sudo().mail_ids.recipient_ids, self.customer)
        self.assertFalse(receipt.outgoing_email_to)

    def test_mail_from_our_own_address(self):
        """Nothing answers itself."""
        for sender in (ADDRESS, self.domain.catchall_email):
            ticket = self._mail(sender=sender)
            self.assertFalse(
                ticket.message_ids.filtered(lambda m: m.message_type == "auto_comment")
            )

    def test_gateway_without_rights(self):
        """The e-mails are fetched by a user who may see no tickets."""
        user = self._make_user("gateway", "base.group_user")
        self.desk.alias_id.alias_status = "valid"  # else it takes an administrator
        source = self._compose(sender="eve@example.org", files=[("a.pdf", b"x")])
        with self.mock_mail_gateway():
            threads = self.env["mail.thread"].with_user(user)
            ticket_id = threads.message_process(None, source)
        ticket = self.env["billing.ticket"].browse(ticket_id)
        [receipt] = ticket.message_ids.filtered(
            lambda m: m.message_type == "auto_comment"
        )
        self.assertEqual(receipt.outgoing_email_to, "eve@example.org")

    # -- too much -----------------------------------------------------------------

    def test_long_subject(self):
        ticket = self._mail("x" * 5000 + f" {self.invoice.name}")
        self.assertEqual(len(ticket.subject), mail.MAX_SUBJECT)
        self.assertEqual(ticket.line_ids.move_id, self.invoice)

    def test_long_name_of_the_sender(self):
        ticket = self._mail(None, sender=f'"{"x" * 5000}" <eve@example.org>')
        self.assertLessEqual(len(ticket.subject), mail.MAX_SUBJECT)

    def test_very_many_headers(self):
        message = EmailMessage()
        message["From"] = self.customer.email
        message["To"] = ", ".join([ADDRESS] + [f"a{n}@example.org" for n in range(500)])
        message["Subject"] = "Many"
        message["Message-Id"] = "<many@example.com>"
        message["References"] = " ".join(f"<{n}@example.org>" for n in range(2000))
        for number in range(500):
            message[f"X-{number}"] = "y" * 200
        message.set_content("Hello")
        ticket = self._deliver(message.as_bytes())
        self.assertEqual(ticket.partner_id, self.customer)

    def test_many_invoices(self):
        """So many are on the ticket; a note tells that there are more."""
        invoices = self._make_invoices([(None, 10, 5)] * 5)
        text = " ".join(invoices.mapped("name"))
        with patch.object(billing_ticket_mail, "MAX_INVOICES", 3):
            ticket = self._mail("All", text)
            self.assertEqual(ticket.line_ids.move_id, invoices.sorted("id")[:3])
            self.assertTrue(
                ticket.message_ids.filtered(lambda m: "names 5 invoices" in m.body)
            )
            stranger = self._mail("All", text, sender="eve@example.org")
        [note] = stranger.message_ids.filtered(lambda m: "not known" in m.body)
        self.assertIn(invoices[2].name, note.body)
        self.assertNotIn(invoices[3].name, note.body)

    def test_a_thousand_numbers(self):
        """Whether there are such invoices or not, it takes no longer than a letter."""
        year = self.invoice.name.split("/")[1]
        text = " ".join(f"INV/{year}/{number:05}" for number in range(1000, 2000))
        start = time.perf_counter()
        ticket = self._mail("All", f"{text} {self.invoice.name}")
        self.assertLess(time.perf_counter() - start, 5)
        self.assertEqual(ticket.partner_id, self.customer)

    def test_deep_html(self):
        html = "<div>" * 5000 + "Deep" + "</div>" * 5000
        ticket = self._mail(html=html)
        self.assertEqual(ticket.partner_id, self.customer)

    # -- what a page would run ----------------------------------------------------

    def test_html(self):
        """Nothing of it covers the page, or sends what is typed somewhere."""
        ticket = self._mail(
            "<script>alert(1)</script><b>Hi",
            html="""<p style="position:fixed;top:0;width:100%;background:url(//e.org)"
                >Hi</p><form action="//e.org"><input name="password"/></form>
                <iframe src="//e.org"></iframe><object data="//e.org"></object>
                <style>body {display: none}</style><svg onload="alert(1)"></svg>
                <a href="data:text/html,x">x</a><meta http-equiv="refresh"/>""",
        )
        [message] = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        for text in (ticket.description, message.body):
            self.assertIn("Hi", text)
            for bad in (
                "position",
                "url(",
                "<form",
                "<iframe",
                "<object",
                "<style",
                "onload",
                "data:text",
                "<meta",
            ):
                self.assertNotIn(bad, text)
        self.assertEqual(ticket.subject, "<script>alert(1)</script><b>Hi")
        receipt = ticket.message_ids.filtered(
            lambda m: m.message_type == "auto_comment"
        )
        self.assertNotIn("<script", receipt.body)

    def test_nul_in_the_name_of_a_file(self):
        source = self._compose(files=[("aXb.pdf", b"x")]).replace(b"aXb", b"a\x00b")
        ticket = self._deliver(source)
        self.assertEqual(len(ticket.message_ids.attachment_ids), 1)


@tagged("post_install", "-at_install")
class TestHostileSubject(BaseCase):
    def test_clean_subject(self):
        for subject, expected in (
            ("Re: AW: Fwd: Ten", "Ten"),
            ("Hardware: broken", "Hardware: broken"),
            ("Ten, re: the last", "Ten, re: the last"),
            ("  re[2]:x", "x"),
            ("Re:", ""),
        ):
            self.assertEqual(mail.clean_subject(subject), expected)

    def test_time_does_not_explode(self):
        start = time.perf_counter()
        for subject in (" " * 50_000, "re: " * 20_000, "[" * 50_000, "[T1]" * 20_000):
            mail.clean_subject(subject)
            self.assertLessEqual(len(mail.numbers_in_brackets(subject)), 10)
            mail.AWAY.match(subject)
        self.assertLess(time.perf_counter() - start, 1)
