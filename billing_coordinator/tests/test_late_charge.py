from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, BillingCase, SecondCompany, days
from .job_common import PROCESS, JobCase
from .late_common import LateRates


class LateCase(LateRates, BillingCase):
    """What a notice charges, with the plan's stages at 7, 15 and 30 days."""


@tagged("post_install", "-at_install")
class TestCharge(LateCase):
    def test_off_by_default(self):
        plan = self._make_plan("Plain")
        self.assertFalse(any(stage._charges_late() for stage in plan.stage_ids))
        self.company.billing_plan_id = plan
        self._make_invoice(amount=1000)
        self.assertTrue(self._send())
        self.assertFalse(self._charges())

    def test_charged_on_a_draft_of_its_own(self):
        invoice = self._make_invoice(amount=1000)
        notice = self._send()
        charge = self._charges()
        self.assertRecordValues(
            charge,
            [
                {
                    "state": "proposed",
                    "notice_id": notice.id,
                    "move_line_id": self._receivable_lines(invoice).id,
                    "origin_id": invoice.id,
                    "date_from": days(-9),
                    "date_to": TODAY,
                    "days": 10,
                    "interest_amount": 2.74,
                    "fee_amount": 0,
                    "company_amount": 2.74,
                }
            ],
        )
        move = charge.move_id
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "invoice_date": TODAY,
                    "invoice_origin": notice.name,
                    "amount_untaxed": 2.74,
                }
            ],
        )
        self.assertEqual(
            move.invoice_line_ids.product_id,
            self.company.billing_late_interest_product_id,
        )
        self.assertIn(invoice.name, move.invoice_line_ids.name)
        self.assertIn("at 10 %, 10 days", move.invoice_line_ids.name)
        # The claim of the notice is what it would be without.
        self.assertEqual(notice.amount, 1000)
        self.assertEqual(notice.line_ids.move_id, invoice)

    def test_invoice_is_posted_where_the_company_says_so(self):
        self.company.billing_late_post = True
        self._make_invoice(amount=1000)
        self._send()
        self.assertEqual(self._charges().state, "charged")
        self.assertEqual(self._charges().move_id.state, "posted")

    def test_posting_the_draft_charges(self):
        self._make_invoice(amount=1000)
        self._send()
        self._charges().move_id.action_post()
        self.assertEqual(self._charges().state, "charged")

    def test_product_tax_and_account(self):
        """Odoo's own rules apply: product, fiscal position, journal, terms."""
        tax = self._make_tax(20)
        product = self.env["product.product"].create(
            {
                "name": "Interest",
                "type": "service",
                "taxes_id": [Command.set(tax.ids)],
            }
        )
        account = self._make_account(self.company, "760000", "income_other")
        product.with_company(self.company).property_account_income_id = account
        journal = self._journal("TINV").copy({"code": "LATE", "name": "Late"})
        term = self.env["account.payment.term"].create(
            {
                "name": "Five days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 5}
                    )
                ],
            }
        )
        self.company.write(
            {
                "billing_late_interest_product_id": product.id,
                "billing_late_journal_id": journal.id,
                "billing_late_payment_term_id": term.id,
                "billing_late_post": True,
            }
        )
        self._make_invoice(amount=1000)
        self._send()
        move = self._charges().move_id
        self.assertEqual(move.journal_id, journal)
        self.assertEqual(move.invoice_line_ids.account_id, account)
        self.assertEqual(move.invoice_date_due, days(5))
        self.assertEqual((move.amount_untaxed, move.amount_tax), (2.74, 0.55))
        self.assertEqual(self._charges().interest_amount, 2.74)

    def test_fiscal_position_of_the_customer(self):
        tax = self._make_tax(20)
        self.company.billing_late_interest_product_id.taxes_id = tax
        position = self.env["account.fiscal.position"].create(
            {"name": "Export", "company_id": self.company.id}
        )
        self._make_tax(0, fiscal_position_ids=position.ids, original_tax_ids=tax.ids)
        self.customer.property_account_position_id = position
        self._make_invoice(amount=1000)
        self._send()
        move = self._charges().move_id
        self.assertEqual(move.fiscal_position_id, position)
        self.assertEqual(move.amount_tax, 0)

    def _make_tax(self, amount, **values):
        for name in ("fiscal_position_ids", "original_tax_ids"):
            if name in values:
                values[name] = [Command.set(values[name])]
        group = self.env["account.tax.group"].create(
            {"name": "Tax", "company_id": self.company.id}
        )
        return self.env["account.tax"].create(
            {
                "name": f"Tax {amount}",
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": self.company.country_id.id,
                "tax_group_id": group.id,
                **values,
            }
        )

    def test_one_row_an_installment_and_one_fee_a_notice(self):
        self.first.fee_amount = 40
        invoices = self._make_invoices([(None, 1000, 10), (None, 500, 20)])
        self._make_invoice(amount=300, overdue=-3)  # not overdue
        notice = self._send()
        interest = self._charges().filtered("interest_amount")
        self.assertEqual(interest.origin_id, invoices)
        self.assertEqual(interest.mapped("interest_amount"), [2.74, 2.74])
        fee = self._charges() - interest
        self.assertEqual((fee.fee_amount, fee.move_line_id.id), (40, False))
        self.assertEqual(len(self._charges().move_id), 1)
        self.assertEqual(self._charges().move_id.amount_untaxed, 45.48)
        fee_line = fee.invoice_line_id
        self.assertEqual(fee_line.product_id, self.company.billing_late_fee_product_id)
        self.assertIn(notice.name, fee_line.name)

    def test_fee_alone(self):
        self.first.write({"charge_interest": False, "fee_amount": 5})
        self.rate.unlink()
        self._make_invoice(amount=1000)
        self._send()
        self.assertEqual(self._charges().mapped("fee_amount"), [5])

    def test_part_paid_late(self):
        """1000 for 6 days and 600 for 4: 8400 x 10 / 36500 = 2.3013."""
        invoice = self._make_invoice(amount=1000)
        self._pay(invoice, 400, day=days(-4))
        self._send()
        charge = self._charges()
        self.assertEqual(charge.interest_amount, 2.3)
        self.assertEqual(
            [(s["principal"], s["days"]) for s in charge.segments],
            [(1000, 6), (600, 4)],
        )
        self.assertIn("6 days", charge.calculation)
        self.assertEqual(len(charge.calculation.splitlines()), 2)

    def test_rate_changes_in_the_middle(self):
        """1000 at 10 % for 6 days, at 12 % for 4: 108000 / 36500 = 2.9589."""
        self._make_rate(days(-3), 12)
        self._make_invoice(amount=1000)
        self._send()
        self.assertEqual(self._charges().interest_amount, 2.96)

    def test_what_was_credited_was_never_owed(self):
        """The credit note of the invoice counts from the beginning: 600 remain."""
        invoice = self._make_invoice(amount=1000)
        credit = invoice._reverse_moves([{"invoice_date": days(-2), "date": days(-2)}])
        credit.invoice_line_ids.price_unit = 400
        credit.action_post()
        self._receivable_lines(invoice + credit).reconcile()
        self._send()
        self.assertEqual(self._charges().segments[0]["principal"], 600)
        self.assertEqual(self._charges().interest_amount, 1.64)

    def test_unapplied_payment_bears_no_interest(self):
        """1000 for 6 days, then 300: what lies with us is not lent to us."""
        self._make_invoice(amount=1000)
        self._make_entry(self.customer, -700, days(-4))
        notice = self._send()
        self.assertEqual(notice.amount, 300)
        self.assertEqual(
            [(s["principal"], s["days"]) for s in self._charges().segments],
            [(1000, 6), (300, 4)],
        )

    def test_payment_without_entry_bears_no_interest(self):
        invoices = self._make_invoices([(None, 1000, 20), (None, 1000, 10)])
        payment = self._register_payment(
            invoices[0], amount=500, payment_date=days(-15)
        )
        self.assertFalse(payment.move_id)
        self._send()
        self.assertEqual(
            [(s["principal"], s["days"]) for s in self._charges()[0].segments],
            [(1000, 5), (500, 15)],
        )

    def test_never_twice_for_the_same_days(self):
        """Notices on three days: what they charge together is what one would."""
        self.plan.stage_ids.charge_interest = True
        self._make_invoice(amount=1000, overdue=7)
        for number in (0, 8, 23):
            self._send_on(number)
        charges = self._charges()
        self.assertEqual(
            [self._days(charge) for charge in charges], [(-6, 0), (1, 8), (9, 23)]
        )
        self.assertEqual(charges.mapped("interest_amount"), [1.92, 2.19, 4.11])
        self.assertEqual(sum(charges.mapped("days")), 30)

    def test_same_days_twice_are_refused_by_the_database(self):
        self._make_invoice(amount=1000)
        self._send()
        charge = self._charges()
        values = charge.copy_data()[0] | {
            "invoice_line_id": charge.invoice_line_id.id,
            "date_from": days(-1),
            "date_to": days(8),
        }
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.cr.savepoint():
                charge.create(values)
                self.env.flush_all()
        charge.create(dict(values, date_from=days(1)))
        self.env.flush_all()

    def test_no_interest_on_interest(self):
        """Neither interest nor fee for a late charge, however overdue it is."""
        self.company.billing_late_post = True
        self.plan.stage_ids.write({"charge_interest": True, "fee_amount": 40})
        invoice = self._make_invoice(amount=1000)
        self._send()
        charged = self._charges()
        with self._at(days(20)):
            self.assertTrue(self._send())
            later = self._charges() - charged
            self.assertEqual(later.origin_id, invoice)
        self._pay(invoice, day=days(20))
        before = len(self._charges())
        with self._at(days(60)):
            notice = self._send()
        self.assertEqual(notice.line_ids.move_id, self._charges().move_id)
        self.assertEqual(len(self._charges()), before)

    def test_minimum_waits_for_more_days(self):
        self.company.billing_late_minimum = 4
        self.second.charge_interest = True
        self._make_invoice(amount=1000, overdue=7)
        self._send()
        self.assertFalse(self._charges())
        self._send_on(8)
        self.assertEqual(self._days(self._charges()), (-6, 8))
        self.assertEqual(self._charges().interest_amount, 4.11)

    def test_too_little_to_be_a_cent(self):
        self._make_invoice(amount=1)
        self.assertTrue(self._send())
        self.assertFalse(self._charges())

    def test_foreign_currency(self):
        """Interest in the currency of the receivable, a fee converted into it."""
        self.first.fee_amount = 40
        self._make_invoice(amount=1000, currency_id=self.usd.id)
        self._send()
        interest, fee = self._charges()
        self.assertEqual(interest.currency_id, self.usd)
        self.assertEqual(interest.interest_amount, 2.74)
        self.assertEqual(fee.fee_amount, 160)  # 4 dollars to the euro
        self.assertAlmostEqual(interest.company_amount, 0.69)  # 2.74 / 4 = 0.685
        self.assertEqual(fee.company_amount, 40)
        self.assertEqual(interest.move_id.currency_id, self.usd)
        self.assertEqual(interest.move_id.amount_untaxed, 162.74)

    def test_part_paid_in_foreign_currency(self):
        """In dollars, whatever the exchange rate made of them since."""
        invoice = self._make_invoice(amount=1000, currency_id=self.usd.id)
        self._pay(invoice, 100, day=days(-4), currency=self.usd, foreign=-400)
        self._send()
        self.assertEqual(
            [(s["principal"], s["days"]) for s in self._charges().segments],
            [(1000, 6), (600, 4)],
        )

    def test_installments_count_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": number}
                    )
                    for number in (0, 10)
                ],
            }
        )
        self._make_invoice(
            amount=1000,
            invoice_date=days(-20),
            date=days(-20),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        self._send()
        self.assertEqual(self._charges().mapped("days"), [20, 10])
        self.assertEqual(self._charges().mapped("interest_amount"), [2.74, 1.37])

    def test_invoiced_contact(self):
        contact = self._make_customer("Office", parent_id=self.customer.id)
        self._make_invoice(contact, 1000)
        self._send()
        self.assertEqual(self._charges().move_id.partner_id, contact)
        self.assertEqual(self._charges().partner_id, self.customer)

    def test_draft_of_an_earlier_day_charges_to_the_day_it_goes_out(self):
        self._make_invoice(amount=1000)
        self._row().action_prepare()
        self.assertFalse(self._charges())
        with self._at(days(2)):
            self._notices().with_user(self.coordinator).action_issue()
        self.assertEqual(self._days(self._charges()), (-9, 2))

    def test_coordinator_sends(self):
        self.company.billing_late_post = True
        self.first.fee_amount = 40
        self._make_invoice(amount=1000)
        self._row().with_user(self.coordinator).action_send_now()
        self.assertEqual(set(self._charges().mapped("state")), {"charged"})


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

    def test_preview_shows_it_and_the_other_customers(self):
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        run = run.browse(run.action_open_preview()["res_id"])
        problems = {line.partner_id: line.late_problem for line in run.send_line_ids}
        self.assertIn("late-payment rate", problems[self.customers[0]])
        self.assertFalse(problems[self.customers[2]])
        self.assertTrue(run.has_late_charges and run.has_late_problems)

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
            patch.object(notice, "_assess_late", lambda *args: None),
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


@tagged("post_install", "-at_install")
class TestOtherCompany(SecondCompany, LateCase):
    def test_rates_and_days_of_each_company(self):
        self._make_rate("2020-01-01", 5, self.other_company)
        self._make_invoice(amount=1000)
        self._make_invoice(amount=1000, company=self.other_company)
        self._send()
        self._row(company=self.other_company)._process_one()
        own, other = self._charges()
        self.assertEqual((own.interest_amount, own.company_id), (2.74, self.company))
        self.assertEqual(other.interest_amount, 1.37)
        self.assertEqual(other.company_id, self.other_company)
        self.assertEqual(other.move_id.company_id, self.other_company)

    def test_no_rate_of_another_company(self):
        self._make_invoice(amount=1000, company=self.other_company)
        with self.assertRaisesRegex(UserError, "Elsewhere Ltd has no late-payment"):
            self._row(company=self.other_company)._process_one()

    def test_branch_uses_the_rates_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.assertEqual(self.rates._get_table(branch), [(self.rate.date_from, 10)])
        own = self._make_rate("2025-01-01", 3, branch)
        self.assertEqual(self.rates._get_table(branch), [(own.date_from, 3)])
