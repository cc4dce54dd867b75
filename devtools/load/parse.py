"""Read a CSV file of receivables and say of every bad row what is wrong with it."""

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

REQUIRED = ("customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount")
OPTIONAL = ("SettledDate", "Disputed", "countryCode")
LARGEST = Decimal("1e12")
YES = ("yes", "y", "true", "1")
NO = ("no", "n", "false", "0", "")


@dataclass(frozen=True)
class Row:
    line: int
    customer: str
    number: str
    invoice_date: date
    due_date: date
    amount: Decimal  # negative: a credit note
    settled: date | None = None
    disputed: bool = False
    country: str = ""


class BadFile(Exception):
    """The file as a whole cannot be read: (line, reason)."""


def read(path, as_of=None, date_format=None):
    """Return (rows, errors); an error is (line number, reason).

    Given `as_of`, the rows are what was known on that day. Dates are month/day/year,
    unless the file itself shows (13/1/2012, 2012-01-13, 13.1.2012) or `date_format`
    says that they are not.
    """
    try:
        records = _records(path)
    except BadFile as error:
        return [], [error.args]
    date_format = date_format or _guess_date_format(fields for _line, fields in records)
    rows, errors, seen = [], [], {}
    for line, fields in records:
        try:
            row = _row(line, fields, date_format)
            if row.number in seen:
                raise ValueError(
                    f"invoiceNumber {row.number} is already on line {seen[row.number]}"
                )
            seen[row.number] = line
            rows.append(row)
        except ValueError as error:
            errors.append((line, str(error)))
    if as_of:
        rows, _later = known_on(rows, as_of)
    return rows, errors


def complaint(error):
    return "line {}: {}".format(*error)


# ----------------------------------------------------------------------------
# The file
# ----------------------------------------------------------------------------
def _records(path):
    """The lines as (line number, {column: text}), a text of None being missing."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(header)
        records = [
            (reader.line_num, _fields(header, cells)) for cells in reader if any(cells)
        ]
    except StopIteration:
        raise BadFile(1, "the file is empty") from None
    except csv.Error as error:
        raise BadFile(reader.line_num, f"no CSV: {error}") from error
    if not records:
        raise BadFile(1, "there is a header and nothing below it")
    return records


def _text(path):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFile(line, "not in UTF-8: save the file in that encoding") from error
    if "\0" in text:
        raise BadFile(text[: text.index("\0")].count("\n") + 1, "no text, but binary")
    return text


def _check_header(header):
    missing = [name for name in REQUIRED if name not in header]
    if missing and len(header) == 1 and re.search(r"[;\t|]", header[0]):
        mark = re.search(r"[;\t|]", header[0])[0]
        raise BadFile(1, f"columns are separated by {mark!r}: separate them by commas")
    if missing:
        raise BadFile(1, f"columns missing: {', '.join(missing)}")
    twice = {name for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1}
    if twice:
        raise BadFile(1, f"columns given twice: {', '.join(sorted(twice))}")


def _fields(header, cells):
    """None in place of the fields where their count is wrong: an error of the row."""
    if len(cells) != len(header):
        return {"": f"{len(cells)} columns instead of {len(header)}"}
    return {
        name: cell.strip() for name, cell in zip(header, cells, strict=True) if name
    }


def _guess_date_format(records):
    for fields in records:
        day = fields.get("InvoiceDate", "")
        if re.fullmatch(r"\d{4}-\d+-\d+", day):
            return "%Y-%m-%d"
        if re.fullmatch(r"\d+\.\d+\.\d{4}", day):
            return "%d.%m.%Y"
        first = re.match(r"(\d+)/", day)
        if first and int(first[1]) > 12:
            return "%d/%m/%Y"
    return "%m/%d/%Y"


# ----------------------------------------------------------------------------
# A row
# ----------------------------------------------------------------------------
def _row(line, fields, date_format):
    if "" in fields:
        raise ValueError(fields[""])
    empty = [name for name in REQUIRED if not fields[name]]
    if empty:
        raise ValueError(f"{', '.join(empty)} missing")
    row = Row(
        line=line,
        customer=fields["customerID"],
        number=fields["invoiceNumber"],
        invoice_date=_date(fields, "InvoiceDate", date_format),
        due_date=_date(fields, "DueDate", date_format),
        amount=_amount(fields["InvoiceAmount"]),
        settled=_date(fields, "SettledDate", date_format),
        disputed=_yes(fields.get("Disputed", "")),
        country=fields.get("countryCode", ""),
    )
    if row.settled and row.settled < row.invoice_date:
        raise ValueError(f"settled on {row.settled}, before {row.invoice_date}")
    return row


def _date(fields, name, date_format):
    text = fields.get(name)
    if not text:
        return None
    try:
        day = datetime.strptime(text, date_format).date()
    except ValueError:
        raise ValueError(
            f"{name} {text!r} is no date written like {date_format}"
        ) from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(f"{name} {text!r} is not in this age")
    return day


def _amount(text):
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"InvoiceAmount {text!r} is no number") from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(f"InvoiceAmount {text!r} is no amount")
    if not amount:
        raise ValueError("InvoiceAmount is zero")
    if amount != round(amount, 2):
        raise ValueError(f"InvoiceAmount {text!r} has more than two decimals")
    return amount


def _yes(text):
    if text.lower() not in (*YES, *NO):
        raise ValueError(f"Disputed {text!r} is neither Yes nor No")
    return text.lower() in YES


# ----------------------------------------------------------------------------
# Points of view
# ----------------------------------------------------------------------------
def latest_date(rows):
    return max(max(row.invoice_date, row.settled or row.invoice_date) for row in rows)


def known_on(rows, day):
    """What was known on a day: (the rows issued by then, how many came later)."""
    issued = [
        row if row.settled is None or row.settled <= day else unpaid(row)
        for row in rows
        if row.invoice_date <= day
    ]
    return issued, len(rows) - len(issued)


def unpaid(row):
    return replace(row, settled=None)


def open_amount(rows):
    return sum((row.amount for row in rows if not row.settled), Decimal())
