"""The zip file of the close binder: evidence, tables, checksums; its address."""

import hashlib
import io
import json
import os
import subprocess
import tempfile
import zipfile
from datetime import date
from unittest.mock import patch

from hypothesis import strategies as st
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tools import mute_logger

from ..tools.binder_files import MAX_BYTES, safe_name, unique_name
from .close_binder_common import NASTY, BinderCase
from .properties import holds_for

ODD_NAMES = [
    "../../../etc/passwd",
    "..\\up.txt",
    "nul",
    "a\x00b\n.pdf",
    "Ä" * 300 + ".pdf",
    "same.pdf",
    "SAME.pdf",
    "\u202efdp.exe",
    "",
]
ALIKE = ["a", "A", "a (2)", "ä", "a\u0308", "b.x", "ﬁ", "fi"]


@tagged("post_install", "-at_install")
class TestSafeNames(BaseCase):
    @holds_for(st.text(max_size=400))
    def test_names(self, text):
        name = safe_name(text)
        self.assertTrue(name)
        self.assertLessEqual(len(name.encode()), MAX_BYTES + 1)
        self.assertEqual(name, safe_name(name), "a safe name stays")
        self.assertFalse(set(name) & set('/\\:*?"<>|\0\n\r'))
        self.assertNotIn(name[0], ". ")
        self.assertNotIn(name[-1], ". ")

    @holds_for(st.lists(st.sampled_from(ALIKE)))
    def test_unique(self, names):
        taken = set()
        told = [unique_name(name, taken) for name in names]
        self.assertEqual(len({name.casefold() for name in told}), len(names))


