"""Closes are made on time from the template in force."""

import contextlib
from dataclasses import replace
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .close_common import MAY, CloseCase
from .common import SecondCompany


@tagged("post_install", "-at_install")
class TestCloseMake(SecondCompany, CloseCase):
    def test_tasks_of_the_template(self):
        close = self._make_close(user=self.preparer)
        self.assertEqual(close.display_name, "May 2025")
        self.assertEqual(close.date_from, date(2025, 5, 1))
        self.assertEqual(close.template_id, self.template)
        self.assertEqual(close.task_ids.mapped("name"), ["Drafts", "Tie-out", "Talk"])
        tie_out = self._task(close, "Tie-out")
        self.assertEqual(tie_out.depends_ids, self._task(close, "Drafts"))
        self.assertEqual(tie_out.state, "waiting")
        self.assertEqual(tie_out.check_code, "receivables")
        self.assertEqual(close.state, "open")
        self.assertEqual(close.progress, 0)

    def test_due_on_working_days_of_the_company(self):
        """31 May 2025 is a Saturday; 5 June is a holiday here."""
        calendar = self.company.resource_calendar_id
        calendar.global_leave_ids = [
            Command.create(
                {
                    "name": "Holiday",
                    "date_from": "2025-06-04 22:00:00",
                    "date_to": "2025-06-05 21:59:59",
                }
            )
        ]
        close = self._make_close()
        self.assertEqual(self._task(close, "Drafts").date_due, date(2025, 6, 4))
        self.assertEqual(self._task(close, "Tie-out").date_due, date(2025, 6, 6))
        self.assertEqual(self._task(close, "Talk").date_due, date(2025, 5, 29))
        self.assertEqual(close.date_due, date(2025, 6, 6))

    def test_without_a_calendar_monday_to_friday(self):
        self.company.resource_calendar_id = False
        close = self._make_close()
        self.assertEqual(self._task(close, "Tie-out").date_due, date(2025, 6, 5))

    def test_any_day_of_the_month(self):
        self.assertEqual(self._make_close(date(2025, 5, 3)).date_to, MAY)

    def test_frequencies_follow_the_fiscal_year(self):
        self._make_template_task("Quarter", frequency="quarterly")
        self._make_template_task("Year", frequency="yearly")
        self.company.fiscalyear_last_month = "5"
        may = self._make_close()
        self.assertIn("Quarter", may.task_ids.mapped("name"))
        self.assertIn("Year", may.task_ids.mapped("name"))
        june = self._make_close(date(2025, 6, 30))
        self.assertNotIn("Quarter", june.task_ids.mapped("name"))

    def test_a_dependency_that_is_not_due_is_dropped(self):
        rare = self._make_template_task("Rare", frequency="yearly")
        self.talk.depends_ids = rare
        close = self._make_close()
        self.assertFalse(self._task(close, "Talk").depends_ids)

    def test_version_in_force(self):
        newer = self.template.copy({"date_from": "2025-06-01", "name": "Newer"})
        shared = self.template.copy({"date_from": "2025-06-15", "company_id": False})
        self.assertEqual(self._make_close().template_id, self.template)
        self.assertEqual(self._make_close(date(2025, 6, 30)).template_id, newer)
        theirs = self.env["billing.close"].create(
            {"company_id": self.other_company.id, "date_to": "2025-06-30"}
        )
        self.assertEqual(theirs.template_id, shared)

    def test_branch_takes_the_template_and_checks_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        check = self.env["billing.close.check"].create(
            {
                "name": "Customers",
                "company_id": self.company.id,
                "model": "res.partner",
                "domain": "[('id', '=', 0)]",
            }
        )
        self.talk.write({"check_code": "own", "check_id": check.id})
        user = self._make_user("branch", "group_billing_accountant", company=branch)
        closes = (
            self.env["billing.close"]
            .with_user(user)
            .with_context(allowed_company_ids=branch.ids)
        )
        close = closes.create({"company_id": branch.id, "date_to": MAY})
        self.assertEqual(close.template_id, self.template)
        self.assertEqual(self._task(close, "Talk").check_id, check)

    def test_a_copy_waits_for_its_own_tasks(self):
        copied = self.template.copy()
        tie_out = copied.task_ids.filtered(lambda task: task.name == "Tie-out")
        self.assertEqual(tie_out.depends_ids.template_id, copied)
        self.assertEqual(tie_out.depends_ids.name, "Drafts")

    def test_check_of_an_app_that_is_not_installed(self):
        """Nobody signs for records that there cannot be."""
        checks = self.env["billing.close.checks"]
        info = checks._get_checks()["draft_invoices"]
        self.assertTrue(checks._is_available(info.code))
        absent = replace(info, needs="no.such.model")
        method = getattr(type(checks), info.method)
        with patch.object(method, "_close_check", absent):
            self.assertFalse(checks._is_available(info.code))
            close = self._make_close()
            self.assertFalse(close._get_differences())
        self.assertEqual(close.task_ids.mapped("name"), ["Tie-out", "Talk"])
        self.assertEqual(self._task(close, "Tie-out").state, "todo")

    def test_orders_where_there_are_none(self):
        self._make_template_task("Bill orders", check_code="not_billed")
        made = self._task(self._make_close(), "Bill orders")
        self.assertEqual(bool(made), "sale.order" in self.env)

    # -- checks whose app is gone ------------------------------------------------------

    def _lose_check(self, *tasks):
        self.env.flush_all()
        for task in tasks:
            self.env.cr.execute(
                f"UPDATE {task._table} SET check_code = 'gone' WHERE id = %s",
                [task.id],
            )
        self.env.invalidate_all()

    def assertDropped(self, task):
        self.assertFalse(task.check_code)
        self.assertIn("The check gone was left out", task.description)
        self.assertIn("Be exact", task.description)

    def test_new_version_without_a_check_that_is_gone(self):
        """While a close runs by the template, there is no other way to go on."""
        self.drafts.description = "<p>Be exact</p>"
        self._make_close()
        self._lose_check(self.drafts)
        action = self.template.with_user(self.manager).action_new_version()
        copied = self.env["billing.close.template"].browse(action["res_id"])
        self.assertDropped(copied.task_ids.filtered(lambda t: t.name == "Drafts"))
        kept = copied.task_ids.filtered(lambda t: t.name == "Tie-out")
        self.assertEqual(kept.check_code, "receivables")
        self.assertFalse(kept.description)

    def test_carried_without_a_check_that_is_gone(self):
        close = self._make_close()
        more = self.env["billing.close.task"].create(
            {
                "close_id": close.id,
                "name": "More",
                "check_code": "not_sent",
                "description": "<p>Be exact</p>",
            }
        )
        self._lose_check(more, self._task(close, "Tie-out"))
        self.assertDropped(more.copy())
        action = close.with_user(self.manager).action_carry()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        action = wizard.browse(action["res_id"]).action_apply()
        version = self.env["billing.close.template"].browse(action["res_id"])
        by_name = {task.name: task for task in version.task_ids}
        self.assertDropped(by_name["More"])
        self.assertFalse(by_name["Tie-out"].check_code)

    def test_import_of_a_check_that_is_gone(self):
        tasks = self.env["billing.close.template.task"].with_user(self.manager)
        names = ["template_id/.id", "name", "check_code"]
        result = tasks.load(names, [[str(self.template.id), "Imported", "gone"]])
        self.assertFalse(result["ids"])
        self.assertIn("gone", result["messages"][0]["message"])
        with self.assertRaisesRegex(UserError, "no check gone any more"):
            self.drafts.with_user(self.manager).check_code = "gone"

    def test_deleted_with_all_that_belongs_to_it(self):
        self.talk.owner_id = self.preparer
        close = self._make_close(user=self.preparer)
        task = self._task(close, "Talk")
        file = self.env["ir.attachment"].create(
            {"name": "a", "raw": b"a", "res_model": task._name, "res_id": task.id}
        )
        todo = task.sudo().activity_ids
        self.assertTrue(todo)
        close.unlink()
        self.assertFalse(task.exists() or todo.exists() or file.exists())

    # -- refused -----------------------------------------------------------------------

    def test_no_template_or_no_tasks(self):
        self.env["billing.close.template"].search(
            [("company_id", "=", False)]
        ).active = False
        with self.assertRaisesRegex(UserError, "no template for December 2024"):
            self._make_close(date(2024, 12, 31))
        self.template.task_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no task for May 2025"):
            self._make_close()

    def test_twice(self):
        self._make_close()
        with self.assertRaisesRegex(Exception, "billing_close__?period_uniq"):
            self._make_close()

    def test_circle_in_a_template(self):
        with self.assertRaisesRegex(ValidationError, "in a circle"):
            self.drafts.depends_ids = self.tie_out

    def test_circle_in_a_close(self):
        close = self._make_close()
        with self.assertRaisesRegex(ValidationError, "in a circle"):
            self._task(close, "Drafts").depends_ids = self._task(close, "Tie-out")

    def test_task_of_another_template_or_close(self):
        other = self.template.copy()
        with self.assertRaisesRegex(ValidationError, "own template"):
            self.talk.depends_ids = other.task_ids[:1]
        may, june = self._make_close(), self._make_close(date(2025, 6, 30))
        with self.assertRaisesRegex(UserError, "own close"):
            self._task(may, "Talk").depends_ids = june.task_ids[:1]

    def test_preparer_reviews(self):
        with self.assertRaisesRegex(ValidationError, "different people"):
            self.talk.write(
                {"owner_id": self.preparer.id, "reviewer_id": self.preparer.id}
            )

    def test_people_without_access(self):
        close = self._make_close()
        for stranger in (self.other_coordinator, self.department):
            with self.assertRaisesRegex(ValidationError, "cannot see the closes"):
                self._task(close, "Talk").owner_id = stranger

    def test_shared_template_names_people_of_another_company(self):
        shared = self.template.copy({"company_id": False})
        shared.task_ids.owner_id = self.preparer
        shared.task_ids.reviewer_id = self.other_coordinator
        close = self.env["billing.close"].create(
            {"company_id": self.other_company.id, "date_to": MAY}
        )
        self.assertEqual(close.template_id, shared)
        self.assertFalse(close.task_ids.owner_id)
        self.assertEqual(close.task_ids.reviewer_id, self.other_coordinator)

    def test_people_who_left(self):
        close = self._make_close()
        talk = self._task(close, "Talk")
        talk.owner_id = self.preparer
        self.preparer.active = False
        self._sign(talk, self.reviewer)
        self.assertFalse(talk.activity_ids)

    def test_too_many_days(self):
        with self.assertRaisesRegex(ValidationError, "at most 30 working days"):
            self.talk.due_days = 31

    def test_template_of_a_running_close(self):
        self._make_close()
        self.assertTrue(self.template.is_running)
        for change in (
            lambda: self.talk.write({"name": "Other"}),
            lambda: self.talk.unlink(),
            lambda: self._make_template_task("More"),
        ):
            with self.assertRaisesRegex(UserError, "close of May 2025"):
                change()
        action = self.template.with_user(self.manager).action_new_version()
        version = self.env["billing.close.template"].browse(action["res_id"])
        self.assertEqual(version.date_from, date(2025, 6, 1))
        version.task_ids[:1].name = "Changed"
        self.assertEqual(self._make_close(date(2025, 6, 30)).template_id, version)

    def test_template_stays_with_its_closes(self):
        template = self.template.with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        template.company_id = self.other_company
        template.company_id = self.company
        self._make_close()
        with self.assertRaisesRegex(ValidationError, "Closes of Follow-up Ltd were"):
            template.company_id = self.other_company
        template.company_id = False
        template.company_id = self.company

    def test_companies_of_others_are_not_named(self):
        """Whoever may change a template of all learns that others use it, no more."""
        self.template.company_id = False
        self.env["billing.close"].create(
            {"company_id": self.other_company.id, "date_to": MAY}
        )
        with self.assertRaises(ValidationError) as caught:
            self.template.with_user(self.manager).company_id = self.company
        self.assertIn("Closes of other companies were", str(caught.exception))

    def test_upgrade_adds_a_task_while_a_close_runs(self):
        close = self._make_close()
        tasks = self.env["billing.close.template.task"]
        values = {"template_id": self.template.id, "name": "New in this version"}
        tasks.with_context(install_mode=True).create(values)
        self.assertEqual(len(close.task_ids), 3)
        by_client = tasks.with_user(self.manager).with_context(install_mode=True)
        with self.assertRaisesRegex(UserError, "close of May 2025"):
            by_client.create(values)

    def test_period_of_a_close_is_not_changed(self):
        close = self._make_close(user=self.preparer)
        with self.assertRaisesRegex(UserError, "are not changed"):
            close.date_to = "2025-04-30"

    # -- the job -----------------------------------------------------------------------

    def _run_close_job(self):
        with self._scheduler() as env:
            env["billing.close"]._cron_close()

    def _begin_night(self, day):
        self.env.ref("billing_coordinator.ir_cron_close").nextcall = day
        self.env.flush_all()

    def test_job_makes_the_next_months(self):
        self._make_close(date(2025, 4, 30))
        self._run_close_job()
        self._run_close_job()
        closes = self.env["billing.close"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(closes.mapped("date_to"), [MAY, date(2025, 4, 30)])
        with self._at(date(2025, 6, 25)):
            self._run_close_job()
        self.assertEqual(closes.search([], limit=1).date_to, date(2025, 6, 30))

    def test_job_begins_with_what_it_did_longest_ago(self):
        """So that none is left out for ever, should there be no time for all."""
        days = [date(2025, 3, 31), date(2025, 4, 30), MAY]
        closes = [self._make_close(day) for day in days]
        for close, moment in zip(closes, ("06-03", "06-02", "06-04"), strict=True):
            close.sudo().job_at = f"2025-{moment} 08:00:00"
        seen = []
        with patch.object(
            type(closes[0]), "_refresh", lambda close: seen.append(close.id)
        ):
            self._run_close_job()
        march, april, may = (close.id for close in closes)
        own = [close_id for close_id in seen if close_id in (march, april, may)]
        self.assertEqual(own, [april, march, may])

    def test_job_goes_on_where_it_was_cut_short(self):
        """It does not begin anew, but the next night all is looked at again."""
        days = [date(2025, 3, 31), date(2025, 4, 30), MAY]
        march, april, may = (self._make_close(day) for day in days)
        self.company.billing_close_auto = False
        self._begin_night(date(2025, 6, 16))
        seen = []

        def refresh(close):
            seen.append(close)
            if len(seen) == 2:
                raise SystemExit  # as when the worker is stopped

        with patch.object(type(may), "_refresh", refresh):
            # Not assertRaises: it takes back what was committed.
            with contextlib.suppress(SystemExit):
                self._run_close_job()
            self._run_close_job()
            self.assertEqual(seen, [march, april, april, may])
            self._run_close_job()
            self.assertEqual(len(seen), 4, "all is done for this night")
            self._begin_night(date(2025, 6, 17))
            with self._at(date(2025, 6, 17)):
                self._run_close_job()
            self.assertEqual(seen[4:], [march, april, may])

    def test_job_is_done_for_the_night_with_what_failed(self):
        self._begin_night(date(2025, 6, 16))
        self.template.copy({"date_from": "2025-05-01"}).task_ids.unlink()
        april = self._make_close(date(2025, 4, 30))
        with mute_logger("odoo.addons.billing_coordinator.models.billing_close_make"):
            self._run_close_job()
        april.invalidate_recordset()
        self.assertIn("has no task", april.job_error)
        self.assertFalse(april._get_left_tonight())

    def test_job_leaves_what_it_made_to_the_next_night(self):
        self._begin_night(date(2025, 6, 16))
        april = self._make_close(date(2025, 4, 30))
        self._run_close_job()
        closes = april.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(closes), 2)
        self.assertFalse(closes._get_left_tonight())

    def test_job_begins_nothing_by_itself(self):
        self._run_close_job()
        self.assertFalse(
            self.env["billing.close"].search([("company_id", "=", self.company.id)])
        )

    def test_job_goes_by_the_day_of_the_company(self):
        """At three in the morning in Greenwich it is the day before in California."""
        self.company.billing_close_lead_days = 0
        self.company.partner_id.tz = "America/Los_Angeles"
        closes = self._make_close(date(2025, 4, 30))
        domain = [("company_id", "=", self.company.id)]
        with freeze_time("2025-05-31 03:00:00"):
            self._run_close_job()
        self.assertEqual(closes.search(domain), closes)
        with freeze_time("2025-05-31 09:00:00"):
            self._run_close_job()
        self.assertEqual(len(closes.search(domain)), 2)

    def test_job_switched_off(self):
        self.company.billing_close_auto = False
        april = self._make_close(date(2025, 4, 30))
        self._run_close_job()
        self.assertEqual(april.search([("company_id", "=", self.company.id)]), april)

    def test_job_keeps_why_it_failed_and_goes_on(self):
        april = self._make_close(date(2025, 4, 30))
        self.env["billing.close"].create(
            {"company_id": self.other_company.id, "date_to": "2025-04-30"}
        )
        self.template.copy({"date_from": "2025-05-01"}).task_ids.unlink()
        self._run_close_job()
        april.invalidate_recordset()
        self.assertIn("has no task for May 2025", april.job_error)
        theirs = april.search([("company_id", "=", self.other_company.id)], limit=1)
        self.assertEqual(theirs.date_to, MAY)
