from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, BillingCase, SecondCompany, days

JOB = "odoo.addons.billing_coordinator.models.billing_worklist_job"
PROCESS = "odoo.addons.billing_coordinator.models.billing_worklist_process"


class JobCase(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other companies of the database are none of this job's business.
        others = cls.env["res.company"].sudo().search([("id", "!=", cls.company.id)])
        others.billing_plan_id = False
        cls.customers = cls.customer
        for name in ("Customer B", "Customer C"):
            cls.customers += cls._make_customer(name)

    @contextmanager
    def _failing_for(self, customer, error):
        """Make the notice of one customer fail when it is to go out."""
        issue = self.registry["billing.followup.notice"]._issue

        def _issue(notice):
            if notice.partner_id.id == customer.id:
                raise error
            return issue(notice)

        model = self.registry["billing.followup.notice"]
        with patch.object(model, "_issue", _issue), mute_logger(JOB, PROCESS):
            yield

    def _issued(self):
        domain = [("company_id", "=", self.company.id), ("issued_on", "!=", False)]
        return self.env["billing.followup.notice"].search(domain, order="partner_id")

    def _queued_mails(self):
        notices = self._issued()
        return notices.mail_message_id.sudo().mail_ids


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
class TestNoWrongReminder(JobCase):
    """What changes between the evaluation and the sending is seen."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice()
        self.row = self._row()
        self.assertEqual(self.row.next_action, "auto")

    def assertNothingSent(self):
        self.assertFalse(self.row._process_one())
        self.assertFalse(self._issued())

    def test_paid(self):
        self._pay(self.invoice)
        self.assertNothingSent()

    def test_paid_by_a_payment_without_entry(self):
        self._register_payment(self.invoice)
        self.assertNothingSent()

    def test_credited(self):
        self._make_credit_note(amount=100)
        self.assertNothingSent()

    def test_reversed(self):
        self.invoice._reverse_moves([{"date": TODAY}], cancel=True)
        self.assertNothingSent()

    def test_excluded(self):
        self._receivable_lines(self.invoice).no_followup = True
        self.assertNothingSent()

    def test_reset_to_draft(self):
        self.invoice.button_draft()
        self.assertNothingSent()

    def test_due_date_moved(self):
        self._receivable_lines(self.invoice).date_maturity = days(5)
        self.assertNothingSent()

    def test_archived(self):
        self.customer.active = False
        self.assertNothingSent()
        self.customer.active = True
        self.assertTrue(self.row._process_one())

    def test_below_the_minimum(self):
        self.company.billing_minimum_claim = 101
        self.assertNothingSent()

    def test_postponed(self):
        self.row.postponed_until = days(3)
        self.assertNothingSent()
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("wait", "postponed"))
        with self._at(days(3)):
            self.assertEqual(self._row().next_action, "auto")
            self.assertTrue(self.row._process_one())

    def test_part_paid_is_claimed_in_part(self):
        self._pay(self.invoice, 30)
        self.assertEqual(self.row._process_one().amount, 70)

    def test_part_paid_by_a_payment_without_entry(self):
        """What is in transit reduces the claim; the rest is asked for."""
        self._register_payment(self.invoice, amount=30)
        notice = self.row._process_one()
        self.assertEqual(notice.amount, 70)
        self.assertEqual(sorted(notice.line_ids.mapped("residual")), [-30, 100])

    def test_payment_of_a_contact_without_entry(self):
        """It counts for the company of the contact, at the booked amount."""
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        payment = self._register_payment(self.invoice, amount=30)
        payment.invoice_ids = False
        payment.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_payment SET partner_id = %s, amount = 45,"
            " amount_company_currency_signed = 40 WHERE id = %s",
            (contact.id, payment.id),
        )
        self.env.invalidate_all()
        evaluated = self.env["billing.worklist"]._evaluate(self.company)
        self.assertNotIn(contact.id, evaluated)
        [(decision, _lines)] = evaluated[self.customer.id].values()
        self.assertEqual((decision.amount, decision.company_amount), (55, 60))

    def test_payment_on_account_without_entry_reduces(self):
        payment = self.env["account.payment"].with_company(self.company)
        with patch.object(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda self: "in_payment",
        ):
            payment = payment.create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "amount": 40,
                    "journal_id": self._journal("TBNK").id,
                    "date": TODAY,
                }
            )
            payment.action_post()
        self.assertFalse(payment.move_id)
        notice = self.row._process_one()
        self.assertEqual(notice.amount, 60)
        self.assertIn(-40, notice.line_ids.mapped("residual"))

    def test_evaluation_of_yesterday(self):
        """The job evaluates first: what the rows said yesterday does not count."""
        self._pay(self.invoice)
        self.assertEqual(self.row.next_action, "auto")
        self._run_job()
        self.assertFalse(self._issued())
        self.assertEqual(self._row().next_action, "none")


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
        self.assertFalse(self._issued())
        self.assertEqual(len(self._told()), 1)
        with self._at(days(1)):
            self._run_job()
            self._run_job()
        self.assertEqual(len(self._told()), 2)

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


@tagged("post_install", "-at_install")
class TestCustomersThatChange(SecondCompany, JobCase):
    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source + target).ids, target)
        self.env.invalidate_all()

    def test_merged_in_mid_plan(self):
        """What was sent to either stays known; nothing is sent a second time."""
        one, other = self._make_invoices(
            [(self.customers[0], 100, 10), (self.customers[1], 60, 10)]
        )
        self._run_job()
        self._merge(self.customers[1], self.customers[0])
        self._run_job()
        self.assertEqual(len(self._issued()), 2)
        self.assertEqual(self._issued().partner_id, self.customer)
        row = self.env["billing.worklist"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((len(row), row.amount_due, row.stage_id), (1, 160, self.first))
        with self._at(days(5)):
            self._run_job()
        last = self._issued().sorted("id")[-1]
        self.assertEqual(
            (last.stage_id, last.line_ids.move_id), (self.second, one + other)
        )

    def test_merged_while_on_hold(self):
        self._make_invoice(self.customers[1])
        self.env["billing.hold"].create(
            {"partner_id": self.customers[1].id, "reason": "Talks"}
        )
        self._merge(self.customers[1], self.customers[0])
        self._run_job()
        self.assertFalse(self._issued())

    def test_moved_under_another_company(self):
        """The contact becomes part of a company: its notices are the company's."""
        self._make_invoice(self.customers[1])
        self._run_job()
        self.customers[1].parent_id = self.customers[2]
        with self._at(days(5)):
            self._run_job()
        self.assertEqual(len(self._issued()), 2)
        self.assertEqual(self._issued().stage_id, self.first + self.second)

    def test_archived_in_mid_plan(self):
        self._make_invoice()
        self._run_job()
        self.customer.active = False
        with self._at(days(5)):
            self._run_job()
            self.assertEqual(len(self._issued()), 1)
            self.customer.active = True
            self._run_job()
            self.assertEqual(len(self._issued()), 2)

    def test_two_companies_in_one_run(self):
        self.other_company.billing_plan_id = self.plan
        self._make_invoice()
        self._make_invoice(company=self.other_company)
        self._run_job()
        notices = self._notices().with_context(
            allowed_company_ids=(self.company + self.other_company).ids
        )
        self.assertEqual(notices.company_id, self.company + self.other_company)
        for notice in notices:
            self.assertEqual(notice.line_ids.move_id.company_id, notice.company_id)


@tagged("post_install", "-at_install")
class TestWorklist(JobCase):
    def test_figures(self):
        self._make_invoices([(None, 100, 40), (None, 60, 3), (None, 30, -10)])
        self._make_credit_note(amount=20)
        self.assertRecordValues(
            self._row(),
            [
                {
                    "amount_due": 170,
                    "amount_overdue": 160,
                    "overdue_count": 2,
                    "oldest_due_date": days(-40),
                    "days_overdue": 40,
                    "next_action": "auto",
                    "next_stage_id": self.first.id,
                    "responsible_id": self.manager.id,
                }
            ],
        )

    def test_responsible_of_the_customer(self):
        self.customer.billing_responsible_id = self.coordinator
        self._make_invoice()
        self.assertEqual(self._row().responsible_id, self.coordinator)

    def test_priority_is_explained(self):
        self._make_invoices([(self.customers[0], 900, 100), (self.customers[1], 10, 1)])
        first, second = self._row(self.customers[0]), self._row(self.customers[1])
        self.assertGreater(first.priority, second.priority)
        self.assertEqual(first.priority, sum(first.priority_points.values()))
        for points in first.priority_points.values():
            self.assertIn(str(points), first.priority_explanation)

    def test_nothing_overdue_is_not_in_the_list(self):
        self._make_invoice(overdue=-30)
        row = self._row()
        self.assertEqual((row.next_action, row.priority), ("none", 0))

    def test_search_by_days_overdue(self):
        self._make_invoices([(self.customers[0], 100, 40), (self.customers[1], 10, 5)])
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company)
        for operator, number, expected in (
            (">", 5, self.customers[0]),
            (">=", 5, self.customers[:2]),
            ("<", 40, self.customers[1]),
            ("<=", 5, self.customers[1]),
        ):
            found = worklist.search(
                [
                    ("company_id", "=", self.company.id),
                    ("days_overdue", operator, number),
                ]
            )
            self.assertEqual(found.partner_id, expected, (operator, number))

    def test_refreshed_when_the_ledger_moved(self):
        """The frequent refresh takes only those whose open amount has changed."""
        invoices = self._make_invoices(
            [(customer, 100, 10) for customer in self.customers]
        )
        worklist = self.env["billing.worklist"]
        worklist._refresh_changed(self.company)
        rows = worklist.search([("partner_id", "in", self.customers.ids)])
        self.assertEqual(len(rows), 3)
        self._pay(invoices[0])
        before = fields.Datetime.now()
        with self._at(days(1)):
            worklist._refresh_changed(self.company)
        rows.invalidate_recordset()
        moved = rows.filtered(lambda row: row.refreshed_on > before)
        self.assertEqual(moved.partner_id, self.customers[0])
        self.assertEqual((moved.amount_due, moved.next_action), (0, "none"))

    def test_paid_customer_leaves_the_list(self):
        invoice = self._make_invoice()
        self._row()
        self._pay(invoice)
        row = self._row()
        self.assertEqual((row.amount_due, row.oldest_due_date, row.next_action), (
            0, False, "none"))  # fmt: skip

    def test_invoice_without_customer(self):
        """Odd, but possible by hand: it is in the receivables and stops nobody."""
        move = self._make_entry(self.env["res.partner"], 50, days(-40))
        self._make_invoice()
        self._run_job()
        self.assertEqual(len(self._issued()), 1)
        row = self.env["billing.receivable"].search([("move_id", "=", move.id)])
        self.assertEqual(row.residual, 50)