@tagged("post_install", "-at_install")
class TestBinderZip(BinderCase):
    def _zip(self, user=None):
        target = io.BytesIO()
        close = self.close.with_user(user or self.coordinator)
        close.invalidate_recordset()
        close._write_binder_zip(target)
        return zipfile.ZipFile(target)

    def _manifest(self, archive):
        return json.loads(archive.read("manifest.json"))

    def test_content(self):
        self._live()
        archive = self._zip()
        self.assertIsNone(archive.testzip())
        self.assertEqual(
            archive.namelist(),
            [
                "binder.pdf",
                "close.xlsx",
                "tie-out.xlsx",
                "signoffs.jsonl",
                "evidence/04 Confirm/letter.pdf",
                "manifest.json",
                "SHA256SUMS",
            ],
        )
        self.assertEqual(archive.read("evidence/04 Confirm/letter.pdf"), b"signed")
        times = {file.date_time for file in archive.infolist()}
        self.assertEqual(times, {(2025, 6, 16, 9, 0, 0)})
        manifest = self._manifest(archive)
        self.assertEqual(manifest["last_digest"], self.close._get_last_digest())
        self.assertEqual(manifest["signoffs"], len(self.close.signoff_ids))
        self.assertIsNone(manifest["chain_broken"])
        (told,) = manifest["evidence"]
        self.assertEqual(told["task"], "Confirm")
        self.assertIsNone(told["problem"])
        self.assertEqual(told["signed_sha1"], hashlib.sha1(b"signed").hexdigest())

    def test_checksums(self):
        """By the program that an auditor would use."""
        self._live()
        self._attach(self._task(self.close, "Confirm"), "Größe (1) 'x'.txt")
        archive = self._zip()
        for file in self._manifest(archive)["files"]:
            content = archive.read(file["name"])
            self.assertEqual(file["size"], len(content))
            self.assertEqual(file["sha256"], hashlib.sha256(content).hexdigest())
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)
            done = subprocess.run(
                ["sha256sum", "--strict", "-c", "SHA256SUMS"],
                cwd=folder,
                capture_output=True,
                check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.count(b": OK"), len(archive.namelist()) - 1)

    def test_signoffs_are_verified_without_odoo(self):
        """As the binder tells its reader to: by the shell, from the file alone."""
        self._live()
        archive = self._zip()
        part = self._parts()["Verification of the sign-offs"]
        (command,) = (p.text for p in part.xpath("//p[@class='mono']"))
        with tempfile.TemporaryDirectory() as folder:
            archive.extract("signoffs.jsonl", folder)
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, capture_output=True, check=True
            )
        computed = [line.split()[0] for line in done.stdout.decode().splitlines()]
        chain = self.close.signoff_ids.sorted("id")
        self.assertEqual(computed, chain.mapped("digest"))
        lines = archive.read("signoffs.jsonl").decode().splitlines()
        self.assertEqual([json.loads(line)[0] for line in lines], ["", *computed[:-1]])
        cells = self._parts()["All sign-offs in their order"].xpath(
            "//td[contains(@class, 'digest')]"
        )
        self.assertEqual([cell.text for cell in cells], computed)
        self.assertIn(computed[-1], self._text("May 2025"))

    def test_a_changed_signoff_shows_without_odoo(self):
        self._live()
        signoff = self.close.signoff_ids.sorted("id")[2]
        self.env.cr.execute(
            "UPDATE billing_close_signoff SET comment = 'x' WHERE id = %s", signoff.ids
        )
        self.env.invalidate_all()
        line = self._zip().read("signoffs.jsonl").splitlines()[2]
        self.assertNotEqual(hashlib.sha256(line).hexdigest(), signoff.digest)

    def test_odd_evidence(self):
        """Empty, broken, encrypted, large, twice the same: copied, never opened."""
        contents = {
            "empty.pdf": b"",
            "broken.pdf": b"%PDF-1.7\nnothing of the kind",
            "secret.pdf": b"%PDF-1.4\ntrailer<</Encrypt 1 0 R>>\n%%EOF",
            "large.bin": bytes(9_000_001),
        }
        task = self._task(self.close, "Confirm")
        for name, content in contents.items():
            self._attach(task, name, content)
        self._attach(task, "empty.pdf", b"not empty")
        self._sign(task, self.preparer, self.reviewer)
        archive = self._zip()
        self.assertIsNone(archive.testzip())
        folder, there = "evidence/04 Confirm", archive.namelist()
        for name, content in contents.items():
            names = [name, name.replace(".pdf", " (2).pdf")]
            kept = [f"{folder}/{n}" for n in names if f"{folder}/{n}" in there]
            self.assertIn(content, map(archive.read, kept))
        told = self._manifest(archive)["evidence"]
        self.assertEqual(len(told), 5)
        self.assertEqual({entry["problem"] for entry in told}, {None})
        text = self._text("Tasks in detail")
        self.assertIn("empty.pdf 0 bytes Signed", text)
        self.assertNotIn("has changed since", text)

    def test_odd_names(self):
        for number, name in enumerate(ODD_NAMES):
            file = self._attach(self.close.task_ids[-1], "x", b"%d" % number)
            self.env.cr.execute(
                "UPDATE ir_attachment SET name = %s WHERE id = %s",
                (name.replace("\0", "\x01"), file.id),
            )
        self.env.invalidate_all()
        archive = self._zip()
        names = [name for name in archive.namelist() if name.startswith("evidence/")]
        self.assertEqual(len({name.casefold() for name in names}), len(ODD_NAMES))
        for name in names:
            self.assertEqual(len(name.split("/")), 3)
            self.assertNotIn("..", name.split("/"))
        contents = {archive.read(name) for name in names}
        self.assertEqual(contents, {b"%d" % n for n in range(len(ODD_NAMES))})
        self.assertTrue(any(name.endswith("Ä.pdf") for name in names))

    def test_file_is_not_what_was_signed(self):
        self._live()
        file = self.close.signoff_ids.attachment_ids
        path = file._full_path(file.store_fname)
        other = self._attach(self._task(self.close, "Talk"), "o", b"tampered")
        self.assertTrue(os.path.isfile(path))
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE id = %s",
            (other.store_fname, file.id),
        )
        self.env.invalidate_all()
        told = self._manifest(self._zip())["evidence"]
        problems = {entry["original_name"]: entry["problem"] for entry in told}
        self.assertEqual(problems, {"letter.pdf": "Not what was signed.", "o": None})

    @mute_logger("odoo.addons.base.models.ir_attachment")
    def test_file_is_gone_from_the_store(self):
        self._live()
        file = self.close.signoff_ids.attachment_ids
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'no/such' WHERE id = %s", file.ids
        )
        self.env.invalidate_all()
        (told,) = self._manifest(self._zip())["evidence"]
        self.assertEqual(told["problem"], "The file is not in the store.")

    def test_links(self):
        task = self._task(self.close, "Talk")
        self.env["ir.attachment"].create(
            {
                "name": "Folder",
                "type": "url",
                "url": "https://files.example.com/1",
                "res_model": task._name,
                "res_id": task.id,
            }
        )
        archive = self._zip()
        (told,) = self._manifest(archive)["evidence"]
        self.assertEqual(archive.read(told["name"]), b"https://files.example.com/1")

    def test_tables(self):
        self._live()
        self.customer.name = "=1+1"
        archive = self._zip()
        book = load_workbook(io.BytesIO(archive.read("close.xlsx")))
        tasks = {row[1]: row for row in book["Tasks"].values}
        self.assertEqual(tasks["Drafts"][14:16], (2, 0))
        self.assertEqual(tasks["Talk"][16], "No talk & no walk")
        self.assertIn(NASTY, tasks)
        signoffs = list(book["Sign-offs"].values)[1:]
        chain = self.close.signoff_ids.sorted("id")
        self.assertEqual([row[8] for row in signoffs], chain.mapped("digest"))
        cell = book["Ageing"]["A2"]
        self.assertEqual((cell.value, cell.data_type), ("=1+1", "s"))
        figures = list(book["Figures"].values)
        self.assertIn((2, "Tie-out", "Balance in the ledger", 1234.5), figures)
        records = list(book["Records"].values)[1:]
        self.assertEqual([row[1] for row in records], ["Drafts", "Drafts"])
        self.assertEqual({row[5] for row in records}, {"=1+1"})
        self.assertEqual(sorted(row[6] for row in records), [50, 60])
        self.assertEqual({row[7] for row in records}, {self.company.currency_id.name})
        book = load_workbook(io.BytesIO(archive.read("tie-out.xlsx")))
        self.assertIn(1234.5, [row[5] for row in book["Tie-out"].values])

    def test_records_of_the_bank(self):
        """With sign and currency; the date of an invoice is theirs too, and empty."""
        self._make_bank_line(-70, day="2025-05-12", partner_id=self.customer.id)
        task = self._task(self.close, "Talk")
        task.write({"check_code": "bank_lines", "on_breach": "fail"})
        task._run_checks()
        [row] = task.with_user(self.coordinator)._get_listed_records()
        currency = self.company.currency_id.name
        self.assertEqual(row[2:], [date(2025, 5, 12), "Customer A", -70, currency])

    def test_records_that_are_too_many_or_secret(self):
        self._live()
        records = "odoo.addons.billing_coordinator.models.billing_close_binder_records"
        task = self._task(self.close, "Drafts").with_user(self.coordinator)
        with patch(f"{records}.MAX_RECORDS", 1):
            rows = task._get_listed_records()
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[-1][1], "The first 1 of 2")
        moves = self.env.registry["account.move"]
        for error in (AccessError("No"), ValueError("Field")):
            with patch.object(moves, "search", side_effect=error):
                rows = task._get_listed_records()
            self.assertEqual(rows, [["Journal Entry", "You cannot read these."]])
        task.sudo().check_result = {**task.check_result, "model": "no.such.model"}
        self.assertEqual(task._get_listed_records(), [])


