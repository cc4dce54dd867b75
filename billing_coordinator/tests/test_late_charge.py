from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, SecondCompany, days
from .late_common import LateCase


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

    def test_contact_who_left_the_customer(self):
        person = self._make_customer("Person", parent_id=self.customer.id)
        self._make_invoice(person, 1000)
        person.parent_id = self._make_customer("Other Ltd", is_company=True)
        self._send()
        move = self._charges().move_id
        self.assertEqual(move.commercial_partner_id, self.customer)

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

    def test_no_interest_on_what_is_copied_from_interest(self):
        """Odoo's 'Reverse and create invoice' makes another invoice of the interest."""
        self.company.billing_late_post = True
        self.plan.stage_ids.write({"charge_interest": True, "fee_amount": 40})
        invoice = self._make_invoice(amount=1000)
        self._send()
        charged = self._charges()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=charged.move_id.ids
        )
        wizard = wizard.create({"journal_id": charged.move_id.journal_id.id})
        again = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        copies = again + again.copy()
        for copy in copies:
            copy.invoice_date = TODAY
        copies.action_post()
        self._pay(invoice)
        with self._at(days(60)):
            notice = self._send()
        self.assertEqual(notice.line_ids.move_id, copies)
        self.assertEqual(self._charges(), charged)

    def test_invoice_without_late_charges(self):
        """Set by hand: it bears neither, whatever else the notice lists."""
        self.first.fee_amount = 40
        exempt, other = self._make_invoices([(None, 1000, 10), (None, 500, 20)])
        exempt.with_user(self.coordinator).billing_no_late_charges = True
        self._send()
        self.assertEqual(self._charges().origin_id, other)
        alone = self._make_customer("Alone")
        self._make_invoice(alone, 1000, billing_no_late_charges=True)
        self._send(alone)
        self.assertFalse(self._charges(alone))

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
