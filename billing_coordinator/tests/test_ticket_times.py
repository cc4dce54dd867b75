import re
from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_ticket_escalation import WorkingHours, june

RATING = "odoo.addons.billing_coordinator.models.billing_ticket_rating"


@tagged("post_install", "-at_install")
class TestTimes(WorkingHours):
    """The ticket was made on Monday, 9 o'clock."""

    def _say(self, moment, user=None, **values):
        values = {"subtype_xmlid": "mail.mt_comment", "body": "Hello", **values}
        ticket = self.ticket.with_user(user or self.coordinator)
        with freeze_time(moment):
            ticket.message_post(message_type=values.pop("kind", "comment"), **values)

    def test_first_answer(self):
        """What a user writes to the customer: no note, nothing the customer writes."""
        self._say(june(16, 10), subtype_xmlid="mail.mt_note")
        self._say(june(16, 11), author_id=self.customer.id, kind="email")
        self._say(june(16, 11), kind="notification")
        self._say(june(16, 11), self.env.ref("base.user_root"))
        self.assertFalse(self.ticket.first_response_on)
        self._say(june(17, 9))
        self._say(june(18, 9))
        self.assertEqual(self.ticket.first_response_on, june(17, 9))
        self.assertEqual(self.ticket.first_response_hours, 8)

    def test_answer_from_the_mailbox(self):
        author = self.coordinator.partner_id
        self._say(
            june(16, 14),
            self.env.ref("base.user_root"),
            author_id=author.id,
            kind="email",
        )
        self.assertEqual(self.ticket.first_response_hours, 4)

    def test_resolved(self):
        with freeze_time(june(17, 9)):
            self.ticket._resolve("rejected")
        with freeze_time(june(20, 9)):
            self.ticket.action_close()
        self.assertEqual(self.ticket.resolved_on, june(17, 9))
        self.assertEqual(self.ticket.resolution_hours, 8)

    def test_weekend_and_reopening(self):
        """It counts to the last time."""
        with freeze_time(june(17, 9)):
            self.ticket._resolve("rejected")
            self.ticket.action_reopen()
        self.assertFalse(self.ticket.resolved_on)
        self.assertEqual(self.ticket.resolution_hours, 0)
        with freeze_time(june(23, 9)):
            self.ticket._resolve("rejected")
        self.assertEqual(self.ticket.resolution_hours, 40)

    def test_closed_by_clearing(self):
        with freeze_time(june(16, 13)):
            payment = self._pay(self.invoice)
            self.env.flush_all()
        self.assertEqual(self.ticket.resolution_hours, 3)
        payment.line_ids.remove_move_reconcile()
        self.assertEqual(self.ticket.resolution_hours, 0)
        self.assertFalse(self.ticket.resolved_on)

    def test_cancelled_is_not_resolved(self):
        self.ticket.action_cancel()
        self.assertFalse(self.ticket.resolved_on)

    def test_average_of_what_has_a_time(self):
        self._make_ticket()
        with freeze_time(june(17, 9)):
            self.ticket._resolve("rejected")
        [[hours, first, count]] = self.env["billing.ticket"]._read_group(
            [("company_id", "=", self.company.id)],
            [],
            ["resolution_hours:avg", "first_response_hours:avg", "__count"],
        )
        self.assertEqual((hours, first, count), (8, False, 2))

    def test_no_calendar(self):
        self.company.resource_calendar_id = False
        with freeze_time(june(17, 9)):
            self.ticket._resolve("rejected")
        self.assertEqual(self.ticket.resolution_hours, 24)


