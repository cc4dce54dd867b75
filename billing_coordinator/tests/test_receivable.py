from collections import defaultdict

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, BillingCase, days
from .ledger_common import RandomLedger


@tagged("post_install", "-at_install")
class TestReceivable(BillingCase):
    def assertResiduals(self, expected, **context):
        rows = self._receivables(**context)
        self.assertEqual(sorted(rows.mapped("residual")), sorted(expected))

    def test_open_invoice(self):
        invoice = self._make_invoice(amount=120, overdue=10)
        row = self._receivables()
        self.assertEqual(
            (row.move_id, row.move_name, row.partner_id, row.company_id),
            (invoice, invoice.name, self.customer, self.company),
        )
        self.assertEqual((row.amount, row.residual, row.overdue), (120, 120, 120))
        self.assertEqual((row.date_maturity, row.days_overdue), (days(-10), 10))

    def test_not_posted(self):
        draft = self._make_invoices([(None, 100, 10)], post=False)
        self.assertResiduals([])
        draft.action_post()
        self.assertResiduals([100])
        draft.button_draft()
        self.assertResiduals([])
        draft.button_cancel()
        self.assertResiduals([])

    def test_part_payment_and_full_payment(self):
        invoice = self._make_invoice(amount=120)
        self._pay(invoice, 50)
        self.assertResiduals([70])
        self._pay(invoice)
        self.assertResiduals([])

    def test_credit_note_is_negative(self):
        self._make_invoice(amount=120)
        self._make_credit_note(amount=20, overdue=-5)
        self.assertResiduals([-20, 120])
        credit = self._receivables().filtered(lambda row: row.residual < 0)
        self.assertEqual((credit.overdue, credit.hold_reason), (-20, False))

    def test_entry_by_hand(self):
        """An opening balance counts; without due date, from its own date."""
        self._make_entry(self.customer, 80, days(-40))
        row = self._receivables()
        self.assertEqual(
            (row.residual, row.days_overdue, row.move_type), (80, 40, "entry")
        )
        self.assertEqual(row.hold_reason, "no_followup")

    def test_installments_count_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": number}
                    )
                    for number in (10, 40)
                ],
            }
        )
        self._make_invoice(
            amount=100,
            overdue=0,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        rows = self._receivables().sorted("date_maturity")
        self.assertEqual(rows.mapped("residual"), [50, 50])
        self.assertEqual(rows.mapped("days_overdue"), [20, -10])
        self.assertEqual(rows.mapped("overdue"), [50, 0])

    def test_foreign_currency_uses_booked_amounts(self):
        """Booked at 2 dollars a euro; today's rate of 4 changes nothing."""
        self._make_invoice(amount=200, overdue=60, currency_id=self.usd.id)
        row = self._receivables()
        self.assertEqual((row.residual_currency, row.residual), (200, 100))
        self.assertEqual(
            (row.currency_id, row.company_currency_id), (self.usd, self.eur)
        )

    def test_reversal(self):
        invoice = self._make_invoice(amount=100)
        invoice._reverse_moves([{"date": TODAY, "invoice_date": TODAY}], cancel=True)
        self.assertResiduals([])
        self.assertResiduals([100], as_of=days(-1))

    def test_unreconciled_again(self):
        invoice = self._make_invoice(amount=100)
        self._pay(invoice, day=days(-2))
        self._receivable_lines(invoice).remove_move_reconcile()
        self.assertResiduals([-100, 100])
        self.assertResiduals([100], as_of=days(-3))

    def test_as_of_the_past(self):
        invoice = self._make_invoice(amount=100, overdue=10)
        self._pay(invoice, 30, day=days(-5))
        self._pay(invoice, 70, day=days(-1))
        for day, expected in (
            (-41, []),
            (-40, [100]),
            (-5, [70]),
            (-2, [70]),
            (-1, []),
        ):
            self.assertResiduals(expected, as_of=days(day))
            self.assertResiduals(expected, as_of=fields.Date.to_string(days(day)))
        row = self._receivables(as_of=days(-6))
        self.assertEqual((row.days_overdue, row.bucket), (4, "b1"))

    def test_stage_as_of_the_past(self):
        """A look back shows the notice of that day."""
        self._make_invoice(overdue=20)
        for day in (-5, 0):
            with self._at(days(day)):
                self._send()
        for day, stage, noticed in (
            (-6, self.first.browse(), False),
            (-5, self.first, days(-5)),
            (-1, self.first, days(-5)),
            (0, self.second, TODAY),
        ):
            row = self._receivables(as_of=days(day))
            self.assertEqual((row.stage_id, row.noticed_on), (stage, noticed), day)

    def test_one_row_at_two_dates(self):
        """What was read as of one date is not what it was at another."""
        self._pay(self._make_invoice(amount=100, overdue=10), 30, day=days(-5))
        row = self._receivables()
        before = row.with_context(as_of=days(-6))
        self.assertEqual((row.residual, row.days_overdue, row.bucket), (70, 10, "b1"))
        self.assertEqual((before.residual, before.days_overdue), (100, 4))
        before = row.with_context(as_of=days(-12))
        self.assertEqual((before.bucket, before.overdue), ("b0", 0))

    def test_payment_of_the_future(self):
        """What is dated tomorrow is settled in the books, but not yet as of today."""
        self._pay(self._make_invoice(amount=100), day=days(1))
        self.assertResiduals([])
        self.assertResiduals([100], as_of=TODAY)

    def test_nonsense_instead_of_a_date(self):
        for nonsense in ("nonsense", "2025-02-30", 20250616, ["2025-01-01"], True, 1.5):
            with self.assertRaisesRegex(UserError, "is not a date", msg=nonsense):
                self._receivables(as_of=nonsense).mapped("residual")

    def test_buckets(self):
        overdue = (-5, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 900)
        self._make_invoices([(None, 10, number) for number in overdue])
        found = self.env["billing.receivable"]._read_group(
            [("company_id", "=", self.company.id)],
            ["bucket"],
            ["__count", "residual:sum"],
        )
        self.assertEqual(found, [(f"b{index}", 2, 20) for index in range(6)])

    def test_buckets_of_the_company(self):
        self.company.billing_ageing_bounds = "10,20"
        self._make_invoices([(None, 10, number) for number in (0, 10, 11, 21)])
        rows = self._receivables().sorted("days_overdue")
        self.assertEqual(rows.mapped("bucket"), ["b0", "b1", "b2", "b3"])
        labels = self.env["billing.receivable"]._selection_bucket()
        self.assertEqual(
            [label for _key, label in labels],
            ["Not due", "1-10 days", "11-20 days", "Over 20 days"],
        )

    def test_bounds_that_are_none(self):
        for bounds in ("", "abc", "30,20", "0,30", "30;60", "1,2,3,4,5,6,7,8,9"):
            with self.assertRaisesRegex(ValidationError, "whole days", msg=bounds):
                self.company.billing_ageing_bounds = bounds

    def test_opens_the_invoice(self):
        invoice = self._make_invoice()
        action = self._receivables().with_user(self.coordinator).action_open_invoice()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", invoice.id)
        )

    def test_search_and_group_by_every_column(self):
        self._make_invoice()
        model = self.env["billing.receivable"].with_user(self.coordinator)
        for name, field in model._fields.items():
            if field.store:
                found = model.search([(name, "!=", False)], order=name)
                self.assertLessEqual(len(found), 1, name)
            if field.store and field.type in ("many2one", "selection", "char"):
                groups = model._read_group([], [name], ["residual:sum"])
                self.assertEqual([total for _group, total in groups], [100], name)


