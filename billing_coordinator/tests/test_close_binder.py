"""What stands in the close binder, and who gets it."""

import io
from datetime import date

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .close_binder_common import NASTY, BinderCase
from .common import days


@tagged("post_install", "-at_install")
class TestCloseBinder(BinderCase):
    def test_nothing_signed(self):
        parts = self._parts()
        titles = list(parts)
        self.assertEqual(
            titles[:4],
            ["May 2025", "Exceptions", "Tasks at a glance", "Tasks in detail"],
        )
        self.assertIn("Nothing is signed yet", self._text(titles[-1]))
        self.assertIn("nothing to verify", self._text(titles[-2]))
        self.assertIn("Nothing is signed yet", self._text(titles[0]))

    def test_without_exceptions(self):
        with self._at(days(-25)):
            self.assertIn("There are none", self._text("Exceptions"))

    def test_cover(self):
        self._live()
        text = self._text("May 2025")
        for words in (
            self.company.name,
            "05/01/2025 – 05/31/2025",
            "In progress",
            "Small, in force from 01/01/2025",
            "06/16/2025",
            self.close._get_last_digest(),
            "5 Tasks",
            "1 Suspended",
            "1 Not applicable",
            "3 Overdue",
            "Allowed although the check fails 1 Suspended 1 Not applicable 1"
            " Withdrawn 1 Late 5 Checks that do not pass 1 Reopened 0",
        ):
            self.assertIn(words, text)

    def test_contents_are_the_parts(self):
        parts = self._parts()
        contents = parts.pop("May 2025").xpath("//table[@class='contents']//tr")
        told = [row.xpath("td")[1].text for row in contents]
        self.assertEqual(told, list(parts))

    def test_exceptions(self):
        self._live()
        text = self._text("Exceptions")
        for words in (
            "Allowed although the check fails (1)",
            "1 Drafts Manager 06/16/2025 09:00 AM One <draft> is fine Seen: 1 record",
            "Now: Suspended",
            "The figures have moved since Reviewer signed: 1",
            "No talk & no walk",
            "Too soon",
            "Late (5)",
            "1 Drafts 12 days late · Due 06/04/2025, not done yet",
            "4 Confirm Reviewer 12 days late · Due 06/04/2025, done 06/16/2025",
            "Checks that do not pass (1) As they were run last.",
            "Fails: 2 records, tolerated 0",
            "None: Reopened.",
        ):
            self.assertIn(words, text)

    def test_overview(self):
        self._live()
        rows = self._parts()["Tasks at a glance"].xpath("//tbody/tr")
        told = {
            row.xpath("td")[1].text: [
                " ".join(cell.text_content().split()) for cell in row.xpath("td")[2:]
            ]
            for row in rows
        }
        self.assertEqual(
            told["Confirm"],
            [
                "Preparer 06/16/2025",
                "Reviewer 06/16/2025",
                "06/04/2025 12 days late",
                "Reviewed",
                "by hand",
            ],
        )
        self.assertEqual(
            told["Drafts"][3:], ["Suspended", "Fails: 2 records tolerated 0"]
        )
        self.assertEqual(told["Talk"][1], "not asked for")
        self.assertEqual(told["Talk"][3], "Not applicable")

    def test_tasks(self):
        task = self._live()
        self._attach(task["Confirm"], "later.txt")
        text = self._text("Tasks in detail")
        file = self.close.signoff_ids.attachment_ids
        for words in (
            "Result 0.00 €, tolerated 0.00 €;",
            "1,234.50 €",
            "2 letters",
            "letter.pdf 6.00 bytes Signed · Preparer, 06/16/2025"
            f" SHA-1 {file.checksum}",
            "later.txt 6.00 bytes Not signed",
            "Sign-offs 06/16/2025 09:00 AM Prepared · Preparer 2 letters Files: 1",
            task["Confirm"].signoff_ids[0].digest[:10],
        ):
            self.assertIn(words, text)

    def test_markup_of_people_is_text(self):
        self._live()
        for name, part in self._parts().items():
            self.assertFalse(part.xpath("//script"), name)
        self.assertIn(NASTY, self._text("Tasks at a glance"))
        self.assertIn(NASTY, self._text("Exceptions"))

    def test_rows_and_note_of_a_check(self):
        task = self.close.task_ids.filtered("check_code")[:1]
        task.action_run_check()
        rows = [
            {"label": f"<i>{n}</i>", "figure": n, "model": None, "domain": None}
            for n in range(60)
        ]
        task.check_result = {**task.check_result, "rows": rows, "note": "Look & see"}
        text = self._text("Tasks in detail")
        for words in (
            "<i>9</i> 9 The first 10 of 60; the others stand in close.xlsx",
            "<i>0</i> 0",
            "Look & see",
        ):
            self.assertIn(words, text)

    def test_check_that_cannot_be_run(self):
        task = self.close.task_ids.filtered("check_code")[:1]
        task.write(task._get_error_values("No numbers"))
        self.assertIn("Error No numbers Last run on", self._text("Tasks in detail"))
        self.assertIn("Error: No numbers", self._text("Exceptions"))
        self.assertNotIn("No numbers, tolerated", self._text("Exceptions"))

    def test_tie_out_is_that_of_the_period(self):
        self._make_entry(self.customer, 77, days(0))
        text = self._text("Tie-out of the ledger")
        self.assertIn("1,234.50 €", text)
        self.assertNotIn("1,311.50", text)
        self.assertIn("as of the end of 05/31/2025", text)

    def test_ageing(self):
        self._make_invoice(amount=100, overdue=60, currency_id=self.usd.id)
        others = [self._make_customer(f"Small {n}") for n in range(16)]
        self._make_invoices([(customer, 1, 20) for customer in others])
        self._pay(self.invoice, 1000, day=days(0))
        part = self._parts()["Ageing of receivables"]
        told = [
            " ".join(" ".join(row.itertext()).split())
            for row in part.xpath("//tbody/tr")
        ]
        self.assertEqual(told[0], "EUR 17 1,234.50 16.00 1,250.50")
        self.assertEqual(told[1], "USD 1 100.00 100.00")
        self.assertRegex(told[2], r"All, as booked in EUR 18 .* 1,300.50")
        self.assertRegex(told[3], "^Customer A 1,234.50 50.00 1,284.50 98.8 %")
        self.assertRegex(told[-2], r"Other customers \(2\) 2.00 2.00")
        self.assertRegex(told[-1], "All customers .* 1,300.50")

    def test_nothing_open(self):
        self.invoice.button_draft()
        self.assertIn("Nothing was open", self._text("Ageing of receivables"))

    def test_locked_and_reopened(self):
        self._sign(self._task(self.close, "Drafts"), self.preparer, self.reviewer)
        self._attach(self._task(self.close, "Confirm"))
        for name in ("Tie-out", "Talk", "Confirm", NASTY):
            task = self._task(self.close, name)
            users = (self.preparer, self.reviewer)[: 2 if task.review_required else 1]
            self._sign(task, *users)
        self.close.with_user(self.reviewer)._lock("All <fine>")
        text = self._text("May 2025")
        self.assertIn("Locked 06/16/2025 09:00 AM by Reviewer", text)
        self.assertIn("All <fine>", self._text("Verification of the sign-offs"))
        self.close.with_user(self.manager)._reopen("Forgot one")
        self.assertIn("Reopened (1)", self._text("Exceptions"))
        self.assertIn("Forgot one", self._text("Exceptions"))

    def test_broken_chain(self):
        self._live()
        text = self._text("Verification of the sign-offs")
        self.assertIn("All sign-offs and their files are as they were signed.", text)
        signoff = self.close.signoff_ids.sorted("id")[2]
        self.env.cr.execute(
            "UPDATE billing_close_signoff SET comment = 'x' WHERE id = %s", signoff.ids
        )
        self.env.invalidate_all()
        text = self._text("Verification of the sign-offs")
        self.assertIn("was changed afterwards", text)
        self.assertIn(self.close._get_last_digest(), text)

    def test_the_same_for_all_readers(self):
        self._live()
        told = [
            self._text("Tie-out of the ledger", user=u)
            for u in (self.coordinator, self.preparer, self.manager)
        ]
        self.assertEqual(len(set(told)), 1)

    def test_who_may_not(self):
        portal = self._make_user("portal", "base.group_portal")
        for user in (self.other_coordinator, portal, self.department):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.close.with_user(user)._get_binder_parts()
            for name in ("action_print_binder", "action_download_binder"):
                with self.assertRaises(AccessError):
                    getattr(self.close.with_user(user), name)()
            report = self.env["ir.actions.report"].with_user(user)
            with self.assertRaises(AccessError):
                report._render_qweb_html(
                    "billing_coordinator.report_close_binder", self.close.ids
                )

    def test_queries_do_not_grow_with_tasks(self):
        self._live()
        few = self._count_queries()
        for number in range(20):
            task = self.env["billing.close.task"].create(
                {"close_id": self.close.id, "name": f"More {number}"}
            )
            self._attach(task)
            self._sign(task, self.preparer, self.reviewer, comment="ok")
        self.assertLessEqual(self._count_queries(), few + 2)

    def _count_queries(self):
        close = self.close.with_user(self.coordinator)
        self._parts()  # templates are compiled once
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        close._get_binder_parts()
        return self.env.cr.sql_log_count - before

    def test_pdf(self):
        self._live()
        reports = self.env["ir.actions.report"].with_user(self.coordinator)
        reports = reports.with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content, kind = reports._render_qweb_pdf(
                "billing_coordinator.action_report_close_binder", self.close.ids
            )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertIn(b"/Outlines", content)

    def test_late_is_the_same_for_who_prints_anywhere(self):
        """Days are those where the company works."""
        self.company.partner_id.tz = "America/Los_Angeles"
        self.coordinator.tz = "Europe/Berlin"
        task = self._task(self.close, "Talk")
        task.date_due = "2025-06-16"
        with freeze_time("2025-06-17 05:00:00"):
            tasks = task.close_id.task_ids.with_user(self.coordinator)
            late = [e["task"] for e in tasks._get_binder_entries() if e["days_late"]]
            self.assertNotIn(task, late)
            cover = tasks.close_id._get_binder_cover()
            self.assertEqual(cover["late_count"], len(late))
            self._sign(task, self.preparer)
        with freeze_time("2025-06-20 09:00:00"):
            entry = task.with_user(self.coordinator)._get_binder_entries()[0]
        self.assertEqual(entry["done_on"], date(2025, 6, 16))
        self.assertEqual(entry["days_late"], 0)

    def test_archived_branch(self):
        """What the checks count stands in the binder."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self._make_entry(self.customer, -50, date(2025, 5, 2), company_id=branch.id)
        with_branch = self.close._get_ageing()["ageing_totals"]
        branch.active = False
        self.env.flush_all()
        self.assertEqual(self.close._get_ageing()["ageing_totals"], with_branch)
        self.assertIn(branch, self.close._get_books_sudo())

    def test_keep(self):
        self._live()
        with self.assertRaises(AccessError):
            self.close.with_user(self.coordinator).action_keep_binder()
        self.close.with_user(self.preparer).action_keep_binder()
        message = self.close.message_ids[:1]
        self.assertIn(self.close._get_last_digest(), message.body)
        self.assertEqual(
            message.attachment_ids.name, f"Close binder {self.company.name} 2025-05.pdf"
        )

    def test_what_is_kept_stays(self):
        self._live()
        self.close.with_user(self.preparer).action_keep_binder()
        binder = self.close.kept_binder_ids.with_user(self.manager)
        self.assertEqual(binder, self.close.message_ids[:1].attachment_ids)
        with self.assertRaisesRegex(UserError, "kept of the close of May 2025"):
            binder.unlink()
        with self.assertRaisesRegex(UserError, "neither deleted nor changed"):
            binder.raw = b"forged"
        with self.assertRaisesRegex(UserError, "by signing, locking"):
            self.close.with_user(self.manager).kept_binder_ids = False
        self.assertTrue(binder.raw)
        other = self.env["ir.attachment"].create(
            {"name": "Note", "res_model": self.close._name, "res_id": self.close.id}
        )
        other.with_user(self.manager).unlink()

    def test_an_unsigned_close_goes_with_what_was_kept(self):
        close = self._make_close(date(2025, 4, 30))
        close.with_user(self.preparer).action_keep_binder()
        binder = close.kept_binder_ids
        close.with_user(self.manager).unlink()
        self.assertFalse(binder.exists())

    def test_other_languages(self):
        self._live()
        for lang, end in (("de_DE", "31.05.2025"), ("fr_FR", "31/05/2025")):
            self.env["res.lang"]._activate_lang(lang)
            close = self.close.with_user(self.coordinator).with_context(lang=lang)
            close.invalidate_recordset()
            parts = close._get_binder_parts()
            self.assertIn(end, parts[0]["html"])
            self.assertEqual(len(parts), len(self._parts()))
            text = html.fromstring(parts[5]["html"]).text_content()
            decimals = {"de_DE": "1.234,50", "fr_FR": "1\u202f234,50"}[lang]
            self.assertIn(decimals, text.replace("\xa0", "\u202f"))

    def test_language_is_that_of_who_prints(self):
        """As with the tie-out; not that of the company or of who locked it."""
        self.env["res.lang"]._activate_lang("de_DE")
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["billing_coordinator"], ["de_DE"])
        self.company.partner_id.lang = "en_US"
        self.preparer.lang = "de_DE"
        for user, word in ((self.preparer, "Ausnahmen"), (self.reviewer, "Exceptions")):
            context = user.with_user(user).context_get()
            close = self.close.with_user(user).with_context(**context)
            close.invalidate_recordset()
            self.assertEqual(close._get_binder_parts()[1]["title"], word)

    def test_long_list_of_contents(self):
        """A cover of two pages: what follows has the numbers that it says."""
        close = self.env.registry["billing.close"]
        real = close._get_binder_sections

        def more(close):
            template = "billing_coordinator.report_close_binder_title"
            extra = [(f"Annex {n}", template, {}) for n in range(60)]
            return real(close)[:1] + extra

        reports = self.env["ir.actions.report"]
        printed = reports._print_binder_part
        report = self.env.registry["ir.actions.report"]

        def once(report, content, **kwargs):
            # Printing sixty pages one by one takes a minute.
            if "Annex" in content and "Contents" not in content:
                content = "<p>Annex</p>"
            key = (str(content), bool(kwargs))
            if key not in done:
                done[key] = printed(content, **kwargs)
            return done[key]

        done = {}
        self.patch(close, "_get_binder_sections", more)
        self.patch(report, "_print_binder_part", once)
        with self.allow_pdf_render():
            content = reports._print_close_binder(self.close)
        self.assertEqual(PdfFileReader(io.BytesIO(content)).getNumPages(), 63)

    def test_sections_can_be_added(self):
        close = self.env.registry["billing.close"]
        real = close._get_binder_sections

        def more(close):
            template = "billing_coordinator.report_close_binder_title"
            return [*real(close), ("Annex", template, {})]

        self.patch(close, "_get_binder_sections", more)
        self.assertIn("Annex", self._parts())
        self.assertIn("Annex", self._text("May 2025"))
