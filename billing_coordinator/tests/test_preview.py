from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import BillingCase, days


@tagged("post_install", "-at_install")
class TestPreview(BillingCase):
    """Before sending: who gets what and why, who does not and why not."""

    def _customer(self, name, amount=100, overdue=10, **values):
        customer = self._make_customer(name, **values)
        self._make_invoice(customer, amount, overdue)
        return customer

    def _preview(self):
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        action = run.action_open_preview()
        return run.browse(action["res_id"])

    def _invoices(self, customer):
        return self.env["account.move"].search([("partner_id", "=", customer.id)])

    def _reasons(self, preview):
        return {line.partner_id.name: line.reason for line in preview.skip_line_ids}

    def test_who_gets_what(self):
        self._customer("Ready", 120, 10)
        line = self._preview().send_line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "stage_id": self.first.id,
                    "amount": 120,
                    "company_amount": 120,
                    "item_count": 1,
                    "email": "ready@example.com",
                    "selected": True,
                }
            ],
        )

    def test_who_does_not_and_why(self):
        self.plan.min_interval = 7
        self.company.billing_minimum_claim = 20
        self._customer("Small", 10)
        held = self._customer("Held")
        self.env["billing.hold"].create({"partner_id": held.id, "reason": "Talks"})
        self._make_credit_note(self._customer("Covered"), 100)
        self._customer("Later", overdue=3)
        postponed = self._customer("Postponed")
        self._row(postponed).postponed_until = days(5)
        reminded = self._customer("Reminded", overdue=40)
        with self._at(days(-1)):
            self._send(reminded)
        self._customer("Not due", overdue=-5)
        paid = self._customer("Paid")
        self._send(paid)
        self._pay(self._notices(paid).line_ids.move_id)
        self.assertEqual(
            self._reasons(self._preview()),
            {
                "Small": "minimum",
                "Held": "held",
                "Covered": "credited",
                "Later": "nothing_due",
                "Postponed": "postponed",
                "Reminded": "interval",
                "Paid": "paid",
            },
        )

    def test_paid_with_something_not_yet_due(self):
        """Paid is what they were reminded of; what falls due later is no debt."""
        paid, part, early, moved = (
            self._customer(name) for name in ("Paid", "In part", "Early", "Moved")
        )
        for customer in (paid, part, early, moved):
            self._make_invoice(customer, 50, -20)
        self._pay(self._invoices(early))
        for customer in (paid, part, moved):
            self._send(customer)
        self._pay(self._notices(paid).line_ids.move_id)
        self._pay(self._notices(part).line_ids.move_id, 40)
        # Reminded, not paid, and not due any more.
        due = self._receivable_lines(self._notices(moved).line_ids.move_id)
        due.date_maturity = days(9)
        preview = self._preview()
        self.assertEqual(
            self._reasons(preview), {"Paid": "paid", "In part": "nothing_due"}
        )
        self.assertEqual(len(preview.skip_line_ids), 2)

    def test_reminded_before_the_due_date_is_not_paid(self):
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
        customer = self._customer("Courtesy", overdue=-2)
        self.assertTrue(self._send(customer))
        self.assertFalse(self._reasons(self._preview()))

    def test_day_of_postponed_customers(self):
        for name, overdue in (("Due", 10), ("Later", 3), ("Much later", 1)):
            self._row(self._customer(name, overdue=overdue)).postponed_until = days(5)
        lines = self._preview().skip_line_ids
        self.assertEqual(
            {x.partner_id.name: (x.reason, x.next_date) for x in lines},
            {
                "Due": ("postponed", days(5)),
                "Later": ("postponed", days(5)),
                "Much later": ("postponed", days(6)),
            },
        )

    def test_what_is_held_is_named_before_what_comes_later(self):
        customer = self._customer("Promised")
        self._make_invoice(customer, 50, -20)
        lines = self._receivable_lines(self._invoices(customer))
        self.env["billing.promise"]._make(lines, [(days(3), 100)])
        [reason] = self._reasons(self._preview()).values()
        self.assertEqual(reason, "promised")

    def test_promise_is_told_before_the_next_stage(self):
        """Also where a part is promised, or something else falls due soon."""
        whole, part = self._customer("Whole"), self._customer("Part", overdue=3)
        self._make_invoice(whole, 50, -7)
        for customer, amount in ((whole, 100), (part, 40)):
            lines = self._receivable_lines(self._invoices(customer))
            overdue = lines.filtered(lambda line: line.date_maturity < days(0))
            self.env["billing.promise"]._make(overdue, [(days(4), amount)])
        lines = self._preview().skip_line_ids
        self.assertEqual(
            {x.partner_id.name: (x.reason, x.next_date) for x in lines},
            {"Whole": ("promised", days(14)), "Part": ("promised", days(4))},
        )

    def test_preview_sends_nothing(self):
        self._customer("Ready")
        self._preview()
        self.assertFalse(
            self.env["billing.followup.notice"].search(
                [("company_id", "=", self.company.id)]
            )
        )

    def test_one_is_taken_out(self):
        taken, other = self._customer("Taken out"), self._customer("Other")
        preview = self._preview()
        line = preview.send_line_ids.filtered(lambda x: x.partner_id == taken)
        line.selected = False
        self.assertEqual((preview.selected_count, preview.selected_amount), (1, 100))
        preview.action_send()
        self.assertFalse(self._notices(taken))
        self.assertEqual(len(self._notices(other)), 1)
        self._run_job()
        self.assertFalse(self._notices(taken))
        with self._at(days(1)):
            self._run_job()
        self.assertEqual(len(self._notices(taken)), 1)

    def test_totals_follow_what_is_unticked(self):
        """At once, before anything is saved."""
        self._customer("Taken out", 30)
        self._customer("Stays", 70)
        with Form(self._preview()) as form:
            with form.send_line_ids.edit(1) as line:
                line.selected = False
            self.assertEqual((form.selected_count, form.selected_amount), (1, 70))

    def test_nobody_is_ticked(self):
        self._customer("Taken out")
        preview = self._preview()
        preview.send_line_ids.selected = False
        with self.assertRaisesRegex(UserError, "Nobody is ticked"):
            preview.action_send()

    def test_paid_after_the_preview(self):
        customer = self._customer("Just paid")
        preview = self._preview()
        self._pay(self._invoices(customer))
        preview.action_send()
        self.assertFalse(self._notices(customer))

    def test_old_bank_data_asks_first(self):
        self.company.billing_bank_freshness = 7
        customer = self._customer("Ready")
        preview = self._preview()
        self.assertIn("no bank statement", preview.bank_data_problem)
        with self.assertRaisesRegex(UserError, "Send even though"):
            preview.action_send()
        self.assertFalse(self._notices(customer))
        preview.accept_bank_data = True
        preview.action_send()
        self.assertEqual(len(self._notices(customer)), 1)

    def test_two_currencies_are_two_lines(self):
        customer = self._customer("Both", 70)
        self._make_invoice(customer, 200, 60, currency_id=self.usd.id)
        lines = self._preview().send_line_ids.sorted("amount")
        self.assertEqual(
            [(x.currency_id, x.amount, x.company_amount) for x in lines],
            [(self.eur, 70, 70), (self.usd, 200, 100)],
        )

    def test_one_of_two_currencies_is_unticked(self):
        """The sending is per customer: what is not ticked must not go out with it."""
        other = self._customer("Other")
        customer = self._customer("Both", 70)
        self._make_invoice(customer, 200, 60, currency_id=self.usd.id)
        preview = self._preview()
        lines = preview.send_line_ids.filtered(lambda x: x.partner_id == customer)
        dollars = lines.filtered(lambda x: x.currency_id == self.usd)
        dollars.selected = False
        with self.assertRaisesRegex(UserError, "all currencies of Both"):
            preview.action_send()
        self.assertFalse(self._notices(customer) + self._notices(other))
        self.assertFalse(self._row(customer).postponed_until)
        lines.selected = False
        preview.action_send()
        self.assertFalse(self._notices(customer))
        self.assertTrue(self._notices(other))

    def test_queries_do_not_grow(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._preview()
            return self.cr.sql_log_count - before

        for number in range(3):
            self._customer(f"Few {number}")
        count()
        few = count()
        for number in range(9):
            self._customer(f"Many {number}")
        self.env["billing.worklist"]._refresh(self.company)
        count()  # what new customers have put out of the caches of the registry
        self.assertLessEqual(count(), few)
