from contextlib import contextmanager
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.mail.tests.common import MailCase

from .common import TODAY, BillingCase, days

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


@tagged("post_install", "-at_install")
class TestNotice(NoticeCase):
    def test_what_is_written(self):
        first, second = self._make_invoices([(None, 100, 20), (None, 60, 3)])
        credit = self._make_credit_note(amount=15)
        notice = self._send()
        self.assertRecordValues(
            notice,
            [
                {
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "contact_id": self.customer.id,
                    "email": self.customer.email,
                    "currency_id": self.eur.id,
                    "plan_id": self.plan.id,
                    "stage_id": self.first.id,
                    "date": TODAY,
                    "amount": 145,
                    "company_amount": 145,
                    "responsible_id": self.manager.id,
                    "state": "queued",
                }
            ],
        )
        lines = [
            (
                line.move_id,
                line.residual,
                line.days_overdue,
                line.stage_id,
                line.advances,
            )
            for line in notice.line_ids
        ]
        none = self.first.browse()
        self.assertEqual(
            sorted(lines, key=lambda line: line[1]),
            [
                (credit, -15, 10, none, False),
                (second, 60, 3, none, False),
                (first, 100, 20, self.first, True),
            ],
        )
        self.assertEqual(
            lines and sum(notice.line_ids.mapped("residual")), notice.amount
        )

    def test_text(self):
        invoice = self._make_invoice(amount=1234.5)
        notice = self._send()
        self.assertIn(notice.name, notice.subject)
        for words in (self.customer.name, invoice.name, "1,234.50", self.company.name):
            self.assertIn(words, notice.body)

    def test_text_of_every_default_stage(self):
        self.company.billing_plan_id = self.env.ref(
            "billing_coordinator.followup_plan_default"
        )
        for stage in self.company.billing_plan_id.stage_ids:
            customer = self._make_customer(stage.name)
            self._make_invoice(customer, overdue=stage.delay)
            worklist = self._row(customer)
            [[currency_id, decision]] = worklist._decide_locked().items()
            decision.stage = decision.stage._replace(id=stage.id)
            notice = self.env["billing.followup.notice"]._create_from_decision(
                worklist, self.eur.browse(currency_id), decision
            )
            self.assertIn(self.company.name, notice.subject)
            self.assertIn(customer.name, notice.body)
            self.assertNotIn("t-out", notice.body)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.first.mail_template_id
        template.with_context(lang="fr_FR").subject = "Rappel {{ object.name }}"
        self.first.with_context(lang="fr_FR").name = "Premier rappel"
        self.customer.lang = "fr_FR"
        self._make_invoice(amount=1234.5)
        notice = self._send()
        self.assertEqual(notice.subject, f"Rappel {notice.name}")
        self.assertIn("Premier rappel", notice.body)
        self.assertNotIn("1,234.50", notice.body)
        other = self._make_customer("English")
        self._make_invoice(other)
        self.assertNotIn("Rappel", self._send(other).subject)

    def test_foreign_currency(self):
        """Claimed in the currency of the invoices, in a notice of its own."""
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self._make_invoice(amount=70)
        notices = self._send().sorted("amount")
        self.assertEqual(
            [(n.currency_id, n.amount, n.company_amount) for n in notices],
            [(self.eur, 70, 70), (self.usd, 200, 100)],
        )

    def test_company_minimum_in_company_currency(self):
        self.company.billing_minimum_claim = 100.01
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        self.assertFalse(self._send())
        self.company.billing_minimum_claim = 100
        self.assertTrue(self._send())

    def test_credit_covers_everything(self):
        self._make_invoice(amount=100)
        self._make_credit_note(amount=100)
        row = self._row()
        self.assertEqual((row.wait_reason, row.amount_due), ("credited", 0))
        self.assertFalse(row._process_one())

    def test_payment_not_yet_reconciled_reduces(self):
        self._make_invoice(amount=100)
        self._make_entry(self.customer, -30, TODAY)
        notice = self._send()
        self.assertEqual(notice.amount, 70)

    def test_contact_of_the_invoice(self):
        contact = self._make_customer("Accounts", parent_id=self.customer.id)
        self._make_invoice(contact)
        notice = self._send()
        self.assertEqual(
            (notice.partner_id, notice.contact_id), (self.customer, contact)
        )

    def test_contact_with_an_address_comes_first(self):
        contact = self._make_customer("Silent", parent_id=self.customer.id, email=False)
        self._make_invoice(contact)
        self.assertEqual(self._send().contact_id, self.customer)

    def test_chatter_of_customer_and_invoices(self):
        invoices = self._make_invoices([(None, 100, 10), (None, 60, 12)])
        notice = self._send()
        for record in (self.customer, *invoices):
            message = record.message_ids.filtered(
                lambda m: notice.name in (m.body or "")
            )
            self.assertEqual(len(message), 1, record)
            self.assertTrue(message.is_internal)

    def test_activity_and_escalation(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.first.write(
            {"activity_type_id": call.id, "activity_note": "Ask", "escalate": True}
        )
        self.customer.billing_responsible_id = self.coordinator
        self._make_invoice()
        self._send()
        found = self._row().activity_ids.sorted("id")
        self.assertEqual(
            found.mapped(lambda a: (a.user_id, a.activity_type_id == call)),
            [(self.coordinator, True), (self.manager, False)],
        )

    def test_attachments(self):
        self.first.write({"attach_invoices": True, "attach_statement": True})
        invoices = self._make_invoices([(None, 100, 10), (None, 60, 12)])
        notice = self._send()
        attached = notice.mail_message_id.attachment_ids
        self.assertEqual(len(attached), 3)
        self.assertIn(f"{notice.name}.pdf", attached.mapped("name"))
        for invoice in invoices:
            self.assertIn(
                invoice._get_invoice_report_filename(), attached.mapped("name")
            )

    def test_follow_up_line_on_the_invoice(self):
        invoice = self._make_invoice()
        self.assertEqual(invoice.billing_followup_status, "No reminder yet")
        self._send()
        self.env.invalidate_all()
        self.assertIn(self.first.name, invoice.billing_followup_status)


@tagged("post_install", "-at_install")
class TestNoticeHistory(NoticeCase):
    def test_database_refuses_a_stage_twice(self):
        invoice = self._make_invoice()
        notice = self._send()
        line = notice.line_ids
        again = line.copy({"notice_id": notice.copy().id})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            again._advance()
            self.env.flush_all()
        self.assertEqual(invoice.billing_notice_line_ids, line + again)

    def test_sent_twice_on_one_day(self):
        self._make_invoice()
        row = self._row()
        self.assertTrue(row._process_one())
        self.assertFalse(row._process_one())
        self.assertEqual(len(self._notices()), 1)

    def test_stages_follow_one_another(self):
        """A year overdue at the start: one stage at a time, not all at once."""
        self._make_invoice(overdue=365)
        for number, stage in enumerate(self.plan.stage_ids):
            with self._at(days(number)):
                self.assertEqual(self._send().stage_id, stage)
        with self._at(days(9)):
            self.assertFalse(self._send())
            self.assertEqual(self._row().next_action, "decide")

    def test_min_interval(self):
        self.plan.min_interval = 7
        self._make_invoice(overdue=365)
        self.assertTrue(self._send())
        for number, sent in ((1, 0), (6, 0), (7, 1), (13, 0), (14, 1)):
            with self._at(days(number)):
                self.assertEqual(len(self._send()), sent, number)

    def test_cancelled_gives_the_stage_back(self):
        self._make_invoice()
        notice = self._send()
        row = self._row()
        self.assertEqual((row.stage_id, row.next_action), (self.first, "wait"))
        mail = notice.mail_message_id.sudo().mail_ids
        notice.with_user(self.coordinator).action_cancel("Too early")
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(mail.state, "cancel")
        row = self._row()
        self.assertEqual((row.stage_id.id, row.next_action), (False, "auto"))
        again = self._send()
        self.assertEqual((again.stage_id, len(self._notices())), (self.first, 2))

    def test_cancelled_returns_to_the_stage_before(self):
        self._make_invoice(overdue=365)
        self._send()
        with self._at(days(1)):
            second = self._send()
            self.assertEqual(self._row().stage_id, self.second)
            second.action_cancel()
            self.assertEqual(self._row().stage_id, self.first)

    def test_sent_cannot_be_cancelled(self):
        self._make_invoice()
        notice = self._send()
        self._deliver(notice)
        with self.assertRaisesRegex(UserError, "has been sent"):
            notice.action_cancel()

    def test_issued_is_immutable(self):
        self._make_invoice()
        notice = self._send().with_user(self.manager)
        for name, value in (
            ("amount", 1),
            ("stage_id", self.last.id),
            ("partner_id", self.company.partner_id.id),
            ("date", days(-1)),
            ("currency_id", self.usd.id),
            ("company_id", self.env.ref("base.main_company").id),
            ("subject", "Other"),
            ("body", "Other"),
            ("line_ids", [(5, 0, 0)]),
        ):
            with self.assertRaises(UserError, msg=name):
                notice.write({name: value})

    def test_lines_of_issued_are_immutable(self):
        self._make_invoice()
        line = self._send().line_ids.with_user(self.manager)
        for name, value in (
            ("residual", 1),
            ("stage_id", self.last.id),
            ("move_line_id", False),
            ("notice_id", line.notice_id.copy({"name": "other"}).id),
            ("date", days(-1)),
            ("advances", False),
            ("reaches_stage", False),
        ):
            with self.assertRaises(UserError, msg=name):
                line.write({name: value})
        with self.assertRaises(UserError):
            line.unlink()

    def test_no_line_is_added_to_issued(self):
        self._make_invoice()
        notice = self._send().with_user(self.coordinator)
        values = {
            "notice_id": notice.id,
            "company_id": self.company.id,
            "currency_id": self.eur.id,
            "label": "Smuggled",
            "date": TODAY,
        }
        with self.assertRaises(UserError):
            notice.line_ids.create(values)

    def test_nobody_writes_the_fate_by_hand(self):
        """What became of a notice is not typed in, by RPC either."""
        self._make_invoice()
        notice = self._send().with_user(self.coordinator)
        with self.assertRaises(UserError):
            notice.issued_on = False
        self._deliver(notice)
        with self.assertRaises(UserError):
            notice.cancelled_on = "2025-06-16 10:00:00"

    def test_cancelled_stays_cancelled(self):
        self._make_invoice()
        notice = self._send()
        notice.action_cancel()
        with self.assertRaises(UserError):
            notice.cancelled_on = False
        notice.action_cancel()

    def test_stage_is_not_counted_by_hand(self):
        """A draft advances nothing until it is issued, whatever is written."""
        self._make_invoice()
        self._row().action_prepare()
        line = self._notices().line_ids.with_user(self.coordinator)
        line.advances = True
        self.assertFalse(line.advances)

    def test_issued_cannot_be_deleted(self):
        self._make_invoice()
        notice = self._send()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            notice.with_user(self.manager).unlink()

    def test_invoice_reset_to_draft_and_posted_again(self):
        """History stays; the invoice is taken up again where it was."""
        invoice = self._make_invoice()
        notice = self._send()
        invoice.button_draft()
        self.assertEqual(notice.line_ids.residual, 100)
        self.assertEqual(self._row().next_action, "none")
        invoice.action_post()
        self.assertEqual(self._row().stage_id, self.first)
        self.assertFalse(self._send())
        with self._at(days(5)):
            self.assertEqual(self._send().stage_id, self.second)

    def test_receivable_line_replaced_in_draft(self):
        """A changed invoice gets new journal items; the number on the notice stays."""
        invoice = self._make_invoice()
        notice = self._send()
        number = invoice.name
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.assertEqual((notice.amount, notice.line_ids.residual), (100, 100))
        self.assertEqual(notice.line_ids.label, number)
        self.assertEqual(notice.line_ids.move_id, invoice)
        self.assertEqual(self._row().amount_due, 80)

    def test_deleted_invoice(self):
        invoice = self._make_invoice()
        notice = self._send()
        number = invoice.name
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        line = notice.line_ids
        self.assertEqual(
            (line.label, line.residual, line.move_id.id), (number, 100, False)
        )

    def test_customer_with_notices_cannot_be_deleted(self):
        self._make_invoice()
        self._send()
        with self.assertRaises(Exception), mute_logger("odoo.sql_db"):  # noqa: B017
            self.customer.unlink()


@tagged("post_install", "-at_install")
class TestNoticeFate(NoticeCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice()

    def _fail(self, **values):
        self.customer.write(values)
        return self._send()

    def test_queued_then_sent(self):
        notice = self._send()
        self.assertEqual(notice.state, "queued")
        mails = self._deliver(notice)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails[0]["email_to"], [self.customer.email_formatted])
        self.assertEqual(mails[0]["subject"], notice.subject)
        self.assertIn(self.invoice.name, mails[0]["body"])
        self.assertIn("manager@followup.example.com", mails[0]["email_from"])

    def test_mail_server_refuses(self):
        notice = self._send()
        self._deliver(notice, error=MailDeliveryException("refused"))
        self.assertEqual(notice.state, "failed")
        self.assertTrue(notice.failure_reason)

    def test_bounced(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(BOUNCE, notice)
        self.assertEqual(notice.state, "failed")
        self.env["billing.worklist"].with_context(
            allowed_company_ids=self.company.ids
        )._refresh(self.company)
        self.assertEqual(self._row().next_action, "fix")

    def test_bounce_is_handed_over(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(BOUNCE, notice)
        for _run in range(2):
            with self._scheduler() as env:
                env["billing.worklist"]._cron_refresh()
        activities = self._row().activity_ids
        self.assertEqual(activities.user_id, self.manager)
        self.assertEqual(len(activities), 1)
        self.assertIn(notice.name, activities.summary)

    def test_no_address(self):
        notice = self._fail(email=False)
        self.assertEqual((notice.state, notice.address_problem), ("failed", "missing"))
        self.assertFalse(notice.mail_message_id)
        row = self._row()
        self.assertEqual((row.next_action, len(row.activity_ids)), ("fix", 1))
        self.assertIn("No e-mail address", row.activity_ids.note)

    def test_invalid_address(self):
        notice = self._fail(email="nobody at home")
        self.assertEqual((notice.state, notice.address_problem), ("failed", "invalid"))

    def test_blacklisted_address(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        notice = self._send()
        self.assertEqual(
            (notice.state, notice.address_problem), ("failed", "blacklisted")
        )

    def test_failed_counts_as_issued(self):
        """What did not arrive is solved by a person; it is not repeated every day."""
        self._fail(email=False)
        self._run_job()
        self.assertEqual(len(self._notices()), 1)

    def test_retry_with_a_new_address(self):
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        notice.with_user(self.coordinator).action_retry()
        self.assertEqual((notice.state, notice.email), ("queued", "new@example.com"))
        self.assertFalse(notice.failure_reason)
        mails = self._deliver(notice)
        self.assertEqual((len(mails), notice.state), (1, "sent"))
        self.assertNotEqual(self._row().next_action, "fix")

    def test_retry_without_a_new_address(self):
        notice = self._fail(email=False)
        notice.action_retry()
        self.assertEqual((notice.state, notice.address_problem), ("failed", "missing"))

    def test_retry_after_paying(self):
        """A retry is a new message: who has paid since is not written to."""
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        self._pay(self.invoice)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            notice.action_retry()
        self.assertFalse(notice.mail_message_id)

    def test_retry_on_hold(self):
        notice = self._fail(email=False)
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "x"})
        with self.assertRaisesRegex(UserError, "no longer owes"):
            notice.action_retry()

    def test_retry_is_a_new_attempt(self):
        """What was arranged in place of the e-mail is taken back; it may fail again."""
        notice = self._fail(email=False).with_user(self.coordinator)
        self.assertTrue(notice.failure_handed_over)
        notice.action_letter_instead()
        notice.action_retry()
        self.assertEqual(
            (notice.letter_state, notice.failure_handled), ("to_print", True)
        )
        self.customer.email = "new@example.com"
        notice.action_retry()
        self.assertRecordValues(
            notice,
            [
                {
                    "state": "queued",
                    "letter_state": False,
                    "send_letter": False,
                    "failure_handled": False,
                    "failure_handed_over": False,
                }
            ],
        )
        self._deliver(notice, error=MailDeliveryException("refused"))
        self.assertEqual(self._row().next_action, "fix")

    def test_retry_leaves_the_letter_of_the_stage(self):
        self.first.send_letter = True
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        notice.action_retry()
        self.assertEqual(
            (notice.state, notice.letter_state, notice.send_letter),
            ("queued", "to_print", True),
        )

    def test_retry_of_several(self):
        """One of them has paid: the others are sent all the same."""
        paid = self._fail(email=False)
        other = self._make_customer("Other", email=False)
        self._make_invoice(other)
        owing = self._send(other)
        (self.customer + other).email = "new@example.com"
        self._pay(self.invoice)
        action = (paid + owing).with_user(self.coordinator).action_retry()
        self.assertEqual((paid.state, owing.state), ("failed", "queued"))
        self.assertIn(paid.name, action["params"]["message"])
        self.assertNotIn(owing.name, action["params"]["message"])

    def test_failure_of_a_coordinator_is_handed_over(self):
        self.customer.email = False
        self._row().with_user(self.coordinator).action_send_now()
        self.assertTrue(self._notices().failure_handed_over)

    def test_letter_instead(self):
        notice = self._fail(email=False).with_user(self.coordinator)
        notice.action_letter_instead()
        self.assertEqual(notice.letter_state, "to_print")
        self.assertNotEqual(self._row().next_action, "fix")
        notice.action_mark_printed()
        self.assertEqual((notice.state, notice.letter_state), ("sent", "printed"))

    def test_letter_printed_after_paying(self):
        self.first.write({"send_email": False, "send_letter": True})
        notice = self._send()
        self._pay(self.invoice, 1)
        action = notice.action_print_letters()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(notice.state, "cancelled")

    def test_letter_beside_an_email_that_left(self):
        """Two settled letters: one notice has been sent by e-mail, one has not."""
        self.first.send_letter = True
        sent = self._send()
        self._deliver(sent)
        other = self._make_customer("Other")
        invoice = self._make_invoice(other)
        queued = self._send(other)
        self.assertEqual((sent.state, queued.state), ("sent", "queued"))
        for paid in (self.invoice, invoice):
            self._pay(paid)
        (sent + queued).with_user(self.coordinator).action_print_letters()
        self.assertEqual((sent.state, sent.letter_state), ("sent", False))
        self.assertEqual(queued.state, "cancelled")

    def test_letter_of_a_customer_somebody_works_on(self):
        """It stays to be printed; the other letters are printed."""
        self.first.write({"send_email": False, "send_letter": True})
        busy = self._send()
        other = self._make_customer("Other")
        self._make_invoice(other)
        free = self._send(other)
        with self._busy(self.customer):
            action = (busy + free).with_user(self.coordinator).action_print_letters()
            self.assertEqual(action["context"]["active_ids"], free.ids)
            action = busy.with_user(self.coordinator).action_print_letters()
        self.assertIn("still to print", action["params"]["message"])
        self.assertEqual((busy.state, busy.letter_state), ("queued", "to_print"))

    @contextmanager
    def _busy(self, customer):
        """Somebody else is at work on the customer."""
        model = self.registry["billing.worklist"]
        decide = model._decide_locked

        def _decide_locked(row, policy=None):
            return None if row.partner_id == customer else decide(row, policy)

        with patch.object(model, "_decide_locked", _decide_locked):
            yield

    def test_letters_are_printed_after_the_check_only(self):
        """The print menu would print what was paid in the meantime."""
        report = self.env.ref("billing_coordinator.action_report_followup_letter")
        self.assertFalse(report.binding_model_id)

    def test_letters(self):
        self.first.write({"send_email": False, "send_letter": True})
        notice = self._send().with_user(self.coordinator)
        self.assertEqual((notice.state, notice.letter_state), ("queued", "to_print"))
        action = notice.action_print_letters()
        self.assertEqual(
            action["report_name"], "billing_coordinator.report_followup_letter"
        )
        html = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], notice.ids
        )[0]
        self.assertIn(self.invoice.name, html.decode())
        notice.action_mark_printed()
        self.assertEqual(notice.state, "sent")
        self.assertTrue(notice.letter_printed_on)

    def test_no_letters_to_print(self):
        with self.assertRaisesRegex(UserError, "letter"):
            self._send().action_print_letters()

    def test_reply_lands_on_the_notice(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(REPLY, notice)
        reply = notice.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn("We pay on Friday", reply.body)
        self.assertEqual(reply.author_id, self.customer)
        self.assertIn(self.manager.partner_id, reply.notified_partner_ids)
        activity = self._row().activity_ids
        self.assertEqual((activity.user_id, len(activity)), (self.manager, 1))
        self.assertEqual(notice.state, "sent")

    def test_second_reply(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(REPLY, notice)
        self._receive(REPLY.replace("reply-1", "reply-2"), notice)
        self.assertEqual(len(self._row().activity_ids), 1)
        self._row().activity_ids.action_feedback()
        self._receive(REPLY.replace("reply-1", "reply-3"), notice)
        self.assertEqual(len(self._row().activity_ids), 1)

    def test_reply_where_nobody_is_responsible(self):
        """The responsible person is gone: the follow-up manager gets it."""
        for number, gone in enumerate(("nobody", "left")):
            customer = self._make_customer(gone)
            self._make_invoice(customer)
            notice = self._send(customer)
            self._deliver(notice)
            notice.responsible_id = False if gone == "nobody" else self.coordinator
            self.coordinator.active = gone == "nobody"
            reply = REPLY.replace("reply-1", f"reply-{number}")
            self._receive(reply, notice, address=customer.email)
            activity = self._row(customer).activity_ids
            self.assertEqual((activity.user_id, len(activity)), (self.manager, 1))
            self.assertIn(self.manager.partner_id, notice.message_partner_ids)

    def test_reply_of_a_customer_not_in_the_worklist(self):
        notice = self._send()
        self._deliver(notice)
        self._row().unlink()
        model = self.registry["billing.worklist"]
        with patch.object(model, "_refresh", lambda *args: None):
            for number in range(2):
                self._receive(REPLY.replace("reply-1", f"reply-{number}"), notice)
        self.assertEqual(notice.activity_ids.user_id, self.manager)
        self.assertEqual(len(notice.activity_ids), 1)

    def test_reply_from_somebody_else_at_the_customer(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(REPLY, notice, address="boss@example.com")
        self.assertIn("We pay on Friday", notice.message_ids.mapped("body")[0])

    def test_notification_cleaned_up(self):
        """Odoo deletes old notifications; what was sent stays sent."""
        notice = self._send()
        self._deliver(notice)
        notice.mail_message_id.sudo().notification_ids.unlink()
        self.env.flush_all()
        notice.modified(["issued_on"])
        self.assertEqual(notice.state, "sent")


@tagged("post_install", "-at_install")
class TestDraft(NoticeCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice()
        self.row = self._row().with_user(self.coordinator)
        action = self.row.action_prepare()
        self.draft = self.env[action["res_model"]].browse(action["res_id"])
        self.draft = self.draft.with_user(self.coordinator)

    def test_draft_goes_out_when_issued(self):
        self.assertEqual(self.draft.state, "draft")
        self.draft.subject = "My words"
        self.draft.action_issue()
        self.assertEqual((self.draft.state, self.draft.subject), ("queued", "My words"))
        self.assertEqual(self.draft.issued_by_id, self.coordinator)
        with self.assertRaisesRegex(UserError, "not a draft"):
            self.draft.action_issue()

    def test_nothing_to_draft(self):
        """Where no reason is known the answer is one sentence all the same."""
        row = self.env["billing.worklist"].new({})
        self.assertEqual(row._explain_waiting(), "Nothing was sent. Nothing is due.")

    def test_draft_does_not_count(self):
        self.assertFalse(self._row().stage_id)

    def test_paid_after_drafting(self):
        self._pay(self.invoice)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_partly_paid_after_drafting(self):
        self._pay(self.invoice, 40)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_credited_after_drafting(self):
        self._make_credit_note(amount=10)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_held_after_drafting(self):
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "x"})
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_below_the_minimum_after_drafting(self):
        self.company.billing_minimum_claim = 101
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_draft_can_be_deleted(self):
        self.draft.unlink()
        self.assertTrue(self._send())

    def test_job_sends_in_spite_of_a_draft(self):
        self._run_job()
        sent = self._notices().filtered("issued_on")
        self.assertEqual(len(sent), 1)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_two_drafts_one_notice(self):
        other = self.env["billing.followup.notice"].browse(
            self.row.action_prepare()["res_id"]
        )
        self.draft.action_issue()
        with self.assertRaises(UserError):
            other.action_issue()

    def test_amount_is_not_changed_by_hand(self):
        self.draft.amount = 1
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_another_stage_is_due_now(self):
        """The draft is of a plan that was replaced."""
        self.customer.with_company(self.company).billing_plan_id = self._make_plan(
            "Other", (5, 25)
        )
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_a_line_reaches_another_stage_now(self):
        line = self.draft.line_ids
        line.reaches_stage = False
        with self.assertRaisesRegex(UserError, "no longer owes"):
            self.draft.action_issue()

    def test_sum_of_cents(self):
        """0.1 + 0.2 is 0.3 here: amounts are compared as money."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_followup_notice_line SET residual = 100.00000000000001"
            " WHERE notice_id = %s",
            self.draft.ids,
        )
        self.env.invalidate_all()
        self.assertNotEqual(self.draft.line_ids.residual, 100)
        self.assertTrue(self.draft._is_still_owed())
        self.draft.action_issue()
        self.assertEqual(self.draft.state, "queued")

    def test_draft_of_an_earlier_day(self):
        """It counts from the day on which it goes out, and says so."""
        self.assertIn(">10<", self.draft.body.replace(" ", "").replace("\n", ""))
        with self._at(days(3)):
            self.draft.action_issue()
        line = self.draft.line_ids
        self.assertEqual((self.draft.date, line.date), (days(3), days(3)))
        self.assertEqual(line.days_overdue, 13)
        self.assertIn(">13<", self.draft.body.replace(" ", "").replace("\n", ""))
        self.assertIn(">13<", self._get_message().replace(" ", "").replace("\n", ""))

    def test_draft_of_an_earlier_day_with_own_words(self):
        self.draft.body = "<p>My words</p>"
        with self._at(days(3)):
            self.draft.action_issue()
        self.assertEqual(self.draft.body, "<p>My words</p>")
        self.assertIn("My words", self._get_message())
        self.assertEqual(self.draft.line_ids.days_overdue, 13)

    def _get_message(self):
        return self.draft.mail_message_id.body

    def test_interval_counts_from_the_sending(self):
        self.plan.min_interval = 7
        with self._at(days(3)):
            self.draft.action_issue()
        for number, sent in ((7, 0), (9, 0), (10, 1)):
            with self._at(days(number)):
                self.assertEqual(len(self._send()), sent, number)


@tagged("post_install", "-at_install")
class TestNumber(NoticeCase):
    def test_each_company_has_its_numbers(self):
        """A sequence of the company is used; two companies may have one number."""
        other = self._make_company("Elsewhere Ltd")
        companies = self.company + other
        self.env["ir.sequence"].create(
            [
                {
                    "name": company.name,
                    "code": "billing.followup.notice",
                    "prefix": "OWN",
                    "company_id": company.id,
                }
                for company in companies
            ]
        )
        notices = self.env["billing.followup.notice"].create(
            [
                {
                    "company_id": company.id,
                    "partner_id": self.customer.id,
                    "currency_id": self.eur.id,
                    "stage_id": self.first.id,
                }
                for company in companies
            ]
        )
        self.assertEqual(notices.mapped("name"), ["OWN1", "OWN1"])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            notices[0].copy({"name": "OWN1"})
