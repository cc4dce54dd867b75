from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .match_common import MatchCase

JOB = "odoo.addons.billing_coordinator.models.billing_payment_match_job"


@tagged("post_install", "-at_install")
class TestMatchJob(MatchCase):
    """What is clear is applied, line by line, where the company wants that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_match_auto = True
        cls.invoices = cls.env["account.move"].union(
            *(cls._make_invoice(cls._make_customer(f"Payer {n}")) for n in range(3))
        )
        cls.lines = cls.env["account.bank.statement.line"].union(
            *(
                cls._make_bank_line(
                    100, move.name, partner_name=move.commercial_partner_id.name
                )
                for move in cls.invoices
            )
        )

    def _run(self):
        with self._scheduler() as env, mute_logger(JOB):
            env["billing.payment.match"]._cron_match()
        self.env.invalidate_all()

    def _states(self):
        return [move.payment_state for move in self.invoices]

    def test_what_is_clear_is_applied(self):
        self._run()
        self.assertEqual(set(self._states()), {"paid"})
        matches = self.env["billing.payment.match"].search(
            [("statement_line_id", "in", self.lines.ids)]
        )
        self.assertEqual(matches.mapped("state"), ["applied"] * 3)
        self.assertTrue(all(matches.mapped("is_automatic")))
        known = self.env["billing.payer"].search([("company_id", "=", self.company.id)])
        self.assertFalse(known)

    def test_twice_is_once(self):
        self._run()
        partials = self.lines.move_id.line_ids.matched_debit_ids
        self._run()
        self.assertEqual(self.lines.move_id.line_ids.matched_debit_ids, partials)

    def test_switched_off_it_only_proposes(self):
        self.company.billing_match_auto = False
        self._run()
        self.assertEqual(set(self._states()), {"not_paid"})
        domain = [("statement_line_id", "in", self.lines.ids), ("is_clear", "=", True)]
        self.assertEqual(self.env["billing.payment.match"].search_count(domain), 3)

    def test_one_that_fails_stops_no_other_and_waits_for_a_person(self):
        matches = self.registry["billing.payment.match"]
        book, failing = matches._book, self.lines[1]

        def fail_on_one(match, parts):
            if match.statement_line_id.id == failing.id:
                raise ValueError("The books say no")
            return book(match, parts)

        with patch.object(matches, "_book", fail_on_one):
            self._run()
            self._run()
        self.assertEqual(sorted(self._states()), ["not_paid", "paid", "paid"])
        domain = [("statement_line_id", "=", failing.id), ("error", "!=", False)]
        failed = self.env["billing.payment.match"].search(domain)
        self.assertEqual(failed.error, "The books say no")
        self._run()
        self.assertEqual(sorted(self._states()), ["not_paid", "paid", "paid"])
        failed.with_user(self.coordinator).action_apply()
        self.assertEqual(set(self._states()), {"paid"})

    def test_threshold_decides(self):
        self.company.billing_match_threshold = 100
        self.lines[0].partner_name = "Somebody else"
        self._run()
        self.assertEqual(self.invoices[0].payment_state, "not_paid")
        self.assertEqual(self.invoices[1].payment_state, "paid")

    def test_managers_choose_the_settings(self):
        domain = [("account_type", "=", "expense")]
        domain += [("company_ids", "in", self.company.ids)]
        account = self.env["account.account"].search(domain, limit=1)
        values = {
            "billing_match_auto": True,
            "billing_match_threshold": 80,
            "billing_match_tolerance": 2.5,
            "billing_match_charges_account_id": account,
            "billing_match_discount_grace": 3,
            "billing_match_short": "ticket",
        }
        wizard = self.env["billing.company.wizard"].with_user(self.manager).create({})
        for name, value in values.items():
            wizard[name] = value
        wizard.action_save()
        for name, value in values.items():
            self.assertEqual(self.company[name], value, name)

    def test_settings_are_checked(self):
        for name, value in (
            ("billing_match_threshold", 20),
            ("billing_match_threshold", 101),
            ("billing_match_tolerance", -1),
            ("billing_match_discount_grace", -1),
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.company[name] = value
