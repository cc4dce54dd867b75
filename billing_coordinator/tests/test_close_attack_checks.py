"""Checks that crash, strangers at the door, and jobs that meet trouble."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..tools.close_check import Finding, Row
from .test_close_attack import AttackCase

REFUSED = UserError  # and what inherits from it
MANAGERS_WORK = (
    {"threshold_amount": 1e12},
    {"threshold_count": 1000},
    {"on_breach": "warn"},
    {"check_code": False},
    {"check_code": "not_sent"},
    {"review_required": False},
    {"evidence_required": False},
)


@tagged("post_install", "-at_install")
class TestCloseChecksAttack(AttackCase):
    def _run_with(self, error):
        checks = self.env["billing.close.checks"]
        method = checks._get_checks()["draft_invoices"].method

        def crash(_self, _period):
            raise error

        crash._close_check = getattr(type(checks), method)._close_check
        with (
            patch.object(type(checks), method, crash),
            mute_logger("odoo.addons.billing_coordinator.models"),
        ):
            self.close.with_user(self.preparer).action_run_checks()

    @mute_logger("odoo.addons.billing_coordinator.models.billing_close_task_check")
    def test_one_that_crashes_stops_no_other(self):
        for error in (ZeroDivisionError("x"), KeyError("k"), OverflowError("o")):
            with self.subTest(error=error):
                self._run_with(error)
                self.assertEqual(self.drafts.check_state, "error")
                self.assertEqual(self.tie_out.check_state, "pass")
                self.assertSigningRefused()

    def assertSigningRefused(self):
        self.assertTrue(self.drafts._needs_override())

    @mute_logger("odoo.addons.billing_coordinator.models.billing_close_task_check")
    def test_no_number(self):
        checks = self.env["billing.close.checks"]
        for number in (float("nan"), float("inf"), float("-inf")):
            with (
                self.subTest(number=number),
                patch.object(
                    type(checks), "_run", lambda *_a, n=number, **_k: Finding(n)
                ),
            ):
                self.close.with_user(self.preparer).action_run_checks()
                self.env.flush_all()
                self.assertIn(self.drafts.check_state, ("error", "fail"))

    def test_error_after_signing_stops_the_lock(self):
        self._sign_all(self.close)
        with patch.object(
            type(self.env["billing.close.checks"]),
            "_run",
            side_effect=UserError("No access"),
        ):
            self.assertRefused(self.close.with_user(self.preparer)._lock)
        self.assertEqual(self.close.state, "ready")

    def test_rows_that_are_not_there(self):
        """What a client names is a row of the result, or refused in words."""
        task = self._as(self.drafts, self.preparer)
        rows = [Row("Drafts", 1, "account.move", []), Row("Nothing", 1)]
        self.drafts.check_result = Finding(1, "account.move", [], rows=rows).to_json()

        def open_row(row):
            return task.with_context(billing_check_row=row).action_open_records()

        self.assertEqual(open_row(0)["res_model"], "account.move")
        self.assertEqual(open_row(None)["res_model"], "account.move")
        for row in (2, -1, "0", "x", 0.5, [0], {"a": 1}):
            with (
                self.subTest(row=row),
                self.assertRaisesRegex(UserError, "not there any more"),
            ):
                open_row(row)
        with self.assertRaisesRegex(UserError, "no list of records"):
            open_row(1)
        self.drafts.check_result = False
        with self.assertRaisesRegex(UserError, "not there any more"):
            open_row(0)

    def test_records_that_one_may_not_read(self):
        task = self._as(self.drafts, self.preparer)
        for model, error in (
            ("ir.config_parameter", AccessError),
            ("no.such.model", UserError),
        ):
            self.drafts.check_result = Finding(1, model, []).to_json()
            with self.subTest(model), self.assertRaises(error):
                task.action_open_records()

    def test_suspension_reaches_people_who_left(self):
        self.drafts.owner_id = self.preparer
        self._sign_all(self.close)
        self.preparer.partner_id.email = False
        self.reviewer.active = False
        self._make_invoices([(None, 50, 10)], post=False)
        self.close.action_run_checks()
        self.assertEqual(self.drafts.state, "suspended")

    def test_own_checks_with_evil_conditions(self):
        checks = self.env["billing.close.check"].with_user(self.manager)
        for values in (
            {"domain": "__import__('os').system('true')"},
            {"domain": "[('id', '=', __import__('os'))]"},
            {"domain": "[('partner_id.user_ids.password', '!=', False)]"},
            {"domain": "[('create_uid.totp_secret', '!=', False)]"},
            {"domain": "[('line_ids', 'any!', [('id', '>', 0)])]"},
            {"domain": "[('id', 'inselect', ('SELECT 1', []))]"},
            {"domain": "[('id', 'in', 'abc')]"},
            {"domain": "[('invoice_date', '>', 'never')]"},
            {"domain": "[('no_such', '=', 1)]"},
            {"domain": "[" * 5000},
            {"domain": "[('amount_total', '>', 'abc')]"},
            {"model": "ir.config_parameter"},
            {"model": "no.such.model"},
            {"date_field": "password"},
        ):
            with self.subTest(values=str(values)[:80]), mute_logger("odoo.sql_db"):
                try:
                    with self.cr.savepoint():
                        checks.create(
                            {"name": "Evil", "model": "account.move", **values}
                        )
                except (REFUSED, ValueError) as error:
                    self.assertNotIsInstance(error, SyntaxError)
                else:
                    self.fail("not refused")

    def test_figures_of_a_company_with_small_rounding(self):
        self.eur.rounding = 0.005
        self.drafts.sudo().write({"check_code": "unapplied_credits"})
        self.close.with_user(self.preparer).action_run_checks()
        self.assertEqual(self.drafts.check_state, "pass")


@tagged("post_install", "-at_install")
class TestCloseStrangers(AttackCase, HttpCase):
    def test_portal_and_department(self):
        portal = self._make_user("portal", "base.group_portal")
        for user in (portal, self.department, self.stranger):
            for record, name in (
                (self.close, "action_run_checks"),
                (self.close, "action_verify"),
                (self.close, "action_lock"),
                (self.close, "action_reopen"),
                (self.close, "action_print_binder"),
                (self.close, "action_download_binder"),
                (self.close, "action_keep_binder"),
                (self.talk, "action_prepare"),
                (self.talk, "action_review"),
                (self.talk, "action_not_applicable"),
                (self.talk, "action_override"),
                (self.talk, "action_withdraw"),
                (self.talk, "action_run_check"),
                (self.talk, "action_open_records"),
                (self.talk, "unlink"),
                (self.close, "unlink"),
            ):
                with self.subTest(user=user.login, name=name):
                    self.env.invalidate_all()
                    self.assertRefused(getattr(self._as(record, user), name))

    @mute_logger("odoo.http")
    def test_zip_of_a_stranger(self):
        portal = self._make_user("portal", "base.group_portal")
        url = f"/billing_coordinator/close/{self.close.id}/binder.zip"
        for user in (portal, self.department, self.stranger):
            self.authenticate(user.login, user.login)
            answer = self.url_open(url)
            self.assertIn(answer.status_code, (403, 404), user.login)
        self.authenticate(self.preparer.login, self.preparer.login)
        huge = self.url_open(f"/billing_coordinator/close/{10**20}/binder.zip")
        self.assertEqual(huge.status_code, 404)
        self.authenticate(None, None)
        answer = self.url_open(url, allow_redirects=False)
        self.assertIn(answer.status_code, (302, 303, 403, 404))

    def test_names_with_html_and_paths(self):
        evil = "<script>alert(1)</script>=HYPERLINK(1)/../../etc/passwd\r\nX: y"
        self.talk.sudo().name = evil
        proof = self._make_file(self.preparer, name="../../../etc/passwd")
        self.talk.with_user(self.preparer)._sign(
            "prepare", "<b onclick='x'>hi</b>", attachments=proof
        )
        html = "".join(str(p["html"]) for p in self.close._get_binder_parts())
        self.assertNotIn("<script>alert(1)", html)
        self.assertNotIn("<b onclick", html)


@tagged("post_install", "-at_install")
class TestCloseJobAttack(AttackCase):
    def test_killed_and_run_twice(self):
        self.company.billing_close_auto = True
        for _number in range(2):
            with self._at(date(2025, 7, 2)), self._scheduler() as env:
                env["billing.close"]._cron_close()
        closes = self.env["billing.close"].search(
            [("company_id", "=", self.company.id)], order="date_to"
        )
        self.assertEqual(
            [str(day) for day in closes.mapped("date_to")],
            ["2025-05-31", "2025-06-30"],
        )
        self.assertEqual(len(closes[1].task_ids), 3)

    def test_a_check_that_crashes_is_no_trouble_of_the_job(self):
        checks = type(self.env["billing.close.checks"])
        with (
            patch.object(checks, "_run", side_effect=ZeroDivisionError("x")),
            mute_logger(
                "odoo.addons.billing_coordinator.models.billing_close_task_check"
            ),
            self._scheduler() as env,
        ):
            env["billing.close"]._cron_close()
        self.env.invalidate_all()
        self.assertFalse(self.close.job_error)
        self.assertEqual(self.drafts.check_state, "error")

    def test_suspended_once_for_people_without_address(self):
        self._sign_all(self.close)
        self.preparer.partner_id.email = False
        self._make_invoices([(None, 50, 10)], post=False)
        for _number in range(2):
            with self._scheduler() as env:
                env["billing.close"]._cron_close()
        self.env.invalidate_all()
        self.assertEqual(self.drafts.state, "suspended")
        kinds = self.drafts.signoff_ids.mapped("kind")
        self.assertEqual(kinds.count("suspend"), 1)
        self.assertFalse(self.close.job_error)

    def test_drift_of_a_locked_month_is_told_and_signed_only_after_reopening(self):
        self._sign_all(self.close)
        self.assertTrue(self.close.with_user(self.preparer)._lock())
        self.drafts.sudo().write(
            {"check_result": {**self.drafts.check_result, "figure": 99}}
        )
        self.close._suspend_moved()
        self.assertEqual(self.drafts.state, "suspended")
        self.assertEqual(self.close.state, "locked")
        self.assertRefused(self.drafts.with_user(self.preparer)._sign, "prepare")
        self.assertIsNone(self.close._explain_broken())
        self.close.with_user(self.manager)._reopen("Look again")
        self._sign(self.drafts, self.preparer, self.reviewer)
        self.assertIsNone(self.close._explain_broken())
