import json

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_portal_ticket import PortalTicketCase
from .ticket_mail_common import MailIn


class PrivacyCase(MailIn, PortalTicketCase):
    """What of a ticket a user of the portal gets to read, on its page and by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls._make_user("leader", "group_billing_department")

    def _seen(self, ticket, user=None):
        """The page, the conversation, and whatever can be read by RPC."""
        user = user or self.person
        path = f"/my/billing/tickets/{ticket.id}"
        page = self._page(user, path)
        self.assertTrue(page.url.endswith(path))
        lists = self._page(user, "/my/billing/tickets").text
        chatter = self.url_open(
            "/mail/chatter_fetch",
            data=json.dumps(
                {"params": {"thread_model": ticket._name, "thread_id": ticket.id}}
            ),
            headers={"Content-Type": "application/json"},
        )
        messages = self.env["mail.message"].with_user(user)
        messages = messages.search([("model", "=", ticket._name)])
        own = ticket.with_user(user)
        texts = own.read(list(own.fields_get()))
        return " ".join(
            [page.text, lists, chatter.text, *messages.mapped("body"), str(texts)]
        )

    def assertSeen(self, ticket, *words, user=None):
        seen = self._seen(ticket, user)
        self.assertEqual([word for word in words if word not in seen], [])

    def assertHidden(self, ticket, *words, user=None):
        seen = self._seen(ticket, user)
        self.assertEqual([word for word in words if word in seen], [])


@tagged("post_install", "-at_install")
class TestTicketPrivacy(PrivacyCase):
    """Customers read what they wrote, and what was written to them."""

    def test_own_mail_is_seen(self):
        ticket = self._mail("Ten", "Ten are missing", sender=self.person.email)
        self.assertSeen(ticket, "Ten are missing")
        ticket.message_post(body="We look", subtype_xmlid="mail.mt_comment")
        self.assertSeen(ticket, "We look")

    def test_what_was_told_in_the_portal_is_seen(self):
        self.assertSeen(self._dispute(), "Ten were")

    def test_mail_that_a_colleague_passes_on(self):
        """Neither what the colleague adds nor what is below it, nor the subject."""
        ticket = self._mail(
            f"Fwd: the liar again {self.invoice.name}",
            "He never pays, be careful",
            sender=self.coordinator.email,
            files=[("secret.pdf", b"x")],
        )
        self.assertEqual(ticket.partner_id, self.customer)
        [note] = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertTrue(note.subtype_id.internal)
        self.assertIn("never pays", ticket.description)
        self.assertSeen(ticket, ticket.name)
        self.assertHidden(ticket, "never pays", "the liar", "secret.pdf")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_notes_by_their_ids(self):
        """Which can be guessed, whatever kind of message a note is."""
        ticket = self._mail("Ten", "Ten are missing", sender=self.person.email)
        messages = self.env["mail.message"]
        for kind in ("comment", "email", "notification", "auto_comment"):
            messages |= ticket.message_post(
                body="Secret", message_type=kind, subtype_xmlid="mail.mt_note"
            )
        messages |= ticket._message_log(body="Secret")
        own = ticket.message_ids.filtered(
            lambda m: m.author_id == self.person.partner_id
        )
        for user in (self.person, self.user):
            for message in messages:
                with self.assertRaises(AccessError):
                    message.with_user(user).read(["body"])
                with self.assertRaises(AccessError):
                    message.tracking_value_ids.with_user(user).search([]).read()
            self.assertIn("missing", own.with_user(user).body)

    def test_note_of_a_call(self):
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company, self.customer.ids)
        row = worklist._get_row(self.company, self.customer)
        call = self.env["billing.call.wizard"].with_user(self.coordinator)
        call = call.with_context(active_model="billing.worklist", active_ids=row.ids)
        call = call.create({"note": "He shouted"})
        action = call.with_context(call_outcome="disputed").action_log()
        values = {
            key.removeprefix("default_"): value
            for key, value in action["context"].items()
            if key.startswith("default_")
        }
        ticket = self.env["billing.ticket"].with_user(self.coordinator)
        ticket = ticket.create({**values, "subject": "Call"})
        self.assertIn("He shouted", ticket.description)
        self.assertHidden(ticket, "He shouted")

    def test_by_hand(self):
        ticket = self._make(description="<p>Says that he is broke</p>")
        self.assertHidden(ticket, "broke")

    def test_words_of_the_customer_are_changed(self):
        """Then they are no longer the customer's."""
        ticket = self._mail("Ten", "Ten are missing", sender=self.person.email)
        ticket.description = "<p>He lies</p>"
        self.assertHidden(ticket, "He lies")
        self.assertSeen(ticket, "Ten are missing")  # the e-mail itself

    def test_mail_of_a_stranger(self):
        """A person says whose it is: that does not show it to the customer."""
        ticket = self._mail("Tip", "Your customer is broke", sender="eve@example.org")
        ticket.message_post(body="Dear Eve", subtype_xmlid="mail.mt_comment")
        ticket.partner_id = self.customer
        self.assertSeen(ticket, ticket.name)
        self.assertHidden(ticket, "is broke", "Dear Eve", "Thank you for your message")

    def test_customer_is_corrected(self):
        """Who becomes the customer does not read what the other one wrote."""
        ticket = self._mail("Ten", "My secret", sender=self.person.email)
        ticket.message_post(body="Dear Person", subtype_xmlid="mail.mt_comment")
        ticket.write({"partner_id": self.neighbour.id, "contact_id": False})
        ticket.message_post(body="Dear Stranger", subtype_xmlid="mail.mt_comment")
        self.assertSeen(ticket, "Dear Stranger", user=self.stranger)
        self.assertHidden(ticket, "My secret", "Dear Person", user=self.stranger)

    def test_merging_shows_nothing(self):
        """A text that was noted by hand stays internal on the customer's ticket."""
        mail = self._mail("Ten", html="<p></p>", sender=self.person.email)
        other = self._make(description="<p>He lies</p>", kind="inquiry")
        mail._merge(other)
        self.assertIn("He lies", mail.description)
        self.assertHidden(mail, "He lies")
        second = self._mail("Ten", "Ten missing", sender=self.person.email)
        kept = self._make(kind="inquiry")
        kept._merge(second)
        self.assertSeen(kept, "Ten missing")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_customer_writes_to_us_only(self):
        """No e-mail to the rest of the world in our name, by RPC."""
        ticket = self._dispute()
        own = ticket.with_user(self.person)
        post = own.message_post
        comment = {"body": "Buy", "subtype_xmlid": "mail.mt_comment"}
        before = ticket.message_ids
        for values in (
            {"outgoing_email_to": "victim@example.org"},
            {"partner_ids": self.neighbour.ids},
            {"partner_ids": self.stranger.partner_id.ids},
        ):
            for kind in ("comment", "notification", "email"):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    post(message_type=kind, **comment, **values)
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.message_notify(body="Buy", partner_ids=self.neighbour.ids)
        ticket.invalidate_recordset()
        self.assertEqual(ticket.message_ids, before)

    def _make(self, **values):
        tickets = self.env["billing.ticket"].with_user(self.coordinator)
        return tickets.create(
            {
                "subject": "By hand",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "line_ids": [Command.create({"move_id": self.invoice.id})],
                **values,
            }
        )
