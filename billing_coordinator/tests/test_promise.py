from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase, SecondCompany, days

JUDGE = "odoo.addons.billing_coordinator.models.billing_promise_judge"


class PromiseCase(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_promise_grace = 2
        others = cls.env["res.company"].sudo().search([("id", "!=", cls.company.id)])
        others.billing_plan_id = False

    def _promise(self, invoices, *installments, **values):
        """Promise ``(day number, amount)`` as the coordinator does."""
        promises = self.env["billing.promise"].with_user(self.coordinator)
        return promises._make(
            self._receivable_lines(invoices),
            [(days(day), amount) for day, amount in installments],
            user_id=self.coordinator.id,
            **values,
        )

    def _judge(self, day):
        """The judging of a day, as the job does it before it sends."""
        with self._at(days(day)), self._scheduler() as env:
            company = env["res.company"].browse(self.company.id)
            worklist = env["billing.worklist"]._in_company(company)
            worklist.env["billing.promise"]._judge_due(company)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPromise(PromiseCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)

    def test_nobody_is_reminded_of_what_is_promised(self):
        self._promise(self.invoice, (4, 1000))
        row = self._row()
        self.assertEqual((row.next_action, row.wait_reason), ("wait", "promised"))
        self.assertIn("Promised for Jun 20", row.todo)
        self.assertFalse(row._process_one(stages=("auto", "manual")))
        self._run_job()
        self.assertFalse(self._notices())

    def test_promised_between_evaluation_and_sending(self):
        row = self._row()
        self.assertEqual(row.next_action, "auto")
        self._promise(self.invoice, (4, 1000))
        self.assertFalse(row._process_one())

    def test_the_rest_is_still_claimed(self):
        self._promise(self.invoice, (4, 400))
        notice = self._send()
        self.assertEqual((notice.amount, notice.company_amount), (600, 600))
        self.assertEqual(notice.line_ids.residual, 600)
        self.assertEqual(notice.line_ids.withheld, 400)
        self.assertIn("400.00", notice.body)
        self.assertEqual(self._row().amount_overdue, 1000)
        self.assertEqual(self._receivables().withheld, 400)

    def test_the_customers_page_tells_of_a_promised_part(self):
        self._promise(self.invoice, (4, 400), (20, 100))
        row = self._row().with_user(self.coordinator)
        self.assertEqual(row.next_action, "auto")
        self.assertEqual(
            row.promise_text,
            "400.00\xa0€ promised for Jun 20, 100.00\xa0€ promised for Jul 6",
        )
        self._pay(self.invoice, 450, day=days(1))
        row.invalidate_recordset()
        self.assertEqual(row.promise_text, "50.00\xa0€ promised for Jul 6")
        part = self.env["billing.receivable"].search([("withheld", ">", 0)])
        self.assertEqual((part.withheld, part.hold_reason), (50, False))

    def test_judged_when_the_grace_days_are_over(self):
        promise = self._promise(self.invoice, (4, 1000))
        self.assertEqual(promise.judge_on, days(6))
        self._judge(5)
        self.assertEqual(promise.state, "open")
        self._judge(6)
        self.assertEqual(promise.state, "broken")
        self.assertEqual(promise.closed_on.date(), days(6))

    def test_kept(self):
        promise = self._promise(self.invoice, (4, 400))
        self._pay(self.invoice, 400, day=days(4))
        self.assertEqual(promise.amount_paid, 400)
        self._judge(6)
        self.assertEqual((promise.state, promise.judged_amount), ("kept", 400))
        self.assertEqual(promise.kept_rate, 100)

    def test_partially_kept(self):
        promise = self._promise(self.invoice, (4, 400))
        self._pay(self.invoice, 399.99, day=days(4))
        self._judge(6)
        self.assertEqual(promise.state, "partially_kept")
        self.assertEqual(promise.amount_paid, 399.99)
        self.assertEqual(promise.kept_rate, 0)

    def test_paid_before_the_promise_does_not_count(self):
        self._pay(self.invoice, 300)
        promise = self._promise(self.invoice, (4, 500))
        self.assertEqual(promise.amount_paid, 0)
        self._judge(6)
        self.assertEqual(promise.state, "broken")

    def test_reversed_payment_is_taken_back(self):
        promise = self._promise(self.invoice, (4, 400))
        entry = self._pay(self.invoice, 400, day=days(1))
        self.assertEqual(promise.amount_paid, 400)
        self._receivable_lines(entry).remove_move_reconcile()
        self.assertEqual(promise.amount_paid, 0)
        self._judge(6)
        self.assertEqual(promise.state, "broken")

    def test_reversed_after_judging_changes_nothing(self):
        promise = self._promise(self.invoice, (4, 400))
        entry = self._pay(self.invoice, 400, day=days(1))
        self._judge(6)
        self._receivable_lines(entry).remove_move_reconcile()
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 400))

    def test_installments_first_in_first_out(self):
        first, second = self._promise(self.invoice, (10, 600), (3, 400)).sorted("date")
        self.assertEqual((first.amount, second.amount), (400, 600))
        self.assertEqual((first.level, second.level), (1, 1))
        self._pay(self.invoice, 700, day=days(2))
        self.assertEqual((first.amount_paid, second.amount_paid), (400, 300))
        self._judge(5)
        self.assertEqual((first.state, second.state), ("kept", "open"))
        self.assertEqual(second.amount_paid, 300)
        self.assertEqual(self._receivables().withheld, 300)
        self._judge(12)
        self.assertEqual(second.state, "partially_kept")

    def test_after_a_broken_one_the_next_gets_what_comes_in(self):
        first, second = self._promise(self.invoice, (3, 400), (10, 600)).sorted("date")
        self._judge(5)
        self.assertEqual(first.state, "broken")
        self.assertEqual(self._receivables().withheld, 600)
        self._pay(self.invoice, 600, day=days(8))
        self.assertEqual((first.amount_paid, second.amount_paid), (0, 600))
        self._judge(12)
        self.assertEqual(second.state, "kept")

    def test_oldest_items_first(self):
        older = self._make_invoice(amount=300, overdue=50)
        promise = self._promise(self.invoice + older, (4, 500))
        self.assertEqual(promise.line_ids.move_id, older + self.invoice)
        self.assertEqual(promise.line_ids.mapped("amount"), [300, 200])

    def test_credit_note_is_no_payment(self):
        """What is credited need not be paid; nobody broke their word for it."""
        promise = self._promise(self.invoice, (4, 1000))
        refund = self._make_credit_note(amount=1000)
        self._receivable_lines(self.invoice + refund).reconcile()
        self._judge(6)
        self.assertEqual((promise.state, promise.amount_paid), ("withdrawn", 0))
        self.assertIn("credited", promise.withdraw_reason)

    def test_credited_in_part_the_rest_is_paid(self):
        promise = self._promise(self.invoice, (4, 1000))
        refund = self._make_credit_note(amount=300)
        self._receivable_lines(self.invoice + refund).reconcile()
        self._pay(self.invoice, 700, day=days(3))
        self._judge(6)
        self.assertEqual((promise.state, promise.amount_paid), ("kept", 700))

    def test_invoice_back_in_draft(self):
        promise = self._promise(self.invoice, (4, 1000))
        self.invoice.button_draft()
        self._judge(6)
        self.assertEqual(promise.state, "withdrawn")

    def test_payment_that_is_not_at_the_bank_yet(self):
        promise = self._promise(self.invoice, (4, 1000))
        self._register_payment(self.invoice)
        self._judge(6)
        self.assertEqual(promise.state, "kept")

    def test_levels(self):
        first = self._promise(self.invoice, (1, 100))
        second = self._promise(self.invoice, (2, 100))
        self.assertEqual((first.level, second.level), (1, 2))
        self._judge(4)
        third = self._promise(self.invoice, (9, 100))
        self.assertEqual(third.level, 3)
        third.action_withdraw("Called it off")
        with self._at(days(5)):
            fourth = self._promise(self.invoice, (9, 100))
        self.assertEqual(fourth.level, 3)
        self._pay(self.invoice, 100, day=days(6))
        self._judge(11)
        self.assertEqual(fourth.state, "kept")
        with self._at(days(12)):
            self.assertEqual(self._promise(self.invoice, (14, 100)).level, 1)

    def test_withdrawn_releases(self):
        promise = self._promise(self.invoice, (4, 1000))
        promise.action_withdraw("Called it off")
        self.assertEqual((promise.state, promise.withdraw_reason), (
            "withdrawn", "Called it off"))  # fmt: skip
        with self.assertRaisesRegex(UserError, "not changed"):
            promise.note = "Changed later"
        self.assertEqual(self._row().next_action, "auto")
        with self.assertRaisesRegex(UserError, "not open any more"):
            promise.action_withdraw("Again")

    def test_broken_raises_priority_and_makes_a_call(self):
        before = self._row()
        self.assertNotIn("broken_promises", before.priority_points)
        promise = self._promise(self.invoice, (4, 1000))
        with self._at(days(6)):
            self._run_job()
            row = self._row()
            self.assertEqual(promise.state, "broken")
            self.assertEqual(row.priority_points["broken_promises"], 8)
            activity = row.activity_ids.filtered(lambda a: "Broken" in a.summary)
            self.assertIn("1,000.00", activity.summary)
            self.assertEqual(activity.user_id, self.manager)
            self.assertEqual(activity.activity_type_id.category, "phonecall")

    def test_the_judging_comes_before_the_sending(self):
        """On the day that the promise is broken, the reminder goes out."""
        self._promise(self.invoice, (4, 1000))
        with self._at(days(5)):
            self._run_job()
            self.assertFalse(self._notices())
        with self._at(days(6)):
            self._run_job()
            self.assertEqual(self._notices().amount, 1000)

    def test_old_bank_data_judges_nobody_broken(self):
        kept = self._promise(self.invoice, (4, 400))
        other = self._make_customer("Other")
        waiting = self._promise(self._make_invoice(other), (4, 100))
        self._pay(self.invoice, 400, day=days(2))
        self.company.billing_bank_freshness = 7
        self._judge(6)
        self.assertEqual((kept.state, waiting.state), ("kept", "open"))
        self.company.billing_bank_freshness = 0
        self._judge(7)
        self.assertEqual(waiting.state, "broken")

    def test_one_that_fails_stops_no_other(self):
        other = self._make_customer("Other")
        broken = self._promise(self.invoice, (4, 100))
        fine = self._promise(self._make_invoice(other), (4, 100))
        model = self.registry["billing.promise"]
        tell = model._tell_of_broken

        def _tell(promises):
            if broken.id in promises.ids:
                raise ValueError("Nobody to tell")
            return tell(promises)

        with patch.object(model, "_tell_of_broken", _tell), mute_logger(JUDGE):
            self._judge(6)
        self.assertEqual((broken.state, fine.state), ("open", "broken"))
        self.assertIn("Nobody to tell", self._row().run_error)

    def test_another_worker_was_faster(self):
        """The rows are its own: that is no trouble of the customer's."""
        promise = self._promise(self.invoice, (4, 100))
        self._row()
        model = self.registry["billing.promise"]
        with patch.object(model, "try_lock_for_update", lambda p, **_kw: p.browse()):
            self._judge(6)
        self.assertEqual(promise.state, "open")
        self.assertFalse(self._row().run_error)

    def test_credit_notes_and_payments_with_two_promises(self):
        first, second = self._promise(self.invoice, (3, 300), (10, 700)).sorted("date")
        refund = self._make_credit_note(amount=300)
        self._receivable_lines(self.invoice + refund).reconcile()
        self._pay(self.invoice, 700, day=days(2))
        self._judge(5)
        self.assertEqual(first.state, "withdrawn")
        self._judge(12)
        self.assertEqual((second.state, second.judged_amount), ("kept", 700))

    def test_payment_that_bounces_after_another_promise(self):
        """What was paid for the first stays the first's."""
        first, second = self._promise(self.invoice, (8, 300), (9, 300)).sorted("date")
        self._pay(self.invoice, 300, day=days(1))
        bounced = self._pay(self.invoice, 200, day=days(2))
        third = self._promise(self.invoice, (12, 100))
        self._receivable_lines(bounced).remove_move_reconcile()
        paid = [promise.amount_paid for promise in (first, second, third)]
        self.assertEqual(paid, [300, 0, 0])

    def test_currency_with_three_decimals(self):
        dinar = self._use_currency("KWD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dinar.id,
                "name": "2020-01-01",
                "rate": 0.3,
                "company_id": self.company.id,
            }
        )
        self._pay(self.invoice)
        invoice = self._make_invoice(amount=15.006, currency_id=dinar.id)
        promises = self._promise(invoice, (3, 5.003), (10, 5.003))
        self._promise(invoice, (12, 5))
        self.assertFalse(self._send())
        self._judge(5)
        self.assertEqual(promises.sorted("date")[0].state, "broken")

    def test_judged_twice(self):
        promise = self._promise(self.invoice, (4, 1000))
        for _run in range(2):
            self._judge(6)
        self.assertEqual(promise.state, "broken")
        summaries = self._row().activity_ids.mapped("summary")
        self.assertEqual(len([s for s in summaries if "Broken" in s]), 1)

    def test_as_of_a_past_day(self):
        with self._at(days(-5)):
            promise = self._promise(self.invoice, (-2, 1000))
        self._judge(0)
        self.assertEqual(promise.state, "broken")
        for day, expected in ((-6, False), (-5, "promised"), (-1, "promised")):
            row = self._receivables(as_of=days(day))
            self.assertEqual(row.hold_reason, expected, day)
        self.assertFalse(self._receivables().hold_reason)

    def test_kept_rate_of_the_customer(self):
        self._promise(self.invoice, (1, 100), (2, 200), (3, 300), (20, 50))
        self._pay(self.invoice, 300, day=days(1))
        self._judge(6)
        customer = self.customer.with_user(self.coordinator)
        customer = customer.with_company(self.company)
        self.assertEqual(customer.billing_judged_count, 3)
        self.assertAlmostEqual(customer.billing_kept_rate, 200 / 3)

    def test_foreign_currency(self):
        invoice = self._make_invoice(amount=100, currency_id=self.usd.id)
        promise = self._promise(invoice, (4, 40))
        self.assertEqual(promise.currency_id, self.usd)
        notices = self._send()
        notice = notices.filtered(lambda n: n.currency_id == self.usd)
        booked = abs(self._receivable_lines(invoice).balance)
        self.assertEqual(notice.amount, 60)
        self.assertAlmostEqual(notice.company_amount, round(booked * 0.6, 2))


