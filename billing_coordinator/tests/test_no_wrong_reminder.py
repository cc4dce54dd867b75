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
    def _merge(self, source, target, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizard.with_user(user or self.env.user).create({})
        wizard._merge((source + target).ids, target.with_env(wizard.env))
        self.env.invalidate_all()

    def _rows_of(self, customer):
        rows = self.env["billing.worklist"].search([("partner_id", "=", customer.id)])
        return rows.sorted(lambda row: row.company_id.id)

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

    def test_merged_keeps_what_people_arranged(self):
        """Postponement, activities, calls and what was written: nothing is lost."""
        target, source, third = self.customers
        self.customers.email = "one@example.com"
        self._make_invoices([(customer, 100, 10) for customer in self.customers])
        rows = [self._row(customer) for customer in self.customers]
        self.customers.billing_responsible_id = self.coordinator
        for row, until, called in zip(
            rows, (days(2), days(9), False), (False, days(-2), days(-1)), strict=True
        ):
            row._write_state({"postponed_until": until, "last_call_date": called})
            row._plan(self.coordinator, f"Call {row.partner_id.name}")
            row.message_post(body=f"Talked to {row.partner_id.name}")
        self._merge(source + third, target, self.manager)
        row = self._rows_of(target)
        self.assertRecordValues(
            row,
            [
                {
                    "postponed_until": days(9),
                    "last_call_date": days(-1),
                    "last_contact_date": days(-1),
                    "amount_due": 300,
                    "next_action": "wait",
                    "wait_reason": "postponed",
                }
            ],
        )
        names = [f"Customer {letter}" for letter in "ABC"]
        self.assertEqual(
            sorted(row.activity_ids.mapped("summary")), [f"Call {n}" for n in names]
        )
        for name in names:
            self.assertTrue(
                row.message_ids.filtered(lambda m, n=name: f"to {n}" in m.body), name
            )
        self._run_job()
        self.assertFalse(self._issued())

    def test_merged_into_a_customer_without_a_row(self):
        """Two sources, several companies, and a target that owed nothing."""
        target, source, third = self.customers
        for company in self.company + self.other_company:
            self._make_invoices([(source, 100, 10), (third, 60, 10)], company=company)
        for company, customer, until in (
            (self.company, source, days(3)),
            (self.company, third, days(7)),
            (self.other_company, source, days(5)),
        ):
            row = self._row(customer, company)
            row.postponed_until = until
            row._plan(self.manager, f"{customer.name} of {company.name}")
        self._merge(source + third, target)
        rows = self._rows_of(target)
        self.assertEqual(
            [(r.company_id, r.postponed_until, r.amount_due) for r in rows],
            [
                (self.company, days(7), 160),
                (self.other_company, days(5), 160),
            ],
        )
        self.assertEqual(
            [sorted(row.activity_ids.mapped("summary")) for row in rows],
            [
                ["Customer B of Follow-up Ltd", "Customer C of Follow-up Ltd"],
                ["Customer B of Elsewhere Ltd"],
            ],
        )

    def test_merged_where_only_one_company_has_both(self):
        """A clash in one company does not cost the row of the other."""
        target, source = self.customers[:2]
        self._make_invoices([(target, 100, 10), (source, 60, 10)])
        self._make_invoice(source, company=self.other_company)
        self._row(target)
        self._row(source)
        self._row(source, self.other_company).postponed_until = days(5)
        self._merge(source, target)
        rows = self._rows_of(target)
        self.assertEqual(
            [(r.company_id, r.postponed_until, r.amount_due) for r in rows],
            [(self.company, False, 160), (self.other_company, days(5), 100)],
        )

    def test_merged_with_promises(self):
        """Both promises go on, and what they cover is not chased."""
        target, source = self.customers[:2]
        invoices = self._make_invoices([(target, 100, 10), (source, 60, 10)])
        promises = self.env["billing.promise"]
        for invoice in invoices:
            promises |= promises._make(
                self._receivable_lines(invoice),
                [(days(3), invoice.amount_total)],
                user_id=self.coordinator.id,
            )
        self._merge(source, target)
        self.assertEqual(promises.partner_id, target)
        self.assertEqual(promises.mapped("state"), ["open", "open"])
        row = self._rows_of(target)
        self.assertEqual((row.wait_reason, row.amount_due), ("promised", 160))
        self.assertEqual(len(row.promise_ids), 2)
        self._run_job()
        self.assertFalse(self._issued())
        self._pay(invoices[1], 60, day=days(2))
        with self._at(days(9)):
            self._run_job()
        self.assertEqual(promises.mapped("state"), ["broken", "kept"])
        self.assertEqual(self._issued().line_ids.move_id, invoices[0])

    def test_merged_with_holds(self):
        """A hold of either customer holds what it was put on."""
        target, source = self.customers[:2]
        invoices = self._make_invoices([(target, 100, 10), (source, 60, 10)])
        hold = self.env["billing.hold"].create(
            {
                "partner_id": source.id,
                "move_id": invoices[1].id,
                "reason": "Wrong price",
            }
        )
        self._merge(source, target)
        self.assertEqual(hold.partner_id, target)
        self._run_job()
        self.assertEqual(self._issued().line_ids.move_id, invoices[0])
        hold.with_user(self.coordinator).action_release()
        self.assertEqual(hold.state, "released")

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
