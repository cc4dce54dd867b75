from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from . import match_snapshot
from .common import TODAY, days
from .match_common import MatchCase


@tagged("post_install", "-at_install")
class TestMatchUndo(MatchCase):
    """Invariant 7: what a match applied, undo restores."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.env.registry["account.move"],
                "_get_invoice_in_payment_state",
                lambda self: "in_payment",
            )
        )
        cls.invoice = cls._make_invoice(amount=100.0, overdue=20)
        cls.second_invoice = cls._make_invoice(amount=60.0, overdue=10)
        cls.theirs = cls._make_invoice(cls.other, amount=50.0)

    def assertUndone(self, match, before, by_odoo=False):
        """Everything is as it was, but for what undoing leaves by design.

        :return: rows that are new
        """
        if by_odoo:
            match.statement_line_id.action_undo_reconciliation()
        else:
            match.with_user(self.coordinator).action_undo("Wrong customer")
        self.assertEqual(match.state, "undone")
        self.assertFalse(match.statement_line_id.is_reconciled)
        after = match_snapshot.take(self.env)
        changes = match_snapshot.compare(before, after)
        new = [change for change in changes if change[2] is None and change[3] is None]
        self.assertFalse([change for change in changes if change not in new])
        return new

    def assertRoundTrip(self, line, *parts, rest=None, user=None):
        for by_odoo in (False, True):
            before = self._take(line)
            match = self._match(line, *parts, rest=rest, user=user)
            applied = match_snapshot.take(self.env)
            self.assertTrue(match_snapshot.compare(before, applied))
            self.assertFalse(self.assertUndone(match, before, by_odoo))

    def _take(self, line):
        """With figures of follow-up that are up to date."""
        worklist = self.env["billing.worklist"]
        worklist._refresh(self.company)
        return match_snapshot.take(self.env)

    def test_one_invoice(self):
        self.assertRoundTrip(self._make_bank_line(100.0), (self.invoice, 100.0))

    def test_payer_known_before(self):
        line = self._make_bank_line(100.0, partner_id=self.customer.id)
        self.assertRoundTrip(line, (self.invoice, 100.0))
        self.assertEqual(line.partner_id, self.customer)

    def test_several_customers(self):
        self.assertRoundTrip(
            self._make_bank_line(150.0), (self.invoice, 100.0), (self.theirs, 50.0)
        )

    def test_part_of_an_invoice_paid_before_in_part(self):
        self._pay(self.invoice, 30.0)
        self.assertRoundTrip(self._make_bank_line(20.0), (self.invoice, 20.0))

    def test_credit_note_netted(self):
        credit_note = self._make_credit_note(amount=30.0)
        self.assertRoundTrip(
            self._make_bank_line(70.0), (self.invoice, 100.0), (credit_note, -30.0)
        )

    def test_refund(self):
        credit_note = self._make_credit_note(amount=30.0)
        self.assertRoundTrip(self._make_bank_line(-30.0), (credit_note, -30.0))

    def test_credit(self):
        self.assertRoundTrip(
            self._make_bank_line(120.0),
            (self.invoice, 100.0),
            rest={"handling": "credit"},
        )

    def test_short(self):
        for handling in ("open", "discount", "writeoff"):
            self.assertRoundTrip(
                self._make_bank_line(95.0),
                (self.invoice, 95.0),
                rest={"handling": handling, "note": "Small"},
            )

    def test_ticket(self):
        """It is cancelled if nobody worked on it."""
        line = self._make_bank_line(95.0)
        before = self._take(line)
        match = self._match(line, (self.invoice, 95.0), rest={"handling": "ticket"})
        new = self.assertUndone(match, before)
        tables = {change[0] for change in new}
        self.assertEqual(tables, {"billing_ticket", "billing_ticket_line"})
        self.assertEqual(match.ticket_id.state, "cancelled")

    def test_ticket_that_somebody_works_on(self):
        line = self._make_bank_line(95.0)
        match = self._match(line, (self.invoice, 95.0), rest={"handling": "ticket"})
        match.ticket_id.message_post(body="Two were broken", message_type="comment")
        match.with_user(self.coordinator).action_undo()
        self.assertIn(match.ticket_id.state, ("new", "in_progress"))
        self.assertIn("was undone", match.ticket_id.message_ids[0].body)

    def test_promise(self):
        self.env["billing.promise"].with_user(self.coordinator)._make(
            self._item(self.invoice), [(days(3), 100.0)]
        )
        self.assertRoundTrip(self._make_bank_line(100.0), (self.invoice, 100.0))

    def test_ticket_that_the_payment_closed(self):
        ticket = self.env["billing.ticket"].create(
            {
                "subject": "Too dear",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "line_ids": [(0, 0, {"move_id": self.invoice.id})],
            }
        )
        self.env.flush_all()
        match = self._match(self._make_bank_line(100.0), (self.invoice, 100.0))
        self.assertEqual(ticket.state, "closed")
        match.with_user(self.coordinator).action_undo()
        self.assertEqual(ticket.state, "in_progress")

    def test_foreign_currency(self):
        """The exchange difference is reversed by Odoo: both entries make nothing."""
        self.foreign = self._make_invoice(
            amount=100.0,
            currency_id=self.usd.id,
            invoice_date=days(-60),
            date=days(-60),
        )
        line = self._make_bank_line(
            30.0, foreign_currency_id=self.usd.id, amount_currency=100.0
        )
        before = self._take(line)
        match = self._match(line, (self.foreign, 30.0))
        self.assertOpen(foreign=0.0)
        new = self.assertUndone(match, before)
        made = [change[4] for change in new if change[0] == "account_move_line"]
        self.assertEqual(len(made), 4)
        for account in {row["account_id"] for row in made}:
            total = sum(r["balance"] for r in made if r["account_id"] == account)
            self.assertEqual(total, 0)
        self.assertEqual({row["amount_residual"] for row in made}, {0})

    def test_locked_period(self):
        line = self._make_bank_line(100.0)
        match = self._match(line, (self.invoice, 100.0))
        self.company.fiscalyear_lock_date = TODAY
        with self.assertRaises(UserError) as refused, self.cr.savepoint():
            match.with_user(self.coordinator).action_undo()
        self.assertIn("lock", str(refused.exception).lower())
        self.assertEqual(match.state, "applied")
        self.assertOpen(invoice=0.0)

    def test_twice(self):
        match = self._match(self._make_bank_line(100.0), (self.invoice, 100.0))
        match.action_undo()
        with self.assertRefused("nothing to undo"):
            match.action_undo()

    def test_who_and_why(self):
        match = self._match(self._make_bank_line(100.0), (self.invoice, 100.0))
        match.with_user(self.coordinator).action_undo("Wrong customer")
        self.assertEqual(match.undo_reason, "Wrong customer")
        self.assertEqual(match.undone_by_id, self.coordinator)
        self.assertTrue(match.undone_at)
        self.assertEqual(match.line_ids.mapped("amount"), [100.0])
