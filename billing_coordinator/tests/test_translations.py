import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import polib
from lxml.html import fromstring

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools.translate import trans_export

from .common import BillingCase, days

MODULE = "billing_coordinator"
FOLDER = Path(__file__).parents[1] / "i18n"
TEMPLATE = FOLDER / f"{MODULE}.pot"
LANGUAGES = {"de_DE": "de.po", "fr_FR": "fr.po"}
# What a translation must not touch: variables, placeholders, attributes of tags.
FIXED = re.compile(r'%\(\w+\)s|%s|\{\{.*?\}\}|[\w-]+="[^"]*"')
NOT_RENDERED = re.compile(r"\{\{|\}\}|%\(\w+\)s|t-out|\b100\.00\b")
ENGLISH = re.compile(r"(?i)\b(the|you|your|we|our|please|payment|reminder|notice)\b")


class TestTranslationFiles(BaseCase):
    """The files by themselves: complete, nothing doubtful, placeholders kept."""

    def test_every_term_is_translated(self):
        terms = {entry.msgid for entry in polib.pofile(TEMPLATE)}
        for file in LANGUAGES.values():
            catalogue = polib.pofile(FOLDER / file)
            self.assertEqual({entry.msgid for entry in catalogue}, terms, file)
            self.assertEqual(catalogue.percent_translated(), 100, file)
            self.assertFalse(catalogue.fuzzy_entries(), file)
            self.assertFalse(catalogue.obsolete_entries(), file)

    def test_placeholders_are_kept(self):
        changed = [
            f"{file}: {entry.msgid}"
            for file in LANGUAGES.values()
            for entry in polib.pofile(FOLDER / file)
            if Counter(FIXED.findall(entry.msgid))
            != Counter(FIXED.findall(entry.msgstr))
        ]
        self.assertEqual(changed, [])

    def test_files_say_nothing_of_when_they_were_written(self):
        for path in (TEMPLATE, *(FOLDER / file for file in LANGUAGES.values())):
            metadata = polib.pofile(path).metadata
            self.assertFalse([key for key in metadata if key.endswith("Date")], path)


@tagged("post_install", "-at_install")
class TestTemplate(TransactionCase):
    """A text that is changed, new or gone makes the template out of date."""

    def test_template_is_current(self):
        content = BytesIO()
        trans_export(False, [MODULE], content, "po", self.env)
        exported = self._get_terms(polib.pofile(content.getvalue().decode()))
        written = self._get_terms(polib.pofile(TEMPLATE))
        hint = f"export {TEMPLATE.name} again and translate what is new"
        self.assertEqual(sorted(exported - written), [], hint)
        self.assertEqual(sorted(written - exported), [], hint)

    def _get_terms(self, catalogue):
        return {
            entry.msgid
            for entry in catalogue
            if any(self._is_own(name) for name, _line in entry.occurrences)
        }

    def _is_own(self, occurrence):
        """Whether the term is the addon's own, not one that a mixin brings along.

        Which of those there are depends on what else is installed.
        """
        if not occurrence.startswith("model:ir.model.fields,"):
            return True
        record = self.env.ref(occurrence.rsplit(":", 1)[1], raise_if_not_found=False)
        field = record and self.env[record.model]._fields.get(record.name)
        return bool(field) and MODULE in field._modules


