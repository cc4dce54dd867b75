"""The pages of the close binder, as they are printed."""

import io
import re

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .close_binder_common import BinderCase

HOSTILE = (
    "<img src=x onerror=alert(1)></td></table><style>*{display:none}</style>",
    "W" * 300,
    "Long words " + " ".join("x" * 90 for _ in range(8)),
    "Emoji 🧾🔥 中文会计 日本語 مرحبا بالعالم עברית",
    "Back\u202eward\u2066s \u0007bell",
    "t-out {{ 7 * 7 }} ${7*7} %s %(x)s &lt;&amp;&#0;",
)


@tagged("post_install", "-at_install")
class TestCloseBinderPages(BinderCase):
    def _print(self, user=None):
        """The texts of the pages, without blanks, which fonts put where they like."""
        reports = self.env["ir.actions.report"].with_user(user or self.coordinator)
        with self.allow_pdf_render():
            content, _kind = reports.with_context(
                force_report_rendering=True
            )._render_qweb_pdf(
                "billing_coordinator.action_report_close_binder", self.close.ids
            )
        self.reader = PdfFileReader(io.BytesIO(content))
        return [
            re.sub(r"\s", "", self.reader.getPage(number).extractText())
            for number in range(self.reader.getNumPages())
        ]

    def _make_tasks(self, names):
        return self.env["billing.close.task"].create(
            [{"close_id": self.close.id, "name": name} for name in names]
        )

    def test_contents_and_column_heads(self):
        """Of a close of 60 tasks, all signed: lists that are longer than a page."""
        tasks = self._make_tasks(f"Task of {n}" for n in range(55))
        for task in tasks:
            self._sign(task, self.preparer, self.reviewer)
        pages = self._print()
        titles = list(self._parts())[1:]
        words = [title.replace(" ", "") for title in titles]
        begins = []
        for number, word in enumerate(words, start=1):
            begin = next(
                n for n, p in enumerate(pages[1:], 2) if f"{number}{word}" in p
            )
            self.assertIn(f"{number}{word}{begin}", pages[0])
            begins.append(begin)
        self.assertEqual(begins, sorted(begins))
        for title, head in (
            ("Tasks at a glance", "Checkandwhatistolerated"),
            ("All sign-offs in their order", "SignedonByKindTaskDigest"),
        ):
            place = titles.index(title)
            end = [*begins, len(pages) + 1][place + 1]
            shown = range(begins[place], end)
            self.assertGreater(len(shown), 1)
            for page in shown:
                self.assertEqual(pages[page - 1].count(head), 1, (title, page))
        for number, page in enumerate(pages[1:], 2):
            self.assertIn(f"Page{number}of{len(pages)}", page)
        self.assertLess(len(pages), 30)

    def test_hostile_names(self):
        task = self._make_tasks(HOSTILE)[-1]
        self.company.name = HOSTILE[0]
        self.customer.name = HOSTILE[1]
        self.template.name = HOSTILE[2]
        self.preparer.name = HOSTILE[3]
        task.description = '<img src="http://127.0.0.1:1/x"/><p>What &amp; how</p>'
        for name in HOSTILE:
            self._attach(task, name + ".pdf", name.encode())
        task.with_user(self.preparer)._sign("prepare", "\n".join(HOSTILE))
        parts = self._parts()
        for title, part in parts.items():
            self.assertFalse(part.xpath("//script | //style | //@onerror"), title)
            self.assertFalse(part.xpath("//img"), title)
        text = parts["Tasks in detail"].text_content()
        for name in (*HOSTILE[:4], *HOSTILE[5:], "Back[U+202E]ward[U+2066]s [U+0007]"):
            self.assertIn(name, text)
        pages = self._print(self.preparer)
        whole = "".join(pages)
        self.assertIn("{{7*7}}${7*7}", whole)
        self.assertGreaterEqual(whole.count("W"), 900)
        self.assertLess(len(pages), 20)

    def test_long_texts_are_cut(self):
        """In print only: the tables have all of them."""
        (task,) = self._make_tasks(["Long"])
        comment = "word " * 20000
        task.with_user(self.preparer)._sign("prepare", comment)
        task.with_user(self.preparer)._sign("withdraw", comment)
        self.assertLess(len(self._text("Tasks in detail")), 6000)
        self.assertLess(len(self._text("Exceptions")), 6000)

    def test_many_files_are_cut(self):
        (task,) = self._make_tasks(["Files"])
        for number in range(45):
            self._attach(task, f"file {number}.txt", b"%d" % number)
        self.assertIn(
            "The first 40 of 45; manifest.json of the downloaded binder names all.",
            self._text("Tasks in detail"),
        )

    def test_the_last_task_is_not_alone(self):
        entries = [{"lines": 2}, {"lines": 30}, {"lines": 2}, {"lines": 3}]
        blocks = self.close._get_binder_blocks(entries)
        self.assertEqual([kept for _entries, kept in blocks], [True, False, True])
        self.assertEqual(blocks[-1][0], entries[2:])
        blocks = self.close._get_binder_blocks(entries[:2])
        self.assertEqual([kept for _entries, kept in blocks], [True, False])
        self.assertEqual(self.close._get_binder_blocks([]), [])
