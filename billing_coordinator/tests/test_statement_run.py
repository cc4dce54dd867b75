from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..models.billing_statement_run import SEND_AT_ONCE
from ..tools.statement import ACTIVITY, OPEN_ITEMS
from .common import TODAY, SecondCompany, days
from .notice_common import BOUNCE, REPLY, NoticeCase

MODELS = "odoo.addons.billing_coordinator.models"
PROCESS = f"{MODELS}.billing_statement_run_process"
SCHEDULE = f"{MODELS}.billing_statement_schedule"


class RunCase(NoticeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Other companies of the database are none of this schedule's business.
        others = cls.env["res.company"].sudo().search([("id", "!=", cls.company.id)])
        others.billing_statement_schedule = "none"
        cls.customers = cls.customer
        for name in ("Customer B", "Customer C"):
            cls.customers += cls._make_customer(name)
        cls._make_invoices([(customer, 100, 10) for customer in cls.customers])

    def _make_run(self, customers=None, kind=OPEN_ITEMS, user=None, **values):
        runs = self.env["billing.statement.run"].with_user(user or self.coordinator)
        customers = customers or self.customers
        dates = (days(-30), TODAY)
        return runs._make(self.company, customers, kind, *dates, **values)

    def _send_in_background(self):
        with self._scheduler() as env:
            env["billing.statement.run.line"]._cron_send()
        self.env.invalidate_all()

    def _send_all(self, *args, **kwargs):
        run = self._make_run(*args, **kwargs)
        run._send()
        return run

    def _line(self, run, customer=None):
        customer = customer or self.customer
        return run.line_ids.filtered(lambda line: line.partner_id == customer)

    def _mails(self, run):
        return run.line_ids.mail_message_id.sudo().mail_ids

    @contextmanager
    def _failing_for(self, customer, error):
        """Make the statement of one customer fail while it is printed."""
        attach = self.registry["billing.statement.run.line"]._get_attachments

        def _get_attachments(line):
            if line.partner_id.id == customer.id:
                raise error
            return attach(line)

        model = self.registry["billing.statement.run.line"]
        with (
            patch.object(model, "_get_attachments", _get_attachments),
            mute_logger(PROCESS),
        ):
            yield


@tagged("post_install", "-at_install")
class TestRun(RunCase):
    def test_everybody_gets_one(self):
        run = self._send_all()
        self.assertEqual(run.line_ids.mapped("state"), ["queued"] * 3)
        self.assertEqual((run.queued_count, run.progress, run.state), (3, 100, "done"))
        mails = self._mails(run)
        self.assertEqual(len(mails), 3)
        self.assertEqual(mails.recipient_ids, self.customers)
        line = self._line(run)
        self.assertEqual((line.balance, line.overdue), ("100.00\xa0€", "100.00\xa0€"))
        self.assertIn("Follow-up Ltd: Statement of open items", line.subject)
        self.assertIn("100.00", line.body)
        attachment = line.mail_message_id.attachment_ids
        self.assertEqual(
            attachment.name, "Statement of open items Customer A 2025-06-16.pdf"
        )

    def test_comes_from_whoever_is_responsible(self):
        line = self._line(self._send_all())
        self.assertEqual(line.mail_message_id.author_id, self.manager.partner_id)
        partner = self.customer.with_company(self.company)
        partner.billing_responsible_id = self.coordinator
        line = self._line(self._send_all())
        self.assertEqual(line.mail_message_id.author_id, self.coordinator.partner_id)

    def test_many_go_out_in_the_background(self):
        customers = self.customers
        for number in range(SEND_AT_ONCE):
            customers += self._make_customer(f"Many {number}")
        triggers = self.env["ir.cron.trigger"].sudo()
        cron = self.env.ref("billing_coordinator.ir_cron_statement_send")
        before = triggers.search_count([("cron_id", "=", cron.id)])
        run = self._send_all(customers)
        self.assertEqual((run.waiting_count, run.progress), (len(customers), 0))
        self.assertEqual(run.state, "running")
        after = triggers.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)
        self._send_in_background()
        self.assertEqual((run.progress, run.queued_count), (100, 3))
        self.assertEqual(run.skipped_count, SEND_AT_ONCE)

    def test_nothing_to_tell_is_left_out(self):
        nobody = self._make_customer("Nobody")
        run = self._send_all(self.customer + nobody)
        line = self._line(run, nobody)
        self.assertEqual((line.state, line.reason), ("skipped", "Nothing is open"))
        run = self._send_all(nobody, ACTIVITY)
        self.assertEqual(run.line_ids.reason, "Nothing is open and nothing was booked")
        self.assertFalse(self._mails(run))

    def test_activity_of_who_paid_everything(self):
        paid = self._make_customer("Paid")
        self._pay(self._make_invoice(paid, overdue=-10), day=days(-1))
        self.assertEqual(self._send_all(paid).line_ids.state, "skipped")
        self.assertEqual(self._send_all(paid, ACTIVITY).line_ids.state, "queued")

    def test_address_problems_are_failures(self):
        missing, invalid, blacklisted = self.customers
        missing.email = False
        invalid.email = "no address"
        self.env["mail.blacklist"].sudo()._add(blacklisted.email)
        run = self._send_all()
        self.assertEqual(
            run.line_ids.mapped("reason"),
            [
                "No e-mail address",
                "Invalid e-mail address",
                "E-mail address is blacklisted",
            ],
        )
        self.assertEqual(set(run.line_ids.mapped("state")), {"failed"})
        self.assertEqual((run.failed_count, run.state), (3, "failed"))
        self.assertFalse(self._mails(run))

    def test_one_failure_stops_nobody(self):
        with self._failing_for(self.customers[1], UserError("Printer is on fire")):
            run = self._send_all()
        self.assertEqual(run.line_ids.mapped("state"), ["queued", "failed", "queued"])
        self.assertEqual(run.failed_line_ids.reason, "Printer is on fire")
        self.assertEqual(len(self._mails(run)), 2)

    def test_one_failure_stops_nobody_in_the_background(self):
        run = self._make_run()
        with self._failing_for(self.customers[0], ValueError("Broken")):
            self._send_in_background()
        self.assertEqual(run.line_ids.mapped("state"), ["failed", "queued", "queued"])
        self.assertEqual(run.failed_line_ids.reason, "Broken")

    def test_template_was_deleted(self):
        self.env.ref("billing_coordinator.mail_template_statement").unlink()
        with mute_logger(PROCESS):
            run = self._send_all(self.customer)
        self.assertIn("was deleted", run.line_ids.reason)

    def test_retry_of_what_failed(self):
        self.customer.email = False
        run = self._send_all()
        queued = self._mails(run)
        self.customer.email = "new@example.com"
        run.action_retry()
        self.assertEqual(run.line_ids.mapped("state"), ["queued"] * 3)
        line = self._line(run)
        self.assertEqual((line.email, line.reason), ("new@example.com", False))
        self.assertEqual(len(self._mails(run) - queued), 1)

    def test_retry_of_nothing(self):
        with self.assertRaisesRegex(UserError, "Nothing failed"):
            self._send_all().action_retry()

    def test_retry_of_a_line_that_did_not_fail(self):
        run = self._send_all()
        mails = self._mails(run)
        run.line_ids.action_retry()
        self.assertEqual(self._mails(run), mails)

    def test_again_and_again(self):
        """The job finds nothing more to do: nobody gets a statement twice."""
        run = self._make_run()
        for _run in range(3):
            self._send_in_background()
        self.assertEqual(len(self._mails(run)), 3)

    def test_customer_is_in_a_run_once(self):
        run = self._make_run(self.customer)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            run.line_ids.sudo().copy({"run_id": run.id})

    def test_line_that_another_worker_has(self):
        run = self._make_run(self.customer)
        model = self.registry["billing.statement.run.line"]
        with patch.object(
            model, "try_lock_for_update", lambda self, **_kwargs: self.browse()
        ):
            self._send_in_background()
        self.assertEqual(run.line_ids.state, "waiting")
        self._send_in_background()
        self.assertEqual(run.line_ids.state, "queued")

    def test_worker_that_was_slower(self):
        """PostgreSQL refuses what another worker has done: no failure, no double."""
        run = self._make_run()
        error = psycopg2.errors.SerializationFailure()
        with self._failing_for(self.customers[0], error):
            self._send_in_background()
        self.assertEqual(run.line_ids.mapped("state"), ["waiting", "queued", "queued"])
        self._send_in_background()
        self.assertEqual(len(self._mails(run)), 3)

    def test_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("billing_coordinator.mail_template_statement")
        template.with_context(lang="de_DE").subject = "Kontoauszug {{ object.period }}"
        self.customer.lang = "de_DE"
        line = self._line(self._send_all())
        self.assertTrue(line.subject.startswith("Kontoauszug"), line.subject)
        self.assertIn("16.06.2025", line.subject)
        self.assertEqual(line.balance, "100,00\xa0€")

    def test_runs_by_state(self):
        done, waiting = self._send_all(), self._make_run()
        self.customer.email = False
        failed = self._send_all()
        runs = self.env["billing.statement.run"].with_user(self.coordinator)
        for state, expected in (
            ("done", done),
            ("running", waiting),
            ("failed", failed),
        ):
            self.assertEqual(runs.search([("state", "=", state)]), expected, state)
        self.assertEqual(runs.search([("state", "!=", "done")]), failed + waiting)

    def test_counts_do_not_cost_a_query_a_run(self):
        def count(runs):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            runs.mapped("progress")
            return self.cr.sql_log_count - before

        run = self._make_run()
        more = run + self._make_run() + self._make_run()
        count(more)
        self.assertLessEqual(count(more), count(run))


