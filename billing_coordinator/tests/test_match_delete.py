from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SecondCompany
from .match_common import MatchCase


class MatchedCase(SecondCompany, MatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = cls._make_user("bookkeeper", "account.group_account_user")
        cls.invoice = cls._make_invoice()
        cls.line = cls._make_bank_line(95.0, "Less 5")

    def _match_short(self):
        return self._match(self.line, (self.invoice, 95.0), rest={"handling": "ticket"})


@tagged("post_install", "-at_install")
class TestMatchUndoAccess(MatchedCase):
    """Odoo's own button: our part does nothing for those who may not press it."""

    def assertForbidden(self, user, match):
        lines = self.line.with_user(user)
        matches = self.registry["billing.payment.match"]
        with (
            patch.object(matches, "_before_undo") as ours,
            self.assertRaises(AccessError, msg=user.login),
            mute_logger("odoo.addons.base.models.ir_rule"),
            mute_logger("odoo.addons.base.models.ir_model"),
        ):
            lines.action_undo_reconciliation()
        ours.assert_not_called()
        self.assertEqual(match.state, "applied")
        self.assertOpen(invoice=5.0)

    def test_who_may_not_write_lines(self):
        match = self._match_short()
        invoicing = self._make_user("invoicing", "account.group_account_invoice")
        for user in (self.coordinator, self.department, invoicing):
            self.assertForbidden(user, match)

    def test_bookkeeper_of_another_company(self):
        match = self._match_short()
        theirs = self._make_user(
            "theirs", "account.group_account_user", company=self.other_company
        )
        self.assertForbidden(theirs, match)

    def test_bookkeeper_who_sees_no_match(self):
        match = self._match_short()
        self.line.with_user(self.bookkeeper).action_undo_reconciliation()
        self.assertEqual(match.state, "undone")
        self.assertEqual(match.undone_by_id, self.bookkeeper)
        self.assertEqual(match.ticket_id.state, "cancelled")
        self.assertOpen(invoice=100.0)


@tagged("post_install", "-at_install")
class TestMatchDelete(MatchedCase):
    """A line is not deleted while what its match did elsewhere stands."""

    def assertKept(self, records, match):
        records = records.with_user(self.bookkeeper)
        for context in ({}, {"_force_unlink": True}):  # as at uninstall
            with self.assertRaisesRegex(UserError, "Less 5 is matched.*Undo"):
                records.with_context(**context).unlink()
        self.assertEqual(match.state, "applied")
        self.assertTrue(self.line.is_reconciled)
        self.assertOpen(invoice=5.0)
        self.assertIn(match.ticket_id.state, ("new", "in_progress"))

    def test_matched_line(self):
        self.assertKept(self.line, self._match_short())

    def test_one_of_several(self):
        match = self._match_short()
        self.assertKept(self._make_bank_line(1.0) | self.line, match)

    def test_entry_of_a_matched_line(self):
        match = self._match_short()
        move = self.line.move_id
        for context in ({}, {"_force_unlink": True}):  # as at uninstall
            with self.assertRaisesRegex(UserError, "Less 5 is matched"):
                move.with_context(force_delete=True, **context).unlink()
        self.assertTrue(self.line.exists())
        self.assertEqual(match.state, "applied")

    def test_undone_first(self):
        match = self._match_short()
        match.with_user(self.coordinator).action_undo()
        move = self.line.move_id
        self.line.with_user(self.bookkeeper).unlink()
        for record in (self.line, match, move):
            self.assertFalse(record.exists())
        self.assertOpen(invoice=100.0)
        ticket = self.env["billing.ticket"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(ticket.state, "cancelled")

    def test_proposals_go_with_the_line(self):
        match = self._propose(self.line, (self.invoice, 95.0))
        self.line.with_user(self.bookkeeper).unlink()
        self.assertFalse(match.exists())

    def test_payment_that_the_bank_took_back(self):
        """Also when somebody else matched the earlier line, by hand."""
        earlier = self._make_bank_line(100.0, "Paid")
        matched = self._match(earlier, (self.invoice, 100.0))
        back = self._make_bank_line(-100.0, "Returned")
        match = self.env["billing.payment.match"].create(
            {"statement_line_id": back.id, "returned_line_id": earlier.id}
        )
        match.with_user(self.coordinator).action_apply()
        with self.assertRaisesRegex(UserError, "Paid is matched"):
            earlier.with_user(self.bookkeeper).unlink()
        matched.state = "undone"
        with self.assertRaisesRegex(UserError, "Returned is matched"):
            earlier.with_user(self.bookkeeper).unlink()
