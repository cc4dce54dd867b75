import hashlib
import io
import json
import os
import zipfile

from odoo import fields, models, release

from ..tools import signoff_chain
from ..tools.binder_files import checksum_lines, copy_hashed, safe_name, unique_name

SIGNOFFS = "signoffs.jsonl"
CHECKSUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
FOLDER_BYTES = 80
NOTHING = hashlib.sha1(b"", usedforsecurity=False).hexdigest()


class BillingClose(models.Model):
    """The binder as a zip file: the PDF, tables, evidence, and checksums of all."""

    _inherit = "billing.close"

    def _write_binder_zip(self, target):
        """Write the zip file to an open one; evidence is never held in memory whole."""
        self.ensure_one()
        self.check_access("read")
        content, _type = self.env["ir.actions.report"]._render_qweb_pdf(
            "billing_coordinator.action_report_close_binder", self.ids
        )
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            now = fields.Datetime.now()
            now = fields.Datetime.context_timestamp(self, now)
            writer = BinderWriter(archive, now.timetuple()[:6])
            writer.add("binder.pdf", content)
            writer.add("close.xlsx", self._make_binder_xlsx())
            writer.add("tie-out.xlsx", self._make_tie_out_xlsx())
            writer.add(SIGNOFFS, self._get_signed_lines().encode())
            evidence = self._write_evidence(writer)
            manifest = {**self._get_manifest(), "evidence": evidence}
            manifest["files"] = writer.files
            text = json.dumps(manifest, indent=2, ensure_ascii=False)
            writer.add(MANIFEST, text.encode())
            sums = {file["name"]: file["sha256"] for file in writer.files}
            writer.add(CHECKSUMS, checksum_lines(sums).encode())

    def _get_signed_lines(self):
        """What was signed, word for word: the digests can be computed without Odoo."""
        previous, lines = "", []
        for signoff in self._get_chain():
            lines.append(signoff_chain.text(previous, signoff._get_content()) + "\n")
            previous = signoff.digest
        return "".join(lines)

    def _get_manifest(self):
        return {
            "company": self.company_id.name,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "state": self.state,
            "made_at_utc": fields.Datetime.to_string(fields.Datetime.now()),
            "made_by": self.env.user.name,
            "odoo": release.version,
            "signoffs": len(self.signoff_ids),
            "last_digest": self._get_last_digest() or None,
            "chain_broken": self._explain_broken(),
        }

    def _write_evidence(self, writer):
        """A folder for each task that has files; what stands in them was signed so."""
        tasks = self.task_ids.sorted(lambda t: (t.sequence, t.id))
        told = []
        for number, task in enumerate(tasks, start=1):
            words = safe_name(task.name, "task", FOLDER_BYTES)
            folder = f"evidence/{number:02} {words}"
            taken = set()
            for kept in task._get_binder_files():
                name = unique_name(safe_name(kept["name"]), taken)
                told.append(
                    {
                        "task": task.name,
                        "original_name": kept["name"],
                        "signed_sha1": (kept["checksum"] or NOTHING)
                        if kept["signoff"]
                        else None,
                        **self._write_file(writer, f"{folder}/{name}", kept),
                    }
                )
        return told

    def _write_file(self, writer, name, kept):
        file = kept["file"]
        if not file:
            return {"name": None, "problem": self.env._("The file is gone.")}
        if file.type == "url":
            written = writer.add(f"{name}.txt", (file.url or "").encode())
            return {"name": written["name"], "problem": self.env._("Only a link.")}
        with self._open_file(file) as source:
            if not source:
                problem = self.env._("The file is not in the store.")
                return {"name": None, "problem": problem}
            written = writer.add_from(name, source)
        # Odoo keeps no checksum of an empty file.
        signed = kept["checksum"] or NOTHING
        changed = kept["signoff"] and written["sha1"] != signed
        problem = self.env._("Not what was signed.") if changed else None
        return {"name": name, "problem": problem}

    def _open_file(self, file):
        """The content of an attachment, from the disk where it is there."""
        # One by one: otherwise the files of all would be read together.
        file = file.with_prefetch()
        if not file.store_fname:
            return io.BytesIO(file.raw or b"")
        path = file._full_path(file.store_fname)
        return open(path, "rb") if os.path.isfile(path) else _Nothing()


class _Nothing:
    """A file that is not there."""

    def __enter__(self):
        return None

    def __exit__(self, *_error):
        return False


class BinderWriter:
    """Adds files to a zip file, all of one time, and keeps account of them."""

    def __init__(self, archive, moment):
        self._archive = archive
        self._moment = moment
        self.files = []

    def add(self, name, content):
        return self.add_from(name, io.BytesIO(content))

    def add_from(self, name, source):
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = self._archive.compression
        info.external_attr = 0o644 << 16  # who unpacks it may read it
        with self._archive.open(info, "w", force_zip64=True) as entry:
            size, sha256, sha1 = copy_hashed(source, entry)
        told = {"name": name, "size": size, "sha256": sha256}
        self.files.append(told)
        return {**told, "sha1": sha1}
