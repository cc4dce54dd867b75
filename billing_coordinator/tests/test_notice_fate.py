from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .common import days
from .notice_common import BOUNCE, REPLY, NoticeCase


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

    def test_retry_while_postponed(self):
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        self._row().postponed_until = days(5)
        with self.assertRaisesRegex(UserError, "postponed"):
            notice.action_retry()

    def test_retry_after_a_payment_without_entry(self):
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        self._register_payment(self.invoice, amount=95)
        with self.assertRaisesRegex(UserError, "no longer owes"):
            notice.action_retry()

    def test_letter_while_postponed(self):
        self.first.write({"send_email": False, "send_letter": True})
        notice = self._send()
        self._row().postponed_until = days(5)
        action = notice.with_user(self.coordinator).action_print_letters()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual((notice.state, notice.letter_state), ("queued", "to_print"))

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

    def test_old_bank_data_asks_before_another_attempt(self):
        notice = self._fail(email=False)
        self.customer.email = "new@example.com"
        self.assertAsks(notice, "retry")
        self.assertEqual(notice.state, "queued")

    def test_failure_of_a_customer_without_a_row(self):
        """Merged or settled long ago: the activity is on the notice."""
        notice = self._fail(email=False)
        notice.failure_handed_over = False
        self._pay(self.invoice)
        self._row().unlink()
        with self._scheduler() as env:
            env["billing.worklist"]._cron_refresh()
        self.assertTrue(notice.failure_handed_over)
        self.assertIn("did not arrive", notice.activity_ids.summary)
        self.assertEqual(notice.activity_ids.user_id, self.manager)

    def test_failure_of_a_coordinator_is_handed_over(self):
        self.customer.email = False
        self._row().with_user(self.coordinator).action_send_now()
        self.assertTrue(self._notices().failure_handed_over)

    def test_letter_instead(self):
        notice = self._fail(email=False).with_user(self.coordinator)
        notice.action_letter_instead()
        self.assertEqual(notice.letter_state, "to_print")
        self.assertNotEqual(self._row().next_action, "fix")
        notice.action_print_letters()
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
            self.assertEqual(action["params"]["letter_ids"], free.ids)
            action = busy.with_user(self.coordinator).action_print_letters()
        self.assertIn("still to print", action["params"]["message"])
        self.assertEqual((busy.state, busy.letter_state), ("queued", "to_print"))
        action = (busy + free).with_user(self.coordinator).action_mark_printed()
        self.assertIn(busy.name, action["params"]["message"])
        self.assertEqual(
            (busy.letter_state, free.letter_state), ("to_print", "printed")
        )

    @contextmanager
    def _busy(self, customer):
        """Somebody else is at work on the customer."""
        model = self.registry["billing.worklist"]
        lock = model._lock

        def _lock(row):
            return row.partner_id != customer and lock(row)

        with patch.object(model, "_lock", _lock):
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
        report = action["params"]["report"]
        self.assertEqual(
            report["report_name"], "billing_coordinator.report_followup_letter"
        )
        self.assertEqual(report["context"]["active_ids"], notice.ids)
        html = self.env["ir.actions.report"]._render_qweb_html(
            report["report_name"], notice.ids
        )[0]
        self.assertIn(self.invoice.name, html.decode())
        notice.action_mark_printed()
        self.assertEqual(notice.state, "sent")
        self.assertTrue(notice.letter_printed_on)

    def test_letter_printed_again_asks_nothing(self):
        self.first.write({"send_email": False, "send_letter": True})
        notice = self._send().with_user(self.coordinator)
        action = notice.action_print_letters()
        self.assertEqual(action["tag"], "billing_print_letters")
        notice.browse(action["params"]["letter_ids"]).action_mark_printed()
        self.assertEqual(notice.letter_state, "printed")
        self.assertEqual(notice.action_print_letters()["type"], "ir.actions.report")

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
