from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import days
from .notice_common import BOUNCE, NoticeCase


@tagged("post_install", "-at_install")
class TestObstacle(NoticeCase):
    """What did not reach the customer is solved before the next, harsher stage."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(overdue=60)

    def _bounce(self):
        notice = self._send()
        self._deliver(notice)
        self._receive(BOUNCE, notice)
        self.assertEqual(notice.state, "failed")
        return notice

    def _preview(self):
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        return run._preview(self.company)

    def _activities(self):
        return self._row().activity_ids.mapped("summary")

    # -- a notice that did not arrive -------------------------------------------------

    def test_no_harsher_stage_after_a_failure(self):
        self._bounce()
        with self._at(days(20)):
            self._run_job()
            self.assertEqual(len(self._notices()), 1)
            row = self._row().with_user(self.coordinator)
            self.assertEqual((row.next_action, row.wait_reason), ("fix", "failed"))
            self.assertIn("did not arrive", row.action_send_now()["params"]["message"])
            with self.assertRaisesRegex(UserError, "did not arrive"):
                row.action_prepare()
            preview = self._preview()
            self.assertFalse(preview.send_line_ids)
            self.assertEqual(preview.skip_line_ids.reason, "failed")
            self.assertFalse(preview.skip_line_ids.selected)

    def test_a_bounce_after_the_figures(self):
        """The row still says "auto": under the lock it is seen all the same."""
        notice = self._send()
        self._deliver(notice)
        with self._at(days(20)):
            self.assertEqual(self._row().next_action, "auto")
            row = self.env["billing.worklist"].search(
                [("partner_id", "=", self.customer.id)]
            )
            self._receive(BOUNCE, notice)
            self.assertFalse(row._process_one())

    def test_draft_made_before_the_bounce(self):
        notice = self._send()
        self._deliver(notice)
        with self._at(days(20)):
            self._row().action_prepare()
            self._receive(BOUNCE, notice)
            draft = self._notices() - notice
            with self.assertRaisesRegex(UserError, "has not arrived"):
                draft.with_user(self.coordinator).action_issue()

    def test_solved_by_a_call(self):
        self._bounce()
        call = self.env["billing.call.wizard"].with_user(self.coordinator)
        call = call.create({"worklist_ids": self._row().ids, "hold_reminders": False})
        call.action_log()
        self.assertFalse([s for s in self._activities() if "did not arrive" in s])
        with self._at(days(20)):
            self.assertEqual(len(self._send()), 1)

    def test_solved_by_cancelling(self):
        self._run_and_fail()
        self._notices().action_cancel("Wrong")
        self.assertFalse([s for s in self._activities() if "did not arrive" in s])

    def _run_and_fail(self):
        self.customer.email = False
        self._run_job()
        self.assertEqual(self._notices().state, "failed")
        self.assertIn("did not arrive", self._activities()[0])

    # -- an address that cannot be written to -----------------------------------------

    def test_address_problem_in_worklist_and_preview(self):
        blocked = self._make_customer("Blocked")
        typo = self._make_customer("Typo", email="nobody at home")
        self.customer.email = False
        self._make_invoices([(typo, 100, 60), (blocked, 100, 60)])
        self.env["mail.blacklist"]._add(blocked.email)
        preview = self._preview()
        self.assertFalse(preview.send_line_ids)
        rows = {line.reason: line.worklist_id for line in preview.skip_line_ids}
        for problem, words in (
            ("missing", "no e-mail address"),
            ("invalid", "invalid"),
            ("blacklisted", "blacklisted"),
        ):
            self.assertEqual(rows[problem].next_action, "fix")
            self.assertIn(words, rows[problem].todo)

    def test_corrected_address(self):
        self.customer.email = False
        self.assertEqual(self._row().next_action, "fix")
        self.customer.email = "right@example.com"
        self.assertEqual(self._row().next_action, "auto")

    def test_first_of_several_addresses(self):
        """As Odoo sends; a second address in the field is no problem."""
        self.customer.email = "one@example.com, two@example.com"
        self.assertEqual(self._row().next_action, "auto")
        self.assertEqual(self._send().state, "queued")

    def test_job_hands_the_address_problem_over(self):
        """The notice fails once, a person gets an activity, nothing else follows."""
        self._run_and_fail()
        for day in (1, 20):
            with self._at(days(day)):
                self._run_job()
        self.assertEqual(len(self._notices()), 1)
        self.assertEqual(len(self._activities()), 1)

    def test_letter_of_the_stage_needs_no_address(self):
        self.first.send_letter = True
        self.customer.email = False
        self.assertEqual(self._row().next_action, "auto")
        notice = self._send()
        self.assertEqual((notice.state, notice.letter_state), ("queued", "to_print"))
        self.assertFalse(self._activities())

    # -- letters ----------------------------------------------------------------------

    def test_letter_at_once(self):
        """From the worklist to the letter in one click."""
        self.customer.email = False
        row = self._row().with_user(self.coordinator)
        action = row.action_send_letter()
        notice = self._notices()
        self.assertEqual(action["res_id"], notice.id)
        self.assertEqual((notice.state, notice.failure_reason), ("queued", False))
        row = self._row()
        self.assertEqual((row.next_action, row.todo), ("print", "Print the letter"))
        self.assertEqual(row.action_open_letters()["res_id"], notice.id)
        self.assertFalse(row.activity_ids)

    def test_letter_is_of_the_day_it_is_printed(self):
        self._run_and_fail()
        notice = self._notices().with_user(self.coordinator)
        notice.action_letter_instead()
        self.assertFalse(self._activities())
        with self._at(days(5)):
            self.assertEqual(self._preview().skip_line_ids.reason, "letter")
            self._run_job()
            notice.action_print_letters()
            self.assertEqual(notice.date, days(5))
            self.assertEqual(notice.line_ids.days_overdue, 65)
            self.assertIn("65", notice.body)
            notice.action_mark_printed()
            row = self._row()
            self.assertEqual((notice.state, row.next_action), ("sent", "wait"))
            self.assertEqual(row.last_notice_date, days(5))
            self._run_job()
        self.assertEqual(len(self._notices()), 1)

    def test_reprinted_letter_keeps_its_day(self):
        self.first.write({"send_email": False, "send_letter": True})
        notice = self._send().with_user(self.coordinator)
        notice.action_print_letters()
        notice.action_mark_printed()
        with self._at(days(5)):
            notice.action_print_letters()
        self.assertEqual(notice.date, days(0))

    def test_interval_counts_from_the_letter(self):
        self.plan.min_interval = 7
        self._run_and_fail()
        notice = self._notices()
        notice.action_letter_instead()
        with self._at(days(5)):
            notice.action_print_letters()
            notice.action_mark_printed()
        for day, sent in ((8, 0), (11, 0), (12, 1)):
            with self._at(days(day)):
                self.customer.email = "new@example.com"
                self.assertEqual(len(self._send()), sent, day)

    def test_retry_counts_from_today(self):
        self.plan.min_interval = 7
        self._run_and_fail()
        self.customer.email = "new@example.com"
        notice = self._notices()
        with self._at(days(5)):
            notice.with_user(self.coordinator).action_retry()
            self.assertEqual((notice.state, notice.date), ("queued", days(5)))
            self.assertIn("65", notice.body)
            self.assertFalse(self._activities())
        with self._at(days(8)):
            self.assertEqual(self._row().wait_reason, "interval")

    def test_courtesy_reminder_is_late(self):
        """It says what falls due soon: after that day it is not sent again."""
        self._pay(self.invoice)
        self.plan.stage_ids = [
            Command.create(
                {
                    "name": "Courtesy",
                    "sequence": 0,
                    "delay": -3,
                    "mail_template_id": self.first.mail_template_id.id,
                }
            )
        ]
        self._make_invoice(overdue=-2)
        self.customer.email = False
        notice = self._send()
        self.assertEqual(notice.state, "failed")
        self.customer.email = "new@example.com"
        with self._at(days(3)):
            with self.assertRaisesRegex(UserError, "fallen due"):
                notice.action_retry()
        with self._at(days(2)):
            notice.action_retry()
        self.assertEqual(notice.state, "queued")

    # -- the end of the plan ----------------------------------------------------------

    def _final_letter(self):
        stages = self.plan.stage_ids
        (stages - self.last).unlink()
        self.last.write({"send_email": False, "send_letter": True, "escalate": True})
        return self._send().with_user(self.coordinator)

    def test_the_end_is_decided_once_the_letter_is_printed(self):
        notice = self._final_letter()
        row = self._row()
        self.assertEqual(row.next_action, "print")
        self.assertFalse(row.activity_ids)
        notice.action_print_letters()
        notice.action_mark_printed()
        row = self._row()
        self.assertEqual(row.next_action, "decide")
        self.assertIn("decide what follows", row.activity_ids.summary)
        self.assertEqual(row.activity_ids.user_id, self.manager)

    def test_what_failed_is_not_escalated(self):
        self.last.write({"escalate": True})
        (self.plan.stage_ids - self.last).unlink()
        self._run_and_fail()
        self.assertEqual(len(self._activities()), 1)
        self.customer.email = "new@example.com"
        self._notices().action_retry()
        [summary] = self._activities()
        self.assertIn("decide what follows", summary)
        self._notices()._escalate()
        self.assertEqual(len(self._activities()), 1)

    # -- last contact -----------------------------------------------------------------

    def test_failure_is_no_contact(self):
        self._run_and_fail()
        row = self._row()
        self.assertFalse(row.last_notice_date or row.last_contact_date)

    def test_promise_is_a_contact(self):
        lines = self._receivable_lines(self.invoice)
        self.env["billing.promise"]._make(lines, [(days(9), 100)])
        self.assertEqual(self._row().last_contact_date, days(0))

    def test_planned_call_that_is_done(self):
        row = self._row().with_user(self.coordinator)
        silent = row.priority_points["days_silent"]
        activity = row.activity_schedule("mail.mail_activity_data_call", summary="Ring")
        activity.action_feedback(feedback="Pays on Friday")
        row.invalidate_recordset()
        self.assertEqual((row.last_call_date, row.last_contact_date), (days(0),) * 2)
        self.assertLess(row.priority_points.get("days_silent", 0), silent)
        [entry] = [e for e in row.get_timeline()["entries"] if e["kind"] == "call"]
        self.assertIn("Pays on Friday", entry["name"] + entry["note"])

    def test_todo_that_is_done_is_no_call(self):
        row = self._row()
        row.activity_schedule("mail.mail_activity_data_todo").action_feedback()
        self.assertFalse(self._row().last_call_date)
