import json
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .allowance_common import JUNE, MAY, Allowances
from .common import TODAY, BillingCase, SecondCompany, days

FIRST_OF_JUNE = date(2025, 6, 1)


@tagged("post_install", "-at_install")
class TestAllowancePost(Allowances, SecondCompany, BillingCase):
    """One entry with its reversal; what is refused; undoing both."""

    def setUp(self):
        super().setUp()
        self.invoice = self._make_invoice(amount=100.0, overdue=60)
        self.allowance = self._make_allowance()

    def _cancel(self, allowance=None, user=None, reason="Wrong rates"):
        allowance = (allowance or self.allowance).with_user(user or self.manager)
        wizard = allowance.env["billing.allowance.cancel.wizard"]
        wizard.create({"allowance_id": allowance.id, "reason": reason}).action_cancel()

    # -- posting -----------------------------------------------------------------------

    def test_entry_and_reversal(self):
        self._make_specific(self._make_customer("B"), rate=50)
        self.allowance.action_post()
        self.assertEqual(self.allowance.state, "posted")
        self.assertEqual(self.allowance.posted_by_id, self.accountant)
        entry, reversal = self.allowance.move_id, self.allowance.reversal_id
        for move, day, sign in ((entry, MAY, 1), (reversal, FIRST_OF_JUNE, -1)):
            self.assertEqual((move.state, move.date), ("posted", day))
            self.assertEqual(move.journal_id, self._journal("TMISC"))
            balances = {line.account_id: line.balance for line in move.line_ids}
            self.assertEqual(balances, {
                self.expense: sign * 20, self.contra: sign * -20})  # fmt: skip
            self.assertFalse(move.line_ids.partner_id)
        self.assertEqual(reversal.reversed_entry_id, entry)
        self.assertIn("31-60 days", entry.narration)
        self.assertEqual(self._balance(self.contra, MAY), -20)
        self.assertEqual(self._balance(self.contra, FIRST_OF_JUNE), 0)

    def test_two_months(self):
        """Each month the full amount; the expense of June is the change."""
        self.allowance.action_post()
        with self._at(date(2025, 7, 2)):
            june = self._make_allowance(JUNE)
            june.action_post()
        self.assertEqual(june.total, 50)  # 74 days overdue
        self.assertEqual(self._balance(self.contra, JUNE), -50)
        self.assertEqual(
            self._balance(self.expense, JUNE) - self._balance(self.expense, MAY), 30
        )
        self.assertEqual(self._balance(self.contra, date(2025, 7, 1)), 0)

    def test_reversal_to_come_is_posted_by_odoo(self):
        """On the last day of the period the reversal is still to come."""
        self.allowance.unlink()
        with self._at(MAY):
            allowance = self._make_allowance()
            allowance.action_post()
            reversal = allowance.reversal_id
            self.assertEqual((reversal.state, reversal.auto_post), ("draft", "at_date"))
        with self._scheduler() as env:
            env["account.move"]._autopost_draft_entries()
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(self._balance(self.contra, TODAY), 0)

    def test_day_of_the_reversal_is_a_setting(self):
        self.company.billing_allowance_reversal_days = 5
        self.assertEqual(self.allowance.reversal_date, date(2025, 6, 5))
        self.allowance.action_post()
        self.company.billing_allowance_reversal_days = 1
        self.assertEqual(self.allowance.reversal_date, date(2025, 6, 5))
        self.assertEqual(self.allowance.reversal_id.date, date(2025, 6, 5))

    def test_preview_is_what_is_posted(self):
        groups = json.loads(self.allowance.entry_preview)["groups_vals"]
        shown = [
            [(line["account_id"], line["debit"], line["credit"]) for *_c, line in lines]
            for lines in (group["items_vals"] for group in groups)
        ]
        expense, contra = self.expense.display_name, self.contra.display_name
        none, amount = "0.00\xa0€", "20.00\xa0€"
        self.assertEqual(shown[0], [(expense, amount, none), (contra, none, amount)])
        self.assertEqual(shown[1], [(expense, none, amount), (contra, amount, none)])
        self.assertIn("05/31/2025", groups[0]["group_name"])
        self.assertIn("06/01/2025", groups[1]["group_name"])

    def test_matrix_is_readable(self):
        other = self._make_customer("Doubtful & Co")
        self._make_invoice(other, 80.0, 60)
        self._make_specific(other, kind="amount", amount=30)
        self.allowance.action_compute()
        for text in ("31-60 days", "20 %", "Doubtful &amp; Co", "Insolvent", "50.00"):
            self.assertIn(text, self.allowance.matrix)

    def test_reconcilable_allowance_account(self):
        self.contra.reconcile = True
        self.allowance.action_post()
        self.assertTrue(self.allowance.move_id.line_ids.matched_debit_ids)
        self._cancel()
        self.assertEqual(self._balance(self.contra, MAY), 0)
        self.assertEqual(self._balance(self.contra, TODAY), 0)

    # -- refusals ----------------------------------------------------------------------

    def assertRefused(self, reason, allowance=None):
        allowance = allowance or self.allowance
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            allowance.action_post()
        allowance.invalidate_recordset()
        self.assertEqual(allowance.state, "draft")
        self.assertFalse(allowance.move_id)

    def test_settings_missing(self):
        for name in (
            "billing_allowance_journal_id",
            "billing_allowance_expense_account_id",
            "billing_allowance_account_id",
        ):
            value = self.company[name]
            self.company[name] = False
            label = self.company._fields[name].string
            self.assertIn(label, self.allowance.warning)
            self.assertRefused(label)
            self.company[name] = value

    def test_stale(self):
        self._pay(self.invoice, 50.0, day=days(-20))
        self.assertRefused("10.00.*Compute again")

    def test_nothing_to_post(self):
        self._pay(self.invoice, day=days(-20))
        self.allowance.action_compute()
        self.assertFalse(self.allowance.line_ids)
        self.assertRefused("nothing to post")

    def test_not_computed(self):
        self.allowance.unlink()
        self.assertRefused("Compute", self._make_allowance(compute=False))

    def test_period_to_come(self):
        self.assertRefused("not ended", self._make_allowance(JUNE))

    def test_locked(self):
        """Odoo's own refusal; the entry does not slip behind the lock date."""
        for name in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.cr.savepoint() as savepoint:
                self.company.sudo()[name] = MAY
                self.assertRefused("You cannot add/modify entries")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_reversal_locked(self):
        """The next period is locked: a lock of May alone would not be."""
        self.company.sudo().fiscalyear_lock_date = FIRST_OF_JUNE
        self.company.sudo().billing_allowance_reversal_days = 1
        self.assertRefused("You cannot add/modify entries")

    def test_posted_once(self):
        self.allowance.action_post()
        entry = self.allowance.move_id
        for action in (self.allowance.action_post, self.allowance.action_compute):
            with self.assertRaisesRegex(UserError, "no draft any more"):
                action()
        self.assertEqual(self.allowance.move_id, entry)

    def test_posted_stays(self):
        self.allowance.action_post()
        with self.assertRaisesRegex(UserError, "no draft any more"):
            self.allowance.unlink()
        with self.assertRaisesRegex(UserError, "no draft any more"):
            self.allowance.date = JUNE
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                self.cr.execute(
                    "DELETE FROM account_move WHERE id = %s",
                    [self.allowance.move_id.id],
                )

    def test_one_for_a_day(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._make_allowance()
        message = self.env.registry["billing.allowance"]._active_uniq.message
        self.assertIn("already", message)

    def test_other_company_has_its_own(self):
        self._make_invoice(
            self.other_customer, amount=60.0, overdue=60, company=self.other_company
        )
        expense, contra = self._set_up_accounts(self.other_company)
        self.other_company.billing_ageing_bounds = "30"
        self._make_rates(self.other_company, (0, 0, 10))
        user = self._make_user(
            "theirs", "group_billing_accountant", company=self.other_company
        )
        allowance = self._make_allowance(user=user, company=self.other_company)
        allowance.action_post()
        self.assertEqual(self._balance(contra, MAY), -6)
        self.assertEqual(self._balance(expense, MAY), 6)
        self.assertEqual(allowance.move_id.company_id, self.other_company)
        self.assertEqual(self.allowance.state, "draft")

    # -- cancelling --------------------------------------------------------------------

    def test_cancel(self):
        self.allowance.action_post()
        self._cancel()
        self.assertEqual(self.allowance.state, "cancelled")
        self.assertEqual(self.allowance.cancel_reason, "Wrong rates")
        self.assertEqual(self.allowance.cancelled_by_id, self.manager)
        for day in (MAY, FIRST_OF_JUNE, TODAY):
            self.assertEqual(self._balance(self.contra, day), 0)
            self.assertEqual(self._balance(self.expense, day), 0)
        moves = self.env["account.move"].search(
            self.allowance.action_open_entries()["domain"]
        )
        self.assertEqual(len(moves), 4)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.env.flush_all()
        again = self._make_allowance()
        again.action_post()
        self.assertEqual(self._balance(self.contra, MAY), -20)

    def test_cancel_before_the_reversal(self):
        self.allowance.unlink()
        with self._at(MAY):
            allowance = self._make_allowance()
            allowance.action_post()
            self._cancel(allowance)
        self.assertEqual(allowance.reversal_id.state, "cancel")
        with self._scheduler() as env:
            env["account.move"]._autopost_draft_entries()
        self.assertEqual(self._balance(self.contra, MAY), 0)
        self.assertEqual(self._balance(self.contra, TODAY), 0)

    def test_cancel_what_somebody_reversed_by_hand(self):
        self.allowance.action_post()
        self.allowance.move_id._reverse_moves([{"date": MAY}], cancel=True)
        self.assertEqual(self._balance(self.contra, MAY), 0)
        self._cancel()
        self.assertEqual(self._balance(self.contra, MAY), 0)
        self.assertEqual(self._balance(self.contra, TODAY), 0)

    def test_cancel_in_a_locked_period(self):
        self.allowance.action_post()
        self.company.sudo().fiscalyear_lock_date = MAY
        with self.assertRaisesRegex(UserError, "You cannot add/modify entries"):
            self._cancel()
        self.allowance.invalidate_recordset()
        self.assertEqual(self.allowance.state, "posted")

    def test_cancel_is_the_managers_matter(self):
        self.allowance.action_post()
        for user in (self.accountant, self.coordinator):
            with self.assertRaises(AccessError):
                self._cancel(user=user)
            with self.assertRaisesRegex(AccessError, "manager"):
                self.allowance.with_user(user)._cancel("No")

    def test_cancel_once(self):
        with self.assertRaisesRegex(UserError, "Only a posted"):
            self._cancel()
        self.allowance.action_post()
        self._cancel()
        with self.assertRaisesRegex(UserError, "Only a posted"):
            self._cancel()