@tagged("post_install", "-at_install")
class TestFate(RunCase):
    """The line says what became of the e-mail, not what was intended."""

    def test_sent(self):
        line = self._line(self._send_all())
        mails = self._deliver(line)
        self.assertEqual(len(mails), 1)
        self.assertEqual(line.state, "sent")

    def test_mail_server_refuses(self):
        line = self._line(self._send_all())
        self._deliver(line, error=MailDeliveryException("refused"))
        self.assertEqual(line.state, "failed")
        self.assertTrue(line.reason)

    def test_bounce(self):
        line = self._line(self._send_all())
        self._deliver(line)
        self._receive(BOUNCE, line)
        self.assertEqual(line.state, "failed")
        self.assertTrue(line.run_id.failed_count)

    def test_notifications_that_were_cleaned_up(self):
        line = self._line(self._send_all())
        self._deliver(line)
        line.mail_message_id.sudo().notification_ids.unlink()
        line.sudo()._compute_state()
        self.assertEqual(line.state, "sent")

    def test_answer_reaches_whoever_is_responsible(self):
        line = self._line(self._send_all())
        row = self._row()
        self._deliver(line)
        self._receive(REPLY, line)
        summary = "Answer the reply to the statement of Customer A"
        self.assertIn(summary, row.activity_ids.mapped("summary"))
        self.assertIn(self.manager.partner_id, line.message_partner_ids)