@tagged("post_install", "-at_install")
class TestBinderAddress(BinderCase, HttpCase):
    def _get(self, user):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/billing_coordinator/close/{self.close.id}/binder.zip")

    def test_download(self):
        self._live()
        self.env.flush_all()
        response = self._get(self.coordinator)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        self.assertIn("2025-05.zip", response.headers["Content-Disposition"])
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        self.assertIsNone(archive.testzip())
        self.assertIn("SHA256SUMS", archive.namelist())

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_access")
    def test_who_may_not(self):
        portal = self._make_user("portal", "base.group_portal")
        self.assertEqual(self._get(self.other_coordinator).status_code, 404)
        plain = self._make_user("plain", "base.group_user")
        self.assertEqual(self._get(portal).status_code, 403)
        self.assertEqual(self._get(plain).status_code, 403)
        self.assertEqual(self._get(self.department).status_code, 403)

    def test_nobody_without_a_session(self):
        self.authenticate(None, None)
        for address in self._get_addresses():
            response = self.url_open(address, allow_redirects=False)
            self.assertEqual(response.status_code, 303, address)
            self.assertIn("/web/login", response.headers["Location"])

    @mute_logger("odoo.http")
    def test_guessed_ids(self):
        self.authenticate(self.coordinator.login, self.coordinator.login)
        for guess in (0, 2**31 - 1, 2**63, "-1", "1%20or%201"):
            address = f"/billing_coordinator/close/{guess}/binder.zip"
            self.assertEqual(self.url_open(address).status_code, 404, guess)

    @mute_logger(
        "odoo.http",
        "odoo.addons.base.models.ir_access",
        "odoo.addons.base.models.ir_rule",
        "odoo.addons.web.controllers.report",
    )
    def test_report_addresses(self):
        """Those of Odoo, which anybody with a session may call."""
        portal = self._make_user("portal", "base.group_portal")
        for user in (self.other_coordinator, portal, self.department):
            self.authenticate(user.login, user.login)
            for address in self._get_addresses()[1:]:
                response = self.url_open(address)
                self.assertNotEqual(response.status_code, 200, (user.name, address))
                self.assertNotIn(b"%PDF", response.content)
                self.assertNotIn(b"Tasks at a glance", response.content)

    def test_user_of_two_companies(self):
        """Their main company is another: they get the binder all the same."""
        user = self.other_coordinator
        user.company_ids = [Command.link(self.company.id)]
        self.assertEqual(self._get(user).status_code, 200)

    def _get_addresses(self):
        report = "billing_coordinator.report_close_binder"
        return [
            f"/billing_coordinator/close/{self.close.id}/binder.zip",
            f"/report/pdf/{report}/{self.close.id}",
            f"/report/html/{report}/{self.close.id}",
        ]

    def test_file_is_closed_when_it_fails(self):
        made = []
        real = tempfile.TemporaryFile

        def make(**kwargs):
            made.append(real(**kwargs))
            return made[-1]

        close = self.env.registry["billing.close"]
        with (
            patch.object(tempfile, "TemporaryFile", make),
            patch.object(close, "_write_binder_zip", side_effect=OSError("full")),
            mute_logger("odoo.http"),
        ):
            self.assertEqual(self._get(self.coordinator).status_code, 500)
        self.assertTrue(made and all(file.closed for file in made))
