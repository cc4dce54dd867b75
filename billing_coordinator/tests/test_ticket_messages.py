import json

from odoo.exceptions import UserError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_ticket_department import DepartmentCase

REFUSED = "talks with the customer"


@tagged("post_install", "-at_install")
class TestDepartmentMessages(DepartmentCase, HttpCase):
    """A department writes notes to colleagues, whichever way it tries."""

    def setUp(self):
        super().setUp()
        self._ask()
        self.before = self._messages()

    def _messages(self):
        return self.env["mail.message"].search(
            [("model", "=", "billing.ticket"), ("res_id", "=", self.ticket.id)]
        )

    def assertRefused(self, method, *args, **kwargs):
        with self.assertRaisesRegex(UserError, REFUSED), self.cr.savepoint():
            method(*args, **kwargs)
        self.env.invalidate_all()
        self.assertEqual(self._messages(), self.before)

    def test_message_post(self):
        post = self.ticket.with_user(self.member).message_post
        customer = self.customer.ids
        for kind in ("comment", "notification", "email", "auto_comment"):
            for values in (
                {"subtype_xmlid": "mail.mt_comment"},
                {"partner_ids": customer},
                {"outgoing_email_to": "customer@example.com"},
            ):
                self.assertRefused(post, body="Hello", message_type=kind, **values)
        note = post(body="Note", partner_ids=self.coordinator.partner_id.ids)
        self.assertTrue(note.subtype_id.internal)

    def test_in_the_name_of_others(self):
        post = self.ticket.with_user(self.member).message_post
        for partner in (self.customer, self.coordinator.partner_id):
            self.assertRefused(
                post,
                body="Hello",
                author_id=partner.id,
                subtype_xmlid="mail.mt_comment",
            )

    def test_message_notify(self):
        ticket = self.ticket.with_user(self.member)
        self.assertRefused(
            ticket.message_notify, body="Hi", partner_ids=self.customer.ids
        )
        self.assertRefused(
            self.env["mail.thread"].with_user(self.member).message_notify,
            body="Hi",
            partner_ids=self.customer.ids,
            model=ticket._name,
            res_id=ticket.id,
        )
        ticket.message_notify(body="Hi", partner_ids=self.leader.partner_id.ids)

    def test_message_of_its_own(self):
        """Made or changed without the methods for it."""
        messages = self.env["mail.message"].with_user(self.member)
        values = {
            "model": "billing.ticket",
            "res_id": self.ticket.id,
            "body": "Hello",
            "message_type": "comment",
        }
        comment = self.env.ref("mail.mt_comment")
        note = self.env.ref("mail.mt_note")
        recipients = [Command.link(self.customer.id)]
        self.assertRefused(messages.create, {**values, "subtype_id": comment.id})
        self.assertRefused(messages.create, values)
        values["subtype_id"] = note.id
        self.assertRefused(messages.create, {**values, "partner_ids": recipients})
        own = messages.create(values)
        self.before = self._messages()
        self.assertRefused(own.write, {"subtype_id": comment.id})
        self.assertRefused(own.write, {"partner_ids": recipients})
        own.body = "Corrected"

    def _compose(self, **values):
        return (
            self.env["mail.compose.message"]
            .with_user(self.member)
            .create(
                {
                    "model": "billing.ticket",
                    "res_ids": str(self.ticket.ids),
                    "body": "Hello",
                    "subject": "Hello",
                    **values,
                }
            )
        )

    def test_composer(self):
        comment, note = self.env.ref("mail.mt_comment"), self.env.ref("mail.mt_note")
        to_customer = {"partner_ids": [Command.set(self.customer.ids)]}
        for values in (
            {"subtype_id": comment.id},
            {"subtype_id": note.id, **to_customer},
            {"subtype_id": comment.id, "message_type": "notification"},
            {"composition_mode": "mass_mail", **to_customer},
        ):
            self.assertRefused(self._compose(**values)._action_send_mail)
        self.assertFalse(
            self.env["mail.mail"].search([("recipient_ids", "=", self.customer.id)])
        )

    def test_mass_mail_to_an_address(self):
        composer = self._compose(composition_mode="mass_mail")
        self.assertRefused(composer._action_send_mail)

    @mute_logger("odoo.addons.mail.models.mail_scheduled_message")
    def test_for_later(self):
        scheduled = self.env["mail.scheduled.message"].with_user(self.member)
        scheduled = scheduled.create(
            {
                "model": "billing.ticket",
                "res_id": self.ticket.id,
                "author_id": self.member.partner_id.id,
                "body": "Hello",
                "scheduled_date": Datetime.add(Datetime.now(), days=1),
                "partner_ids": [Command.set(self.customer.ids)],
            }
        )
        self.assertRefused(scheduled.post_message)

    def _post(self, **post_data):
        answer = self.url_open(
            "/mail/message/post",
            data=json.dumps(
                {
                    "params": {
                        "thread_model": "billing.ticket",
                        "thread_id": self.ticket.id,
                        "post_data": {"body": "Hello", **post_data},
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    @mute_logger("odoo.http")
    def test_controller(self):
        """It posts with all rights, in the name of the user."""
        self.authenticate(self.member.login, self.member.login)
        comment = {"subtype_xmlid": "mail.mt_comment"}
        for values in (
            comment,
            {**comment, "message_type": "notification"},
            {**comment, "message_type": "email"},
            {"partner_ids": self.customer.ids},
            {"partner_emails": [self.customer.email]},
        ):
            answer = self._post(**values)
            self.assertIn(REFUSED, str(answer.get("error")), values)
            self.assertEqual(self._messages(), self.before)
        self.assertIn("result", self._post(subtype_xmlid="mail.mt_note"))
        self.assertEqual(len(self._messages()), len(self.before) + 1)

    def test_what_departments_do_is_a_note(self):
        """Answers and activities go on working, and so do coordinators."""
        self._activities("billing_coordinator.mail_activity_type_question").with_user(
            self.member
        ).action_feedback(feedback="Done")
        self._respond(self.member, text="Five")
        added = self._messages() - self.before
        self.assertTrue(all(added.subtype_id.mapped("internal")))
        self.ticket.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        self.ticket.message_notify(body="Hello", partner_ids=self.customer.ids)
