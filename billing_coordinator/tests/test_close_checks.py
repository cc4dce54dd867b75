from datetime import datetime
from unittest.mock import patch

from odoo import api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import close_check as tool
from .close_check_common import IN_MAY, CloseCheckCase
from .common import days

CODES = {
    *("draft_invoices", "not_sent", "sequence_gaps", "duplicates", "after_review"),
    *("wrong_period", "bank_lines", "statements", "bank_balance", "in_transit"),
    *("suspense", "outstanding", "receivables", "manual_entries"),
    *("unapplied_credits", "credit_balances", "discrepancies", "promises"),
    *("failed_notices", "not_billed", "tax", "allowance"),
}


@tagged("post_install", "-at_install")
class TestCloseChecks(CloseCheckCase):
    def test_catalogue(self):
        checks = self.env["billing.close.checks"]
        self.assertEqual(set(checks._get_checks()), CODES)
        self.assertEqual(checks._get_selection()[-1], ("own", "A check of your own"))
        for code, name in checks._get_selection():
            self.assertIsInstance(name, str, code)
        self.assertEqual(checks._get_unit("tax"), "money")
        self.assertEqual(checks._get_unit("not_sent"), "count")

    def test_nothing_there(self):
        for code in CODES:
            with self.subTest(code):
                self.assertClean(code)

    def test_new_check(self):
        """One method with the decorator in an addon that inherits the model."""

        @api.model
        @tool.close_check("customers", "Customers named A")
        def find(checks, period):
            return checks._count("res.partner", [("name", "=", "Customer A")])

        find.__name__ = "find"
        model = self.env.registry["billing.close.checks"]
        with patch.object(model, "find", find, create=True):
            self.assertIn(
                ("customers", "Customers named A"),
                self.env["billing.close.checks"]._get_selection(),
            )
            found = self._run("customers")
        self.assertEqual((found.figure, self._open(found)), (1, self.customer))

    def test_check_that_is_gone(self):
        with self.assertRaisesRegex(UserError, "no check gone any more"):
            self._run("gone")

    def test_checks_share_what_they_read(self):
        """All checks of a period together, on a ledger with something of each."""
        self._make_bank_line(30, day=IN_MAY)
        self._register_payment(self._in_may())
        self._in_may(post=False)
        self._make_entry(self.customer, -500, IN_MAY)
        for code in CODES:  # what Odoo reads once
            self._run(code)
        self.env.invalidate_all()
        period = self._period()
        with self.assertQueryCount(60):
            for code in sorted(CODES):
                self._run(code, period)

    def test_more_records_no_more_queries(self):
        def count():
            self.env.invalidate_all()
            period, counts = self._period(), {}
            for code in sorted(CODES):
                before = self.cr.sql_log_count
                self._run(code, period)
                counts[code] = self.cr.sql_log_count - before
            return counts

        self._make_some(2)
        few = [count() for _round in range(3)][-1]
        self._make_some(12)
        self.assertEqual(count(), few)

    def _make_some(self, number):
        for _number in range(number):
            self._make_bank_line(30, day=IN_MAY)
            self._make_entry(self.customer, -500, IN_MAY)
            self._in_may(amount=7)
        self.env.flush_all()

    def test_branch_is_closed_with_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.accountant.company_ids = [Command.link(branch.id)]
        entry = self._make_entry(self.customer, -10, IN_MAY, company_id=branch.id)
        theirs = self._receivable_lines(entry)
        self.assertFound("manual_entries", theirs)
        mine = self._receivable_lines(self._make_entry(self.customer, -10, IN_MAY))
        self.assertFound("manual_entries", mine + theirs)
        self.assertEqual(self._run("unapplied_credits").figure, 20)
        period = self._period(branch)
        self.assertFound("manual_entries", theirs, period=period)
        self.assertEqual(self._run("unapplied_credits", period).figure, 10)

    def test_same_figure_for_everybody(self):
        self._in_may(post=False)
        employee = self._make_user("employee", "base.group_user")
        for user in (self.accountant, self.manager, employee):
            self.assertEqual(self._run("draft_invoices", user=user).figure, 1)


