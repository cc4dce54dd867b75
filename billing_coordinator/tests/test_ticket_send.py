from ast import literal_eval
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .ticket_mail_common import ADDRESS, TicketMailCase

CANNED = ("received", "more", "document", "credited", "correct")


@tagged("post_install", "-at_install")
class TestTicketSend(TicketMailCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)
        self.person = self._make_customer("Person", parent_id=self.customer.id)
        self.ticket = self._make_ticket(
            self.invoice, 40, contact_id=self.person.id, team_id=self.desk.id
        )

    def _compose_reply(self, action, template=None):
        """Fill Odoo's composer as the button opens it, and send."""
        composer = self.env["mail.compose.message"].with_user(self.coordinator)
        composer = composer.with_context(**action["context"])
        values = {"template_id": template.id} if template else {"body": "Because"}
        wizard = composer.create(values)
        with self.mock_mail_gateway():
            wizard._action_send_mail()
        message = self.ticket.message_ids.sorted("id")[-1]
        return message

    # -- replies ----------------------------------------------------------------------

    def test_reply(self):
        message = self._compose_reply(self.ticket.action_reply())
        self.assertEqual(message.partner_ids, self.person)
        self.assertEqual(message.author_id, self.coordinator.partner_id)
        self.assertEqual(message.subject, f"[{self.ticket.name}] Ten are missing")
        self.assertIn(ADDRESS, message.reply_to)
        self.assertEqual(self.ticket.state, "new")

    def test_reply_and_wait(self):
        """The second button of the reply, as long as the ticket is open."""
        action = self.ticket.action_reply()
        self.assertEqual(action["context"]["billing_reply"], "open")
        action["context"]["billing_wait_for_customer"] = True
        self._compose_reply(action)
        self.assertEqual(self.ticket.state, "waiting_customer")
        self.ticket._resolve("rejected")
        action = self.ticket.action_reply()
        self.assertEqual(action["context"]["billing_reply"], "over")

    def test_ready_texts_are_in_sight(self):
        """With those that are sent by themselves left out; elsewhere nothing shows."""
        composer = self.env["mail.compose.message"].with_user(self.coordinator)
        arch = etree.fromstring(composer.get_view(view_type="form")["arch"])
        [field] = arch.xpath("//field[@name='template_id'][@domain]")
        found = self.env["mail.template"].search(literal_eval(field.get("domain")))
        for name in CANNED:
            template = self.env.ref(f"billing_coordinator.mail_template_ticket_{name}")
            self.assertIn(template, found)
        for name in ("receipt", "rating"):
            template = self.env.ref(f"billing_coordinator.mail_template_ticket_{name}")
            self.assertNotIn(template, found)
        self.assertIn("billing_reply", field.get("invisible"))
        [button] = arch.xpath("//button[contains(@context, 'billing_wait')]")
        self.assertIn("billing_reply", button.get("invisible"))

    def test_ready_text_in_the_dialog(self):
        """Choosing one fills the text in, with the invoice's data, before sending."""
        composer = self.env["mail.compose.message"].with_user(self.coordinator)
        self.ticket.user_id = self.member
        self.ticket.message_unsubscribe(self.member.partner_id.ids)
        context = self.ticket.action_reply()["context"]
        with Form(composer.with_context(**context)) as form:
            form.template_id = self.env.ref(
                "billing_coordinator.mail_template_ticket_correct"
            )
            self.assertIn(self.invoice.name, form.body)
            self.assertIn("100.00", form.body)
            self.assertEqual(form.partner_ids[:], self.person)

    def test_colleagues_are_not_written_to_with_the_customer(self):
        """Neither who is assigned nor who wrote a note: they read it in the ticket."""
        self.ticket.user_id = self.member
        note = self.ticket.with_user(self.member).message_post(
            body="Five are missing", partner_ids=self.manager.partner_id.ids
        )
        self.assertTrue(note)
        self.ticket.message_unsubscribe((self.member + self.manager).partner_id.ids)
        ticket = self.ticket.with_user(self.coordinator)
        suggested = ticket._message_get_suggested_recipients(reply_discussion=True)
        self.assertEqual([row["partner_id"] for row in suggested], self.person.ids)

    def test_own_addresses_are_not_written_to(self):
        """The mailbox that forwards to us is in the mail's To, and no recipient."""
        ticket = self._mail(to=f"forwarded@example.net, {ADDRESS}")
        partners = self.env["res.partner"]
        ticket = ticket.with_user(self.coordinator)
        for create in (False, True):
            suggested = ticket._message_get_suggested_recipients(
                reply_discussion=True, no_create=not create
            )
            self.assertEqual(len(suggested), 1, suggested)
        self.assertFalse(partners.search([("email", "ilike", "forwarded@")]))

    def test_reply_to_a_stranger(self):
        ticket = self._mail(sender="Eve <eve@example.org>")
        recipient = ticket.action_reply()["context"]["default_partner_ids"]
        recipient = self.env["res.partner"].browse(recipient)
        self.assertEqual(recipient.email, "eve@example.org")
        self.assertFalse(recipient.parent_id)

    def test_add_contact(self):
        ticket = self._mail(sender="Eve <eve@example.org>")
        with self.assertRaisesRegex(UserError, "customer first"):
            ticket.action_add_contact()
        self.person.email = "eve@example.org"
        ticket.partner_id = self.customer
        ticket.action_add_contact()
        self.assertEqual(ticket.contact_id, self.person)

    def test_canned_texts(self):
        for name in CANNED:
            template = self.env.ref(f"billing_coordinator.mail_template_ticket_{name}")
            action = self.ticket.action_reply()
            message = self._compose_reply(action, template)
            self.assertEqual(message.partner_ids, self.person, name)
            for text in ("Person", self.invoice.name, "100.00", "Manager"):
                self.assertIn(text, message.body, name)
            self.assertIn(self.ticket.name, message.subject)

    def test_canned_text_in_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("billing_coordinator.mail_template_ticket_correct")
        text = '<p>Facture <t t-out="object.invoice_numbers"/></p>'
        template.with_context(lang="fr_FR").body_html = text
        self.person.lang = "fr_FR"
        message = self._compose_reply(self.ticket.action_reply(), template)
        self.assertIn(f"Facture {self.invoice.name}", message.body)

    def test_texts_are_the_managers(self):
        """Who may not write templates with code may write these placeholders."""
        template = self.env.ref("billing_coordinator.mail_template_ticket_more")
        editor = self._make_user("editor", "group_billing_manager")
        self.env["ir.config_parameter"].sudo().set_param(
            "mail.restrict.template.rendering", True
        )
        self.assertFalse(editor.has_group("mail.group_mail_template_editor"))
        template = template.with_user(editor)
        body = '<p t-out="object.invoice_table"/>'
        template.sudo().user_id = editor
        template.body_html = body
        with self.assertRaises(AccessError):
            template.body_html = '<p t-out="object.company_id.partner_id.email"/>'

    # -- documents --------------------------------------------------------------------

    def _open(self, ticket=None, **values):
        action = (ticket or self.ticket).action_send_documents()
        wizard = self.env[action["res_model"]].with_user(self.coordinator)
        return Form(wizard.with_context(**action["context"])).save()

    def _send_all(self, wizard):
        """Send with a report engine that prints nothing; return the message."""
        report = self.registry["ir.actions.report"]
        with (
            patch.object(
                report, "_render_qweb_pdf", lambda *a, **k: (b"%PDF-1.4", "pdf")
            ),
            self.mock_mail_gateway(),
        ):
            wizard.action_send()
        return wizard.ticket_id.message_ids.sorted("id")[-1]

    def test_invoice_in_two_clicks(self):
        wizard = self._open()
        self.assertEqual(wizard.move_ids, self.invoice)
        self.assertEqual(wizard.contact_id, self.person)
        message = self._send_all(wizard)
        self.assertEqual(message.partner_ids, self.person)
        [attachment] = message.attachment_ids
        self.assertIn(self.invoice.name.replace("/", "_"), attachment.name)
        self.assertIn(self.invoice.name, message.body)
        self.assertIn("attached", message.body)

    def test_invoice_as_it_was_sent(self):
        sent = self.env["ir.attachment"].create(
            {
                "name": "sent.pdf",
                "raw": b"%PDF-1.4",
                "res_model": "account.move",
                "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.invoice.invalidate_recordset()
        self.assertEqual(self._send_all(self._open()).attachment_ids, sent)

    def test_credit_note(self):
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        action = reversal.create({"journal_id": self.invoice.journal_id.id})
        action = action.refund_moves()
        credit_note = self.env["account.move"].browse(action["res_id"])
        self.ticket.write({"kind": "inquiry"})
        self.ticket.reason_id = self.env.ref(
            "billing_coordinator.ticket_reason_credit_note"
        )
        self.assertFalse(self._open().move_ids)
        credit_note.action_post()
        wizard = self._open()
        self.assertEqual(wizard.move_ids, credit_note)
        [attachment] = self._send_all(wizard).attachment_ids
        self.assertIn(credit_note.name.replace("/", "_"), attachment.name)

    def test_payment_confirmation(self):
        payment = self._register_payment(self.invoice, amount=30)
        self.ticket.write({"kind": "inquiry"})
        self.ticket.reason_id = self.env.ref(
            "billing_coordinator.ticket_reason_allocation"
        )
        wizard = self._open()
        self.assertEqual(wizard.payment_ids, payment)
        self.assertFalse(wizard.move_ids)
        [attachment] = self._send_all(wizard).attachment_ids
        self.assertRegex(attachment.name, "^Payment .*pdf$")

    def test_statement(self):
        self.ticket.write({"kind": "inquiry"})
        self.ticket.reason_id = self.env.ref(
            "billing_coordinator.ticket_reason_statement"
        )
        wizard = self._open()
        self.assertTrue(wizard.with_statement)
        self.assertFalse(wizard.move_ids)
        self.assertEqual(len(self._send_all(wizard).attachment_ids), 1)

    def test_real_documents(self):
        """Printed for real: an invoice, a receipt and a statement."""
        wizard = self._open()
        wizard.payment_ids = self._register_payment(self.invoice, amount=30)
        wizard.with_statement = True
        with self.mock_mail_gateway():
            wizard.action_send()
        message = self.ticket.message_ids.sorted("id")[-1]
        self.assertEqual(len(message.attachment_ids), 3)

    def _assert_refused(self, message, **values):
        wizard = self._open()
        wizard.write(values)
        with self.assertRaisesRegex(UserError, message):
            wizard.action_send()

    def test_refused(self):
        stranger = self._make_customer("Stranger")
        other = self._make_invoice(stranger)
        self._assert_refused("at least one", move_ids=[Command.clear()])
        self._assert_refused("not a document of", move_ids=[Command.set(other.ids)])
        self._assert_refused("not with", contact_id=stranger.id)
        draft = self._make_invoices([(None, 5, 1)], post=False)
        self._assert_refused("not in force", move_ids=[Command.set(draft.ids)])
        self.person.email = "nobody"
        self._assert_refused("no valid e-mail")

    def test_form(self):
        """The buttons are the coordinator's; the department sees none of them."""
        Form(self.ticket)
        buttons = ("action_reply", "action_send_documents", "action_add_contact")
        for user, shown in ((self.coordinator, True), (self.member, False)):
            tickets = self.env["billing.ticket"].with_user(user)
            arch = tickets.get_view(view_type="form")["arch"]
            self.assertEqual([button in arch for button in buttons], [shown] * 3)

    def test_department_sends_nothing(self):
        ticket = self.ticket.with_user(self.member)
        wizards = self.env["billing.ticket.document.wizard"].with_user(self.member)
        with self.assertRaises(AccessError):
            wizards.create({"ticket_id": ticket.id})
        with self.assertRaises(AccessError):
            ticket.action_add_contact()