@tagged("post_install", "-at_install")
class TestRights(SecondCompany, RunCase):
    def test_nobody_types_in_what_became_of_it(self):
        run = self._send_all()
        for record in (run, run.line_ids):
            for user in (self.coordinator, self.manager):
                theirs = record.with_user(user)
                self.assertTrue(theirs.read(["state"]))
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(theirs.has_access(operation))

    def test_another_company(self):
        run = self._send_all()
        self.customer.email = False
        context = {"allowed_company_ids": self.other_company.ids}
        for record in (run, run.line_ids):
            theirs = record.with_user(self.other_coordinator).with_context(**context)
            self.assertFalse(theirs.search([("id", "in", record.ids)]))
            with self.assertRaises(AccessError):
                theirs.action_retry()
        with self.assertRaises(AccessError):
            self._make_run(user=self.other_coordinator)

    def test_department_sends_nothing(self):
        with self.assertRaises(AccessError):
            self._make_run(user=self.department)

    def test_customer_of_another_company(self):
        self.customer.company_id = self.other_company
        with self.assertRaises(UserError):
            self._make_run(self.customer)


@tagged("post_install", "-at_install")
class TestSchedule(RunCase):
    def _switch_on(self, day=5, on="2025-06-01", **values):
        with self._at(date.fromisoformat(on)):
            self.company.write(
                {
                    "billing_statement_schedule": "monthly",
                    "billing_statement_day": day,
                    **values,
                }
            )
            self.env.flush_all()

    def _run_schedule(self, day):
        with self._at(date.fromisoformat(day)), self._scheduler() as env:
            env["billing.statement.run"]._cron_schedule()
        self.env.invalidate_all()
        domain = [("company_id", "=", self.company.id)]
        return self.env["billing.statement.run"].search(domain, order="id")

    def test_off_by_default(self):
        self.assertEqual(self.company.billing_statement_schedule, "none")
        self.assertFalse(self._run_schedule("2025-06-20"))

    def test_once_a_month(self):
        self._switch_on(day=20)
        self.assertFalse(self._run_schedule("2025-06-19"))
        for day in ("2025-06-20", "2025-06-20", "2025-06-21", "2025-07-19"):
            runs = self._run_schedule(day)
            self.assertEqual(len(runs), 1, day)
        self.assertEqual(runs.line_ids.partner_id, self.customers)
        self.assertEqual(str(runs.date_to), "2025-06-20")
        self.assertFalse(runs.requested_by_id)
        self.assertEqual(len(self._run_schedule("2025-07-20")), 2)

    def test_server_was_down_on_the_day(self):
        self._switch_on(day=20)
        runs = self._run_schedule("2025-06-27")
        self.assertEqual(str(runs.period), "2025-06-01")

    def test_server_was_down_over_the_end_of_the_month(self):
        self._switch_on(day=28)
        runs = self._run_schedule("2025-07-02")
        self.assertEqual(str(runs.period), "2025-06-01")
        self.assertEqual(len(self._run_schedule("2025-07-28")), 2)

    def test_switched_on_after_the_day(self):
        """Nobody is surprised: what was due before it was on is not made up for."""
        self._switch_on(day=5, on="2025-06-20")
        self.assertFalse(self._run_schedule("2025-06-21"))
        self.assertEqual(len(self._run_schedule("2025-07-05")), 1)

    def test_another_day_in_the_same_month(self):
        self._switch_on(day=20)
        self._run_schedule("2025-06-20")
        self._switch_on(day=25, on="2025-06-22")
        self.assertEqual(len(self._run_schedule("2025-06-25")), 1)

    def test_activity_is_that_of_the_month_before(self):
        self._switch_on(day=20, billing_statement_kind=ACTIVITY)
        run = self._run_schedule("2025-06-23")
        self.assertEqual(
            (str(run.date_from), str(run.date_to)), ("2025-05-01", "2025-05-31")
        )

    def test_customers_who_want_none(self):
        self._switch_on(day=20)
        partner = self.customer.with_company(self.company)
        partner.billing_statement_schedule = "never"
        self.customers[1].active = False
        run = self._run_schedule("2025-06-20")
        self.assertEqual(run.line_ids.partner_id, self.customers[2])

    def test_what_is_scheduled_is_sent(self):
        self._switch_on(day=20)
        run = self._run_schedule("2025-06-20")
        self._send_in_background()
        self.assertEqual(run.line_ids.mapped("state"), ["queued"] * 3)

    def test_second_worker_at_the_same_time(self):
        self._switch_on(day=16, on="2025-06-10")
        self._run_schedule("2025-06-16")
        model = self.registry["billing.statement.run"]
        with (
            patch.object(model, "_is_made", lambda *_args: False),
            mute_logger("odoo.sql_db"),
        ):
            self.assertEqual(len(self._run_schedule("2025-06-16")), 1)

    def test_trouble_is_told(self):
        self._switch_on(day=16, on="2025-06-10")
        model = self.registry["billing.statement.run"]

        def fail(*_args):
            raise ValueError("Broken")

        with (
            patch.object(model, "_get_scheduled_partners", fail),
            patch.object(self.registry["res.company"], "_tell_manager") as tell,
            mute_logger(SCHEDULE),
        ):
            self.assertFalse(self._run_schedule("2025-06-16"))
        self.assertIn("Broken", tell.call_args.args[1])
        self.assertEqual(len(self._run_schedule("2025-06-17")), 1)

    def test_day_that_not_every_month_has(self):
        for day in (0, 29, -1):
            with self.assertRaisesRegex(UserError, "between 1 and 28"):
                self.company.billing_statement_day = day

    def test_manager_sets_the_schedule(self):
        wizard = self.env["billing.company.wizard"].with_user(self.manager)
        wizard = wizard.with_company(self.company).create({})
        wizard.write({"billing_statement_schedule": "monthly"})
        wizard.action_save()
        self.assertEqual(self.company.billing_statement_schedule, "monthly")
        self.assertEqual(self.company.billing_statement_day, 5)
