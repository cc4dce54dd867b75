import email
import email.policy
from contextlib import contextmanager
from unittest.mock import patch

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import SecondCompany
from .notice_common import BOUNCE
from .ticket_mail_common import ADDRESS, TicketMailCase


@tagged("post_install", "-at_install")
class TestTicketMail(SecondCompany, TicketMailCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)

    def test_mail_makes_a_ticket(self):
        ticket = self._mail(
            f"Re: AW: {self.invoice.name}",
            "We got ten boxes less",
            files=[("a.pdf", b"x")],
        )
        self.assertRecordValues(
            ticket,
            [
                {
                    "subject": self.invoice.name,
                    "kind": "inquiry",
                    "channel": "email",
                    "state": "new",
                    "partner_id": self.customer.id,
                    "contact_id": self.customer.id,
                    "company_id": self.company.id,
                    "team_id": self.desk.id,
                    "responsible_id": self.manager.id,
                    "email_from": self.customer.email,
                    "amount_disputed": 0,
                }
            ],
        )
        self.assertRegex(ticket.name, r"^T\d+$")
        self.assertTrue(ticket.deadline)
        self.assertIn("ten boxes", ticket.description)
        self.assertEqual(ticket.line_ids.move_id, self.invoice)
        [message] = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.attachment_ids.mapped("name"), ["a.pdf"])

    def test_mail_stops_no_reminder(self):
        """Until the coordinator says that money is in dispute."""
        ticket = self._mail("I do not pay", self.invoice.name)
        self.assertEqual(self._receivables().withheld, 0)
        ticket.write({"kind": "discrepancy", "reason_id": self.reason.id})
        ticket.line_ids.amount_disputed = 40
        self.assertEqual(self._receivables().withheld, 40)

    def test_contact_of_the_customer(self):
        person = self._make_customer("Person", parent_id=self.customer.id)
        ticket = self._mail(sender=f"Ms Person <{person.email.upper()}>")
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertEqual(ticket.contact_id, person)
        self.assertFalse(ticket.line_ids)

    def test_invoices_by_their_numbers(self):
        second, third, other = self._make_invoices(
            [(None, 50, 5), (None, 60, 5), (self._make_customer("Else"), 70, 5)]
        )
        third.payment_reference = "+++123/4567/89002+++"
        loose = self.invoice.name.lower().replace("/", " ").replace(" 0000", " ")
        text = f"{loose} and {second.name}, ref. 123456789002; {other.name}"
        ticket = self._mail("Several", text)
        self.assertEqual(ticket.line_ids.move_id, self.invoice + second + third)
        [note] = ticket.message_ids.filtered(
            lambda m: other.name in (m.body or "") and m.message_type == "notification"
        )
        self.assertTrue(note.subtype_id.internal)

    def test_found_by_indexes(self):
        """However many invoices there are: none is looked at that is not named."""
        text = f"{self.invoice.name} and 123456789002"
        moves = self.env["account.move"]
        plans = []
        execute = Environment.execute_query

        def explain(env, query):
            plans.extend(execute(env, SQL("EXPLAIN %s", query)))
            return execute(env, query)

        self.cr.execute("SET LOCAL enable_seqscan = off")
        with patch.object(Environment, "execute_query", explain):
            moves._billing_find_in_text(self.company, text)
        plan = "\n".join(line for [line] in plans)
        self.assertIn("payment_reference_idx", plan)
        self.assertNotIn("Seq Scan on account_move", plan)

    def test_number_in_the_name_of_a_file(self):
        name = self.invoice.name.replace("/", "_") + ".pdf"
        ticket = self._mail("See attached", files=[(name, b"x")])
        self.assertEqual(ticket.line_ids.move_id, self.invoice)

    def test_first_part_left_out(self):
        """Enough from a customer, but not to tell whose the invoice is."""
        text = self.invoice.name.split("/", 1)[1]
        self.assertEqual(self._mail(text).line_ids.move_id, self.invoice)
        stranger = self._mail(text, sender="stranger@example.org")
        self.assertNotIn(
            self.invoice.name, "".join(stranger.message_ids.mapped("body"))
        )

    def test_drafts_and_bills_are_not_found(self):
        draft = self._make_invoices([(None, 5, 1)], post=False)
        draft.payment_reference = "12345678901"
        self.assertFalse(self._mail("12345678901").line_ids)

    def test_unknown_sender(self):
        """Nobody attaches themselves to a customer by naming an invoice."""
        ticket = self._mail(self.invoice.name, sender="Eve <eve@example.org>")
        self.assertFalse(ticket.partner_id)
        self.assertFalse(ticket.contact_id)
        self.assertFalse(ticket.line_ids)
        self.assertTrue(
            ticket.message_ids.filtered(
                lambda m: self.invoice.name in m.body and "not known" in m.body
            )
        )
        ticket.partner_id = self.customer
        ticket.action_add_contact()
        contact = ticket.contact_id
        self.assertEqual(
            (contact.name, contact.email, contact.parent_id),
            ("Eve", "eve@example.org", self.customer),
        )

    def test_colleague_passes_it_on(self):
        ticket = self._mail(f"Fwd: {self.invoice.name}", sender=self.member.email)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertFalse(ticket.contact_id)
        self.assertEqual(ticket.line_ids.move_id, self.invoice)
        self.assertFalse(self._receipts(ticket))
        recipient = ticket.action_reply()["context"]["default_partner_ids"]
        self.assertEqual(recipient, self.customer.ids)
        with self.assertRaisesRegex(UserError, "colleague"):
            ticket.action_add_contact()

    def test_several_contacts_with_one_address(self):
        address = "office@example.com"
        first = self._make_customer("First", email=address)
        debtor = self._make_customer("Debtor", email=address)
        archived = self._make_customer("Archived", email=address)
        self._make_invoice(archived)
        archived.active = False
        self.assertEqual(self._mail(sender=address).contact_id, first)
        self._make_invoice(debtor)
        self.assertEqual(self._mail(sender=address).contact_id, debtor)
        reminded = self._make_customer(
            "Reminded", email=address, parent_id=debtor.id, type="billing_followup"
        )
        self.assertEqual(self._mail(sender=address).contact_id, reminded)
        named = self._make_invoice(first)
        self._pay(named)
        self.assertEqual(self._mail(named.name, sender=address).contact_id, first)

    def test_customer_of_another_company(self):
        self.other_customer.company_id = self.other_company
        ticket = self._mail(sender=self.other_customer.email)
        self.assertFalse(ticket.partner_id)
        invoice = self._make_invoice(self.customer, company=self.other_company)
        invoice.name = "ELSE/2025/00001"
        self.assertFalse(self._mail(invoice.name).line_ids)

    def test_team_of_all_companies(self):
        """The invoices, else the customer, tell the company."""
        self.other_company.alias_domain_id = self.domain
        self.desk.company_id = False
        self.desk.alias_domain_id = self.domain
        invoice = self._make_invoice(self.other_customer, company=self.other_company)
        invoice.name = "ELSE/2025/00001"
        ticket = self._deliver(
            self._compose(invoice.name, sender=self.other_customer.email)
        )
        self.assertEqual(ticket.company_id, self.other_company)
        self.assertEqual(ticket.line_ids.move_id, invoice)
        self.other_customer.company_id = self.other_company
        ticket = self._deliver(self._compose(sender=self.other_customer.email))
        self.assertEqual(ticket.company_id, self.other_company)

    def test_two_addresses_are_one_ticket(self):
        self.team.write({"alias_name": "warehouse", "alias_domain_id": self.domain.id})
        before = self.env["billing.ticket"].search_count([])
        self._mail(to=f"{ADDRESS}, warehouse@followup.example.com")
        self.assertEqual(self.env["billing.ticket"].search_count([]), before + 1)

    def test_no_subject_and_strange_characters(self):
        ticket = self._mail(None, "A\x00B")
        self.assertEqual(ticket.subject, f"E-mail from {self.customer.email}")
        self.assertIn("AB", ticket.description)

    # -- receipt ----------------------------------------------------------------------

    def _receipts(self, ticket):
        return ticket.message_ids.filtered(lambda m: m.message_type == "auto_comment")

    def test_receipt(self):
        ticket = self._mail()
        [receipt] = self._receipts(ticket)
        self.assertIn(ticket.name, receipt.body)
        self.assertEqual(receipt.subject, f"[{ticket.name}] A question")
        [mail] = receipt.sudo().mail_ids
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("auto-replied", mail.headers)
        self.assertIn(ADDRESS, mail.reply_to)
        self._reply(ticket)
        self.assertEqual(self._receipts(ticket), receipt)

    def test_receipt_to_a_stranger(self):
        ticket = self._mail(sender="eve@example.org")
        self.assertEqual(self._receipts(ticket).outgoing_email_to, "eve@example.org")
        self.assertIn("Sir or Madam", self._receipts(ticket).body)

    def test_receipt_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("billing_coordinator.mail_template_ticket_receipt")
        template.with_context(lang="fr_FR").body_html = "<p>Bonjour</p>"
        self.customer.lang = "fr_FR"
        self.assertIn("Bonjour", self._receipts(self._mail()).body)

    def test_no_receipt(self):
        self.assertFalse(self._receipts(self._mail(Auto_Submitted="auto-generated")))
        self.desk.send_receipt = False
        self.assertFalse(self._receipts(self._mail()))

    # -- what is dangerous ------------------------------------------------------------

    def test_scripts_do_not_survive(self):
        html = """<p onclick="a()">Hi<script>alert(1)</script>
            <img src="x" onerror="alert(2)"/><a href="javascript:alert(3)">x</a></p>"""
        ticket = self._mail(html=html)
        [message] = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        for text in (ticket.description, message.body):
            self.assertIn("Hi", text)
            for bad in ("<script", "onerror", "onclick", "javascript:"):
                self.assertNotIn(bad, text)

    def test_large_file(self):
        """It is left out, the rest stays, and the sender is told."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("billing_coordinator.ticket_max_mb", "1")
        files = [("large.pdf", b"x" * (1024 * 1024 + 1)), ("small.pdf", b"x")]
        ticket = self._mail(files=files)
        [message] = ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(message.attachment_ids.mapped("name"), ["small.pdf"])
        [told] = ticket.message_ids.filtered(lambda m: "large.pdf" in m.body)
        self.assertEqual(told.partner_ids, self.customer)
        self.assertTrue(told.sudo().mail_ids)

    def test_mail_attached_to_a_mail(self):
        inner = email.message_from_bytes(
            self._compose("Inner"), policy=email.policy.SMTP
        )
        outer = email.message_from_bytes(
            self._compose("Outer", files=[("a.pdf", b"x")]), policy=email.policy.SMTP
        )
        outer.add_attachment(inner, filename="inner.eml")
        ticket = self._deliver(outer.as_bytes())
        self.assertEqual(ticket.subject, "Outer")
        self.assertEqual(
            set(ticket.message_ids.attachment_ids.mapped("name")),
            {"a.pdf", "inner.eml"},
        )

    def test_25_megabytes(self):
        ticket = self._mail(files=[("large.pdf", b"x" * (25 * 1024 * 1024))])
        self.assertFalse(ticket.message_ids.attachment_ids)
        self.assertIn("20 MB", "".join(ticket.message_ids.mapped("body")))

    def test_automatic_answers_make_none(self):
        tickets = self.env["billing.ticket"].search_count([])
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"X_Autoreply": "yes"},
            {"Precedence": "auto_reply"},
            {"subject": "Out of office"},
        ):
            self.assertFalse(self._mail(**headers))
        self.assertFalse(self._mail(sender="MAILER-DAEMON@example.com"))
        self.assertEqual(self.env["billing.ticket"].search_count([]), tickets)

    def test_mail_through_a_list(self):
        """An address behind a list is written to by customers."""
        ticket = self._mail("Wrong price", Precedence="list")
        self.assertEqual(ticket.partner_id, self.customer)

    def test_mail_loop(self):
        """Odoo's own limit per sender ends a loop of programs."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("mail.gateway.loop.threshold", "3")
        reached = [bool(self._mail(str(number))) for number in range(5)]
        self.assertEqual(reached, [True, True, True, False, False])

    def test_same_mail_twice(self):
        source = self._compose()
        self.assertTrue(self._deliver(source))
        self.assertFalse(self._deliver(source))

    # -- fetching ---------------------------------------------------------------------

    @contextmanager
    def _mailbox(self, sources):
        """A mail server that has some e-mails."""
        server = self.env["fetchmail.server"].create(
            {"name": "Inbox", "server_type": "imap", "state": "done"}
        )
        handled = []

        class Connection:
            def check_unread_messages(self):
                return len(sources)

            def retrieve_unread_messages(self):
                yield from enumerate(sources)

            def handled_message(self, number):
                handled.append(number)

            def disconnect(self):
                pass

        with patch.object(
            self.registry["fetchmail.server"], "_connect__", lambda *a: Connection()
        ):
            yield server, handled

    def test_one_bad_mail_does_not_stop_the_rest(self):
        sources = [self._compose(f"Mail {number}") for number in range(5)]
        ticket = self.registry["billing.ticket"]
        prepare = ticket._prepare_from_mail

        def fail_once(self, msg_dict, defaults):
            values = prepare(self, msg_dict, defaults)
            if msg_dict["subject"] == "Mail 2":
                self.env.cr.execute("SELECT 1 / 0")
            return values

        with (
            self._mailbox(sources) as (server, handled),
            patch.object(ticket, "_prepare_from_mail", fail_once),
            self.mock_mail_gateway(),
            self._scheduler() as env,
            mute_logger(
                "odoo.sql_db",
                "odoo.addons.mail.models.mail_thread",
                "odoo.addons.mail.models.fetchmail",
            ),
        ):
            server.with_env(env)._fetch_mail()
        self.assertEqual(handled, [0, 1, 2, 3, 4])
        tickets = self.env["billing.ticket"].search(
            [("subject", "=like", "Mail _")], order="subject"
        )
        self.assertEqual(
            tickets.mapped("subject"), ["Mail 0", "Mail 1", "Mail 3", "Mail 4"]
        )


