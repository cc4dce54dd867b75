from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase, SecondCompany, days
from .late_common import LateRates


@tagged("post_install", "-at_install")
class TestRates(SecondCompany, LateRates, BillingCase):
    def test_manager_writes_coordinator_reads(self):
        rates = self.rates.with_user(self.coordinator)
        self.assertEqual(self.rate.with_user(self.coordinator).annual_rate, 10)
        with self.assertRaises(AccessError):
            rates.create({"date_from": "2025-01-01", "annual_rate": 5})
        self.rate.with_user(self.manager).annual_rate = 11
        rates = self.rates.with_user(self.manager)
        rates.create({"date_from": "2025-01-01", "annual_rate": 5})

    def test_one_rate_a_day(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._make_rate("2020-01-01", 5)
        self._make_rate("2020-01-01", 5, self.other_company)

    def test_a_percentage(self):
        """Nothing is charged where the stage says so, not by a rate of 0."""
        for rate in (-1, 0, 0.00001, 100.0001, 101):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                with self.cr.savepoint():
                    self._make_rate("2025-01-01", rate)
        self._make_rate("2025-01-01", 100)
        message = self.env.registry["billing.late.rate"]._rate_range.message
        self.assertIn("switch interest off", message)

    def test_branch_reads_but_does_not_change_the_parents(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        user = self._make_user("branch", "group_billing_manager", company=branch)
        rate = self.rate.with_user(user).with_context(allowed_company_ids=branch.ids)
        self.assertEqual(rate.annual_rate, 10)
        with self.assertRaises(AccessError):
            rate.annual_rate = 20


@tagged("post_install", "-at_install")
class TestStage(BillingCase):
    def test_in_words(self):
        self.first.charge_interest = True
        self.assertTrue(self.first.summary.endswith("by e-mail, charges interest"))
        self.first.fee_amount = 40
        self.assertIn("charges interest and 40.00\xa0€", self.first.summary)
        self.first.charge_interest = False
        self.assertIn(", charges 40.00\xa0€", self.first.summary)

    def test_interest_without_a_rate_is_said_at_once(self):
        """While it is set up, not when the first notice fails."""
        stage = Form(self.first.with_user(self.manager))
        self.assertFalse(stage.is_late_rate_missing)
        stage.charge_interest = True
        self.assertTrue(stage.is_late_rate_missing)
        rate = self.env["billing.late.rate"].create(
            {"date_from": days(1), "annual_rate": 10}
        )
        self.first.charge_interest = True
        self.assertTrue(self.first.is_late_rate_missing)
        rate.date_from = days(0)
        self.first.invalidate_recordset()
        self.assertFalse(self.first.is_late_rate_missing)

    def test_rate_of_the_parent_is_a_rate(self):
        self.env["billing.late.rate"].create({"date_from": days(-9), "annual_rate": 10})
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.first.charge_interest = True
        stage = self.first.with_company(branch)
        self.assertFalse(stage.is_late_rate_missing)
        stranger = self._make_company("Elsewhere Ltd")
        self.assertTrue(self.first.with_company(stranger).is_late_rate_missing)
        self.plan.company_id = self.company
        stage = self.first.with_company(stranger)
        self.assertFalse(stage.is_late_rate_missing)

    def test_no_negative_fee(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.first.fee_amount = -1
            self.env.flush_all()

    def test_fee_of_a_plan_shared_with_another_currency(self):
        """A fee of 40 euro is 40 euro wherever the plan is used."""
        self.first.fee_amount = 40
        self._make_invoice(amount=1000, currency_id=self.usd.id)
        self._send()
        charge = self.env["billing.late.charge"].search([("fee_amount", ">", 0)])
        charge = charge.filtered(lambda c: c.partner_id == self.customer)
        self.assertEqual((charge.fee_amount, charge.currency_id), (160, self.usd))


@tagged("post_install", "-at_install")
class TestSettings(SecondCompany, BillingCase):
    def _save(self, **values):
        wizard = self.env["billing.company.wizard"].with_user(self.manager)
        form = Form(wizard)
        for name, value in values.items():
            setattr(form, name, value)
        form.save().action_save()

    def test_defaults(self):
        self.assertEqual(
            self.company.billing_late_interest_product_id,
            self.env.ref("billing_coordinator.product_late_interest"),
        )
        self.assertEqual(
            self.company.billing_late_fee_product_id,
            self.env.ref("billing_coordinator.product_late_fee"),
        )
        products = self.company.billing_late_interest_product_id
        products += self.company.billing_late_fee_product_id
        self.assertFalse(products.taxes_id)
        self.assertFalse(self.company.billing_late_post)

    def test_manager_sets_them(self):
        journal = self._journal("TINV")
        self._save(
            billing_late_post=True,
            billing_late_minimum=5,
            billing_late_journal_id=journal,
        )
        self.assertRecordValues(
            self.company,
            [
                {
                    "billing_late_post": True,
                    "billing_late_minimum": 5,
                    "billing_late_journal_id": journal.id,
                }
            ],
        )

    def test_administrator_sets_them(self):
        settings = self.env["res.config.settings"].with_user(
            self._make_user("admin", "base.group_system", "group_billing_manager")
        )
        settings.create({"billing_late_minimum": 12}).execute()
        self.assertEqual(self.company.billing_late_minimum, 12)

    def test_what_is_refused(self):
        for name, value, message in (
            ("billing_late_minimum", -1, "cannot be negative"),
            ("billing_late_journal_id", self._journal("TMISC").id, "sales journal"),
            (
                "billing_late_journal_id",
                self._journal("TINV", self.other_company).id,
                "company",
            ),
        ):
            with self.assertRaises(UserError) as caught:
                self.company[name] = value
            self.assertIn(message, str(caught.exception))


@tagged("post_install", "-at_install")
class TestPreset(SecondCompany, BillingCase):
    """EU directive 2011/7: off until a manager asks for it."""

    def _apply(self, user=None, **values):
        wizard = self.env["billing.late.preset.wizard"].with_user(user or self.manager)
        rates = values.pop("rates", [("2025-01-01", 3.15), ("2025-07-01", 2.4)])
        wizard = wizard.create(
            {
                "plan_id": self.plan.id,
                "stage_id": self.second.id,
                "line_ids": [
                    Command.create({"date_from": date, "reference_rate": rate})
                    for date, rate in rates
                ],
                **values,
            }
        )
        return wizard.action_apply()

    def _rates(self, company=None):
        table = self.env["billing.late.rate"]._get_table(company or self.company)
        return sorted((date.isoformat(), rate) for date, rate in table)

    def test_nothing_before_it_is_asked_for(self):
        self.assertEqual(self._rates(), [])
        stages = self.env.ref("billing_coordinator.followup_plan_default").stage_ids
        self.assertFalse(any(stage._charges_late() for stage in stages))

    def test_eight_points_and_forty_euro(self):
        self._apply()
        self.assertEqual(self._rates(), [("2025-01-01", 11.15), ("2025-07-01", 10.4)])
        self.assertEqual(
            self.plan.stage_ids.mapped("charge_interest"), [False, True, True]
        )
        self.assertEqual(self.plan.stage_ids.mapped("fee_amount"), [0, 40, 0])
        self.assertEqual(self.second.fee_currency_id, self.eur)

    def test_again_corrects_the_rate(self):
        self._apply()
        self._apply(rates=[("2025-07-01", 2)])
        self.assertEqual(self._rates(), [("2025-01-01", 11.15), ("2025-07-01", 10)])

    def test_negative_reference_rate(self):
        self._apply(rates=[("2025-01-01", -0.88)])
        self.assertEqual(self._rates(), [("2025-01-01", 7.12)])

    def test_another_currency_asks_for_the_amount(self):
        self.other_company.currency_id = self.usd
        user = self._make_user(
            "boss", "group_billing_manager", company=self.other_company
        )
        user_env = {"allowed_company_ids": self.other_company.ids}
        wizard = self.env["billing.late.preset.wizard"].with_user(user)
        wizard = wizard.with_context(**user_env)
        form = Form(wizard)
        self.assertEqual(form.fee_amount, 0)
        form.plan_id = self.plan
        form.stage_id = self.second
        with form.line_ids.new() as line:
            line.date_from = "2025-01-01"
            line.reference_rate = 3
        made = form.save()
        with self.assertRaisesRegex(UserError, "fixed sum .* in USD"):
            made.action_apply()
        made.fee_amount = 45
        made.action_apply()
        self.assertEqual(self.second.fee_currency_id, self.usd)
        self.assertEqual(self._rates(), [])
        self.assertEqual(self._rates(self.other_company), [("2025-01-01", 11)])

    def test_what_is_missing_changes_nothing(self):
        other = self._make_plan("Other").stage_ids[0]
        for values, message in (
            ({"rates": []}, "reference rate"),
            ({"stage_id": other.id}, "stage of the plan"),
            ({"fee_amount": 0}, "fixed sum"),
        ):
            with self.assertRaises(UserError) as caught:
                self._apply(**values)
            self.assertIn(message, str(caught.exception))
        self.assertEqual(self._rates(), [])
        self.assertFalse(any(stage._charges_late() for stage in self.plan.stage_ids))

    def test_for_managers_only(self):
        with self.assertRaises(AccessError):
            self._apply(self.coordinator)
