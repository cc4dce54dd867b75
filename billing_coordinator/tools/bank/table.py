"""CSV and XLSX as banks export them, read by a mapping of columns.

What the columns mean differs from bank to bank: a `Mapping` says it, `guess_mapping`
proposes one from the heading, and `preview` shows the first rows as they stand.
"""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from itertools import islice

from openpyxl import load_workbook

from .record import (
    EntryCount,
    Fault,
    Problem,
    Statement,
    decode,
)
from .table_row import Row, as_text, read_transaction

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELL = 5_000
MAX_UNPACKED = 200_000_000
HEADING_ROWS = 30
DELIMITERS = ";,\t|"


class Kinds:
    CSV = "csv"
    XLSX = "xlsx"


@dataclass
class Mapping:
    """Columns by their number from 0. Amounts are in one column, or in two."""

    date: int
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    value_date: int | None = None
    currency: int | None = None
    name: int | None = None
    account: int | None = None
    text: tuple[int, ...] = ()
    reference: int | None = None
    first_row: int = 1  # rows above it are the heading
    date_format: str = "%Y-%m-%d"
    decimal_mark: str = "."
    negate: bool = False  # money out is positive in the file
    own_account: str = ""
    own_currency: str = ""
    columns: list[str] = field(default_factory=list)  # the heading, for the user


def is_xlsx(head):
    return head.startswith(b"PK\x03\x04")


def is_csv(head):
    """Text with a delimiter in its lines. The last resort of recognising."""
    text = decode(head)
    if "\0" in text or text.lstrip().startswith(("<", "%PDF")):
        return False
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    return any(line.count(mark) >= 2 for line in lines for mark in DELIMITERS)


def read(stream, mapping, kind=Kinds.CSV):
    """Yield one statement without balances and its transactions.

    :raise Problem: with the row and column where something is wrong
    """
    statement = Statement(mapping.own_account, mapping.own_currency, place="row 1")
    yield statement
    entries = EntryCount()
    for number, row in enumerate(read_rows(stream, kind), start=1):
        if number > mapping.first_row and any(cell != "" for cell in row):
            yield read_transaction(Row(row, number, mapping), statement, entries)


def preview(stream, kind=Kinds.CSV, rows=10):
    """The first rows as text."""
    return [
        [as_text(cell) for cell in row]
        for row in islice(read_rows(stream, kind), HEADING_ROWS + rows)
    ]


def read_rows(stream, kind=Kinds.CSV):
    """Rows of cells: text, numbers or dates; empty cells are ``""``."""
    rows = _read_xlsx(stream) if kind == Kinds.XLSX else _read_csv(stream)
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise Problem(Fault.TOO_LARGE, f"row {number}", limit=MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise Problem(Fault.TOO_LARGE, f"row {number}", limit=MAX_COLUMNS)
        yield row


# -- rows ---------------------------------------------------------------------------


def _read_csv(stream):
    text = decode(stream.read())
    lines = [line for line in text.splitlines()[:HEADING_ROWS] if line.strip()]
    mark = max(DELIMITERS, key=lambda m: sum(line.count(m) for line in lines))
    if "\0" in text:
        raise Problem(Fault.BROKEN, reason="binary")
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Problem(
                Fault.BROKEN, f"row {reader.line_num}", reason=error
            ) from None
        yield [cell.strip()[:MAX_CELL] for cell in row]


def _read_xlsx(stream):
    """The first sheet. A workbook is an archive: what it unpacks to is looked at."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Problem(Fault.TOO_LARGE, limit=MAX_UNPACKED)
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else _tidy(cell) for cell in row]
    except Problem:
        raise
    except Exception as error:  # the library and its parsers raise all kinds
        raise Problem(Fault.BROKEN, reason=str(error)[:100]) from None


def _tidy(cell):
    return cell.strip()[:MAX_CELL] if isinstance(cell, str) else cell
