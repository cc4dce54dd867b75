"""The morning's mail: to whom, about what, once a day, each on their own."""

import contextlib
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .close_common import CloseCase
from .common import SecondCompany

# The frozen day, 16 June 2025, is a Monday.
SATURDAY = date(2025, 6, 21)


@tagged("post_install", "-at_install")
class TestCloseDigest(SecondCompany, CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template.task_ids.write(
            {"owner_id": cls.preparer.id, "reviewer_id": cls.reviewer.id}
        )
        cls.close = cls._make_close()

    def _run(self, moment=None):
        """The mails that a run makes: ``{partner: mail}``."""
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        now = freeze_time(moment) if moment else contextlib.nullcontext()
        self.env.flush_all()
        with now, self._scheduler() as env:
            env["billing.close"]._cron_digest()
        self.env.invalidate_all()
        new = mails.search([]) - before
        self.assertEqual(len(new), len(new.recipient_ids), "one for each person")
        return {mail.recipient_ids: mail for mail in new}

    def _of(self, user, mails):
        return str(mails[user.partner_id].body_html) if user.partner_id in mails else ""

    def test_what_is_late(self):
        mails = self._run()
        self.assertEqual(len(mails), 1, "the reviewer has nothing to do yet")
        body = self._of(self.preparer, mails)
        self.assertIn("Late", body)
        self.assertIn("Drafts", body)
        self.assertIn("May 2025", body)
        self.assertIn("waits for Drafts", " ".join(body.split()))
        task = self._task(self.close, "Drafts")
        self.assertIn(f"/odoo/billing-close-tasks/{task.id}", body)

    def test_each_kind_and_each_task_once(self):
        self._task(self.close, "Talk").date_due = "2025-06-16"
        self._task(self.close, "Tie-out").write(
            {"date_due": "2025-06-18", "depends_ids": False}
        )
        drafts = self._task(self.close, "Drafts")
        self._sign(drafts, self.preparer)
        drafts.sudo()._suspend()
        sections = self.preparer._billing_close_get_digest()
        self.assertEqual(
            [(title, tasks.mapped("name")) for title, tasks in sections],
            [
                ("Suspended", ["Drafts"]),
                ("Due today", ["Talk"]),
                ("Due in the next two days", ["Tie-out"]),
            ],
        )

    def test_waiting_for_review(self):
        drafts = self._task(self.close, "Drafts")
        drafts.date_due = "2025-06-20"
        self._sign(drafts, self.preparer)
        mails = self._run()
        self.assertIn("Waiting for your review", self._of(self.reviewer, mails))
        self.assertNotIn(">Drafts<", self._of(self.preparer, mails))

    def test_not_twice_a_day(self):
        self.assertTrue(self._run())
        self.assertFalse(self._run())
        with self._at(date(2025, 6, 17)):
            self.assertTrue(self._run())

    def test_not_at_the_weekend(self):
        with self._at(SATURDAY):
            self.assertFalse(self._run())

    def test_nobody_gets_an_empty_one(self):
        self.close.task_ids.date_due = "2025-06-30"
        self.assertFalse(self._run())

    def test_what_comes_up_during_the_day_waits_for_the_next_morning(self):
        self.close.task_ids.date_due = "2025-06-30"
        self._run("2025-06-16 06:00:00")
        self.close.task_ids.date_due = "2025-06-16"
        self.assertFalse(self._run("2025-06-16 15:00:00"))
        self.assertTrue(self._run("2025-06-17 06:00:00"))

    def test_runs_every_hour(self):
        cron = self.env.ref("billing_coordinator.ir_cron_close_digest")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "hours"))

    def test_not_before_six(self):
        self.preparer.tz = False
        self.assertFalse(self._run("2025-06-16 05:59:00"))
        self.assertTrue(self._run("2025-06-16 06:00:00"))

    def test_when_it_is_morning_where_they_are(self):
        """It is Monday in Auckland while it is Sunday in London."""
        self.preparer.tz = "Pacific/Auckland"
        self.assertFalse(self._run("2025-06-15 17:59:00"))
        self.assertTrue(self._run("2025-06-15 18:00:00"))
        self.assertFalse(self._run("2025-06-16 09:00:00"), "the same day for them")
        self.assertFalse(self._run("2025-06-20 18:00:00"), "their Saturday")

    def test_each_in_their_own_time_zone(self):
        self._task(self.close, "Talk").owner_id = self.manager
        self.preparer.tz = "America/Los_Angeles"
        self.manager.tz = "Europe/Berlin"
        for moment, told in (
            ("2025-06-16 04:00:00", self.manager),
            ("2025-06-16 12:00:00", self.env["res.users"]),
            ("2025-06-16 13:00:00", self.preparer),
            ("2025-06-17 02:00:00", self.env["res.users"]),
            ("2025-06-17 04:00:00", self.manager),
        ):
            with self.subTest(moment):
                partners = self.env["res.partner"].union(*self._run(moment))
                self.assertEqual(partners, told.partner_id)

    def test_once_also_for_who_travels_west(self):
        self.preparer.tz = "Pacific/Auckland"
        self.assertTrue(self._run("2025-06-16 19:00:00"))
        self.preparer.tz = "America/Los_Angeles"
        self.assertFalse(self._run("2025-06-16 20:00:00"))

    def test_not_when_locked(self):
        self._sign_all(self.close)
        self.close.with_user(self.reviewer)._lock()
        self.assertFalse(self._run())

    def test_who_does_not_want_it(self):
        """Everybody may switch it off themselves."""
        self.preparer.with_user(self.preparer).billing_close_digest = False
        self.assertFalse(self._run())

    def test_who_cannot_get_it(self):
        self.preparer.email = False
        self.assertFalse(self._run())
        self.preparer.write({"email": "p@example.com", "active": False})
        self.assertFalse(self._run())

    def test_who_has_lost_the_company(self):
        self.preparer.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [(6, 0, self.other_company.ids)],
            }
        )
        self.assertFalse(self._run())

    @mute_logger("odoo.addons.billing_coordinator.models.res_users_close")
    def test_one_that_fails_stops_no_other(self):
        self._task(self.close, "Talk").owner_id = self.manager
        users = self.env.registry["res.users"]
        real = users._billing_close_get_digest

        def fail_for_preparer(user):
            if user == self.preparer:
                raise ValueError("no")
            return real(user)

        with patch.object(users, "_billing_close_get_digest", fail_for_preparer):
            mails = self._run()
        self.assertEqual(len(mails), 1)
        self.assertIn("Talk", self._of(self.manager, mails))
        self.assertFalse(self.preparer.billing_close_digest_date)
        self.assertEqual(len(self._run()), 1, "it is tried again")

    def test_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("billing_coordinator.mail_template_close_digest")
        template.with_context(lang="fr_FR").subject = "Bonjour"
        self.preparer.lang = "fr_FR"
        [mail] = self._run().values()
        self.assertEqual(mail.subject, "Bonjour")

    def test_lead_days_have_bounds(self):
        for days in (-1, 61):
            with self.assertRaisesRegex(ValidationError, "between 0 and 60"):
                self.company.billing_close_lead_days = days
        wizard = self.env["billing.company.wizard"].with_user(self.manager).create({})
        wizard.write(
            {"billing_close_lead_days": 60, "billing_close_lock": "sale_lock_date"}
        )
        wizard.action_save()
        self.assertEqual(self.company.billing_close_lead_days, 60)
        self.assertEqual(self.company.billing_close_lock, "sale_lock_date")
