from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.late_claim import Assessment
from .common import days
from .job_common import PROCESS, JobCase
from .late_common import LateCase, LateRates


@tagged("post_install", "-at_install")
class TestText(LateCase):
    """What the customer reads of the charges."""

    def _use_text(self, expression="object.late_charge_text"):
        template = self.first.mail_template_id.copy(
            {"body_html": f'<p>Pay. <t t-out="{expression}"/></p>'}
        )
        self.first.mail_template_id = template

    def test_text_names_what_is_charged(self):
        self._use_text()
        self.first.fee_amount = 40
        self._make_invoice(amount=1000)
        notice = self._send()
        self.assertIn("interest of 2.74\xa0€ and a fee of 40.00\xa0€", notice.body)
        self.assertIn(notice.late_charge_text, notice.body)

    def test_default_texts_name_the_charge_by_themselves(self):
        """In the e-mail and in the letter, below the open items, once."""
        for name, customer in (("first", "A"), ("second", "B"), ("final", "C")):
            template = self.env.ref(
                f"billing_coordinator.mail_template_followup_{name}"
            )
            self.first.mail_template_id = template
            customer = self._make_customer(customer)
            self._make_invoice(customer, 1000)
            notice = self._send(customer)
            self.assertEqual(notice.body.count(notice.late_charge_text), 1)
            self.assertIn("interest of 2.74", notice.late_charge_text)
            letter = self.env["ir.actions.report"]._render_qweb_html(
                "billing_coordinator.report_followup_letter", notice.ids
            )[0]
            self.assertIn("interest of 2.74", letter.decode())

    def test_default_text_where_nothing_is_charged(self):
        self.first.charge_interest = False
        self._make_invoice(amount=1000)
        self.assertNotIn("late payment", self._send().body)
        self.assertFalse(self._notices().late_charge_text)

    def test_charge_is_not_named_twice(self):
        """A text that names it itself, beside the table of open items."""
        self._use_text()
        template = self.first.mail_template_id
        template.body_html += '<t t-out="object.line_table"/>'
        self._make_invoice(amount=1000)
        notice = self._send()
        self.assertEqual(notice.body.count(notice.late_charge_text), 1)

    def test_text_without_charges(self):
        self._use_text()
        self.first.charge_interest = False
        self._make_invoice(amount=1000)
        self.assertIn("Pay. </p>", self._send().body)

    def test_text_of_a_draft_that_goes_out_later(self):
        self._use_text()
        self._make_invoice(amount=1000)
        self._row().action_prepare()
        notice = self._notices()
        self.assertIn("2.74", notice.body)
        with self._at(days(2)):
            notice.action_issue()
        self.assertIn("3.29", notice.body)

    def test_anyone_who_writes_texts_may_use_it(self):
        self.assertIn(
            "object.late_charge_text",
            self.env["billing.followup.notice"].mail_allowed_qweb_expressions(),
        )

    def test_who_reads_the_notice_reads_the_text(self):
        invoicing = self._make_user("invoicing", "account.group_account_invoice")
        self._make_invoice(amount=1000)
        self._row().action_prepare()
        notice = self._notices().with_user(invoicing)
        self.assertIn("2.74", notice.late_charge_text)
        self._notices().action_issue()
        self.env.invalidate_all()
        self.assertIn("2.74", notice.late_charge_text)

    def test_invoice_line_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._make_invoice(amount=1000, overdue=10)
        self._send()
        self.assertIn("16/06/2025", self._charges().invoice_line_id.name)


