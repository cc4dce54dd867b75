from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, days
from .match_common import MatchCase


class AttackCase(MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._make_invoice(amount=100.0)
        cls.theirs = cls._make_invoice(cls.other, amount=150.0)
        cls.matches = cls.env["billing.payment.match"].with_user(cls.coordinator)

    def _accept(self, line, allocation, rest=None, **context):
        """As a client calls it."""
        matches = self.matches.with_context(**context)
        match_id = matches.review_accept(line.id, None, allocation, rest)
        return self.env["billing.payment.match"].browse(match_id)

    def _give(self, amount, invoice=None, **more):
        item = self._item(invoice or self.invoice)
        return [{"move_line_id": item.id, "amount": amount, **more}]

    def _make_payment(self, amount):
        """Without a journal entry."""
        move = self.env.registry["account.move"]
        self.patch(move, "_get_invoice_in_payment_state", lambda self: "in_payment")
        return self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": amount,
                "journal_id": self._journal("TBNK").id,
                "payment_type": "inbound",
                "date": TODAY,
            }
        )

    def assertUntouched(self, line):
        self.env.invalidate_all()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(len(line.move_id.line_ids), 2)

    def assertNotAccepted(self, line, allocation, rest=None, **context):
        with self.assertRaises(UserError), self.cr.savepoint():
            self._accept(line, allocation, rest, **context)
        self.assertUntouched(line)


@tagged("post_install", "-at_install")
class TestMatchForged(AttackCase):
    """What a forged call must not do to the books."""

    def test_item_of_nobody(self):
        line = self._make_bank_line(100.0)
        for given in ({}, {"move_line_id": False}, {"move_line_id": 99_999_999}):
            with self.subTest(given):
                self.assertNotAccepted(line, [{"amount": 100.0, **given}])
        self.assertNotAccepted(line, [{"amount": 100.0, "payment_id": 99_999_999}])
        self.assertNotAccepted(line, [])

    def test_no_amount(self):
        line = self._make_bank_line(100.0)
        for amount in (float("nan"), float("inf"), 1e300, "100", [1]):
            with self.subTest(amount):
                self.assertNotAccepted(line, self._give(amount))

    def test_fractions_of_cents(self):
        """They are rounded before they are added up."""
        second, third = (self._make_invoice(amount=100.0) for _each in range(2))
        allocation = [
            *self._give(33.334),
            *self._give(33.334, second),
            *self._give(33.336, third),
        ]
        line = self._make_bank_line(100.0)
        match = self._accept(line, allocation)
        self.assertEqual(match.line_ids.mapped("amount"), [33.33, 33.33, 33.34])
        for each in line.move_id.line_ids:
            self.assertEqual(each.balance, each.amount_currency)

    def test_credit_of_another_company(self):
        company = self.env["res.company"].create({"name": "Another"})
        partners = self.env["res.partner"]
        theirs = partners.create({"name": "Not ours", "company_id": company.id})
        line = self._make_bank_line(120.0)
        for partner_id in (theirs.id, 99_999_999):
            rest = {"handling": "credit", "partner_id": partner_id}
            self.assertNotAccepted(line, self._give(100.0), rest)

    def test_unknown_handling(self):
        line = self._make_bank_line(90.0)
        self.assertNotAccepted(line, self._give(90.0), {"handling": "keep"})

    def test_nobody_plays_the_job(self):
        """The job needs no reason for a write-off, and is no person."""
        line = self._make_bank_line(95.0)
        job = {"billing_match_automatic": True}
        self.assertNotAccepted(line, self._give(95.0), {"handling": "writeoff"}, **job)
        match = self._accept(line, self._give(95.0), {"handling": "open"}, **job)
        self.assertFalse(match.is_automatic)
        match = self._propose(self._make_bank_line(5.0), (self.invoice, 5.0))
        match.with_user(self.coordinator).with_context(**job).action_apply()
        self.assertFalse(match.is_automatic)

    def test_no_way_around_the_limit_of_write_offs(self):
        self.company.billing_match_charges_account_id = self.discounts
        line = self._make_bank_line(1.0)
        for more, rest in (
            ({}, {"handling": "discount"}),
            ({"discount": 99.0}, None),
            ({"kept": 99.0}, None),
            ({"discount": 7.0, "kept": 7.0}, {"handling": "open"}),
        ):
            with self.subTest(more=more, rest=rest):
                self.assertNotAccepted(line, self._give(1.0, **more), rest)
        self._match(line, (self.invoice, 1.0, 99.0), user=self.manager)
        self.assertOpen(invoice=0.0)

    def test_charges_that_the_bank_told_need_nobody(self):
        self.company.billing_match_charges_account_id = self.discounts
        line = self._make_bank_line(70.0, billing_charges=-30.0)
        self._accept(line, self._give(70.0, kept=30.0))
        self.assertOpen(invoice=0.0)

    def test_payment_of_another_sign(self):
        """It would be a debt of its customer."""
        payment = self._make_payment(50.0)
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertNotAccepted(
            self._make_bank_line(100.0),
            [
                *self._give(150.0, self.theirs),
                {"payment_id": payment.id, "amount": -50},
            ],
        )