class RatingCase(WorkingHours):
    def setUp(self):
        super().setUp()
        self.team.send_rating = True
        self.customer.email = "customer@example.com"

    def _close(self, ticket=None):
        ticket = ticket or self.ticket
        ticket._resolve("rejected")
        ticket.action_close()

    def _request(self):
        self.env.flush_all()
        with self._scheduler() as env:
            env["billing.ticket"]._cron_request_ratings()
        self.env.invalidate_all()

    def _mails(self):
        domain = [("model", "=", "billing.ticket"), ("subject", "like", "how did we")]
        return self.env["mail.mail"].sudo().search(domain)

    def _get_token(self):
        [token] = set(re.findall(r"/rate/(\w+)/5", self._mails().body_html))
        return token


@tagged("post_install", "-at_install")
class TestRating(RatingCase):
    def test_nobody_is_asked_by_surprise(self):
        self.assertFalse(self.env["billing.team"].new({}).send_rating)
        self.team.send_rating = False
        self._close()
        self.team.send_rating = True
        self._request()
        self.assertFalse(self._mails())

    def test_asked_once(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Person",
                "parent_id": self.customer.id,
                "email": "person@example.com",
            }
        )
        self.ticket.contact_id = contact
        self._close()
        for _again in range(2):
            self._request()
            self.assertEqual(self._mails().recipient_ids, contact)
        self.assertFalse(self.ticket.to_rate)
        self.ticket.action_reopen()
        self._close()
        self._request()
        self.assertEqual(len(self._mails()), 1)

    def test_who_is_not_asked(self):
        self.ticket.action_cancel()
        resolved = self._make_ticket()
        resolved._resolve("rejected")
        reopened = self._make_ticket()
        self._close(reopened)
        reopened.action_reopen()
        self.customer.email = False
        unknown = self._make_ticket()
        self._close(unknown)
        self._request()
        self.assertFalse(self._mails())

    def test_closed_by_clearing(self):
        self._pay(self.invoice)
        self._request()
        self.assertEqual(self._mails().recipient_ids, self.customer)

    def test_no_team(self):
        """The desk itself answered: the coordinator is rated."""
        ticket = self._make_ticket(
            reason_id=False, team_id=False, responsible_id=self.coordinator.id
        )
        spam = self._make_ticket(reason_id=False, team_id=False)
        spam.action_cancel()
        self._close(ticket)
        self._request()
        self.assertEqual(self._mails().mail_message_id.res_id, ticket.id)
        self.assertEqual(self._mails().recipient_ids, self.customer)
        rating = ticket.sudo().rating_ids
        self.assertEqual(rating.rated_partner_id, self.coordinator.partner_id)

    @contextmanager
    def _failing_for(self, broken):
        send = self.registry["billing.ticket"].rating_send_request

        def rating_send_request(ticket, *args, **kwargs):
            if ticket.id == broken.id:
                raise ValueError("Broken template")
            return send(ticket, *args, **kwargs)

        model = self.registry["billing.ticket"]
        with (
            patch.object(model, "rating_send_request", rating_send_request),
            mute_logger(RATING),
        ):
            yield

    def test_one_fails(self):
        other = self._make_ticket()
        self._close()
        self._close(other)
        with self._failing_for(self.ticket):
            self._request()
        self.assertEqual(self._mails().mail_message_id.res_id, other.id)
        self.assertFalse(self.ticket.to_rate)
        self.assertIn("Broken template", self.ticket.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestRatingLink(RatingCase, HttpCase):
    def test_without_login(self):
        self._close()
        self._request()
        token = self._get_token()
        page = self.url_open(f"/rate/{token}/5")
        self.assertEqual(page.status_code, 200)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        answer = self.url_open(
            f"/rate/{token}/submit_feedback",
            data={"rate": 5, "feedback": "Quick", "csrf_token": csrf},
        )
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self.ticket.rating_last_value, 5)
        self.assertEqual(self.ticket.rating_last_feedback, "Quick")
        self.assertEqual(self.ticket.state, "closed")
        message = self.ticket.message_ids[0]
        self.assertIn("Quick", message.body)
        self.assertNotIn(self.customer, message.notified_partner_ids)
        self.assertEqual(self.url_open("/rate/nonsense/5").status_code, 404)
