import io
import random
import zipfile

from odoo.tests import BaseCase

from ..tools.bank import files
from ..tools.bank.record import Fault, Problem
from ..tools.bank.table import Mapping
from .bank_files import BankFileCase, camt, detail, entry, mt940, ofx
from .test_bank_ofx import ENTRY
from .test_bank_swift import CLOSING
from .test_bank_table import GERMAN, workbook

GOOD = {
    files.CAMT: camt(entry("1.00", detail(text="INV 17"))),
    files.MT940: mt940(":61:2511051105C50,00NTRFX", ":86:166?20SVWZ+INV 17", CLOSING),
    files.OFX: ofx(ENTRY),
    files.CSV: GERMAN.encode(),
    files.XLSX: workbook(("2025-11-05", "3,00", "x")),
}
MAPPING = Mapping(
    0, 5, date_format="%d.%m.%Y", decimal_mark=",", first_row=3, text=(4,)
)
# What readers trip over, put into good files at random.
PIECES = (
    b"<Ntry>", b"</Ntry>", b"<Amt>", b":61:", b":86:", b":20:", b"?20", b",", b".",
    b"<STMTTRN>", b"</NAME>", b"<![CDATA[", b"]]>", b"&", b";", b'"', b"\r\n", b"\0",
    b"99999999999999999999", b"CRDT", b"RC", b"\xff\xfe", b"/EREF/", b"[-5:EST]",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"PK\x03\x04", b"{4:", b"-",
)  # fmt: skip


def archive(contents):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in contents.items():
            packed.writestr(name, data)
    stream.seek(0)
    return stream


def damage(data, rng):
    """A file after some accidents."""
    data = bytearray(data)
    for _times in range(rng.randint(1, 6)):
        start, kind = rng.randrange(len(data) + 1), rng.randrange(4)
        if kind == 0:
            data[start : start + rng.randint(0, 20)] = rng.choice(PIECES)
        elif kind == 1:
            del data[start : start + rng.randint(1, 60)]
        elif kind == 2:
            data[start:start] = rng.choice(PIECES) * rng.choice((1, 1, 1, 50))
        else:
            other = rng.randrange(len(data) + 1)
            data[start:start] = data[other : other + rng.randint(1, 200)]
    return bytes(data)


def count_damaged(cases, seed=0):
    """Read damaged files of all formats: how many were still read, none crashing."""
    rng, read = random.Random(seed), 0
    for case in range(cases):
        data = damage(GOOD[sorted(GOOD)[case % len(GOOD)]], rng)
        try:
            read += bool(list(files.read_file(io.BytesIO(data), MAPPING)))
        except Problem:
            continue
    return read


class TestBankFiles(BankFileCase):
    def test_recognised_by_content(self):
        for name, data in GOOD.items():
            self.assertEqual(files.recognise(io.BytesIO(data)), name)

    def test_unknown(self):
        for data, fault in (
            (b"", Fault.EMPTY),
            (b" \r\n", Fault.EMPTY),
            (b"%PDF-1.7 a;b;c", Fault.NOT_RECOGNISED),
            (b"<html>a;b;c</html>", Fault.NOT_RECOGNISED),
            (b"\x89PNG\0;;;;", Fault.NOT_RECOGNISED),
        ):
            self.assertEqual(self.refused(data).fault, fault, data)

    def test_damaged_files_are_read_or_refused(self):
        self.assertGreater(count_damaged(1000), 0)


class TestBankArchive(BaseCase):
    def test_files_in_it(self):
        packed = archive(
            {"a.xml": b"1", "d/b.sta": b"2", "__MACOSX/b": b"3", ".c": b""}
        )
        found = {name: data.read() for name, data in files.open_archive(packed)}
        self.assertEqual(found, {"a.xml": b"1", "d/b.sta": b"2"})

    def test_workbook_is_none(self):
        self.assertFalse(files.is_archive(io.BytesIO(GOOD[files.XLSX])))
        self.assertFalse(files.is_archive(io.BytesIO(GOOD[files.CSV])))
        self.assertTrue(files.is_archive(archive({"a": b"1"})))

    def _refused(self, packed):
        with self.assertRaises(Problem) as caught:
            list(files.open_archive(packed))
        return caught.exception.fault

    def test_archive_in_an_archive(self):
        self.assertEqual(
            self._refused(archive({"a": archive({"b": b"1"}).read()})), Fault.ARCHIVE
        )

    def test_bomb(self):
        self.assertEqual(
            self._refused(archive({"a": bytes(20_000_000)})), Fault.ARCHIVE
        )

    def test_too_many(self):
        many = {f"f{i}": b"1" for i in range(files.MAX_FILES + 1)}
        self.assertEqual(self._refused(archive(many)), Fault.TOO_LARGE)

    def test_broken(self):
        data = archive({"a": b"1" * 500}).read()
        self.assertEqual(self._refused(io.BytesIO(data[:-30])), Fault.ARCHIVE)

    def test_any_damage_is_refused_or_read(self):
        """Whatever `zipfile` stumbles over is told as a problem of the file."""
        good = archive({"a.xml": GOOD[files.CAMT], "b.csv": GOOD[files.CSV]}).read()
        rng = random.Random(11)
        refused = 0
        for _case in range(2_000):
            data = bytearray(good)
            for _times in range(rng.randint(1, 3)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            try:
                if files.is_archive(io.BytesIO(bytes(data))):
                    list(files.open_archive(io.BytesIO(bytes(data))))
            except Problem:
                refused += 1
        self.assertGreater(refused, 500)