@tagged("post_install", "-at_install")
class TestHoldReasons(BillingCase):
    def assertReason(self, expected, **context):
        self.assertEqual(self._receivables(**context).mapped("hold_reason"), [expected])

    def test_free(self):
        self._make_invoice()
        self.assertReason(False)

    def test_excluded_invoice(self):
        invoice = self._make_invoice()
        self._receivable_lines(invoice).no_followup = True
        self.assertReason("no_followup")

    def test_archived_customer(self):
        self._make_invoice()
        self.customer.active = False
        self.assertReason("archived")

    def test_hold(self):
        self._make_invoice()
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "x"})
        self.assertReason("hold")

    def test_payment_in_transit(self):
        """Registered, without journal entry: the invoice is open, but nobody asks."""
        invoice = self._make_invoice()
        payment = self._register_payment(invoice)
        self.assertFalse(payment.move_id)
        self.assertEqual(payment.state, "in_process")
        self.assertReason("in_transit")
        payment.action_reject()
        self.assertReason(False)


@tagged("post_install", "-at_install")
class TestLedger(RandomLedger):
    """Money ties out: the view against the general ledger, at any date."""

    def _view(self, day):
        rows = self.env["billing.receivable"].with_context(as_of=day)
        sums = defaultdict(lambda: [0, 0])
        for row in rows.search([("company_id", "=", self.company.id)]):
            total = sums[row.partner_id.id, row.currency_id.id]
            total[0] += row.residual
            total[1] += row.residual_currency
        return sums

    def test_there_is_something_to_tie_out(self):
        """An exchange difference and open amounts on both sides are in the data."""
        exchange = self.env["account.move"].search_count(
            [("journal_id", "=", self._journal("TEXCH").id)]
        )
        self.assertTrue(exchange)
        self.assertTrue(any(total[0] < 0 for total in self._view(TODAY).values()))

    def test_equals_the_ledger_at_every_date(self):
        for day in self._dates():
            view = self._view(day)
            for partner, currency, balance, foreign in self._ledger(day):
                residual, residual_currency = view.pop((partner, currency), (0, 0))
                place = (day, partner, currency)
                self.assertAlmostEqual(residual, float(balance), 2, place)
                self.assertAlmostEqual(residual_currency, float(foreign), 2, place)
            self.assertFalse(view, day)

    def test_residual_of_every_line_at_every_date(self):
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        for day in self._dates():
            view = self.env["billing.receivable"].with_context(as_of=day)
            found = {
                row.move_line_id.id: row.residual
                for row in view.search([("company_id", "=", self.company.id)])
            }
            for line in lines:
                expected = line.balance if line.date <= day else 0
                for partial in line.matched_credit_ids:
                    expected -= partial.amount if partial.max_date <= day else 0
                for partial in line.matched_debit_ids:
                    expected += partial.amount if partial.max_date <= day else 0
                self.assertAlmostEqual(found.get(line.id, 0), expected, 2, (day, line))

    def test_present_equals_a_date_after_everything(self):
        domain = [("company_id", "=", self.company.id)]
        fields_ = ["residual", "residual_currency", "stage_id", "hold_reason"]
        model = self.env["billing.receivable"]
        present = model.search_read(domain, fields_)
        far = model.with_context(as_of=days(400)).search_read(domain, fields_)
        by_id = {row["id"]: row["residual"] for row in far}
        self.assertEqual({row["id"]: row["residual"] for row in present}, by_id)

    def test_worklist_says_the_same(self):
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company)
        owed = defaultdict(float)
        for partner, _currency, balance, _foreign in self._ledger(days(400)):
            owed[partner] += float(balance)
        for row in worklist.search([("company_id", "=", self.company.id)]):
            self.assertAlmostEqual(row.amount_due, owed[row.partner_id.id], 2)


@tagged("post_install", "-at_install")
class TestReceivableQueries(BillingCase):
    def _count(self, read):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        read()
        return self.cr.sql_log_count - before

    def test_does_not_grow_with_the_rows(self):
        model = self.env["billing.receivable"].with_user(self.coordinator)
        names = [name for name, field in model._fields.items() if field.store]
        domain = [("company_id", "=", self.company.id)]

        def read():
            model.search_read(domain, names)
            self.env["account.move"].search(domain).mapped("billing_followup_status")

        self._make_invoices([(None, 10, number) for number in range(1, 6)])
        read()
        few = self._count(read)
        more = [self._make_customer(f"More {n}") for n in range(10)]
        self._make_invoices([(customer, 10, 5) for customer in more])
        self.assertLessEqual(self._count(read), few)