@tagged("post_install", "-at_install")
class TestTicketReply(TicketMailCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100, overdue=10)
        self.ticket = self._make_ticket(
            self.invoice, 40, team_id=self.desk.id, contact_id=self.customer.id
        )
        self.ticket.message_post(body="Hello", subtype_xmlid="mail.mt_comment")

    def _activities(self):
        return self.ticket.activity_ids.mapped("summary")

    def test_reply_to_a_ticket_that_waits(self):
        self.ticket.action_wait_for_customer()
        self._reply(self.ticket)
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertEqual(self._activities(), ["Answer the customer"])
        self.assertEqual(self.ticket.activity_ids.user_id, self.manager)
        self._reply(self.ticket)
        self.assertEqual(len(self._activities()), 1)

    def test_reply_to_what_is_in_the_books(self):
        """It is told; the credit note stands, and so does the resolution."""
        cause = self.env["billing.ticket.cause"].create({"name": "Carrier"})
        self.ticket._settle("credited", cause)
        self.ticket.action_close()
        self._reply(self.ticket, "Thank you")
        self.assertEqual(
            (self.ticket.state, self.ticket.resolution), ("closed", "credited")
        )
        self.assertIn("Answer the customer", self._activities())

    def test_new_stays_new(self):
        self._reply(self.ticket)
        self.assertEqual(self.ticket.state, "new")
        self.assertEqual(len(self._activities()), 1)

    def test_reply_reopens(self):
        """The ticket, but not the dispute: reminders stop by a decision only."""
        for resolution in ("credited", "customer_pays"):
            self.ticket.line_ids.amount_disputed = 40
            self.ticket._resolve(resolution)
            self.ticket.action_close()
            self._reply(self.ticket)
            self.assertEqual(
                (self.ticket.state, self.ticket.resolution), ("in_progress", False)
            )
            self.assertEqual(self._receivables().withheld, 0)

    def test_reply_to_a_rejected_dispute(self):
        self.ticket._resolve("rejected")
        self._reply(self.ticket)
        self.assertEqual(self.ticket.state, "resolved")
        self.assertEqual(self._activities(), ["Answer the customer"])
        self.assertEqual(self._receivables().withheld, 0)

    def test_reply_after_clearing(self):
        self._pay(self.invoice)
        self._reply(self.ticket)
        self.assertEqual(
            (self.ticket.state, self.ticket.closed_by_clearing), ("closed", True)
        )
        self.assertEqual(self._activities(), ["Answer the customer"])

    def test_cancelled_stays(self):
        self.ticket.action_cancel()
        self._reply(self.ticket)
        self.assertEqual(self.ticket.state, "cancelled")
        self.assertEqual(len(self._activities()), 1)

    def test_number_in_the_subject(self):
        subject = f"RE: [{self.ticket.name}] Ten are missing"
        self.ticket.action_wait_for_customer()
        self.assertEqual(self._mail(subject), self.ticket)
        self.assertEqual(self.ticket.state, "in_progress")
        person = self._make_customer("Person", parent_id=self.customer.id)
        self.assertEqual(self._mail(subject, sender=person.email), self.ticket)
        self.assertNotEqual(self._mail(subject, sender="eve@example.org"), self.ticket)
        other = self._make_customer("Other")
        self.assertNotEqual(self._mail(subject, sender=other.email), self.ticket)

    def test_number_of_a_merged_ticket(self):
        other = self._make_ticket(contact_id=self.customer.id)
        other.write({"state": "cancelled", "merged_into_id": self.ticket.id})
        self.assertEqual(self._mail(f"[{other.name}] More"), self.ticket)

    def _merge_into(self, kept, ticket):
        ticket.write({"state": "cancelled", "merged_into_id": kept.id})

    def test_chain_of_merged_tickets(self):
        """What belongs to the first of them arrives on the last."""
        first, second = (
            self._make_ticket(contact_id=self.customer.id) for _number in range(2)
        )
        note = first.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        self._merge_into(second, first)
        self._merge_into(self.ticket, second)
        for headers in (
            {"subject": f"[{first.name}] More"},
            {"In_Reply_To": note.message_id},
        ):
            self.assertEqual(self._mail(**headers), self.ticket)

    def test_merged_in_a_circle(self):
        """As after reopening: the one that is open, else any of them, but an end."""
        other = self._make_ticket(contact_id=self.customer.id)
        self._merge_into(other, self.ticket)
        self.ticket.action_reopen()
        self._merge_into(self.ticket, other)
        for ticket in (other, self.ticket):
            self.assertEqual(self._mail(f"[{ticket.name}] More"), self.ticket)
        self.ticket.state = "cancelled"
        self.assertIn(self._mail(f"[{other.name}] More"), other + self.ticket)

    def test_number_in_the_subject_of_a_stranger(self):
        ticket = self._mail(sender="eve@example.org")
        subject = f"[{ticket.name}] More"
        self.assertEqual(self._mail(subject, sender="eve@example.org"), ticket)

    def test_automatic_answer_is_a_note(self):
        self.ticket.action_wait_for_customer()
        for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}):
            self._reply(self.ticket, "I am away", **headers)
        self._mail(f"[{self.ticket.name}] Away", "I am away", X_Autoreply="yes")
        self.assertEqual(self.ticket.state, "waiting_customer")
        self.assertFalse(self._activities())
        notes = self.ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(len(notes), 3)
        self.assertTrue(all(notes.subtype_id.mapped("internal")))

    def test_department_answers_by_mail(self):
        """An answer inside the house: the customer does not get it."""
        self.ticket.write({"team_id": self.team.id, "state": "waiting_department"})
        sender = self.member.email
        self._reply(self.ticket, "Away", sender=sender, Auto_Submitted="auto-replied")
        self.assertEqual(self.ticket.state, "waiting_department")
        self._reply(self.ticket, "We sent only 90", sender=self.member.email)
        self.assertEqual(self.ticket.state, "in_progress")
        self.assertIn("only 90", self.ticket.answer)
        self.assertEqual(self.ticket.answered_by_id, self.member)
        self.assertEqual(self._activities(), ["Answer of Warehouse"])
        answers = self.ticket.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertTrue(all(answers.subtype_id.mapped("internal")))
        self.assertNotIn(self.customer, answers.notified_partner_ids)
        self._reply(self.ticket, "Or 91", sender=self.member.email)
        self.assertIn("Read what colleagues write", self._activities())
        self.assertIn("only 90", self.ticket.answer)

    def test_others_do_not_answer_for_the_department(self):
        """A colleague who may not see the ticket, or no ticket at all."""
        seller = self._make_user("seller", "group_billing_department")
        employee = self._make_user("employee", "base.group_user")
        elsewhere = self._make_user(
            "elsewhere",
            "group_billing_coordinator",
            company=self._make_company("Elsewhere Ltd"),
        )
        self.ticket.write({"team_id": self.team.id, "state": "waiting_department"})
        for user in (seller, employee, elsewhere):
            self._reply(self.ticket, "I know better", sender=user.email)
            message = self.ticket.message_ids[0]
            self.assertIn("know better", message.body)
            self.assertTrue(message.subtype_id.internal)
            self.assertNotIn(self.customer, message.notified_partner_ids)
            self.assertEqual(self.ticket.state, "waiting_department")
            self.assertFalse(self.ticket.answer)
        self.assertEqual(self._activities(), ["Read what colleagues write"])

    def test_customer_does_not_answer_for_the_department(self):
        self.ticket.state = "waiting_department"
        self._reply(self.ticket)
        self.assertEqual(self.ticket.state, "waiting_department")
        self.assertEqual(len(self._activities()), 1)

    def test_coordinator_answers_by_mail(self):
        self.ticket.action_wait_for_customer()
        self._reply(self.ticket, "By the way", sender=self.coordinator.email)
        self.assertEqual(self.ticket.state, "waiting_customer")
        self.assertFalse(self._activities())

    def test_coordinator_has_left(self):
        self.ticket.responsible_id = self.coordinator
        self.coordinator.sudo().active = False
        ticket = self.ticket.with_user(self.manager)
        ticket.action_wait_for_customer()
        self._reply(ticket)
        self.assertEqual(ticket.activity_ids.user_id, self.manager)

    def test_bounce(self):
        """An answer that did not arrive is told to the coordinator; no reply of the
        customer.
        """
        self.ticket.action_wait_for_customer()
        message = self.ticket.message_post(
            body="Why?",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        bounce = BOUNCE.format(
            to=self.domain.bounce_email,
            address=self.customer.email,
            message_id=message.message_id,
        )
        self._deliver(bounce.encode())
        self.assertEqual(self.ticket.state, "waiting_customer")
        [note] = self.ticket.message_ids.filtered(lambda m: "came back" in m.body)
        self.assertIn(self.customer.email, note.body)
        self.assertEqual(self._activities(), ["Correct the e-mail address"])

    def test_large_file_in_a_reply(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("billing_coordinator.ticket_max_mb", "0")
        [message, *_rest] = self.ticket.message_ids.sorted("id")
        self._mail(files=[("large.pdf", b"x")], In_Reply_To=message.message_id)
        self.assertIn("large.pdf", "".join(self.ticket.message_ids.mapped("body")))
        self.assertFalse(self.ticket.message_ids.attachment_ids)
