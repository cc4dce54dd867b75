from email.message import EmailMessage

from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools import mail, reference
from ..tools.reference import Hit
from .properties import holds_for

PREFIXES = ("INV/2025/", "RINV/2025/", "INV/2025/06/", "INV/2024/")
SEPARATORS = st.sampled_from(["/", "-", " ", "", ".", " / ", "_"])


class TestReference(BaseCase):
    def _find(self, text, prefixes=PREFIXES):
        return reference.find_numbers(text, prefixes)

    def test_however_it_is_written(self):
        expected = {Hit("INV/2025/", 17, True)}
        for text in (
            "INV/2025/00017",
            "please see inv-2025-17.",
            "Invoice INV 2025 00017, thanks",
            "INV202500017",
            "(inv2025/0017)",
            "INV_2025_00017.pdf",
            "INV/2025/00017/A",
        ):
            self.assertEqual(self._find(text), expected, text)

    def test_other_numbers(self):
        for text in (
            "",
            "2025",
            "on 17/06/2025 we got 10 boxes",
            "INV/2025/17/03",
            "INV/2023/00017",
            "XINV/2025/00017",
            "INV/2025/00017B",
            "INV",
        ):
            self.assertFalse(self._find(text), text)

    def test_the_longer_prefix(self):
        self.assertEqual(self._find("INV/2025/06/0001"), {Hit("INV/2025/06/", 1, True)})
        self.assertEqual(self._find("RINV/2025/1"), {Hit("RINV/2025/", 1, True)})

    def test_first_part_left_out(self):
        self.assertEqual(
            self._find("invoice 2024/00017"), {Hit("INV/2024/", 17, False)}
        )
        self.assertFalse(self._find("2024 00017"))
        self.assertFalse(self._find("2024/17"))

    def test_several(self):
        text = "INV/2025/00001, INV/2025/00002\nand RINV/2025/3"
        self.assertEqual(
            {(h.prefix, h.number) for h in self._find(text)},
            {("INV/2025/", 1), ("INV/2025/", 2), ("RINV/2025/", 3)},
        )

    @holds_for(
        st.sampled_from(["INV", "RE", "FA"]),
        st.integers(2000, 2099),
        st.integers(1, 99999),
        st.integers(0, 5),
        SEPARATORS,
        SEPARATORS,
        st.booleans(),
        examples=300,
    )
    def test_found_again(self, word, year, number, zeros, first, second, lower):
        """Any separators, leading zeros and case; glued ones as they are numbered."""
        digits = str(number).zfill(zeros)
        written = f"{word}{first}{year}{second}{digits}"
        written = written.lower() if lower else written
        hits = self._find(f"See {written}, please", [f"{word}/{year}/", "X/1999/"])
        self.assertIn(Hit(f"{word}/{year}/", number, True), hits)

    @holds_for(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=4))
    def test_any_text(self, text, prefixes):
        for hit in self._find(text, prefixes):
            self.assertIn(hit.prefix, prefixes)
            self.assertLess(hit.number, 10**reference.MAX_DIGITS)
        self.assertLessEqual(
            len(reference.find_references(text)), reference.MAX_REFERENCES
        )

    def test_payment_references(self):
        find = reference.find_references
        self.assertIn("+++123/4567/89002+++", find("ref 123/4567/89002"))
        self.assertIn("+++123/4567/89002+++", find("+++123/4567/89002+++"))
        self.assertIn("RF18 5390 0754 7034", find("Ref: rf18539007547034."))
        self.assertIn("RF18 5390 0754 7034", find("RF18 5390 0754 7034"))
        self.assertEqual(find("RF19 539 007"), ["19539007"])
        self.assertEqual(find("INV/2025/00017"), [])
        self.assertIn("0012345678", find("OCR 0012345678"))


class TestMail(BaseCase):
    def _written_by(self, subject="Question", **headers):
        message = EmailMessage()
        message["Subject"] = subject
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        return mail.written_by(message)

    def test_written_by(self):
        self.assertEqual(self._written_by(), mail.PERSON)
        self.assertEqual(self._written_by(Auto_Submitted="no"), mail.PERSON)
        self.assertEqual(
            self._written_by(Auto_Submitted="auto-generated"), mail.PROGRAM
        )
        for headers in (
            {"Precedence": "bulk"},
            {"Precedence": "list"},
            {"Precedence": "list", "In_Reply_To": "<x@y>"},
        ):
            self.assertEqual(self._written_by(**headers), mail.PROGRAM, headers)
        for headers in (
            {"Auto_Submitted": "auto-replied; owner-email=x"},
            {"Auto_Submitted": "auto-generated", "In_Reply_To": "<x@y>"},
            {"X_Autoreply": "yes"},
            {"Precedence": "auto_reply"},
            {"Precedence": "bulk", "In_Reply_To": "<x@y>"},
            {"Return_Path": "<>"},
            {"subject": "Automatic reply: Reminder"},
            {"subject": "Abwesenheitsnotiz"},
        ):
            self.assertEqual(self._written_by(**headers), mail.REPLY, headers)

    def test_clean_subject(self):
        for subject, clean in (
            ("Re: AW:  Fwd: Wrong\n price", "Wrong price"),
            ("RE[2]: Receipt", "Receipt"),
            ("Regarding: INV", "Regarding: INV"),
            (None, ""),
        ):
            self.assertEqual(mail.clean_subject(subject), clean)

    def test_numbers_in_brackets(self):
        self.assertEqual(
            mail.numbers_in_brackets("Re: [T000123] Ten [are missing]"), ["T000123"]
        )
        self.assertEqual(mail.numbers_in_brackets(None), [])
