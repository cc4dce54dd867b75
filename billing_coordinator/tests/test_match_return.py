from unittest.mock import patch

from odoo.tests import tagged

from ..models.billing_payment_match_check import MatchBusy
from . import match_snapshot
from .common import days
from .test_match_transit import TransitCase


@tagged("post_install", "-at_install")
class TestMatchReturn(TransitCase):
    """The bank takes a payment back: what it paid is open again, and chased."""

    in_payment = "in_payment"
    before = "in_process"

    def _make_return(self, earlier, amount=None, **values):
        """A proposal for the line that returns an earlier one."""
        line = self._make_bank_line(
            -earlier.amount if amount is None else amount, "Returned", **values
        )
        return self.env["billing.payment.match"].create(
            {"statement_line_id": line.id, "returned_line_id": earlier.id}
        )

    def _return(self, earlier, amount=None):
        match = self._make_return(earlier, amount)
        match.with_user(self.coordinator).action_apply()
        return match

    def _pay_by_bank(self, amount=100.0, **more):
        line = self._make_bank_line(amount)
        self._match(line, (self.invoice, amount), **more)
        return line

    def assertNets(self, earlier, match):
        """Payment and return settle each other: nothing of either is open."""
        lines = (earlier.move_id + match.statement_line_id.move_id).line_ids
        customers = lines.filtered(lambda l: l.account_type == "asset_receivable")
        self.assertEqual(set(customers.mapped("amount_residual")), {0.0})
        self.assertTrue(match.statement_line_id.is_reconciled)

    def test_invoice_is_open_again(self):
        earlier = self._pay_by_bank()
        self.assertOpen(invoice=0.0)
        match = self._return(earlier)
        self.assertOpen(invoice=100.0)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertNets(earlier, match)
        self.assertEqual(match.state, "applied")
        self.assertEqual(match.line_ids.move_line_id, self._item(self.invoice))
        self.assertEqual(match.line_ids.amount, -100.0)
        self.assertEqual(match.partner_id, self.customer)
        self.assertEqual(match.statement_line_id.partner_id, self.customer)

    def test_who_has_the_payment_in_hand_is_waited_for(self):
        """The job tries it again: it is no error that waits for a person."""
        earlier = self._pay_by_bank()
        match = self._make_return(earlier)
        lines = self.registry["account.bank.statement.line"]
        lock = lines.try_lock_for_update

        def lock_others(records, **options):
            busy = records == earlier
            return records.browse() if busy else lock(records, **options)

        with (
            patch.object(lines, "try_lock_for_update", lock_others),
            self.assertRaisesRegex(MatchBusy, "Somebody else"),
        ):
            match.with_user(self.coordinator).action_apply()

    def test_invoice_tells_why(self):
        earlier = self._pay_by_bank()
        self._return(earlier)
        note = self.invoice.message_ids[0]
        self.assertIn("The bank took a payment back (Returned)", note.body)

    def test_customer_is_chased_again(self):
        earlier = self._pay_by_bank()
        self.assertNotEqual(self._row().next_action, "auto")
        self._return(earlier)
        row = self.env["billing.worklist"]._get_row(self.company, self.customer)
        self.assertEqual((row.next_action, row.amount_overdue), ("auto", 100.0))
        self.assertTrue(row._process_one())

    def test_discount_is_taken_back(self):
        """The customer did not pay in time: there was no discount."""
        line = self._make_bank_line(98.0)
        self._match(line, (self.invoice, 98.0, 2.0))
        match = self._return(line)
        self.assertOpen(invoice=100.0)
        self.assertEntry(
            match.statement_line_id,
            [
                ("101400", "Customer A", -98.0),
                ("642000", "Customer A", -2.0),
                ("101000", "Customer A", 100.0),
            ],
        )
        self.assertNets(line, match)

    def test_fee_of_the_bank(self):
        self.company.billing_match_charges_account_id = self.writeoffs
        earlier = self._pay_by_bank()
        match = self._return(earlier, -103.5)
        self.assertOpen(invoice=100.0)
        self.assertEntry(
            match.statement_line_id,
            [
                ("101400", "Customer A", -103.5),
                ("643000", "Customer A", 3.5),
                ("101000", "Customer A", 100.0),
            ],
        )
        self.assertEqual(match.kept, 3.5)

    def test_several_customers(self):
        theirs = self._make_invoice(self.other, amount=50.0)
        line = self._make_bank_line(150.0)
        self._match(line, (self.invoice, 100.0), (theirs, 50.0))
        match = self._return(line)
        self.assertOpen(invoice=100.0)
        self.assertEqual(theirs.payment_state, "not_paid")
        self.assertNets(line, match)
        self.assertFalse(match.partner_id)

    def test_payment_in_transit_with_entry(self):
        self._use_entries()
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        self._match(line, (self._transit_item(payment), 100.0))
        match = self._return(line)
        self.assertOpen(invoice=100.0)
        self.assertEqual(payment.state, "rejected")
        self.assertEqual(set(payment.move_id.line_ids.mapped("amount_residual")), {0.0})
        self.assertNets(line, match)

    def test_payment_in_transit_without_entry(self):
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        self.env["billing.payment.match"]._apply_manual(
            line, [{"payment_id": payment.id, "amount": 100.0}]
        )
        self._return(line)
        self.assertOpen(invoice=100.0)
        self.assertEqual(payment.state, "rejected")
        rows = self._receivables()
        self.assertEqual(sum(rows.mapped("residual")), 100.0)

    def test_credit_is_taken_back(self):
        """Also what was left as a credit, wherever it went since."""
        line = self._make_bank_line(130.0)
        self._match(line, (self.invoice, 100.0), rest={"handling": "credit"})
        later = self.later = self._make_invoice(amount=30.0)
        credit = line.move_id.line_ids.filtered(
            lambda l: l.account_type == "asset_receivable" and not l.reconciled
        )
        (credit + self._item(later)).reconcile()
        self.assertOpen(later=0.0)
        match = self._return(line)
        self.assertOpen(invoice=100.0, later=30.0)
        self.assertNets(line, match)

    def test_not_matched_before(self):
        line = self._make_bank_line(100.0)
        with self.assertRefused("It is not matched: match it first"):
            self._return(line)

    def test_another_amount(self):
        earlier = self._pay_by_bank()
        with self.assertRefused("The amounts do not agree"):
            self._return(earlier, -90.0)
        with self.assertRefused("The amounts do not agree"):
            self._return(earlier, 100.0)

    def test_twice(self):
        earlier = self._pay_by_bank()
        self._return(earlier)
        with self.assertRefused("taken back before"):
            self._return(earlier)

    def test_payment_cannot_be_undone_before_its_return(self):
        earlier = self._pay_by_bank()
        match = self._return(earlier)
        with self.assertRefused("took Payment back: undo that first"):
            earlier.action_undo_reconciliation()
        match.action_undo()
        earlier.action_undo_reconciliation()
        self.assertOpen(invoice=100.0)

    # -- undo -------------------------------------------------------------------------

    def assertUndoneExactly(self, earlier):
        returned = self._make_return(earlier)
        self.env["billing.worklist"]._refresh(self.company)
        before = match_snapshot.take(self.env)
        returned.with_user(self.coordinator).action_apply()
        self.assertOpen(invoice=100.0)
        returned.with_user(self.coordinator).action_undo("Wrong one")
        self.assertOpen(invoice=0.0)
        after = match_snapshot.take(self.env)
        self.assertFalse(match_snapshot.compare(before, after))

    def test_undo(self):
        self.assertUndoneExactly(self._pay_by_bank())

    def test_undo_of_a_part(self):
        self._pay(self.invoice, 40.0)
        line = self._make_bank_line(60.0)
        self._match(line, (self.invoice, 60.0))
        match = self._return(line)
        self.assertOpen(invoice=60.0)
        match.action_undo()
        self.assertOpen(invoice=0.0)

    def test_undo_several(self):
        theirs = self._make_invoice(self.other, amount=50.0)
        line = self._make_bank_line(150.0)
        self._match(line, (self.invoice, 100.0), (theirs, 50.0))
        self.assertUndoneExactly(line)

    def test_undo_with_discount(self):
        line = self._make_bank_line(98.0)
        self._match(line, (self.invoice, 98.0, 2.0))
        self.assertUndoneExactly(line)

    def test_undo_in_transit_with_entry(self):
        self._use_entries()
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        self._match(line, (self._transit_item(payment), 100.0))
        self.assertUndoneExactly(line)
        self.assertEqual(payment.state, "paid")

    def test_undo_in_transit_without_entry(self):
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        self.env["billing.payment.match"]._apply_manual(
            line, [{"payment_id": payment.id, "amount": 100.0}]
        )
        self.assertUndoneExactly(line)
        self.assertEqual(payment.state, "paid")

    def test_undo_after_it_was_paid_otherwise(self):
        earlier = self._pay_by_bank()
        match = self._return(earlier)
        self._pay(self.invoice, 30.0)
        with self.assertRefused("changed since the payment was returned"):
            match.action_undo()

    def test_foreign_currency(self):
        """100 dollars, booked as 50 euros, brought 26; and the bank took it back."""
        self.foreign = self._make_invoice(
            amount=100.0,
            currency_id=self.usd.id,
            invoice_date=days(-60),
            date=days(-60),
        )
        line = self._make_bank_line(
            26.0, foreign_currency_id=self.usd.id, amount_currency=100.0
        )
        self._match(line, (self.foreign, 26.0))
        self.assertOpen(foreign=0.0)
        match = self._return(line)
        self.assertOpen(foreign=100.0)
        self.assertNets(line, match)
        self.assertEqual(self._item(self.foreign).amount_residual, 50.0)
        match.action_undo()
        self.assertOpen(foreign=0.0)
        self.assertEqual(self._item(self.foreign).amount_residual, 0.0)

    def test_credit_used_beside_is_not_rejected(self):
        """An earlier payment on account was no part of what the bank took back."""
        self._use_entries()
        earlier = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "amount": 30.0,
                "journal_id": self.bank.id,
            }
        )
        earlier.action_post()
        credit = self._receivable_lines(earlier.move_id)
        line = self._make_bank_line(70.0)
        self._match(line, (self.invoice, 100.0), (credit, -30.0))
        self._return(line)
        self.assertOpen(invoice=100.0)
        self.assertEqual(earlier.state, "in_process")
        self.assertEqual(credit.amount_residual, -30.0)
