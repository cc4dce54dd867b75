"""OFX 1 (SGML) and 2 (XML), with the library ofxparse.

The library turns moments into UTC, which moves entries of the evening to the next day,
and takes "1,234" for a decimal: both are mended in the text before it is read.
Source: "Open Financial Exchange Specification", versions 1.0.3 and 2.2, 11.4.
"""

import io
import re
from datetime import date, datetime
from decimal import Decimal

from ofxparse import OfxParser

from .record import (
    EntryCount,
    Fault,
    Problem,
    Statement,
    Transaction,
    clean,
    clean_reference,
)

MAX_BYTES = 20_000_000
MAX_DEPTH = 60
ZONE = re.compile(rb"(<DT[A-Z]+>\s*\d{8,14}(?:\.\d*)?)\[[^\]<]{0,20}\]", re.IGNORECASE)
# A value up to the next tag where it is not closed: SGML leaves that out.
LEAF = re.compile(rb"<([A-Za-z0-9_.]{1,40})>[ \t]*([^<\r\n]*[^<\s])\s*(?=<(?!/\1>))")
AMOUNT = re.compile(rb"<(TRNAMT|BALAMT)>\s*([^<\r\n]*)", re.IGNORECASE)
PLAIN_AMOUNT = re.compile(rb"[+-]?\d{1,15}(?:[.,]\d{0,6})?\s*$")
DAY = re.compile(rb"<DTPOSTED>\s*([^<\r\n]*)", re.IGNORECASE)
PLAIN_DAY = re.compile(rb"\d{8}(?:\d{4}|\d{6})?(?:\.\d*)?\s*$")
ENTRY = re.compile(rb"<STMTTRN>", re.IGNORECASE)
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# The library warns of it, and reads both versions alike.
XML_HEADER = re.compile(rb"<\?xml[^>]{0,200}\?>", re.IGNORECASE)
RETURNED = re.compile(r"\b(returned|reversal|chargeback)\b(?!.*\bfee\b)", re.IGNORECASE)


def is_ofx(head):
    """Whether the first bytes of a file say so."""
    head = head.upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


def read(stream):
    """Yield statements and their transactions.

    :param stream: binary file
    :raise Problem: with the line where something is wrong
    """
    data = stream.read(MAX_BYTES + 1)
    _check(data)
    text = LEAF.sub(rb"<\1>\2</\1>", ZONE.sub(rb"\1", XML_HEADER.sub(b"", data)))
    try:
        accounts = OfxParser.parse(io.BytesIO(text)).accounts
    except Exception as error:  # the library and its parser raise all kinds
        raise Problem(Fault.BROKEN, reason=_first_line(error)) from None
    if not accounts:
        raise Problem(Fault.EMPTY)
    places = _read_places(data)
    for account in accounts:
        yield from _read_account(account, places)


def _first_line(error):
    return clean(str(error) or type(error).__name__, 120)


def _check(data):
    if len(data) > MAX_BYTES:
        raise Problem(Fault.TOO_LARGE, limit=MAX_BYTES)
    if found := ENTITY.search(data):
        raise Problem(Fault.DOCUMENT_TYPE, _line(data, found.start()))
    for pattern, plain, fault in (
        (AMOUNT, PLAIN_AMOUNT, Fault.BAD_AMOUNT),
        (DAY, PLAIN_DAY, Fault.BAD_DATE),
    ):
        for found in pattern.finditer(ZONE.sub(_keep_length, data)):
            value = found[found.lastindex].strip()
            if not plain.match(value) or _is_ambiguous(value, fault):
                raise Problem(
                    fault,
                    _line(data, found.start()),
                    value=value.decode("ascii", "replace"),
                )
    _check_depth(data)


def _keep_length(found):
    return found[1].ljust(len(found[0]))


def _is_ambiguous(value, fault):
    """ "1,234" is one and a bit in one country, and more than a thousand in another."""
    return fault is Fault.BAD_AMOUNT and re.match(rb"[+-]?\d{1,3},\d{3}$", value)


def _check_depth(data):
    """Tags that are closed later: the library would go down into each."""
    depth = 0
    closed = {name.upper() for name in re.findall(rb"</([A-Za-z0-9_.]{1,40})>", data)}
    for found in re.finditer(rb"<(/?)([A-Za-z0-9_.]{1,40})>", data):
        if found[2].upper() in closed:
            depth += -1 if found[1] else 1
        if depth > MAX_DEPTH:
            place = _line(data, found.start())
            raise Problem(Fault.BROKEN, place, reason="nested too deep")


def _line(data, position):
    number = data.count(b"\n", 0, position) + 1
    return f"line {number}"


def _read_places(data):
    """The line of each transaction, in their order."""
    places, line, last = [], 1, 0
    for found in ENTRY.finditer(data):
        line += data.count(b"\n", last, found.start())
        last = found.start()
        places.append(f"line {line}")
    return iter(places)


def _read_account(account, places):
    read_from = account.statement
    if not getattr(account, "account_id", "") or read_from is None:
        raise Problem(Fault.MISSING, what="ACCTID")
    balance = getattr(read_from, "balance", None)
    statement = Statement(
        account=clean(account.account_id, 64),
        currency=clean(account.curdef or read_from.currency or "", 3).upper(),
        closing=balance if isinstance(balance, Decimal) else None,
        closed_on=_day(getattr(read_from, "balance_date", None))
        or _day(read_from.end_date),
        opened_on=_day(read_from.start_date),
    )
    yield statement
    entries = EntryCount()
    for data in read_from.transactions:
        yield _read_transaction(data, statement, entries, next(places, ""))


def _read_transaction(data, statement, entries, place):
    if not data.amount and not isinstance(data.amount, Decimal):
        raise Problem(Fault.BAD_AMOUNT, place, value="null")
    if not data.date:
        raise Problem(Fault.BAD_DATE, place, value="")
    name, memo = clean(data.payee, 140), clean(data.memo)
    transaction = Transaction(
        date=_day(data.date),
        amount=data.amount,
        currency=statement.currency,
        name=name,
        text=memo or name,
        reference=clean_reference(data.id),
        end_to_end=clean_reference(data.checknum.lstrip("0")),
        code=clean(data.type, 16),
        is_return=bool(RETURNED.search(f"{name} {memo}")),
        place=place,
    )
    transaction.entry = entries.key(
        transaction.date,
        transaction.amount,
        transaction.reference or (name, memo),
    )
    transaction.entry_amount = transaction.amount
    return transaction


def _day(moment):
    """Without time: it is that of the bank since its zone was taken off."""
    if isinstance(moment, datetime):
        return date(moment.year, moment.month, moment.day)
    return None