@tagged("post_install", "-at_install")
class TestMatchBadMoment(AttackCase):
    """What happens between a proposal and its match, or after it."""

    def assertNotApplied(self, match):
        with self.assertRaises(UserError), self.cr.savepoint():
            match.with_user(self.coordinator)._apply()
        self.assertUntouched(match.statement_line_id)

    def assertNotUndone(self, match, text):
        with self.assertRefused(text), self.cr.savepoint():
            match.with_user(self.coordinator).action_undo()
        with self.assertRefused(text), self.cr.savepoint():
            match.statement_line_id.action_undo_reconciliation()
        self.env.invalidate_all()
        self.assertEqual(match.state, "applied")

    def test_invoice_gone(self):
        gone = self._make_invoice(amount=80.0)
        match = self._propose(self._make_bank_line(80.0), (gone, 80.0))
        gone.button_draft()
        self.assertNotApplied(match)
        gone.name = False
        gone.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        self.assertNotApplied(match)

    def test_payment_gone(self):
        payment = self._make_payment(50.0)
        match = self._propose(self._make_bank_line(50.0))
        values = {"kind": "payment", "payment_id": payment.id, "amount": 50.0}
        match.line_ids = [(0, 0, values)]
        payment.unlink()
        self.env.invalidate_all()
        self.assertNotApplied(match)

    def test_job_leaves_an_invoice_that_grew(self):
        """What is short now was not proposed: the job gives nothing away."""
        for handling in ("open", "discount", "writeoff"):
            self.company.billing_match_short = handling
            match = self._propose(self._make_bank_line(95.0), (self.invoice, 95.0))
            self.assertNotApplied(match.with_context(billing_match_automatic=True))

    def test_what_is_left_of_a_credit_note_stays(self):
        """The customer's money is not written off beside a short payment."""
        self.note = self._make_credit_note(amount=15.0)
        for handling in ("open", "writeoff", "discount"):
            match = self._match(
                self._make_bank_line(90.0),
                (self.invoice, 100.0),
                (self.note, -10.0),
                rest={"handling": handling, "note": "Why"},
            )
            self.assertOpen(invoice=0.0, note=-5.0)
            match.action_undo()

    def _match_with_credit(self):
        line = self._make_bank_line(120.0, "Too much")
        match = self._match(line, (self.invoice, 100.0), rest={"handling": "credit"})
        credit = match.line_ids.filtered(lambda part: part.kind == "credit")
        return match, credit.move_line_id

    def test_undo_while_another_line_used_the_credit(self):
        match, credit = self._match_with_credit()
        line = self._make_bank_line(130.0, "Second")
        other = self._match(line, (self.theirs, 150.0), (credit, -20.0))
        self.assertNotUndone(match, "settles Second too")
        self.assertOpen(theirs=0.0, invoice=0.0)
        other.with_user(self.coordinator).action_undo()
        match.with_user(self.coordinator).action_undo()
        self.assertOpen(theirs=150.0, invoice=100.0)

    def test_undo_while_an_invoice_has_the_credit(self):
        match, credit = self._match_with_credit()
        self.later = self._make_invoice(amount=20.0)
        self.later.js_assign_outstanding_line(credit.id)
        self.assertOpen(later=0.0)
        self.assertNotUndone(match, f"settles {self.later.name} too")
        self.assertOpen(later=0.0, invoice=0.0)

    def test_unreconciled_on_the_invoice(self):
        line = self._make_bank_line(100.0)
        match = self._match(line, (self.invoice, 100.0))
        self._item(self.invoice).remove_move_reconcile()
        self.assertOpen(invoice=100.0)
        match.with_user(self.coordinator).action_undo()
        self.assertUntouched(line)
        self._match(line, (self.invoice, 100.0))
        self.assertOpen(invoice=0.0)

    def test_entry_reset_to_draft(self):
        line = self._make_bank_line(100.0)
        match = self._match(line, (self.invoice, 100.0))
        line.move_id.button_draft()
        line.move_id.action_post()
        match.with_user(self.coordinator).action_undo()
        self.assertOpen(invoice=100.0)
        self.assertUntouched(line)

    def test_archived_customer(self):
        self.customer.active = False
        self._match_with_credit()
        self.assertOpen(invoice=0.0)

    def test_line_that_is_worth_nothing_in_the_books(self):
        values = {"name": "Weak", "code": "WEAK", "type": "bank"}
        values.update(company_id=self.company.id, currency_id=self.usd.id)
        bank = self.env["account.journal"].create(values)
        values = {"currency_id": self.usd.id, "company_id": self.company.id}
        rates = self.env["res.currency.rate"]
        rates.create({**values, "name": days(-1), "rate": 1000.0})
        line = self._make_bank_line(0.01, journal=bank)
        found = self.matches.search_review_items(line.id, self.invoice.name)
        self.assertEqual([each["open"] for each in found], [100_000.0])