@tagged("post_install", "-at_install")
class TestMissing(LateRates, JobCase):
    """Bad input: a clear error, and nothing half-done."""

    def setUp(self):
        super().setUp()
        self.rate.date_from = days(-5)
        self._make_invoices([(customer, 1000, 10) for customer in self.customers[:2]])
        # A third customer whose days all have a rate.
        self._make_invoice(self.customers[2], 1000, 7)
        self.rate.date_from = days(-6)

    def _moves(self):
        return self.env["account.move"].search_count(
            [("company_id", "=", self.company.id)]
        )

    def test_job_goes_on_and_the_row_says_why(self):
        before = self._moves()
        with mute_logger(PROCESS):
            self._run_job()
        self.assertEqual(self._issued().partner_id, self.customers[2])
        self.assertEqual(self._moves(), before + 1)
        self.assertFalse(self._notices(self.customers[0]))
        self.assertFalse(self._charges(self.customers[0]))
        row = self._row(self.customers[0])
        self.assertEqual(row.next_action, "fix")
        self.assertIn("no late-payment rate for 06/07/2025", row.run_error)
        self._make_rate("2020-01-01", 10)
        row.with_user(self.coordinator).action_clear_error()
        self._run_job()
        self.assertEqual(self._charges(self.customers[0]).interest_amount, 2.74)

    def test_by_hand_it_is_shown(self):
        row = self._row().with_user(self.coordinator)
        for button in ("action_send_now", "action_prepare"):
            with self.assertRaises(UserError) as caught:
                getattr(row, button)()
            self.assertIn("late-payment rate for 06/07/2025", str(caught.exception))

    def _preview(self):
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        return run.browse(run.action_open_preview()["res_id"])

    def test_preview_leaves_out_who_cannot_be_charged(self):
        """With the reason in full, and the others can be sent."""
        run = self._preview()
        left_out = run.skip_line_ids
        self.assertEqual(left_out.partner_id, self.customers[0] + self.customers[1])
        self.assertEqual(set(left_out.mapped("reason")), {"late_rate"})
        self.assertFalse(any(left_out.mapped("selected")))
        for line in left_out:
            self.assertIn("no late-payment rate for 06/07/2025", line.late_problem)
        self.assertEqual(run.send_line_ids.partner_id, self.customers[2])
        self.assertFalse(run.send_line_ids.late_problem)
        self.assertTrue(run.has_late_charges and run.has_late_problems)
        self.assertEqual((run.selected_count, run.skipped_count), (1, 2))
        run.action_send()
        self.assertEqual(self._issued().partner_id, self.customers[2])

    def test_preview_leaves_out_all_currencies(self):
        """A customer is sent its notices in all currencies or in none."""
        self._make_invoice(self.customers[0], 500, 7, currency_id=self.usd.id)
        left_out = self._preview().skip_line_ids.filtered(
            lambda line: line.partner_id == self.customers[0]
        )
        self.assertEqual(left_out.currency_id, self.eur + self.usd)
        self.assertEqual(set(left_out.mapped("reason")), {"late_rate"})
        self.assertTrue(all(left_out.mapped("late_problem")))

    def test_product_missing(self):
        self.company.billing_late_interest_product_id = False
        with self.assertRaisesRegex(UserError, "Product for interest: choose it"):
            self._row(self.customers[2])._process_one()


@tagged("post_install", "-at_install")
class TestPreview(LateCase):
    def _preview(self):
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        return run.browse(run.action_open_preview()["res_id"])

    def test_figures_are_those_that_are_charged(self):
        self.first.fee_amount = 40
        self.company.billing_late_minimum = 0.5
        customers = self.customer
        for name, amount, currency in (
            ("B", 2000, self.eur),
            ("C", 700, self.usd),
            ("D", 60, self.eur),
        ):
            customer = self._make_customer(name)
            customers += customer
            self._make_invoice(customer, amount, 12, currency_id=currency.id)
        invoice = self._make_invoice(amount=1000)
        self._pay(invoice, 400, day=days(-4))
        self._make_entry(self.customer, -100, days(-2))
        lines = self._preview().send_line_ids
        shown = {
            line.partner_id: (line.interest_amount, line.fee_amount) for line in lines
        }
        self.assertEqual(set(shown), set(customers))
        for customer in customers:
            self._send(customer)
            charges = self._charges(customer)
            charged = (
                sum(charges.mapped("interest_amount")),
                sum(charges.mapped("fee_amount")),
            )
            self.assertEqual(shown[customer], charged, customer.name)
            self.assertTrue(shown[customer][1])

    def test_columns_only_where_something_is_charged(self):
        self._make_invoice(amount=1000)
        self.assertTrue(self._preview().has_late_charges)
        self.assertFalse(self._preview().has_late_problems)
        self.first.charge_interest = False
        self.assertFalse(self._preview().has_late_charges)

    def test_queries_do_not_grow(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._preview()
            return self.cr.sql_log_count - before

        self.first.fee_amount = 40
        for number in range(3):
            self._make_invoice(self._make_customer(f"Few {number}"), 1000)
        count()
        few = count()
        for number in range(9):
            self._make_invoice(self._make_customer(f"Many {number}"), 1000)
        self.env["billing.worklist"]._refresh(self.company)
        count()  # what new customers have put out of the caches of the registry
        self.assertLessEqual(count(), few)


@tagged("post_install", "-at_install")
class TestQueryBudget(LateRates, JobCase):
    def _count(self, customer):
        """Queries of the customer's notice, as the job makes it."""
        row = self._row(customer)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        row._process_one_isolated()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_stages_that_charge_nothing_cost_nothing(self):
        """The same number of queries as if the charges did not exist."""
        self.first.charge_interest = False
        notice = self.registry["billing.followup.notice"]
        for customer in self.customers:
            self._make_invoice(customer)
        self._count(self.customers[0])
        with (
            patch.object(notice, "_charge_late", lambda *args: None),
            patch.object(notice, "_check_late_charges", lambda *args: None),
            patch.object(notice, "_assess_late", lambda *args: Assessment()),
        ):
            without = self._count(self.customers[1])
        self.assertEqual(self._count(self.customers[2]), without)

    def test_many_items_in_as_many_queries(self):
        """But for Odoo's own search for an analytic distribution of each line."""
        self.first.fee_amount = 40
        for customer, items in zip(self.customers, (1, 2, 12), strict=True):
            self._make_invoices([(customer, 1000, 10)] * items)
        lines = self.registry["account.move.line"]
        with patch.object(lines, "_compute_analytic_distribution", lambda *args: None):
            self._count(self.customers[0])
            few = self._count(self.customers[1])
            self.assertEqual(len(self._charges(self.customers[1])), 3)
            self.assertLessEqual(self._count(self.customers[2]), few)
