"""Hostile and careless people with an allowance: the entry is what was computed."""

from contextlib import suppress

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .allowance_common import JUNE, MAY, Allowances
from .common import BillingCase, SecondCompany

REFUSED = UserError  # and what inherits from it


@tagged("post_install", "-at_install")
class TestAllowanceAttack(Allowances, SecondCompany, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._make_user(
            "stranger", "group_billing_manager", company=cls.other_company
        )
        cls.portal = cls._make_user("portal", "base.group_portal")

    @staticmethod
    def _as(record, user):
        context = {"allowed_company_ids": user.company_ids.ids}
        return record.with_user(user).with_context(**context)

    def assertRefused(self, call, *args, **kwargs):
        self.env.invalidate_all()
        with self.assertRaises(REFUSED), self.cr.savepoint():
            call(*args, **kwargs)

    def assertRefusedAnyhow(self, call, *args, **kwargs):
        """Refused by the ORM or by PostgreSQL."""
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                call(*args, **kwargs)
                self.env.flush_all()
        except (REFUSED, ValueError, ArithmeticError, psycopg2.Error):
            self.env.invalidate_all()
        else:
            self.fail("not refused")

    def _cancel(self, allowance, user, reason="Wrong"):
        wizard = self._as(self.env["billing.allowance.cancel.wizard"], user)
        wizard.create({"allowance_id": allowance.id, "reason": reason}).action_cancel()

    def test_nobody_types_figures_in(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        line = allowance.line_ids[:1]
        for user in (self.accountant, self.manager, self.coordinator):
            mine = self._as(allowance, user)
            for values in (
                {"state": "posted"},
                {"total": 1},
                {"total_base": 1},
                {"currency_id": self.usd.id},
                {"policy": {}},
                {"computed_on": "2025-06-01 10:00:00"},
                {"move_id": False},
                {"reversal_date": "2030-01-01"},
                {"company_id": self.other_company.id},
                {"expense_account_id": self._account("income").id},
                {"line_ids": [Command.clear()]},
                {"line_ids": [Command.update(line.id, {"amount": 1})]},
            ):
                with self.subTest(user=user.login, values=values):
                    self.assertRefused(mine.write, values)
            self.assertRefused(self._as(line, user).write, {"amount": 1})
            self.assertRefused(self._as(line, user).unlink)
        allowances = self._as(self.env["billing.allowance"], self.accountant)
        for values in (
            {"state": "posted"},
            {"currency_id": self.usd.id},
            {"policy": {}},
        ):
            self.assertRefused(allowances.create, {"date": "2025-04-30", **values})
        forged = allowances.with_context(
            default_state="posted", default_currency_id=self.usd.id
        ).create({"date": "2025-04-30"})
        self.assertEqual((forged.state, forged.currency_id), ("draft", self.eur))
        self.assertRefused(
            allowance.with_user(self.accountant).copy, {"state": "posted"}
        )

    def test_what_is_posted_is_not_deleted_as_if_at_uninstall(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        allowance.action_post()
        for user in (self.accountant, self.manager):
            mine = self._as(allowance, user).with_context(_force_unlink=True)
            self.assertRefused(mine.unlink)

    def test_strangers(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        for user in (self.stranger, self.portal, self.department, self.coordinator):
            for name in ("action_compute", "action_post", "unlink"):
                with self.subTest(user=user.login, name=name):
                    self.assertRefused(getattr(self._as(allowance, user), name))
        allowance.action_post()
        for user in (self.stranger, self.portal, self.department, self.accountant):
            with self.subTest(user=user.login):
                self.assertRefused(self._cancel, allowance, user)
        self.assertEqual(allowance.state, "posted")

    def test_a_reason_of_blanks(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        allowance.action_post()
        for reason in (" ", "\t\n"):
            self.assertRefused(self._cancel, allowance, self.manager, reason)
        self._cancel(allowance, self.manager)
        self.assertEqual(allowance.state, "cancelled")
        self.assertRefused(self._cancel, allowance, self.manager)
        self.assertRefused(allowance.action_post)
        self.assertRefused(allowance.action_compute)

    def test_twice(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        allowance.action_post()
        entry = allowance.move_id
        self.assertRefused(allowance.action_post)
        self.assertRefused(allowance.unlink)
        self.assertEqual(allowance.move_id, entry)
        self.assertRefusedAnyhow(self._make_allowance)

    def test_credits_above_invoices(self):
        self._make_invoice(amount=100)
        self._make_credit_note(amount=500)
        allowance = self._make_allowance()
        self.assertFalse(allowance.total)
        self.assertTrue(all(line.base >= 0 for line in allowance.line_ids))
        self.assertRefused(allowance.action_post)

    def test_specific_numbers(self):
        for values in (
            {"kind": "amount", "amount": -1},
            {"kind": "amount", "amount": float("nan")},
            {"kind": "amount", "amount": float("inf")},
            {"kind": "rate", "rate": 100.01},
            {"kind": "rate", "rate": float("nan")},
        ):
            with self.subTest(values=values):
                self.assertRefusedAnyhow(self._make_specific, **values)

    def test_overlapping_specifics(self):
        self._make_specific(kind="rate", rate=50)
        for values in (
            {"date_from": "2024-01-01"},
            {"date_from": "2026-01-01"},
            {"date_from": "2025-06-01", "date_to": "2025-06-01"},
        ):
            self.assertRefused(self._make_specific, kind="rate", rate=1, **values)

    def test_huge_specific_takes_what_is_owed(self):
        self._make_invoice(amount=100)
        self._make_specific(kind="amount", amount=1e15)
        self.assertEqual(self._make_allowance().total, 100)

    def test_foreign_items_at_booked_amounts_whatever_the_rates_do(self):
        self._make_invoice(amount=100, currency_id=self.usd.id)
        self._make_specific(kind="rate", rate=100)
        allowance = self._make_allowance()
        before = allowance.total
        self._set_rate("2025-05-20", 7.0)
        allowance.action_compute()
        self.assertEqual(allowance.total, before)
        allowance.action_post()
        self.assertEqual(allowance.move_id.line_ids.currency_id, self.eur)

    def test_rounding_adds_up(self):
        for number in range(7):
            customer = self._make_customer(f"C{number}")
            self._make_invoice(customer, amount=0.3 + number / 100, overdue=60)
        allowance = self._make_allowance()
        self.assertTrue(allowance.total)
        allowance.action_post()
        self.assertAlmostEqual(-self._balance(self.contra, MAY), allowance.total)
        posted, computed, _domain = self.env[
            "billing.allowance"
        ]._get_allowance_difference(self.company, MAY)
        self.assertAlmostEqual(posted, computed)

    def test_locked(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        self.company.fiscalyear_lock_date = "2025-05-31"
        self.assertRefused(allowance.action_post)
        self.assertEqual(allowance.state, "draft")
        self.assertFalse(allowance.move_id)

    def test_reversal_day_is_locked(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        self.company.fiscalyear_lock_date = "2025-06-10"
        self.assertRefused(allowance.action_post)

    def test_cancel_after_the_lock(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        allowance.action_post()
        self.company.fiscalyear_lock_date = "2025-05-31"
        self.assertRefused(self._cancel, allowance, self.manager)
        self.assertEqual(allowance.state, "posted")

    def test_strange_days(self):
        for day in ("9999-12-31", "0001-01-01", "2999-12-31"):
            with self.subTest(day=day), self.cr.savepoint() as point:
                with suppress(REFUSED):
                    self._make_allowance(day).action_post()
                point.rollback()
                self.env.invalidate_all()

    def test_period_to_come(self):
        self._make_invoice(amount=100)
        self.assertRefused(self._make_allowance(JUNE).action_post)

    def test_entry_taken_away(self):
        self._make_invoice(amount=100)
        allowance = self._make_allowance()
        allowance.action_post()
        entry = allowance.move_id
        self.assertRefusedAnyhow(lambda: (entry.button_draft(), entry.unlink()))
        entry.button_draft()
        posted, computed, _domain = self.env[
            "billing.allowance"
        ]._get_allowance_difference(self.company, MAY)
        self.assertEqual(posted, 0)
        self.assertTrue(computed)
        self._cancel(allowance, self.manager)
        self.assertEqual(allowance.state, "cancelled")
        self.assertEqual(self._balance(self.contra, JUNE), 0)