@tagged("post_install", "-at_install")
class TestTranslatedNotices(BillingCase):
    """What a German and a French customer get, from a company that works in English."""

    # Stage of the default plan, day on which it comes for an invoice due on day 0.
    STAGES = (("courtesy", -3), ("first", 7), ("second", 15), ("final", 30))
    STAGE_NAMES = {
        "de_DE": (
            "Fälligkeitshinweis",
            "Zahlungserinnerung",
            "Erste Mahnung",
            "Letzte Mahnung",
        ),
        "fr_FR": (
            "Rappel d’échéance",
            "Première relance",
            "Deuxième relance",
            "Dernier rappel",
        ),
    }
    SUBJECTS = {
        "de_DE": (
            "Follow-up Ltd: Ihre Zahlung wird in Kürze fällig",
            "Follow-up Ltd: Zahlungserinnerung {}",
            "Follow-up Ltd: Erste Mahnung {}",
            "Follow-up Ltd: Letzte Mahnung {}",
        ),
        "fr_FR": (
            "Follow-up Ltd\N{NBSP}: votre échéance approche",
            "Follow-up Ltd\N{NBSP}: première relance {}",
            "Follow-up Ltd\N{NBSP}: deuxième relance {}",
            "Follow-up Ltd\N{NBSP}: dernier rappel {}",
        ),
    }
    TABLE = {
        "de_DE": "Nummer Fälligkeit Mahnstufe Tage überfällig Offener Betrag",
        "fr_FR": "Numéro Échéance Relance Jours de retard Montant restant dû",
    }
    TOTAL = {"de_DE": "Zu zahlen 1.234,50", "fr_FR": "À payer 1 234,50"}
    DUE_DATE = {"de_DE": "16.06.2025", "fr_FR": "16/06/2025"}
    PAYMENT = {"de_DE": "Zahlungseingang", "fr_FR": "Paiement reçu"}
    LETTER = {
        "de_DE": ("Datum", "Unser Zeichen", "Ihr Kontakt"),
        "fr_FR": ("Date", "Notre référence", "Votre contact"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGUAGES:
            cls.env["res.lang"]._activate_lang(lang)
        modules = cls.env["ir.module.module"]
        modules._load_module_terms([MODULE], list(LANGUAGES))
        cls.env.registry.clear_cache()
        cls.plan = cls.env.ref(f"{MODULE}.followup_plan_default")
        cls.company.billing_plan_id = cls.plan
        cls.company.billing_responsible_id = cls.manager
        cls.stages = [
            cls.env.ref(f"{MODULE}.followup_stage_{key}") for key, _day in cls.STAGES
        ]

    def _make_notices(self, lang):
        """One notice of each stage, by a user whose own language is English."""
        customer = self._make_customer(f"Customer {lang}", lang=lang)
        self._make_invoice(customer, 1234.5, 0)
        for _key, day in self.STAGES:
            with self._at(days(day)):
                self._send(customer, stages=("auto", "manual"))
        notices = self._notices(customer)
        self.assertEqual(list(notices.stage_id), self.stages)
        return notices

    def _for_each(self):
        """Language, number of the stage and notice, for every language and stage."""
        for lang in LANGUAGES:
            for number, notice in enumerate(self._make_notices(lang)):
                yield lang, number, notice

    def _passages(self, html):
        """The pieces of text between the tags, every white space being a blank."""
        return [" ".join(piece.split()) for piece in fromstring(html).itertext()]

    def _plain(self, html):
        return " ".join(filter(None, self._passages(html)))

    def test_stage_subject_and_table(self):
        for lang, number, notice in self._for_each():
            stage = notice.stage_id.with_context(lang=lang)
            self.assertEqual(stage.name, self.STAGE_NAMES[lang][number])
            subject = self.SUBJECTS[lang][number].format(notice.name)
            self.assertEqual(notice.subject, subject)
            text = self._plain(notice.body)
            for label in (self.TABLE, self.TOTAL, self.DUE_DATE):
                self.assertIn(label[lang], text)
            self.assertIn(stage.name, text)

    def test_placeholders_are_rendered(self):
        for lang, number, notice in self._for_each():
            self.assertNotRegex(notice.subject + notice.body, NOT_RENDERED)
            text = self._plain(notice.body)
            for name in (notice.contact_id.name, self.manager.name, self.company.name):
                self.assertIn(name, text)
            # In the table twice, in the text where it asks for payment.
            amount = self._plain(notice.with_context(lang=lang).amount_text)
            self.assertEqual(text.count(amount), 3 if number else 2)

    def test_no_english_is_left(self):
        english = [notice.body for notice in self._make_notices("en_US")]
        for _lang, number, notice in self._for_each():
            self.assertNotRegex(self._plain(notice.body), ENGLISH)
            shared = {*self._passages(notice.body)} & {*self._passages(english[number])}
            self.assertFalse([text for text in shared if len(text.split()) > 2])

    def test_letter(self):
        for lang, labels in self.LETTER.items():
            notice = self._make_notices(lang)[-1]
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                f"{MODULE}.report_followup_letter", notice.ids
            )
            text = self._plain(html.decode())
            for label in (*labels, self.STAGE_NAMES[lang][-1], self.TABLE[lang]):
                self.assertIn(label, text)

    def test_payment_without_entry(self):
        """It has no number: what it is called is in the language of the customer."""
        credit = {"id": -1, "due": "2025-06-16", "residual": -5, "reaches_stage": False}
        for lang, label in self.PAYMENT.items():
            notice = self._make_notices(lang)[-1]
            notice.line_ids._insert(notice, [credit])
            self.assertIn(label, notice.line_ids.mapped("label"))

    def test_days_of_the_worklist(self):
        self._make_invoice(overdue=2)
        row = self._row()
        for lang, day in {"en_US": "Jun 21", "de_DE": "21. Juni"}.items():
            self.assertIn(day, row.with_context(lang=lang).todo)

    def test_texts_of_the_program(self):
        first = self.stages[1]
        self.assertEqual(
            first.with_context(lang="de_DE").summary,
            "7 Tage nach Fälligkeit, per E-Mail",
        )
        self.assertEqual(
            first.with_context(lang="fr_FR").summary,
            "7 jours après l’échéance, par e-mail",
        )
