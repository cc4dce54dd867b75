import io
from unittest.mock import patch

from lxml import html

from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import tagged

from ..controllers import portal_ticket, portal_ticket_new
from .common import days
from .test_portal_billing import PortalCase


class PortalTicketCase(PortalCase):
    """Customers with invoices, and what they may say about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason, cls.hidden_reason = cls.env["billing.ticket.reason"].create(
            [
                {"name": "Too dear", "company_id": cls.company.id},
                {
                    "name": "Not for customers",
                    "company_id": cls.company.id,
                    "in_portal": False,
                },
            ]
        )
        cls.question = cls.env["billing.ticket.reason"].create(
            {"name": "Please explain", "kind": "inquiry", "company_id": cls.company.id}
        )

    def _post(self, user, invoices=None, files=(), **values):
        """Send the form; return the page that answers."""
        self.authenticate(user.login, user.login)
        invoices = self.invoice if invoices is None else invoices
        answer = self.url_open(
            "/my/billing/tickets/new",
            data={
                "csrf_token": Request.csrf_token(self),
                "company_id": self.company.id,
                "kind": "discrepancy",
                "reason_discrepancy": self.reason.id,
                "reason_inquiry": self.question.id,
                "invoice_ids": invoices.ids,
                "text": "Ten were <b>missing</b>",
                **values,
            },
            files=[("files", (name, io.BytesIO(data))) for name, data in files] or None,
        )
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def _ask(self, user, **values):
        return self._post(user, kind="inquiry", **values)

    def _tickets(self):
        return self.env["billing.ticket"].search([])

    def _dispute(self, user=None, **values):
        """A ticket made in the portal."""
        before = self._tickets()
        self._post(user or self.person, **values)
        ticket = self._tickets() - before
        self.assertEqual(len(ticket), 1)
        return ticket

    def _say(self, ticket, body="Here you are", partner=None):
        """What the customer writes in the conversation."""
        return ticket.message_post(
            body=body,
            author_id=(partner or self.person.partner_id).id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )


@tagged("post_install", "-at_install")
class TestPortalTicket(PortalTicketCase):
    NEW = "/my/billing/tickets/new"

    def setUp(self):
        super().setUp()
        self._old = self._tickets()

    def test_dispute(self):
        text = self._post(
            self.person,
            files=[("photo.txt", b"a picture")],
            **{f"amount_{self.invoice.id}": "40"},
        )
        self.assertIn("Thank you. Your number is", text)
        ticket = self._tickets()
        self.assertRecordValues(
            ticket,
            [
                {
                    "partner_id": self.customer.id,
                    "contact_id": self.person.partner_id.id,
                    "company_id": self.company.id,
                    "kind": "discrepancy",
                    "channel": "portal",
                    "reason_id": self.reason.id,
                    "state": "new",
                    "amount_disputed": 40,
                    "subject": f"Too dear: {self.invoice.name}",
                }
            ],
        )
        self.assertIn("&lt;b&gt;missing", ticket.description)
        self.assertEqual(ticket.line_ids.move_id, self.invoice)
        self.assertEqual(ticket.message_ids.attachment_ids.name, "photo.txt")
        self.assertIn(self.person.partner_id, ticket.message_partner_ids)

    def test_reminders_of_the_disputed_part_stop_at_once(self):
        self._dispute(**{f"amount_{self.invoice.id}": "40"})
        receivable = self.env["billing.receivable"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertEqual((receivable.residual, receivable.withheld), (120, 40))

    def test_coordinator_is_told(self):
        ticket = self._dispute(files=[("a.txt", b"a")])
        self.assertEqual(ticket.activity_ids.user_id, self.manager)
        self.assertEqual(ticket.activity_ids.mapped("summary"), ["Answer the customer"])

    def test_question_stops_no_reminder(self):
        self.assertIn("Thank you", self._ask(self.person))
        ticket = self._tickets()
        self.assertEqual((ticket.kind, ticket.reason_id), ("inquiry", self.question))
        self.assertEqual(ticket.line_ids.amount_disputed, 0)
        none = self.env["account.move"]
        self.assertIn("Thank you", self._ask(self.person, invoices=none))

    def test_several_invoices(self):
        other = self._make_invoice(amount=200, currency_id=self.usd.id)
        ticket = self._dispute(
            invoices=self.invoice + other,
            **{f"amount_{self.invoice.id}": "", f"amount_{other.id}": "50"},
        )
        amounts = {line.move_id: line.amount_disputed for line in ticket.line_ids}
        self.assertEqual(amounts, {self.invoice: 120, other: 50})

    def test_errors_at_the_field_and_what_was_typed_is_kept(self):
        amount = f"amount_{self.invoice.id}"
        for values, message in (
            ({"reason_discrepancy": ""}, "Choose what it is about"),
            ({"reason_discrepancy": self.question.id}, "Choose what it is about"),
            ({"reason_discrepancy": self.hidden_reason.id}, "Choose what it is about"),
            ({"kind": "nonsense"}, "Choose what it is about"),
            ({"invoices": self.env["account.move"]}, "Choose the invoices"),
            ({"text": "  "}, "Tell us in a few words"),
            ({amount: "120.01"}, "at most"),
            ({amount: "0"}, "more than zero"),
            ({amount: "-5"}, "more than zero"),
            ({amount: "much"}, "more than zero"),
            ({amount: "nan"}, "more than zero"),
            ({amount: "inf"}, "more than zero"),
        ):
            text = self._post(self.person, **values)
            self.assertIn("Please check what is marked", text, values)
            self.assertIn(message, text, values)
            if "text" not in values:
                self.assertIn("Ten were &lt;b&gt;missing", text)
            if amount in values:
                self.assertIn(f'value="{values[amount]}"', text)
        self.assertEqual(self._tickets(), self._old)

    def test_files_are_limited(self):
        with patch.object(portal_ticket_new, "MAX_FILE_SIZE", 3):
            text = self._post(self.person, files=[("big.txt", b"1234")])
        self.assertIn("big.txt is larger", text)
        self.assertIn("choose them again", text)
        files = [(f"{number}.txt", b"1") for number in range(11)]
        self.assertIn("10 files at most", self._post(self.person, files=files))
        self.assertEqual(self._tickets(), self._old)

    def test_file_with_script_is_text(self):
        ticket = self._dispute(files=[("x.html", b"<html><script>a</script></html>")])
        file = ticket.message_ids.attachment_ids
        self.assertEqual(file.mimetype, "text/plain")

    def test_nothing_half_done(self):
        """What fails late leaves no ticket, and the reminders as they were."""
        tickets = self.env.registry["billing.ticket"]

        def fail(self, *_args):
            raise UserError(self.env._("Out of paper"))

        with patch.object(tickets, "_post_files", fail):
            text = self._post(self.person, files=[("a.txt", b"a")])
        self.assertIn("Out of paper", text)
        self.assertEqual(self._tickets(), self._old)

    def test_once_while_it_is_open(self):
        ticket = self._dispute(**{f"amount_{self.invoice.id}": "40"})
        text = self._post(self.user, **{f"amount_{self.invoice.id}": "10"})
        self.assertIn("in dispute already", text)
        self.assertIn(ticket.name, text)
        self.assertEqual(self._tickets(), ticket)

    def test_only_questions_after_a_rejection(self):
        ticket = self._dispute()
        ticket._resolve("rejected")
        self.assertIn("ask a question about it", self._post(self.person))
        self.assertEqual(self._tickets(), ticket)
        self.assertIn("Thank you", self._ask(self.person))

    def test_credit_note_and_paid_invoice(self):
        """Nothing is owed: they can be asked about only."""
        paid = self._make_invoice(amount=5)
        self._pay(paid)
        for move in (self._make_credit_note(amount=10), paid):
            self.assertIn("You owe nothing", self._post(self.person, invoices=move))
            page = self._page(self.person, f"{self.NEW}?invoice_id={move.id}")
            self.assertIn(move.name, page.text)
            self.assertIn("Thank you", self._ask(self.person, invoices=move))

    def test_address_that_is_not_complete(self):
        for query in ("", "?company_id=x", "?invoice_id=99999999999", "?invoice_id=0"):
            page = self._page(self.person, f"{self.NEW}{query}")
            self.assertIn("not complete", page.text, query)

    def test_without_a_token(self):
        self.authenticate(self.person.login, self.person.login)
        answer = self.url_open(self.NEW, data={"company_id": self.company.id})
        self.assertEqual(answer.status_code, 400)

    # -- the pages -----------------------------------------------------------------

    def test_state_in_words_on_the_account(self):
        self._make_invoice(amount=7, overdue=-5)
        promised = self._make_invoice(amount=8, overdue=5)
        self.env["billing.promise"]._make(
            self._receivable_lines(promised), [(days(3), 8)]
        )
        text = self._text(self.person)
        for word in ("Overdue", "Open", "Promised"):
            self.assertIn(word, text)
        self.assertNotIn("In dispute", text)
        ticket = self._dispute()
        text = self._text(self.person)
        for word in ("In dispute", ticket.name, "Received", "not yet"):
            self.assertIn(word, text)
        self.assertNotIn("Overdue", text)

    def test_promise_leaves_out_what_is_in_dispute(self):
        """The form proposes an amount that can be promised."""
        self.company.billing_promise_portal = True
        self._dispute(**{f"amount_{self.invoice.id}": "40"})
        self.assertIn('value="80.00"', self._page(self.person).text)

    def test_promise_leaves_out_what_is_promised_and_what_is_in_dispute(self):
        """Of 120 overdue: 30 are promised, 40 in dispute. What is not due can wait."""
        self.company.billing_promise_portal = True
        self._make_invoice(amount=100, overdue=-10)
        self.env["billing.promise"].with_user(self.coordinator)._make(
            self._receivable_lines(self.invoice), [(days(3), 30)]
        )
        self._dispute(**{f"amount_{self.invoice.id}": "40"})
        self.assertIn('value="50.00"', self._page(self.person).text)

    def test_question_is_proposed_where_nothing_can_be_disputed(self):
        path = f"{self.NEW}?invoice_id={self.invoice.id}"
        checked = 'value="inquiry" checked="True"'
        self.assertNotIn(checked, self._page(self.person, path).text)
        self._dispute()
        self.assertIn(checked, self._page(self.person, path).text)

    def test_being_paid(self):
        bank = self._journal("TBNK")
        bank.inbound_payment_method_line_ids.payment_account_id = False
        self._register_payment(self.invoice)
        self.assertIn("Being paid", self._text(self.person))

    def test_pay_is_odoos_own(self):
        """A link to its form of payment, with the token that it asks for."""
        self.assertNotIn(">Pay<", self._page(self.person).text)
        with patch.object(
            portal_ticket.PortalTicket,
            "_billing_payable_moves",
            lambda *_args: (
                portal_ticket.request.env["account.move"]
                .sudo()
                .browse(self.invoice.ids)
            ),
        ):
            page = self._page(self.person)
        [link] = html.fromstring(page.text).xpath("//a[normalize-space()='Pay']/@href")
        self.invoice.invalidate_recordset()
        self.assertTrue(self.invoice.access_token)
        for part in (
            f"/my/invoices/{self.invoice.id}?",
            f"access_token={self.invoice.access_token}",
            "payment=True",
        ):
            self.assertIn(part, link)

    def test_list(self):
        first = self._dispute(**{f"amount_{self.invoice.id}": "40"})
        self._ask(self.person, text="Why?")
        second = self._tickets() - first
        first._resolve("rejected")
        path = "/my/billing/tickets"
        for query, seen in (
            ({}, first + second),
            ({"filterby": "open"}, second),
            ({"filterby": "closed"}, first),
            ({"filterby": "no", "sortby": "no"}, first + second),
            ({"search": first.name}, first),
            ({"search": self.invoice.name}, first + second),
            ({"search": "nothing like it"}, first.browse()),
            ({"sortby": "state"}, first + second),
        ):
            text = self._page(self.person, path, **query).text
            for ticket in first + second:
                check = self.assertIn if ticket in seen else self.assertNotIn
                check(f"/tickets/{ticket.id}", text, query)

    def test_pager(self):
        for number in range(3):
            self._ask(self.person, text=f"Question {number}")
        tickets = self._tickets() - self._old
        with patch(
            "odoo.addons.portal.controllers.portal.CustomerPortal._items_per_page", 2
        ):
            first = self._page(self.person, "/my/billing/tickets").text
            second = self._page(self.person, "/my/billing/tickets/page/2").text
        for ticket in tickets[:2]:
            self.assertIn(ticket.name, first)
        self.assertNotIn(tickets[2].name, first)
        self.assertIn(tickets[2].name, second)

    def test_queries_do_not_grow(self):
        """Of the list and of the account: as many for six tickets as for one."""
        for path in ("/my/billing/tickets", "/my/billing"):
            self._ask(self.person)
            self._count_queries(path)
            one = self._count_queries(path)
            for _number in range(4):
                self._ask(self.person)
            self.assertGreater(one, 0)
            self.assertLessEqual(self._count_queries(path), one)

    def _count_queries(self, path):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._page(self.person, path)
        return self.cr.sql_log_count - before

    # -- answers -------------------------------------------------------------------

    def test_answer_brings_it_back(self):
        ticket = self._dispute()
        self.assertEqual(ticket.state, "new")
        ticket.activity_ids.action_done()
        ticket.action_wait_for_customer()
        self._say(ticket)
        self.assertEqual(ticket.state, "in_progress")
        self.assertEqual(ticket.activity_ids.user_id, self.manager)
        self._say(ticket)
        self.assertEqual(len(ticket.activity_ids), 1)
        for resolve in (ticket._resolve, self._resolve_and_close(ticket)):
            resolve("customer_pays")
            self._say(ticket)
            self.assertEqual((ticket.state, ticket.resolution), ("in_progress", False))

    def _resolve_and_close(self, ticket):
        def resolve(resolution):
            ticket._resolve(resolution)
            ticket.action_close()

        return resolve

    def test_answer_reopens_no_rejected_dispute(self):
        """Or an answer a week would hold the reminders for ever."""
        ticket = self._dispute()
        ticket._resolve("rejected")
        ticket.activity_ids.action_done()
        self._say(ticket)
        self.assertEqual((ticket.state, ticket.resolution), ("resolved", "rejected"))
        self.assertTrue(ticket.activity_ids)
        self.assertEqual(ticket.line_ids.is_open, False)

    def test_answer_reopens_nothing_that_is_settled(self):
        ticket = self._dispute()
        self._pay(self.invoice)
        self._say(ticket)
        self.assertEqual(ticket.state, "closed")
        self.assertTrue(ticket.activity_ids)

    def test_our_own_words_are_no_answer(self):
        ticket = self._dispute()
        ticket.action_wait_for_customer()
        self._say(ticket, partner=self.coordinator.partner_id)
        self.assertEqual(ticket.state, "waiting_customer")
        self._say(ticket, partner=self.stranger.partner_id)
        self.assertEqual(ticket.state, "waiting_customer")

    def test_customer_gets_mail(self):
        ticket = self._dispute()
        message = ticket.with_user(self.coordinator).message_post(
            body="We look into it",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertIn(self.person.partner_id, message.notified_partner_ids)
        [mail] = message.sudo().mail_ids.filtered(
            lambda mail: self.person.partner_id in mail.recipient_ids
        )
        self.assertIn("access_token=", mail.body_html)
        note = ticket.with_user(self.coordinator).message_post(body="Tricky one")
        self.assertNotIn(self.person.partner_id, note.notified_partner_ids)
        text = self._text(self.person)
        self.assertNotIn("not yet", text)
