"""Files as they come from the bank: recognised by content, archives opened.

``read_file`` is the way in: whatever the format, it yields statements and their
transactions, and raises where the file contradicts itself.
"""

import io
import zipfile
import zlib
from decimal import Decimal

from . import camt, ofx, swift, table
from .record import Fault, Problem, Statement

HEAD = 8_192
MAX_FILES = 200
MAX_UNPACKED = 500_000_000
MAX_RATIO = 300
# What `zipfile` raises for archives that are broken, locked or packed in a way of
# their own.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError),
    *(ValueError, OSError, EOFError),
)

CAMT, MT940, OFX, CSV, XLSX = "camt", "mt940", "ofx", "csv", "xlsx"
READERS = {CAMT: camt.read, MT940: swift.read, OFX: ofx.read}
TABLES = {CSV: table.Kinds.CSV, XLSX: table.Kinds.XLSX}


def recognise(stream):
    """The format of a file by its content; its name says nothing.

    :raise Problem: where it is none of them
    """
    head = stream.read(HEAD)
    stream.seek(0)
    if table.is_xlsx(head):
        return XLSX
    for name, is_it in ((CAMT, camt.is_camt), (OFX, ofx.is_ofx)):
        if is_it(head):
            return name
    if swift.is_mt940(head):
        return MT940
    if table.is_csv(head):
        return CSV
    raise Problem(Fault.EMPTY if not head.strip() else Fault.NOT_RECOGNISED)


def read_file(stream, mapping=None):
    """Yield statements and transactions, checked: balances, currencies, counts.

    :param stream: seekable binary file
    :param mapping: `table.Mapping`, needed for CSV and XLSX
    """
    name = recognise(stream)
    if name in READERS:
        return check_balances(READERS[name](stream))
    if mapping is None:
        raise Problem(Fault.COLUMN)
    return check_balances(table.read(stream, mapping, TABLES[name]))


def check_balances(records):
    """Opening balance and entries make the closing balance, in every statement."""
    statement, total = None, Decimal(0)
    for record in records:
        if isinstance(record, Statement):
            _check_balance(statement, total)
            statement, total = record, Decimal(0)
        else:
            total += record.amount
        yield record
    _check_balance(statement, total)


def _check_balance(statement, total):
    if statement is None or statement.opening is None or statement.closing is None:
        return
    difference = statement.closing - statement.opening - total
    if difference:
        raise Problem(
            Fault.BALANCE,
            statement.place,
            opening=statement.opening,
            entries=total,
            closing=statement.closing,
            difference=difference,
        )


def open_archive(stream):
    """Yield ``(name, stream)`` of the files in a zip; a workbook is none.

    :raise Problem: for archives in archives, passwords, and what unpacks to too much
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = [part for part in archive.infolist() if _is_wanted(part)]
            _check_archive(parts)
            for part in parts:
                data = archive.read(part)
                if len(data) != part.file_size or is_archive(io.BytesIO(data)):
                    raise Problem(Fault.ARCHIVE, part.filename)
                yield part.filename, io.BytesIO(data)
    except DAMAGED as error:
        raise Problem(Fault.ARCHIVE, reason=error) from None


def _is_wanted(part):
    hidden = part.filename.startswith(("__MACOSX/", ".")) or "/." in part.filename
    return not part.is_dir() and not hidden


def _check_archive(parts):
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MAX_FILES or unpacked > MAX_UNPACKED:
        raise Problem(Fault.TOO_LARGE, limit=f"{MAX_FILES} / {MAX_UNPACKED}")
    if unpacked > 10_000_000 and unpacked > MAX_RATIO * max(packed, 1):
        raise Problem(Fault.ARCHIVE, reason="ratio")


def is_archive(stream):
    """A zip that is no workbook."""
    if not zipfile.is_zipfile(stream):
        stream.seek(0)
        return False
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except DAMAGED:
        return True
    finally:
        stream.seek(0)