@tagged("post_install", "-at_install")
class TestRefused(SecondCompany, PromiseCase):
    """What cannot be promised, each with a sentence that says what to do."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)

    def assertRefused(self, text, invoices, *installments):
        with self.assertRaisesRegex(ValidationError, text):
            self._promise(invoices, *installments)
        promises = self.env["billing.promise"].search_count([])
        self.assertEqual(promises, 0, "nothing is half-done")

    def test_more_than_the_debt(self):
        self.assertRefused("more than the", self.invoice, (4, 1000.01))
        self.assertRefused("more than the", self.invoice, (4, 600), (5, 600))

    def test_in_the_past(self):
        self.assertRefused("in the past", self.invoice, (-1, 100))

    def test_nothing_or_less(self):
        for amount in (0, -5):
            self.assertRefused("more than zero", self.invoice, (4, amount))

    def test_two_amounts_for_a_day(self):
        self.assertRefused("add them up", self.invoice, (4, 100), (4, 50))

    def test_paid_invoice(self):
        self._pay(self.invoice)
        self.assertRefused(self.invoice.name, self.invoice, (4, 100))

    def test_two_customers_or_currencies(self):
        other = self._make_invoice(self._make_customer("Other"))
        dollars = self._make_invoice(currency_id=self.usd.id)
        for invoices in (self.invoice + other, self.invoice + dollars):
            self.assertRefused("one customer, company and currency", invoices, (4, 5))

    def test_invoice_of_another_company(self):
        foreign = self._make_invoice(self.other_customer, company=self.other_company)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._promise(foreign, (4, 100))

    def test_overlapping(self):
        self._promise(self.invoice, (4, 700))
        with self.assertRaisesRegex(ValidationError, "promised already"):
            self._promise(self.invoice, (6, 400))
        self.assertEqual(self._promise(self.invoice, (6, 300)).amount, 300)

    def test_history_is_not_rewritten(self):
        promise = self._promise(self.invoice, (4, 700))
        for user in (self.coordinator, self.manager):
            own = promise.with_user(user)
            for values in ({"state": "kept"}, {"amount": 1}, {"date": days(9)}):
                with self.assertRaisesRegex(UserError, "not changed"):
                    own.write(values)
            with self.assertRaises(AccessError):
                own.unlink()
            with self.assertRaisesRegex(UserError, "not changed"):
                own.line_ids.write({"amount": 1})
            with self.assertRaises(UserError):
                own.create({"partner_id": self.customer.id, "amount": 5})
        for context in ({}, {"_force_unlink": True}):  # as at uninstall
            with self.assertRaisesRegex(UserError, "history"):
                promise.sudo().with_context(**context).unlink()
        promise.with_user(self.coordinator).note = "Said so twice"

    def test_portal_limits(self):
        portal = self.env["billing.promise"]
        lines = self._receivable_lines(self.invoice)
        with self.assertRaisesRegex(UserError, "contact us"):
            portal._make_in_portal(self.customer, lines, days(4), 100)
        self.company.write(
            {
                "billing_promise_portal": True,
                "billing_promise_max_days": 10,
                "billing_promise_max_amount": 500,
            }
        )
        with self.assertRaisesRegex(UserError, "06/26/2025"):
            portal._make_in_portal(self.customer, lines, days(11), 100)
        with self.assertRaisesRegex(UserError, "500.00"):
            portal._make_in_portal(self.customer, lines, days(4), 500.01)
        with self.assertRaises(AccessError):
            portal._make_in_portal(self.other_customer, lines, days(4), 100)
        promise = portal._make_in_portal(self.customer, lines, days(10), 300)
        with self.assertRaisesRegex(UserError, "500.00.*together"):
            portal._make_in_portal(self.customer, lines, days(9), 200.01)
        self.assertEqual((promise.channel, promise.contact_id), (
            "portal", self.customer))  # fmt: skip
        self.assertFalse(promise.user_id)


@tagged("post_install", "-at_install")
class TestPromiseWizard(PromiseCase):
    def _open(self, record):
        wizard = self.env["billing.promise.wizard"].with_user(self.coordinator)
        return Form(
            wizard.with_context(active_model=record._name, active_ids=record.ids)
        )

    def test_from_the_customer(self):
        self._make_invoice(amount=300)
        self._make_invoice(amount=200, overdue=-5)
        form = self._open(self._row())
        self.assertEqual(form.free_amount, 500)
        form.save().action_promise()
        promise = self.env["billing.promise"].search([])
        self.assertEqual((promise.amount, promise.date), (500, days(7)))
        self.assertEqual(promise.user_id, self.coordinator)

    def test_from_an_invoice_in_installments(self):
        self._make_invoice(amount=300)
        invoice = self._make_invoice(amount=200)
        form = self._open(invoice)
        self.assertEqual(form.free_amount, 200)
        with form.installment_ids.edit(0) as row:
            row.amount = 150
        with form.installment_ids.new() as row:
            row.date = days(30)
            row.amount = 50
        form.save().action_promise()
        promises = self.env["billing.promise"].search([])
        self.assertEqual(sorted(promises.mapped("amount")), [50, 150])
        self.assertEqual(promises.line_ids.move_id, invoice)

    def test_another_day_is_for_the_rest(self):
        self._make_invoice(amount=500)
        form = self._open(self._row())
        with form.installment_ids.edit(0) as row:
            row.amount = 200
        wizard = form.save()
        action = wizard.action_add_day()
        self.assertEqual((action["res_id"], action["target"]), (wizard.id, "new"))
        self.assertRecordValues(
            wizard.installment_ids.sorted("date"),
            [{"date": days(7), "amount": 200}, {"date": days(14), "amount": 300}],
        )
        with self.assertRaisesRegex(UserError, "lower an amount"):
            wizard.action_add_day()
        wizard.action_promise()
        promises = self.env["billing.promise"].search([])
        self.assertEqual(sorted(promises.mapped("amount")), [200, 300])

    def test_row_without_amount_or_day(self):
        """It is not left out: somebody meant something by it."""
        self._make_invoice(amount=500)
        wizard = self._open(self._row()).save()
        wizard.installment_ids.amount = 200
        wizard.action_add_day()
        wizard.installment_ids.sorted("date")[1].amount = 0
        with self.assertRaisesRegex(ValidationError, "more than zero"):
            wizard.action_promise()
        with self.assertRaises(AssertionError), Form(wizard) as form:
            with form.installment_ids.edit(1) as row:
                row.date = False

    def test_from_contact_and_notice(self):
        self._make_invoice(amount=300)
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        for record in (contact, self._send()):
            form = self._open(record)
            self.assertEqual(form.partner_id, self.customer)
            self.assertEqual(form.free_amount, 300)

    def test_takes_the_place_of_an_open_one(self):
        self._make_invoice(amount=300)
        self._open(self._row()).save().action_promise()
        old = self.env["billing.promise"].search([])
        form = self._open(self._row())
        self.assertEqual(form.free_amount, 0)
        form.replace = True
        self.assertEqual(form.free_amount, 300)
        form.save().action_promise()
        new = self.env["billing.promise"].search([]) - old
        self.assertEqual((old.state, new.state, new.level), ("withdrawn", "open", 2))

    def test_withdraw(self):
        self._make_invoice(amount=300)
        self._open(self._row()).save().action_promise()
        promise = self.env["billing.promise"].search([])
        wizard = self.env["billing.promise.withdraw.wizard"].with_user(self.coordinator)
        wizard = wizard.with_context(active_ids=promise.ids)
        wizard.create({"reason": "Called it off"}).action_withdraw()
        self.assertEqual(promise.state, "withdrawn")


@tagged("post_install", "-at_install")
class TestPromiseQueries(PromiseCase):
    def _fill(self, number):
        for index in range(number):
            customer = self._make_customer(f"Many {index}")
            self._promise(self._make_invoice(customer), (4, 40), (6, 60))

    def _count_judging(self, day):
        due = self.env["billing.promise"].search([("judge_on", "<=", days(day))])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        due._judge()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_judging_does_not_grow(self):
        with self._at(days(10)):
            self._fill_at(0, 3)
            few = self._count_judging(6)
            self._fill_at(0, 9)
            self.assertLessEqual(self._count_judging(6), few)

    def _fill_at(self, day, number):
        with self._at(days(day)):
            self._fill(number)
            self.env["billing.worklist"]._refresh(self.company)
            self.env.flush_all()
