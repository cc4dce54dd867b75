from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SecondCompany
from .match_common import MatchCase


@tagged("post_install", "-at_install")
class TestMatchApply(MatchCase):
    """A line of the bank pays open items: in its own entry, reconciled by Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first_invoice = cls._make_invoice(amount=100.0, overdue=20)
        cls.second_invoice = cls._make_invoice(amount=60.0, overdue=10)

    def test_one_invoice(self):
        line = self._make_bank_line(100.0)
        match = self._match(line, (self.first_invoice, 100.0))
        self.assertOpen(first_invoice=0.0, second_invoice=60.0)
        self.assertEqual(self.first_invoice.payment_state, "paid")
        self.assertTrue(line.is_reconciled)
        self.assertEntry(
            line, [("101400", "Customer A", 100.0), ("101000", "Customer A", -100.0)]
        )
        self.assertEqual(
            (match.state, match.applied_by_id), ("applied", self.coordinator)
        )
        self.assertFalse(match.is_automatic)
        self.assertTrue(match.applied_at)

    def test_payer_of_the_line(self):
        """The customer is set where the bank did not say who paid."""
        line = self._make_bank_line(100.0)
        self._match(line, (self.first_invoice, 100.0))
        self.assertEqual(line.partner_id, self.customer)
        self.assertEqual(line.move_id.partner_id, self.customer)

    def test_proposal_as_it_is(self):
        line = self._make_bank_line(160.0)
        match = self._propose(
            line, (self.first_invoice, 100.0), (self.second_invoice, 60.0)
        )
        other = self._propose(line, (self.first_invoice, 100.0))
        match.with_user(self.coordinator).action_apply()
        self.assertOpen(first_invoice=0.0, second_invoice=0.0)
        self.assertEqual(match.score, 90)
        self.assertEqual(match.line_ids.mapped("amount"), [100.0, 60.0])
        self.assertFalse(other.exists())

    def test_proposal_changed(self):
        """What was allocated otherwise is what the history says."""
        line = self._make_bank_line(100.0)
        match = self._propose(line, (self.first_invoice, 100.0))
        allocation = self._allocate(
            (self.first_invoice, 40.0), (self.second_invoice, 60.0)
        )
        match.with_user(self.coordinator)._apply(allocation)
        self.assertOpen(first_invoice=60.0, second_invoice=0.0)
        self.assertEqual(match.line_ids.mapped("amount"), [40.0, 60.0])
        self.assertEqual(
            match.line_ids.mapped("name"),
            [self.first_invoice.name, self.second_invoice.name],
        )

    def test_several_customers(self):
        """Each counterpart is of its customer; the line is of nobody."""
        theirs = self._make_invoice(self.other, amount=50.0)
        line = self._make_bank_line(150.0)
        match = self._match(line, (self.first_invoice, 100.0), (theirs, 50.0))
        self.assertFalse(line.partner_id)
        self.assertFalse(match.partner_id)
        self.assertEntry(
            line,
            [
                ("101400", "", 150.0),
                ("101000", "Customer A", -100.0),
                ("101000", "Customer B", -50.0),
            ],
        )
        self.assertEqual(theirs.payment_state, "paid")

    def test_credit_note_netted(self):
        credit_note = self._make_credit_note(amount=30.0)
        line = self._make_bank_line(70.0)
        self._match(line, (self.first_invoice, 100.0), (credit_note, -30.0))
        self.assertEqual(self.first_invoice.payment_state, "paid")
        self.assertEqual(credit_note.payment_state, "paid")

    def test_refund_to_a_customer(self):
        credit_note = self._make_credit_note(amount=30.0)
        line = self._make_bank_line(-30.0)
        self._match(line, (credit_note, -30.0))
        self.assertEqual(credit_note.payment_state, "paid")
        self.assertTrue(line.is_reconciled)

    def test_rest_is_a_credit(self):
        """What is paid too much stays open on the customer's account."""
        line = self._make_bank_line(120.0)
        match = self._match(
            line, (self.first_invoice, 100.0), rest={"handling": "credit"}
        )
        credit = line.move_id.line_ids.filtered(
            lambda each: (
                each.account_type == "asset_receivable" and each.amount_residual
            )
        )
        self.assertEqual(credit.amount_residual, -20.0)
        self.assertEqual(credit.partner_id, self.customer)
        self.assertEqual(match.difference, 20.0)
        self.assertEqual(match.line_ids.mapped("kind"), ["item", "credit"])
        rows = self._receivables()
        self.assertEqual(sum(rows.mapped("residual")), 60.0 - 20.0)

    def test_credit_of_another(self):
        line = self._make_bank_line(120.0)
        self._match(
            line,
            (self.first_invoice, 100.0),
            rest={"handling": "credit", "partner_id": self.other.id},
        )
        self.assertEqual(sum(self._receivables(self.other).mapped("residual")), -20.0)

    def test_all_of_it_is_a_credit(self):
        """A payment on account."""
        line = self._make_bank_line(80.0)
        self._match(line, rest={"handling": "credit", "partner_id": self.customer.id})
        self.assertTrue(line.is_reconciled)
        self.assertEqual(sum(self._receivables().mapped("residual")), 160.0 - 80.0)

    def test_rest_without_a_choice(self):
        line = self._make_bank_line(120.0)
        with self.assertRefused("20.00.€ of the line would be left"):
            self._match(line, (self.first_invoice, 100.0), rest={"handling": "open"})
        with self.assertRefused("20.00.€ of the line would be left"):
            self._match(line, (self.first_invoice, 100.0), rest={})

    def test_more_than_the_line(self):
        line = self._make_bank_line(90.0)
        with self.assertRefused("10.00.€ more than the line brings"):
            self._match(line, (self.first_invoice, 100.0), rest={"handling": "credit"})

    def test_more_than_is_open(self):
        line = self._make_bank_line(120.0)
        with self.assertRefused("Only 100.00.€ of it is open"):
            self._match(line, (self.first_invoice, 120.0))

    def test_wrong_sign(self):
        line = self._make_bank_line(50.0)
        with self.assertRefused("wrong sign"):
            self._match(line, (self.first_invoice, -10.0), (self.second_invoice, 60.0))

    def test_item_twice(self):
        line = self._make_bank_line(100.0)
        with self.assertRefused("named twice"):
            self._match(line, (self.first_invoice, 40.0), (self.first_invoice, 60.0))

    def test_settled_in_the_meantime(self):
        line = self._make_bank_line(100.0)
        match = self._propose(line, (self.first_invoice, 100.0))
        self._pay(self.first_invoice)
        with self.assertRefused("It is settled"):
            match._apply()

    def test_line_matched_before(self):
        line = self._make_bank_line(100.0)
        again = self._propose(line, (self.second_invoice, 60.0))
        self._match(line, (self.first_invoice, 60.0), (self.second_invoice, 40.0))
        self.assertFalse(again.exists())
        with self.assertRefused("matched already"):
            self._match(line, (self.first_invoice, 40.0))

    def test_not_posted(self):
        draft = self._make_invoices([(None, 100.0, 10)], post=False)
        line = self._make_bank_line(100.0)
        with self.assertRefused("not posted"):
            self._match(line, (draft, 100.0))

    def test_no_receivable(self):
        line = self._make_bank_line(100.0)
        income = self.first_invoice.line_ids - self._item(self.first_invoice)
        with self.assertRefused("no receivable"):
            self._match(line, (income, 100.0))

    def test_locked_period(self):
        """Odoo's own words."""
        line = self._make_bank_line(100.0)
        self._lock(line.date)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._match(line, (self.first_invoice, 100.0))
        self.assertOpen(first_invoice=100.0)

    def test_automatic(self):
        line = self._make_bank_line(100.0)
        match = self._propose(line, (self.first_invoice, 100.0))
        match.with_context(billing_match_automatic=True)._apply()
        self.assertTrue(match.is_automatic)


@tagged("post_install", "-at_install")
class TestMatchAccess(SecondCompany, MatchCase):
    """Coordinators of the company, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100.0)
        cls.line = cls._make_bank_line(100.0)

    def test_department_is_refused(self):
        proposal = self._propose(self.line, (self.invoice, 100.0))
        for action in ("action_apply", "action_undo"):
            with self.assertRaises(AccessError):
                getattr(proposal.with_user(self.department), action)()
        with self.assertRaises(AccessError):
            self._match(self.line, (self.invoice, 100.0), user=self.department)

    def test_second_company_is_refused(self):
        proposal = self._propose(self.line, (self.invoice, 100.0))
        for action in ("action_apply", "action_undo"):
            with self.assertRaises(AccessError):
                getattr(proposal.with_user(self.other_coordinator), action)()
        with self.assertRaises(AccessError):
            self._match(self.line, (self.invoice, 100.0), user=self.other_coordinator)

    def test_item_of_the_second_company(self):
        theirs = self._make_invoice(self.other_customer, company=self.other_company)
        with self.assertRefused("cannot be matched. It belongs to another company"):
            self._match(self.line, (theirs, 100.0))
