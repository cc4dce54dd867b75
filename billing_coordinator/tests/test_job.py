from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, days
from .job_common import JOB, PROCESS, JobCase


@tagged("post_install", "-at_install")
class TestJob(JobCase):
    def test_everybody_gets_one_notice(self):
        self._make_invoices([(customer, 100, 10) for customer in self.customers])
        self._run_job()
        self.assertEqual(self._issued().partner_id, self.customers)
        self.assertEqual(len(self._issued()), 3)
        self.assertEqual(len(self._queued_mails()), 3)
        self.assertEqual(set(self._issued().mapped("state")), {"queued"})
        rows = self.env["billing.worklist"].search(
            [("partner_id", "in", self.customers.ids)]
        )
        self.assertEqual(rows.mapped("last_notice_date"), [TODAY] * 3)
        self.assertEqual(rows.stage_id, self.first)

    def test_again_on_the_same_day(self):
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        for _run in range(3):
            self._run_job()
        self.assertEqual(len(self._issued()), 3)
        self.assertEqual(self._stages_of(self.customer), [7])

    def test_again_on_the_same_day_with_an_interval(self):
        self.plan.min_interval = 7
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        for _run in range(3):
            self._run_job()
        self.assertEqual(len(self._issued()), 3)
        self.assertEqual(len(self._queued_mails()), 3)

    def test_nothing_goes_out_before_it_is_switched_on(self):
        """A company that just installed this mails nobody; people may, by hand."""
        self.assertFalse(self.env["res.company"].new({}).billing_auto_send)
        self.company.billing_auto_send = False
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        self._run_job()
        self.assertFalse(self._issued())
        row = self._row()
        self.assertEqual(row.next_action, "send")
        self.assertTrue(row._send_now())

    def test_manager_who_has_left(self):
        self.manager.active = False
        other = self._make_user("deputy", "group_billing_manager")
        self.assertEqual(self.company._get_followup_manager(), other)

    def test_plan_of_a_customer_where_the_company_has_none(self):
        self.company.billing_plan_id = False
        self.customer.with_company(self.company).billing_plan_id = self.plan
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        self._run_job()
        self.assertEqual(self._issued().partner_id, self.customer)

    def test_asked_for_after_an_error(self):
        """What is asked for by hand is sent now, and never again later by surprise."""
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        self._row()._record_error(UserError("Broken"))
        row = self._row()
        row._request_sending()
        self.assertFalse(row.run_error)
        with self._scheduler() as env:
            env["billing.worklist"]._cron_send_requested()
        self.assertEqual(self._issued().partner_id, self.customer)
        row._record_error(UserError("Broken"))
        row.send_requested_on = TODAY
        row.action_clear_error()
        self.assertFalse(row.send_requested_on)

    def test_figures_that_did_not_move_are_left_alone(self):
        for amount in (0.1, 0.2):
            self._make_invoice(amount=amount)
        payment = self._register_payment(self._make_invoice(amount=50), amount=20)
        self.assertFalse(payment.move_id)
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company)
        self.assertAlmostEqual(self._row().amount_due, 30.3)
        with patch.object(self.registry["billing.worklist"], "_refresh") as refresh:
            worklist._refresh_changed(self.company)
        refresh.assert_not_called()

    def test_a_colleague_who_left_is_not_responsible(self):
        customer = self.customer.with_company(self.company)
        customer.billing_responsible_id = self.coordinator
        self._make_invoice()
        self.assertEqual(self._row().responsible_id, self.coordinator)
        self.coordinator.active = False
        self.assertEqual(self._row().responsible_id, self.manager)

    def test_a_failure_of_the_past(self):
        """It asks for somebody as long as money is open and nothing came after it."""
        self.customer.email = False
        invoice = self._make_invoice(overdue=10)
        self._run_job()
        self.assertEqual(self._row().next_action, "fix")
        self._pay(invoice)
        self.assertEqual(self._row().next_action, "none")

    def test_a_large_run_calls_for_help(self):
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        helper = self.env.ref("billing_coordinator.ir_cron_followup_helper")
        triggers = self.env["ir.cron.trigger"].sudo()
        called = [("cron_id", "=", helper.id)]
        before = triggers.search_count(called)
        with patch(f"{JOB}.HELP_FROM", 3):
            self._run_job()
        self.assertEqual(triggers.search_count(called), before)
        with patch(f"{JOB}.HELP_FROM", 2), self._at(days(1)):
            self._run_job()
        self.assertEqual(triggers.search_count(called), before + 1)

    def test_the_helper_sends_what_is_due(self):
        self._make_invoices([(customer, 100, 40) for customer in self.customers])
        self.env["billing.worklist"]._refresh(self.company)
        with self._scheduler() as env:
            env["billing.worklist"]._cron_followup_helper()
        self.assertEqual(len(self._issued()), 3)

    def _stages_of(self, customer):
        notices = self._issued().filtered(lambda n: n.partner_id == customer)
        return notices.sorted("id").stage_id.mapped("delay")

    def test_run_after_run(self):
        """Day by day through the plan: each stage once, each on its day."""
        self._make_invoice(overdue=-2)
        sent = {}
        for number in range(0, 45, 3):
            with self._at(days(number)):
                before = len(self._issued())
                self._run_job()
                if len(self._issued()) > before:
                    sent[number] = self._issued().sorted("id")[-1].stage_id.delay
        self.assertEqual(sent, {9: 7, 18: 15, 33: 30})

    def test_by_hand_waits_for_a_person(self):
        self.first.mode = "manual"
        self._make_invoice()
        self._run_job()
        self.assertFalse(self._issued())
        row = self._row()
        self.assertEqual(row.next_action, "send")
        row.with_user(self.coordinator).action_send_now()
        self.assertEqual(len(self._issued()), 1)

    def test_highest_stage_by_hand_holds_back_all(self):
        """One notice a customer: it goes out when a person sends it, and lists all."""
        self.second.mode = "manual"
        self._make_invoice(overdue=16)
        self._run_job()
        self._make_invoice(overdue=8)
        with self._at(days(1)):
            self._run_job()
            self.assertEqual(len(self._issued()), 1)
            self.assertEqual(self._row().next_action, "send")
            self._row()._send_now()
        self.assertEqual(len(self._issued().sorted("id")[-1].line_ids), 2)

    def test_several_currencies_on_one_day(self):
        self.plan.min_interval = 7
        self._make_invoice(amount=100)
        self._make_invoice(amount=100, currency_id=self.usd.id)
        self._run_job()
        self.assertEqual(set(self._issued().currency_id), {self.eur, self.usd})
        self._run_job()
        self.assertEqual(len(self._issued()), 2)

    def test_two_invoices_of_one_customer(self):
        self._make_invoices([(None, 100, 10), (None, 50, 20)])
        self._run_job()
        self.assertEqual(self._issued().amount, 150)
        self.assertEqual(self._issued().line_ids.mapped("advances"), [True, True])


