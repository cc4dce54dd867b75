from unittest.mock import patch

from odoo.tests import tagged

from .common import TODAY, SecondCompany, days
from .job_common import JobCase


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
