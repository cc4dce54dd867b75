from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import days
from .notice_common import NoticeCase


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

    def test_old_bank_data_asks_first(self):
        draft = self._row().with_user(self.coordinator)._prepare_notices()
        self.assertAsks(draft, "issue")
        self.assertEqual(draft.state, "queued")

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

    def test_what_to_do_with_a_stale_draft(self):
        """The message names buttons that are there."""
        self._pay(self.invoice, 40)
        with self.assertRaisesRegex(
            UserError, "Cancel the draft and press 'Read before sending'"
        ):
            self.draft.action_issue()
        arch = etree.fromstring(self.draft.get_view(view_type="form")["arch"])
        [cancel] = arch.xpath("//button[@string='Cancel']")
        self.assertIn("'draft'", cancel.get("invisible"))
        row = etree.fromstring(self.row.get_view(view_type="form")["arch"])
        self.assertTrue(row.xpath("//button[@string='Read before sending']"))
        self.draft.action_cancel("Paid in part")
        anew = self.draft.browse(self.row.action_prepare()["res_id"])
        anew.action_issue()
        self.assertEqual((self.draft.state, anew.amount), ("cancelled", 60))

    def test_several_drafts_are_cancelled_from_the_list(self):
        self.row.action_prepare()
        drafts = self._notices().with_user(self.coordinator)
        wizard = self.env["billing.notice.cancel.wizard"].with_user(self.coordinator)
        wizard = wizard.with_context(active_ids=drafts.ids).create({"reason": "Twice"})
        wizard.action_cancel()
        self.assertEqual(drafts.mapped("state"), ["cancelled"] * 2)

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

    def test_postponed_after_drafting(self):
        self.row.postponed_until = days(5)
        with self.assertRaisesRegex(UserError, "postponed until 06/21/2025"):
            self.draft.action_issue()
        self.row.action_resume()
        self.draft.action_issue()
        self.assertEqual(self.draft.state, "queued")

    def test_promised_after_drafting(self):
        lines = self._receivable_lines(self.invoice)
        self.env["billing.promise"]._make(lines, [(days(4), 60)])
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
