import json
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_portal_ticket import PortalTicketCase


@tagged("post_install", "-at_install")
class TestPortalTicketAccess(PortalTicketCase):
    """Two customers, a contact person of each: nobody sees another's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._make(cls.invoice, "Ours alone")
        cls.their_ticket = cls._make(cls.theirs, "Strictly theirs")

    @classmethod
    def _make(cls, invoice, subject, **values):
        return cls.env["billing.ticket"].create(
            {
                "subject": subject,
                "partner_id": invoice.commercial_partner_id.id,
                "company_id": invoice.company_id.id,
                "reason_id": cls.reason.id,
                "line_ids": [Command.create({"move_id": invoice.id})],
                **values,
            }
        )

    def _open(self, user, path):
        if user:
            self.authenticate(user.login, user.login)
        else:
            self.authenticate(None, None)
        return self.url_open(path)

    def _rpc(self, path, **params):
        answer = self.url_open(
            path,
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def _path(self, ticket):
        return f"/my/billing/tickets/{ticket.id}"

    def test_lists(self):
        for path in ("/my/billing", "/my/billing/tickets"):
            for user, own, other in (
                (self.user, self.ticket, self.their_ticket),
                (self.person, self.ticket, self.their_ticket),
                (self.stranger, self.their_ticket, self.ticket),
            ):
                text = self._page(user, path).text
                self.assertIn(own.subject, text)
                self.assertNotIn(other.subject, text)
        # Of an employee it is the own customer's page, too.
        text = self._page(self.coordinator, "/my/billing/tickets").text
        self.assertNotIn("Strictly theirs", text)

    def test_search_finds_nothing_of_others(self):
        for search in (self.their_ticket.name, self.theirs.name, "%", "Strictly"):
            answer = self._page(self.person, "/my/billing/tickets", search=search)
            self.assertNotIn("Strictly theirs", answer.text)

    def test_detail(self):
        for user in (self.user, self.person):
            self.assertIn("Ours alone", self._open(user, self._path(self.ticket)).text)
        for ticket_id in (self.their_ticket.id, 0, 999999999):
            answer = self._open(self.person, f"/my/billing/tickets/{ticket_id}")
            self.assertNotIn("Strictly theirs", answer.text)
            self.assertTrue(answer.url.endswith("/my/billing/tickets"))

    def test_logged_out(self):
        for path in (
            self._path(self.ticket),
            "/my/billing/tickets",
            "/my/billing/tickets/new",
        ):
            self.assertIn("/web/login", self._open(None, path).url)

    def test_shared_link(self):
        token = self.ticket._portal_ensure_token()
        self.their_ticket._portal_ensure_token()
        link = f"{self._path(self.ticket)}?access_token={token}"
        for user in (None, self.stranger):
            self.assertIn("Ours alone", self._open(user, link).text)
        self.assertIn("/web/login", self._open(None, link + "x").url)
        other = f"{self._path(self.their_ticket)}?access_token={token}"
        self.assertNotIn("Strictly", self._open(self.person, other).text)

    def test_form_names_invoices_of_others(self):
        elsewhere = self._make_invoice(self.neighbour, 5, company=self.other_company)
        for invoices in (self.theirs, self.invoice + self.theirs, elsewhere):
            for kind in ("discrepancy", "inquiry"):
                text = self._post(self.person, invoices, kind=kind)
                self.assertIn("not in your account", text)
                self.assertNotIn(self.theirs.name, text)
        path = f"/my/billing/tickets/new?invoice_id={self.theirs.id}"
        self.assertNotIn(self.theirs.name, self._page(self.person, path).text)
        self.assertEqual(len(self.env["billing.ticket"].search([])), 2)

    def test_method_checks_too(self):
        tickets = self.env["billing.ticket"].with_user(self.person)
        with self.assertRaisesRegex(AccessError, "not yours"):
            tickets._make_in_portal(
                self.person.partner_id,
                self.company,
                self.question.sudo(),
                {self.theirs: 0.0},
                "Hello",
            )

    # -- several companies ---------------------------------------------------------

    def test_second_company(self):
        """Customers have tickets wherever they are billed, each apart."""
        invoice = self._make_invoice(amount=55, company=self.other_company)
        text = self._post(self.person, invoice, company_id=self.other_company.id)
        self.assertIn("Choose what it is about", text)  # the other company's reasons
        text = self._post(self.person, invoice)
        self.assertIn("not in your account", text)
        shared = self.question.copy({"company_id": False})
        text = self._ask(
            self.person,
            invoices=invoice,
            company_id=self.other_company.id,
            reason_inquiry=shared.id,
        )
        self.assertIn("Thank you", text)
        ticket = self.env["billing.ticket"].search([], limit=1, order="id desc")
        self.assertEqual(ticket.company_id, self.other_company)
        text = self._open(self.person, self._path(ticket)).text
        self.assertIn("Elsewhere Ltd", text)
        self.assertNotIn(
            ticket.subject, self._open(self.stranger, self._path(ticket)).text
        )
        self.assertFalse(
            self.env["billing.ticket"]
            .with_user(self.coordinator)
            .search([("id", "=", ticket.id)])
        )

    # -- by RPC --------------------------------------------------------------------

    def test_rules(self):
        own = self.ticket.with_user(self.person)
        self.assertEqual(own.search([], order="id"), own)
        self.assertEqual(own.read(["subject", "state"])[0]["subject"], "Ours alone")
        with self.assertRaises(AccessError):
            self.their_ticket.with_user(self.person).read(["subject"])
        for values in ({"subject": "x"}, {"state": "closed"}):
            with self.assertRaises(AccessError):
                own.write(values)
        with self.assertRaises(AccessError):
            own.create({"subject": "x"})
        with self.assertRaises(AccessError):
            own.unlink()
        for model in ("line", "reason", "cause"):
            with self.assertRaises(AccessError):
                own.env[f"billing.ticket.{model}"].search([])
        with self.assertRaises(AccessError):
            own.env["billing.team"].search([])

    def test_what_is_internal_is_no_field_of_customers(self):
        own = self.ticket.with_user(self.person)
        for name in (
            "team_id",
            "user_id",
            "responsible_id",
            "root_cause_id",
            "deadline",
            "resolution",
            "line_ids",
            "activity_ids",
            "message_ids",
        ):
            with self.assertRaises(AccessError, msg=name):
                own.read([name])
            with self.assertRaises(AccessError, msg=name):
                # A value: that a required field is set would not be looked up.
                value = datetime(2026, 1, 1) if name == "deadline" else False
                own.search([(name, "!=", value)], order="id")
            self.assertNotIn(name, own.fields_get())

    @mute_logger("odoo.http")
    def test_buttons_are_not_the_customers(self):
        self.ticket._resolve("rejected")
        self.authenticate(self.person.login, self.person.login)
        for method in ("action_close", "action_cancel", "action_reopen"):
            answer = self._rpc(
                f"/web/dataset/call_kw/billing.ticket/{method}",
                model="billing.ticket",
                method=method,
                args=[self.ticket.ids],
                kwargs={},
            )
            self.assertIn("error", answer, method)
        self.assertEqual(self.ticket.state, "resolved")

    # -- the conversation ----------------------------------------------------------

    def _write(self, ticket, subtype, name):
        return ticket.message_post(
            body=f"<p>{name}</p>",
            message_type="comment",
            subtype_xmlid=subtype,
            attachments=[(f"{name}.txt", name.encode())],
        )

    def _fetch(self, ticket, **params):
        answer = self._rpc(
            "/mail/chatter_fetch",
            thread_model="billing.ticket",
            thread_id=ticket.id,
            **params,
        )
        return json.dumps(answer)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_notes_stay_internal(self):
        self._write(self.ticket, "mail.mt_note", "Secret")
        self._write(self.ticket, "mail.mt_comment", "Answer")
        self._write(self.their_ticket, "mail.mt_comment", "Foreign")
        self.ticket.responsible_id = self.coordinator  # tracked
        token = self.ticket._portal_ensure_token()
        for user, params in ((self.person, {}), (None, {"token": token})):
            self._open(user, "/web/login")
            text = self._fetch(self.ticket, **params)
            self.assertIn("Answer", text)
            self.assertNotIn("Secret", text)
            self.assertNotIn(self.coordinator.name, text)
            self.assertNotIn("Foreign", self._fetch(self.their_ticket, **params))

    def test_messages_by_rpc(self):
        self._write(self.ticket, "mail.mt_note", "Secret")
        self._write(self.ticket, "mail.mt_comment", "Answer")
        self._write(self.their_ticket, "mail.mt_comment", "Foreign")
        messages = self.env["mail.message"].with_user(self.person)
        bodies = str(messages.search([("model", "=", "billing.ticket")]).mapped("body"))
        self.assertIn("Answer", bodies)
        self.assertNotIn("Secret", bodies)
        self.assertNotIn("Foreign", bodies)

    def test_files(self):
        """By their ids, which can be guessed."""
        secret = self._write(self.ticket, "mail.mt_note", "Secret").attachment_ids
        answer = self._write(self.ticket, "mail.mt_comment", "Answer").attachment_ids
        foreign = self._write(self.their_ticket, "mail.mt_comment", "No").attachment_ids
        loose = self.env["ir.attachment"].create(
            {
                "name": "loose.txt",
                "raw": b"Loose",
                "res_model": "billing.ticket",
                "res_id": self.ticket.id,
            }
        )
        for user in (self.person, self.stranger, None):
            for file in secret + answer + foreign + loose:
                response = self._open(user, f"/web/content/{file.id}")
                self.assertEqual(response.status_code, 404, file.name)
        files = self.env["ir.attachment"].with_user(self.person)
        with self.assertRaises(AccessError):
            files.search([("res_model", "=", "billing.ticket")])

    def test_file_in_the_conversation(self):
        """It comes with a token of its own."""
        file = self._write(self.ticket, "mail.mt_comment", "Answer").attachment_ids
        self._open(self.person, "/my")
        [message] = json.loads(self._fetch(self.ticket))["result"]["data"][
            "mail.message"
        ]
        [shown] = message["attachment_ids"]
        token = shown["raw_access_token"]
        path = f"/web/content/{file.id}?access_token={token}"
        self.assertEqual(self.url_open(path).content, b"Answer")

    @mute_logger("odoo.http")
    def test_writing(self):
        def write(**params):
            return self._rpc(
                "/mail/message/post",
                thread_model="billing.ticket",
                post_data={"body": "Hello", "subtype_xmlid": "mail.mt_comment"},
                **params,
            )

        self.authenticate(self.person.login, self.person.login)
        self.ticket.action_wait_for_customer()
        self.assertIn("error", write(thread_id=self.their_ticket.id))
        self.assertNotIn("error", write(thread_id=self.ticket.id))
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertEqual(self._last_author(), self.person.partner_id)
        # With the link, in the name of the contact.
        self.ticket.contact_id = self.person.partner_id
        self.ticket.action_wait_for_customer()
        self.authenticate(None, None)
        self.assertIn("error", write(thread_id=self.ticket.id))
        token = self.ticket._portal_ensure_token()
        self.assertNotIn("error", write(thread_id=self.ticket.id, token=token))
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertEqual(self._last_author(), self.person.partner_id)

    def _last_author(self):
        return self.ticket.website_message_ids.sorted("id")[-1:].author_id