@tagged("post_install", "-at_install")
class TestInvoiceChecks(CloseCheckCase):
    def test_draft_invoices(self):
        self._in_may()
        self._make_invoice(overdue=-40, post=False)  # of June
        self._elsewhere(post=False)
        self.assertClean("draft_invoices")
        drafts = self._in_may(post=False)
        self.assertFound("draft_invoices", drafts)
        drafts += self._in_may(post=False, invoice_date=False)
        self.assertFound("draft_invoices", drafts.sorted("id", reverse=True))

    def _sorted(self, moves):
        return self.env["account.move"].search([("id", "in", moves.ids)])

    def test_not_sent(self):
        self._in_may(is_move_sent=True)
        self._in_may(post=False)
        self._elsewhere()
        self.assertClean("not_sent")
        self.assertFound("not_sent", self._in_may())

    def test_sequence_gaps(self):
        first, second, third = (self._in_may() for _number in range(3))
        self._elsewhere()
        self.assertClean("sequence_gaps")
        second.button_draft()
        self.assertFound("sequence_gaps", second)
        second.with_context(force_delete=True).unlink()
        self.assertFound("sequence_gaps", third)
        self.assertTrue(first)

    def test_duplicates(self):
        twins = self._in_may() + self._in_may(amount=99)
        self._in_may(self._make_customer("Customer B"))
        self._elsewhere()
        self._elsewhere()
        self.assertClean("duplicates")
        twins = twins[0] + self._in_may()
        self.assertFound("duplicates", self._sorted(twins))
        twins[1]._reverse_moves([{"date": IN_MAY}], cancel=True)
        self.assertClean("duplicates")

    def test_duplicates_by_reference(self):
        near = self._in_may(ref="PO 1")
        near += self._make_invoice(overdue=-12, ref="PO 1")
        self._make_invoice(overdue=-13, ref="PO 2")
        self._make_invoice(overdue=8, ref="PO 1")  # of the 9th
        found = self._run("duplicates")
        self.assertEqual(self._open(found), self._sorted(near))

    def test_after_review(self):
        before, after = datetime(2025, 6, 3, 8), datetime(2025, 6, 3, 18)
        reviewed = datetime(2025, 6, 3, 12)
        period = self._period(reviewed_at=reviewed)
        early, late, theirs = self._in_may(), self._in_may(), self._elsewhere()
        self._set_made_on(early, before)
        self._forget_tracking()
        self._set_made_on(late + theirs, after)
        self.assertFound("after_review", late, period=period)
        self.assertEqual(self._run("after_review").note, "Nothing was reviewed yet.")
        self._set_made_on(late, before)
        self.assertClean("after_review", period)

    def _forget_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env["mail.tracking.value"].search([]).unlink()

    def test_draft_posted_after_review(self):
        draft = self._in_may(post=False)
        self._set_made_on(draft, datetime(2025, 6, 3, 8))
        self.env.cr.precommit.run()
        draft.action_post()
        self.env.flush_all()
        self.env.cr.precommit.run()
        period = self._period(reviewed_at=datetime(2025, 6, 3, 12))
        self.assertFound("after_review", draft, period=period)

    def test_wrong_period(self):
        self._in_may()
        self._elsewhere(date="2025-06-02")
        self.assertClean("wrong_period")
        june = self._in_may()
        self._move_to(june, "2025-06-02")
        april = self._make_invoice(overdue=30)
        self._move_to(april, "2025-05-02")
        self._move_to(self._make_invoice(overdue=30), "2025-04-02")
        self.assertFound("wrong_period", self._sorted(june + april))

    def _move_to(self, invoice, day):
        """Booked on another day than it was billed, as a lock date makes Odoo do."""
        self.env.flush_all()
        for table, column in (("account_move", "id"), ("account_move_line", "move_id")):
            self.env.cr.execute(
                f"UPDATE {table} SET date = %s WHERE {column} = %s", [day, invoice.id]
            )
        self.env.invalidate_all()

    def test_revenue_let_into_a_locked_period(self):
        self.company.sale_lock_date = days(-60)
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.env.uid,
                "sale_lock_date": days(-90),
                "end_datetime": False,
            }
        )
        invoice = self._make_invoice(overdue=40)
        self.assertEqual(invoice.date, days(-70))
        self.assertFound("wrong_period", invoice)
