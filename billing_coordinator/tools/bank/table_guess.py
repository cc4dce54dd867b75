"""What the columns of a bank's export are likely to mean: a proposal to look at."""

import re
from datetime import datetime

from .table import Mapping
from .table_row import as_text

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
    "|mededelingen|memo|reference text|purpose|narrative|buchungstext|^text$",
    "reference": "transaction id|bank reference|^reference|^ref|referenz|référence",
}


def guess_mapping(rows):
    """A `Mapping` for rows as `preview` gives them, or None without a date and money.

    The heading is the row with the most words known; formats are those that fit all
    rows shown below it.
    """
    heading, columns = _find_heading(rows)
    if "date" not in columns or not columns.keys() & {"amount", "debit", "credit"}:
        return None
    below = [row for row in rows[heading + 1 :] if any(row)]
    mapping = Mapping(
        first_row=heading + 1,
        text=tuple(columns.pop("text", ())),
        columns=rows[heading],
        **{name: found[0] for name, found in columns.items()},
    )
    if mapping.amount is not None:
        mapping.debit = mapping.credit = None
    mapping.date_format = _guess_date_format(_column(below, mapping.date))
    mapping.decimal_mark = _guess_decimal_mark(
        value
        for column in (mapping.amount, mapping.debit, mapping.credit)
        for value in _column(below, column)
    )
    return mapping


def _find_heading(rows):
    best = (0, {})
    for number, row in enumerate(rows):
        columns = _read_heading(row)
        if len(columns) > len(best[1]):
            best = (number, columns)
    return best


def _read_heading(row):
    """``{field: columns}``: each column means one thing, texts may be several."""
    result, taken = {}, set()
    for name, words in HEADINGS.items():
        for word in words.split("|"):
            found = [
                column
                for column, title in enumerate(row)
                if column not in taken and re.search(word, as_text(title).lower())
            ]
            if found:
                result[name] = found if name == "text" else found[:1]
                taken.update(result[name])
                break
    return result


def _column(rows, column):
    if column is None:
        return []
    return [row[column] for row in rows if column < len(row) and row[column]]


def _guess_date_format(values):
    def fits(value, pattern):
        try:
            return bool(datetime.strptime(value, pattern))
        except ValueError:
            return False

    for pattern in DATE_FORMATS:
        if values and all(fits(value, pattern) for value in values):
            return pattern
    return DATE_FORMATS[0]


def _guess_decimal_mark(values):
    """The last mark of an amount, as most of them have it."""
    marks = [re.findall(r"[.,](?=\d{1,2}(?!\d))", value)[-1:] for value in values]
    found = [mark for mark_list in marks for mark in mark_list]
    return max(".,", key=found.count) if found else "."
