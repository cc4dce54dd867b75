from odoo.fields import Command
from odoo.tests import tagged

from .common import days
from .late_common import LateRates
from .test_ticket_resolve import ResolveCase


@tagged("post_install", "-at_install")
class TestLateDispute(LateRates, ResolveCase):
    """1000, due ten days ago, at 10 %: 2.74 until today. Every stage charges."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.stage_ids.charge_interest = True

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=1000)

    def _charged(self):
        """Amount, first and last day of each charge, days counted from today."""
        return [(c.interest_amount, *self._days(c)) for c in self._charges()]

    def test_nothing_is_charged_meanwhile(self):
        """The undisputed part is claimed; all days wait."""
        self._make_ticket(self.invoice, 400)
        notice = self._send()
        self.assertEqual(notice.amount, 600)
        self.assertFalse(self._charges())
        self.assertFalse(notice.late_charge_text)

    def test_days_are_charged_when_the_dispute_is_over(self):
        """Once, from the first late day on: 1000 x 10 x 16 / 36500 = 4.38."""
        ticket = self._make_ticket(self.invoice, 400)
        self._send()
        self._resolve(ticket, "rejected")
        self._send_on(6)
        self.assertEqual(self._charged(), [(4.38, -9, 6)])

    def test_what_is_credited_bears_none(self):
        """It was never owed: 600 x 10 x 16 / 36500 = 2.63."""
        ticket = self._make_ticket(self.invoice, 400)
        self._send()
        self._resolve(ticket, "credited")
        self._send_on(6)
        self.assertEqual(self._charged(), [(2.63, -9, 6)])

    def test_disputed_after_a_charge(self):
        """What was charged stays; the days since then wait, and none counts twice."""
        self._send()
        ticket = self._make_ticket(self.invoice, 400)
        self._send_on(6)
        self.assertEqual(self._charged(), [(2.74, -9, 0)])
        with self._at(days(10)):
            self._resolve(ticket, "customer_pays")
        self._send_on(22)
        self.assertEqual(self._charged(), [(2.74, -9, 0), (6.03, 1, 22)])

    def test_other_items_of_the_notice(self):
        other = self._make_invoice(amount=500)
        self._make_ticket(self.invoice, 400)
        self._send()
        self.assertEqual(self._charges().origin_id, other)
        self.assertEqual(self._charged(), [(1.37, -9, 0)])

    def test_credits_are_set_off_against_the_others(self):
        """The claim is 600 + 500 - 300: no interest on more than 200 of the 500."""
        self._make_entry(self.customer, -300, days(-20))
        self._make_invoice(amount=500)
        self._make_ticket(self.invoice, 400)
        self._send()
        self.assertEqual(self._charged(), [(0.55, -9, 0)])

    def test_installment_that_is_not_in_dispute(self):
        """A dispute lies on the oldest installments; the others bear interest."""
        self._pay(self.invoice)
        halves = self._make_halves()
        self._make_ticket(halves, 500)
        self._send()
        self.assertEqual(self._charged(), [(1.37, -9, 0)])

    def _make_halves(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 20}),
                    Command.create({"value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        return self._make_invoice(
            amount=1000, invoice_payment_term_id=term.id, invoice_date_due=False
        )

    def test_question_stops_nothing(self):
        self._make_ticket(self.invoice, kind="inquiry", reason_id=False)
        self._send()
        self.assertEqual(self._charged(), [(2.74, -9, 0)])

    def test_fee_for_the_undisputed_part(self):
        """The notice reminds of what nobody disputes: its fee is due."""
        self.first.write({"fee_amount": 15, "fee_currency_id": self.eur.id})
        self._make_ticket(self.invoice, 400)
        self._send()
        charge = self._charges()
        self.assertEqual((charge.fee_amount, charge.interest_amount), (15, 0))

    def test_preview(self):
        """It says what the notice charges, and why not more."""
        other = self._make_invoice(self._make_customer("Customer B"), amount=1000)
        self._make_ticket(self.invoice, 400)
        run = self.env["billing.followup.run"].with_user(self.coordinator)
        run = run._preview(self.company)
        self.assertTrue(run.has_late_notes)
        lines = {line.partner_id: line for line in run.line_ids}
        line = lines[self.customer]
        self.assertEqual((line.outcome, line.interest_amount), ("send", 0))
        self.assertEqual(line.late_note, f"In dispute: {self.invoice.name}")
        other_line = lines[other.partner_id]
        self.assertEqual(other_line.interest_amount, 2.74)
        self.assertFalse(other_line.late_note)

    def test_no_rate_is_needed_for_what_waits(self):
        self.rate.unlink()
        self._make_ticket(self.invoice, 400)
        self.assertTrue(self._send())