@tagged("post_install", "-at_install")
class TestIsolation(JobCase):
    def setUp(self):
        super().setUp()
        self._make_invoices([(customer, 100, 10) for customer in self.customers])
        self.broken = self.customers[1]

    def test_one_fails_the_others_are_sent(self):
        with self._failing_for(self.broken, UserError("The printer burns")):
            self._run_job()
        self.assertEqual(self._issued().partner_id, self.customers - self.broken)
        row = self.env["billing.worklist"].search([("partner_id", "=", self.broken.id)])
        self.assertEqual(row.next_action, "fix")
        self.assertIn("The printer burns", row.run_error)
        self.assertEqual(row.run_error_on.date(), TODAY)
        self.assertFalse(self._notices(self.broken))

    def test_any_error_is_isolated(self):
        for error in (ValueError("value"), KeyError("key"), ZeroDivisionError()):
            with self._failing_for(self.broken, error):
                self._run_job()
            row = self._row(self.broken)
            self.assertTrue(row.run_error)
            row.action_clear_error()
        self.assertEqual(len(self._issued()), 2)

    def test_database_error_is_isolated(self):
        """A broken transaction is rolled back, and only this customer's."""

        def _issue(notice):
            if notice.partner_id == self.broken:
                self.env.cr.execute("SELECT 1/0")
            return issue(notice)

        issue = self.registry["billing.followup.notice"]._issue
        model = self.registry["billing.followup.notice"]
        with (
            patch.object(model, "_issue", _issue),
            mute_logger(JOB, PROCESS, "odoo.sql_db"),
        ):
            self._run_job()
        self.assertEqual(self._issued().partner_id, self.customers - self.broken)
        self.assertIn("zero", self._row(self.broken).run_error)

    def test_telling_of_a_failure_is_isolated(self):
        """Three e-mails without an address; telling of one of them goes wrong."""
        self.customers.email = False
        self._run_job()
        notices = self._issued()
        self.assertEqual(set(notices.mapped("state")), {"failed"})
        notices.failure_handed_over = False
        model = self.registry["billing.followup.notice"]
        hand_over = model._hand_over_failure

        def _hand_over(notice, worklist):
            if notice.partner_id == self.broken:
                raise ValueError("Nobody to tell")
            return hand_over(notice, worklist)

        patched = patch.object(model, "_hand_over_failure", _hand_over)
        with self._scheduler() as env, patched, mute_logger(JOB, PROCESS):
            env["billing.worklist"]._cron_refresh()
        told = notices.filtered("failure_handed_over")
        self.assertEqual(told.partner_id, self.customers - self.broken)
        self.assertIn("Nobody to tell", self._row(self.broken).run_error)

    def test_a_company_that_cannot_be_evaluated(self):
        """It is told to its manager; the other companies go on."""
        broken = self._make_company("Broken Ltd")
        self.coordinator.company_ids = [Command.link(broken.id)]
        broken.billing_responsible_id = self.coordinator
        model = self.registry["billing.worklist"]
        evaluate = model._evaluate

        def _evaluate(worklist, company, *args, **kwargs):
            if company == broken:
                raise ValueError("No such plan")
            return evaluate(worklist, company, *args, **kwargs)

        for job in ("_cron_followup", "_cron_refresh"):
            self._make_invoice(self.broken, company=broken)
            with (
                self._scheduler() as env,
                patch.object(model, "_evaluate", _evaluate),
                mute_logger(JOB),
            ):
                getattr(env["billing.worklist"], job)()
        self.assertEqual(self._issued().partner_id, self.customers)
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.coordinator.partner_id.ids)]
        )
        self.assertEqual(len(told), 2)
        self.assertIn("No such plan", told[0].body)

    def test_failure_does_not_come_back_until_it_is_solved(self):
        with self._failing_for(self.broken, UserError("Broken")):
            self._run_job()
        with self._at(days(1)):
            self._run_job()
            self.assertFalse(self._notices(self.broken))
            row = self._row(self.broken)
            self.assertEqual(row.next_action, "fix")
            row.with_user(self.coordinator).action_clear_error()
            self.assertEqual(row.next_action, "auto")
            self._run_job()
        self.assertEqual(len(self._notices(self.broken)), 1)

    def test_missing_text(self):
        """A text deleted behind Odoo's back stops one stage, not the run."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE billing_followup_stage SET mail_template_id = NULL WHERE id = %s",
            [self.first.id],
        )
        self.env.invalidate_all()
        with mute_logger(JOB, PROCESS):
            self._run_job()
        for customer in self.customers:
            self.assertFalse(self._notices(customer))
            self.assertIn("choose its text", self._row(customer).run_error)

    def test_broken_text(self):
        """A mistake in a text is told on the customer and nothing half-made is left."""
        template = self.first.mail_template_id.copy({"subject": "{{ object.nothing }}"})
        other = self._make_plan("Broken text")
        other.stage_ids.mail_template_id = template
        self.broken.billing_plan_id = other
        with mute_logger(JOB, PROCESS, "odoo.addons.mail.models.mail_render_mixin"):
            self._run_job()
        self.assertEqual(self._issued().partner_id, self.customers - self.broken)
        self.assertFalse(self._notices(self.broken))
        self.assertTrue(self._row(self.broken).run_error)


@tagged("post_install", "-at_install")
class TestBankData(JobCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_bank_freshness = 7
        cls._make_invoice()

    def _bank_statement(self, day):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self._journal("TBNK").id,
                "date": day,
                "payment_ref": "x",
                "amount": 1,
            }
        )

    def _told(self):
        domain = [("partner_ids", "in", self.manager.partner_id.ids)]
        subject = [("subject", "ilike", "bank data")]
        return self.env["mail.message"].sudo().search(domain + subject)

    def test_no_statement_at_all(self):
        self._run_job()
        self.assertFalse(self._issued())
        self.assertIn("no bank statement", self._told().body)

    def test_too_old_tells_the_manager_once_a_day(self):
        self._bank_statement(days(-8))
        for _run in range(2):
            self._run_job()
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("auto", "bank_data"))
        self.assertIn("Waits for bank statements", row.todo)
        self.assertFalse(self._issued())
        self.assertEqual(len(self._told()), 1)
        with self._at(days(1)):
            self._run_job()
            self._run_job()
        self.assertEqual(len(self._told()), 2)

    def test_nothing_waits_so_nobody_is_told(self):
        self.company.billing_auto_send = False
        self._run_job()
        self.assertFalse(self._told())

    def test_fresh_enough(self):
        self._bank_statement(days(-7))
        self._run_job()
        self.assertEqual(len(self._issued()), 1)
        self.assertFalse(self._told())

    def test_statement_of_another_company_does_not_count(self):
        company = self._make_company("Elsewhere Ltd")
        self.env["account.bank.statement.line"].with_company(company).create(
            {
                "journal_id": self._journal("TBNK", company).id,
                "date": TODAY,
                "payment_ref": "x",
                "amount": 1,
            }
        )
        self._run_job()
        self.assertFalse(self._issued())

    def test_asked_for_by_hand(self):
        """Who has looked at the bank may send all the same."""
        self._row()._request_sending()
        self._run_job()
        self.assertFalse(self._issued())
        with self._scheduler() as env:
            env["billing.worklist"]._cron_send_requested()
        self.assertEqual(len(self._issued()), 1)
        self.assertFalse(self._row().send_requested_on)
