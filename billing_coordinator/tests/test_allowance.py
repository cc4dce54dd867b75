from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .allowance_common import JUNE, MAY, Allowances
from .common import BillingCase, SecondCompany, days

NOT_DUE, TO_30, TO_60, TO_90, OVER = (
    "Not due",
    "1-30 days",
    "31-60 days",
    "61-90 days",
    "Over 90 days",
)


@tagged("post_install", "-at_install")
class TestAllowanceFigures(Allowances, SecondCompany, BillingCase):
    """What an allowance as of the end of May comes to, by hand."""

    def test_matrix(self):
        """Overdue on 16 June less 16 days is overdue on 31 May."""
        other = self._make_customer("Customer B")
        self._make_invoices(
            [
                (None, 1000.0, 16),  # due on 31 May
                (None, 200.0, 17),  # 1 day overdue
                (other, 100.0, 46),  # 30
                (other, 50.0, 47),  # 31
                (other, 10.0, 106),  # 90
                (other, 3.33, 107),  # 91
            ]
        )
        allowance = self._make_allowance()
        self.assertEqual(
            self._lines(allowance),
            {
                self.customer: {NOT_DUE: (1000, 10), TO_30: (200, 10)},
                other: {
                    TO_30: (100, 5),
                    TO_60: (50, 10),
                    TO_90: (10, 5),
                    OVER: (3.33, 3.33),
                },
            },
        )
        self.assertEqual((allowance.total_base, allowance.total), (1363.33, 43.33))
        self.assertAlmostEqual(allowance.coverage, 43.33 / 1363.33)

    def test_as_of_the_end_of_the_period(self):
        """What was paid, credited or invoiced in June makes no difference in May."""
        paid, partly = self._make_invoices([(None, 100.0, 60), (None, 80.0, 60)])
        before = self._make_invoice(amount=70.0, overdue=60)
        self._pay(before, day=days(-20))
        self._pay(paid, day=days(-10))
        self._pay(partly, 30.0, day=days(-20))
        self._pay(partly, 20.0, day=days(-3))
        self._make_invoice(amount=999.0, overdue=-25)  # of 11 June
        self._make_credit_note(amount=50.0, overdue=-25)
        allowance = self._make_allowance()
        self.assertEqual(self._lines(allowance), {
            self.customer: {TO_60: (150, 30)}})  # fmt: skip

    def test_credits_lower_their_customer_only(self):
        other = self._make_customer("Customer B")
        self._make_invoices([(None, 100.0, 10), (None, 40.0, 60), (other, 10.0, 60)])
        self._make_credit_note(amount=70.0)
        self._make_entry(other, -500.0, days(-40))
        allowance = self._make_allowance()
        self.assertEqual(self._lines(allowance), {
            self.customer: {NOT_DUE: (70, 0.7)}})  # fmt: skip

    def test_booked_amounts_of_foreign_currencies(self):
        """A dollar was half a euro when it was invoiced, it is a quarter in May."""
        self._make_invoice(amount=100.0, overdue=60, currency_id=self.usd.id)
        allowance = self._make_allowance()
        self.assertEqual(self._lines(allowance), {
            self.customer: {TO_60: (50, 10)}})  # fmt: skip

    def test_disputed_is_included(self):
        invoice = self._make_invoice(amount=100.0, overdue=60)
        team = self.env["billing.team"].create(
            {"name": "Team", "company_id": self.company.id}
        )
        reason = self.env["billing.ticket.reason"].create(
            {"name": "Price", "kind": "discrepancy", "company_id": self.company.id}
        )
        self.env["billing.ticket"].create(
            {
                "subject": "Price",
                "kind": "discrepancy",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "team_id": team.id,
                "reason_id": reason.id,
                "line_ids": [
                    Command.create({"move_id": invoice.id, "amount_disputed": 60})
                ],
            }
        )
        self.assertEqual(self._make_allowance().total, 20)

    def test_contacts_are_their_company(self):
        contact = self._make_customer("Contact", parent_id=self.customer.id)
        self._make_invoices([(self.customer, 100.0, 60), (contact, 50.0, 60)])
        self._make_credit_note(contact, amount=150.0)
        self.assertFalse(self._make_allowance().line_ids)

    def test_without_a_customer(self):
        self._make_entry(self.env["res.partner"], 100.0, days(-60))
        allowance = self._make_allowance()
        self.assertEqual(self._lines(allowance), {
            self.env["res.partner"]: {TO_60: (100, 20)}})  # fmt: skip

    def test_only_its_company(self):
        self._make_invoice(amount=100.0, overdue=60)
        self._make_invoice(
            self.customer, amount=7.0, overdue=60, company=self.other_company
        )
        self.assertEqual(self._make_allowance().total_base, 100)

    # -- specific ----------------------------------------------------------------------

    def test_specific_rate(self):
        other = self._make_customer("Customer B")
        self._make_invoices([(None, 100.0, 10), (None, 40.0, 60), (other, 10.0, 60)])
        specific = self._make_specific(rate=75)
        allowance = self._make_allowance()
        self.assertEqual(
            self._lines(allowance),
            {
                self.customer: {NOT_DUE: (100, 75), TO_60: (40, 30)},
                other: {TO_60: (10, 2)},
            },
        )
        lines = allowance.line_ids.grouped("origin")
        self.assertEqual(lines["specific"].partner_id, self.customer)
        self.assertEqual(lines["specific"].specific_id, specific)
        self.assertFalse(lines["matrix"].specific_id)

    def test_specific_amount(self):
        self._make_invoices([(None, 100.0, 10), (None, 40.0, 60)])
        self._make_specific(kind="amount", amount=60)
        allowance = self._make_allowance()
        self.assertEqual(self._lines(allowance), {
            self.customer: {NOT_DUE: (100, 20), TO_60: (40, 40)}})  # fmt: skip

    def test_specific_amount_at_most_what_is_owed(self):
        self._make_invoice(amount=40.0, overdue=60)
        self._make_specific(kind="amount", amount=1000)
        self.assertEqual(self._make_allowance().total, 40)

    def test_specific_of_its_days(self):
        """The rate that was in force at the end of the period counts."""
        self._make_invoice(amount=100.0, overdue=60)
        self._make_specific(rate=10, date_from="2025-04-01", date_to="2025-05-30")
        self._make_specific(rate=30, date_from="2025-05-31", date_to="2025-05-31")
        self._make_specific(rate=50, date_from="2025-06-01")
        self.assertEqual(self._make_allowance().total, 30)

    # -- again -------------------------------------------------------------------------

    def test_compute_again_replaces_the_lines(self):
        invoice = self._make_invoice(amount=100.0, overdue=60)
        allowance = self._make_allowance()
        self.assertFalse(allowance.warning)
        self._pay(invoice, 50.0, day=days(-20))
        allowance.invalidate_recordset(["warning"])
        self.assertIn("moved", allowance.warning)
        self.assertIn("10.00", allowance.warning)
        allowance.action_compute()
        self.assertEqual((allowance.total, len(allowance.line_ids)), (10, 1))
        self.assertFalse(allowance.warning)

    def test_stale_by_rates_and_specifics(self):
        self._make_invoice(amount=100.0, overdue=60)
        allowance = self._make_allowance()
        self.rates[2].rate = 30
        self.assertIn("moved", allowance._describe_move())
        self.rates[2].rate = 20
        self.assertFalse(allowance._describe_move())
        self._make_specific(rate=20)  # the same amount for another reason
        self.assertIn("moved", allowance._describe_move())

    def test_another_day_is_another_figure(self):
        self._make_invoice(amount=100.0, overdue=60)
        allowance = self._make_allowance()
        allowance.date = JUNE
        self.assertIn("moved", allowance._describe_move())

    def test_number_of_queries(self):
        """It does not grow with customers and items."""
        counts = []
        for size in (2, 40):
            customers = [self._make_customer(f"{size} {n}") for n in range(size)]
            self._make_invoices([(c, 10.0, 60) for c in customers for _two in "ab"])
            allowance = self._make_allowance(compute=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            allowance.action_compute()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            allowance.read(["warning", "matrix", "entry_preview"])
            counts.append(self.env.cr.sql_log_count - before)
            allowance.unlink()
        self.assertLessEqual(counts[2], counts[0] + 2)
        self.assertLessEqual(counts[3], counts[1] + 2)
        self.assertLess(counts[2], 40)

    def test_missing_rates_are_told(self):
        self.company.billing_ageing_bounds = "30,60,120"
        draft = self._make_allowance(compute=False)
        with self.assertRaisesRegex(UserError, "61-120 days, Over 120 days"):
            draft.action_compute()
        self.assertIn("61-120 days", draft.warning)
        self.rates.with_user(self.manager).action_update()
        draft.action_compute()
        self.assertFalse(draft.warning)

    # -- for the close -----------------------------------------------------------------

    def _difference(self, day=MAY):
        allowances = self.env["billing.allowance"].with_user(self.accountant)
        posted, computed, domain = allowances._get_allowance_difference(
            self.company, day
        )
        return posted, computed, allowances.search(domain)

    def test_difference(self):
        invoice = self._make_invoice(amount=100.0, overdue=60)
        self.assertEqual(self._difference()[:2], (0, 20))
        allowance = self._make_allowance()
        self.assertEqual(self._difference(), (0, 20, allowance))
        allowance.action_post()
        self.assertEqual(self._difference(), (20, 20, allowance))
        self._pay(invoice, 50.0, day=days(-20))
        self.assertEqual(self._difference(), (20, 10, allowance))

    def test_difference_with_the_rates_it_was_posted_with(self):
        self._make_invoice(amount=100.0, overdue=60)
        self._make_allowance().action_post()
        self.rates[2].rate = 30
        self.company.billing_ageing_bounds = "45"
        self.assertEqual(self._difference()[:2], (20, 20))
        with self.assertRaisesRegex(UserError, "1-45 days"):
            self._difference(JUNE)

    def test_difference_reads_the_ledger(self):
        self._make_invoice(amount=100.0, overdue=60)
        allowance = self._make_allowance()
        allowance.action_post()
        allowance.move_id.button_draft()
        self.assertEqual(self._difference()[:2], (0, 20))

    def test_no_difference_where_nothing_is_set_up(self):
        self._make_invoice(
            self.customer, amount=7.0, overdue=60, company=self.other_company
        )
        found = self.env["billing.allowance"]._get_allowance_difference(
            self.other_company, MAY
        )
        self.assertEqual(found[:2], (0, 0))
