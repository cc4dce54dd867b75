"""A close is kept in the company's language; each person is told in their own."""

from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from .close_common import CloseCase


@tagged("post_install", "-at_install")
class TestCloseLanguage(CloseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("de_DE", "fr_FR"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.company.partner_id.lang = "de_DE"
        cls.preparer.lang = "fr_FR"
        cls.reviewer.lang = "en_US"
        cls.template.task_ids.write(
            {"owner_id": cls.preparer.id, "reviewer_id": cls.reviewer.id}
        )
        cls.drafts.name = "Drafts"
        cls.close = cls._make_close()
        cls.drafts = cls._task(cls.close, "Drafts")

    def test_todo_of_whom_it_is_for(self):
        self.assertRegex(self.drafts.activity_ids.summary, "À faire.*Drafts")
        self._sign(self.drafts.with_context(lang="fr_FR"), self.preparer)
        activity = self.drafts.activity_ids
        self.assertEqual(activity.user_id, self.reviewer)
        self.assertEqual(activity.summary, "Review: Drafts")

    def _move(self):
        self._sign(self.drafts, self.preparer, self.reviewer)
        self._make_invoices([(None, 50, 10)], post=False)

    def assertToldOfSuspension(self):
        self.env.invalidate_all()
        signoff = self.drafts.signoff_ids.sorted("id")[-1]
        self.assertEqual(signoff.kind, "suspend")
        self.assertIn("Die Werte haben sich seit der Freigabe", signoff.comment)
        messages = self.env["mail.message"].search(
            [
                ("model", "=", self.drafts._name),
                ("res_id", "=", self.drafts.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        said = {message.notified_partner_ids: message for message in messages}
        french = said[self.preparer.partner_id]
        self.assertRegex(french.subject, "Suspendue.*Drafts, mai 2025")
        self.assertIn("Les chiffres ont changé", french.body)
        english = said[self.reviewer.partner_id]
        self.assertEqual(english.subject, "Suspended: Drafts, May 2025")
        self.assertIn("The figures have moved", english.body)
        self.assertRegex(self.drafts.activity_ids.summary, "À faire.*Drafts")

    def test_suspended_by_the_job(self):
        self._move()
        with self._scheduler() as env:
            env["billing.close"]._cron_close()
        self.assertToldOfSuspension()

    def test_suspended_by_who_looks(self):
        self._move()
        close = self.close.with_user(self.reviewer).with_context(lang="en_US")
        close.action_run_checks()
        self.assertToldOfSuspension()

    def test_what_a_check_found(self):
        """Whoever runs it: the same words for all, and in history."""
        talk, tie_out = (self._task(self.close, name) for name in ("Talk", "Tie-out"))
        talk.check_code = "after_review"
        close = self.close.with_user(self.reviewer).with_context(lang="en_US")
        close.action_run_checks()
        self.assertEqual(talk.check_result["note"], "Es wurde noch nichts geprüft.")
        labels = [label for _key, label, _value in tie_out.check_result["figures"]]
        self.assertIn("Saldo laut Hauptbuch", labels)

    def test_trouble_of_the_job(self):
        self.template.copy({"date_from": "2025-06-01"}).task_ids.unlink()
        with (
            mute_logger("odoo.addons.billing_coordinator.models.billing_close_make"),
            self._at(date(2025, 7, 1)),
            self._scheduler() as env,
        ):
            env["billing.close"]._cron_close()
        self.env.invalidate_all()
        self.assertIn("hat keine Aufgabe für Juni 2025", self.close.job_error)
