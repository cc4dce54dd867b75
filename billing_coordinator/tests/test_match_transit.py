from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from . import match_snapshot
from .match_common import MatchCase


class TransitCase(MatchCase):
    """With a journal whose payments wait on an account of their own, or nowhere."""

    # What an invoice is whose payment the bank did not confirm, and that payment.
    in_payment = "paid"  # as Odoo Community says
    before = "paid"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        state = cls.in_payment
        cls.startClassPatcher(
            patch.object(
                cls.env.registry["account.move"],
                "_get_invoice_in_payment_state",
                lambda self: state,
            )
        )
        cls.outstanding = cls._make_account(cls.company, "101402", "asset_current")
        cls.outstanding.reconcile = True
        cls.bank = cls._journal("TBNK")
        cls.invoice = cls._make_invoice(amount=100.0)

    @classmethod
    def _use_entries(cls):
        methods = cls.bank.inbound_payment_method_line_ids
        methods += cls.bank.outbound_payment_method_line_ids
        methods.payment_account_id = cls.outstanding

    def _transit_item(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.outstanding
        )


@tagged("post_install", "-at_install")
class TestMatchTransit(TransitCase):
    """Payments that were registered before are matched, not doubled."""

    def test_with_entry(self):
        self._use_entries()
        payment = self._register_as_is(self.invoice)
        self.assertEqual((payment.state, payment.is_matched), (self.before, False))
        line = self._make_bank_line(100.0)
        match = self._match(line, (self._transit_item(payment), 100.0))
        self.assertEqual((payment.state, payment.is_matched), ("paid", True))
        self.assertEntry(
            line, [("101400", "Customer A", 100.0), ("101402", "Customer A", -100.0)]
        )
        self.assertEqual(match.line_ids.kind, "payment")
        self.assertEqual(match.line_ids.payment_id, payment)
        self.assertEqual(sum(self._receivables().mapped("residual")), 0.0)

    def test_with_entry_less_charges(self):
        """Charges come off a payment in transit as they come off an invoice."""
        self._use_entries()
        self.company.billing_match_charges_account_id = self.writeoffs
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(97.0)
        item = self._transit_item(payment)
        self.env["billing.payment.match"]._apply_manual(
            line, [{"move_line_id": item.id, "amount": 97.0, "kept": 3.0}]
        )
        self.assertEqual(payment.state, "paid")

    def test_undo_with_entry(self):
        self._use_entries()
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        self.env["billing.worklist"]._refresh(self.company)
        before = match_snapshot.take(self.env)
        match = self._match(line, (self._transit_item(payment), 100.0))
        match.with_user(self.coordinator).action_undo()
        self.assertEqual((payment.state, payment.is_matched), (self.before, False))
        after = match_snapshot.take(self.env)
        self.assertFalse(match_snapshot.compare(before, after))


@tagged("post_install", "-at_install")
class TestMatchTransitConfirmed(TestMatchTransit):
    """Where Odoo tells payments under way from those that the bank confirmed."""

    in_payment = "in_payment"
    before = "in_process"

    def test_without_entry(self):
        payment = self._register_as_is(self.invoice)
        self.assertFalse(payment.move_id)
        self.assertOpen(invoice=100.0)
        line = self._make_bank_line(100.0)
        match = self._pay_with(line, payment, 100.0)
        self.assertOpen(invoice=0.0)
        self.assertEqual((payment.state, payment.is_matched), ("paid", True))
        self.assertEqual(match.line_ids.payment_id, payment)
        self.assertEqual(match.line_ids.move_line_id, self._item(self.invoice))

    def _pay_with(self, line, payment, amount, **more):
        matches = self.env["billing.payment.match"].with_user(self.coordinator)
        allocation = [{"payment_id": payment.id, "amount": amount}]
        match = matches._apply_manual(
            line.with_user(self.coordinator), allocation, **more
        )
        return match.sudo()

    def test_without_entry_of_several_invoices(self):
        """Odoo does not see by itself that the bank confirmed it."""
        second = self._make_invoice(amount=60.0)
        payment = self._register_as_is(self.invoice + second, group_payment=True)
        self.assertEqual(payment.amount, 160.0)
        line = self._make_bank_line(160.0)
        self._pay_with(line, payment, 160.0)
        self.assertOpen(invoice=0.0)
        self.assertEqual(payment.state, "paid")

    def test_without_entry_nor_invoice(self):
        """A payment on account: the bank's line makes it a credit."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.customer.id,
                "amount": 40.0,
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        line = self._make_bank_line(40.0)
        self._pay_with(line, payment, 40.0)
        self.assertEqual(payment.state, "paid")
        self.assertEqual(sum(self._receivables().mapped("residual")), 60.0)

    def test_paid_otherwise(self):
        payment = self._register_as_is(self.invoice)
        payment.action_cancel()
        with self.assertRefused("no payment in transit any more"):
            self._pay_with(self._make_bank_line(100.0), payment, 100.0)

    def test_proposal(self):
        payment = self._register_as_is(self.invoice)
        line = self._make_bank_line(100.0)
        match = self.env["billing.payment.match"].create(
            {
                "statement_line_id": line.id,
                "line_ids": [
                    Command.create(
                        {"kind": "payment", "payment_id": payment.id, "amount": 100.0}
                    )
                ],
            }
        )
        match.with_user(self.coordinator).action_apply()
        self.assertEqual(payment.state, "paid")

    def test_undo_without_entry(self):
        second = self._make_invoice(amount=60.0)
        payments = self._register_as_is(self.invoice)
        payments += self._register_as_is(second)
        line = self._make_bank_line(160.0)
        self.env["billing.worklist"]._refresh(self.company)
        before = match_snapshot.take(self.env)
        allocation = [{"payment_id": p.id, "amount": p.amount} for p in payments]
        match = self.env["billing.payment.match"]._apply_manual(line, allocation)
        self.assertEqual(set(payments.mapped("state")), {"paid"})
        match.with_user(self.coordinator).action_undo()
        self.assertEqual(set(payments.mapped("state")), {self.before})
        after = match_snapshot.take(self.env)
        self.assertFalse(match_snapshot.compare(before, after))