@tagged("post_install", "-at_install")
class TestQueries(JobCase):
    """The number of queries does not grow with the number of customers."""

    def _fill(self, number):
        customers = self.env["res.partner"].create(
            [
                {"name": f"Many {index}", "email": f"many{index}@example.com"}
                for index in range(number)
            ]
        )
        self._make_invoices(
            [(customer, 100, 10) for customer in customers for _n in "ab"]
        )

    def _count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def assertDoesNotGrow(self, work, at_most):
        worklist = self.env["billing.worklist"]
        self._fill(4)
        worklist._refresh(self.company)
        work()
        few = self._count(work)
        self._fill(8)
        worklist._refresh(self.company)
        self.assertLessEqual(self._count(work), few)
        self.assertLessEqual(few, at_most)

    def test_evaluation(self):
        worklist = self.env["billing.worklist"]
        self.assertDoesNotGrow(lambda: worklist._refresh(self.company), 30)

    def test_refresh_of_what_changed(self):
        worklist = self.env["billing.worklist"]
        self.assertDoesNotGrow(lambda: worklist._refresh_changed(self.company), 10)

    def test_worklist_on_the_screen(self):
        worklist = self.env["billing.worklist"].with_user(self.coordinator)
        names = list(worklist.fields_get(attributes=["type"]))
        domain = [("company_id", "=", self.company.id)]
        specification = dict.fromkeys(names, {})
        self.assertDoesNotGrow(
            lambda: worklist.web_search_read(domain, specification), 60
        )

    def test_customers_on_the_screen(self):
        partners = self.env["res.partner"].with_user(self.coordinator)
        names = [name for name in partners._fields if name.startswith("billing_")]
        domain = [("name", "like", "Many")]
        self.assertDoesNotGrow(lambda: partners.search_read(domain, names), 60)

    def test_notices_on_the_screen(self):
        self._fill(4)
        self._run_job()
        notices = self.env["billing.followup.notice"].with_user(self.coordinator)
        names = [
            name
            for name, field in notices._fields.items()
            if name not in ("line_table", "body") and not field.related
        ]
        domain = [("company_id", "=", self.company.id)]

        def work():
            notices.search_read(domain, names)

        work()
        few = self._count(work)
        self._fill(8)
        self._run_job()
        self.assertLessEqual(self._count(work), few)

    def test_installments_and_plans(self):
        """More plans in use do not mean more queries."""
        worklist = self.env["billing.worklist"]
        self._fill(4)
        few = self._count(lambda: worklist._refresh(self.company))
        for number in range(6):
            self._make_plan(f"Extra {number}")
        self.assertLessEqual(self._count(lambda: worklist._refresh(self.company)), few)

    def test_posting_costs_nothing(self):
        """Nothing of ours is written when an invoice is posted."""
        moves = self._make_invoices([(None, 100, 10)], post=False)
        queries = []
        execute = type(self.cr).execute

        def log(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        with patch.object(type(self.cr), "execute", log):
            moves.action_post()
            self.env.flush_all()
        ours = [
            query
            for query in queries
            if query.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
            and "billing_" in query.split("(")[0].split("SET")[0]
        ]
        self.assertFalse(ours)
        self.assertTrue(queries)


@tagged("post_install", "-at_install")
class TestBranches(JobCase):
    def test_branch_has_its_own_customers(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids = [Command.link(branch.id)]
        branch.write({"billing_plan_id": self.plan.id, "billing_bank_freshness": 0})
        invoice = self._make_invoice(company=self.company, amount=80)
        self._run_job()
        self.assertEqual(self._notices().company_id, self.company)
        self.assertEqual(self._notices().line_ids.move_id, invoice)
