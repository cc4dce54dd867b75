"""CSV and XLSX as banks export them, read by a mapping of columns.

What the columns mean differs from bank to bank: a `Mapping` says it, `guess_mapping`
proposes one from the heading, and `preview` shows the first rows as they stand.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from openpyxl import load_workbook

from .record import (
    EntryCount,
    Fault,
    Problem,
    Statement,
    Transaction,
    clean,
    clean_reference,
    read_amount,
)

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELL = 5_000
MAX_UNPACKED = 200_000_000
HEADING_ROWS = 30
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
DELIMITERS = ";,\t|"
DATE_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
)
# Words of headings, in the languages of many exports; the first that fits wins.
HEADINGS = {
    "date": "booking date|buchungstag|buchungsdatum|boekdatum|posted|date|datum",
    "value_date": "value date|valuta|wertstellung|date valeur|rentedatum",
    "debit": "debit|soll|lastschrift|belastung|withdraw|paid out|money out|af$",
    "credit": "^credit|haben|gutschrift|deposit|paid in|money in|^bij",
    "amount": "amount|betrag|montant|umsatz|bedrag|importe",
    "currency": "currency|^ccy|waehrung|währung|devise|munt",
    "name": "beneficiary|counterparty|payer|payee|zahlungsbeteiligter|auftraggeber"
    "|beguenstigter|begünstigter|empfänger|name|naam|tiers",
    "account": "counterparty iban|iban zahlungs|account number|kontonummer|iban"
    "|tegenrekening",
    "text": "remittance|verwendungszweck|description|details|libell|omschrijving"
    "|mededelingen|memo|reference text|purpose",
    "reference": "transaction id|bank reference|^reference|^ref|referenz|référence",
}


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
    text = _decode(head)
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
            yield _read_transaction(row, number, mapping, statement, entries)


def preview(stream, kind=Kinds.CSV, rows=10):
    """The first rows as text."""
    return [
        [_as_text(cell) for cell in row]
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


def _decode(data):
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem(Fault.BROKEN, reason="encoding")


def _read_csv(stream):
    text = _decode(stream.read())
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


def _as_text(cell):
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell if isinstance(cell, str) else str(cell)


# -- a row --------------------------------------------------------------------------


def _read_transaction(row, number, mapping, statement, entries):
    def cell(column):
        return row[column] if column is not None and column < len(row) else ""

    def place(column):
        return f"row {number}, column {column + 1}"

    currency = clean(_as_text(cell(mapping.currency)), 3) or statement.currency
    if statement.currency and currency != statement.currency:
        raise Problem(
            Fault.OTHER_CURRENCY,
            place(mapping.currency),
            expected=statement.currency,
            found=currency,
        )
    text = " ".join(_as_text(cell(column)) for column in mapping.text)
    value_date = cell(mapping.value_date)
    transaction = Transaction(
        date=_to_date(cell(mapping.date), mapping, place(mapping.date)),
        value_date=(
            _to_date(value_date, mapping, place(mapping.value_date))
            if value_date != ""
            else None
        ),
        amount=_read_signed(cell, place, mapping),
        currency=currency,
        name=clean(_as_text(cell(mapping.name)), 140),
        account=clean(_as_text(cell(mapping.account)), 64),
        text=clean(text),
        reference=clean_reference(_as_text(cell(mapping.reference))),
        place=f"row {number}",
    )
    transaction.entry = entries.key(
        transaction.date,
        transaction.amount,
        transaction.reference,
        transaction.name,
        transaction.text,
    )
    transaction.entry_amount = transaction.amount
    return transaction


def _read_signed(cell, place, mapping):
    if mapping.amount is not None:
        amount = _to_amount(cell(mapping.amount), mapping, place(mapping.amount))
        return -amount if mapping.negate else amount
    debit = credit = Decimal(0)
    if mapping.debit is not None and cell(mapping.debit) != "":
        debit = _to_amount(cell(mapping.debit), mapping, place(mapping.debit))
    if mapping.credit is not None and cell(mapping.credit) != "":
        credit = _to_amount(cell(mapping.credit), mapping, place(mapping.credit))
    if not debit and not credit:
        column = mapping.credit if mapping.credit is not None else mapping.debit
        raise Problem(Fault.BAD_AMOUNT, place(column or 0), value="")
    return credit - abs(debit)


def _to_amount(value, mapping, place):
    """A cell as a decimal: thousands are grouped, a minus may stand behind."""
    if isinstance(value, bool):
        raise Problem(Fault.BAD_AMOUNT, place, value=value)
    if isinstance(value, int | float):
        return read_amount(f"{value:.6f}".rstrip("0").rstrip("."), place)
    text = re.sub(r"[\s\u00a0\u202f'’]|[A-Z]{3}|[€$£]", "", _as_text(value))  # noqa: RUF001
    text = text.replace("\u2212", "-")
    if text.endswith(("-", "+")):
        text = text[-1] + text[:-1]
    grouping = "," if mapping.decimal_mark == "." else "."
    whole, _mark, _decimals = text.partition(mapping.decimal_mark)
    if grouping in text and not re.match(
        rf"[+-]?\d{{1,3}}(?:{re.escape(grouping)}\d{{3}})+$", whole
    ):
        raise Problem(Fault.BAD_AMOUNT, place, value=value)
    return read_amount(text.replace(grouping, ""), place, mapping.decimal_mark)


def _to_date(value, mapping, place):
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.strptime(_as_text(value).strip(), mapping.date_format).date()
    except ValueError:
        raise Problem(Fault.BAD_DATE, place, value=value) from None
