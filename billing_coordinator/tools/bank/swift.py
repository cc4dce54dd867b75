"""SWIFT MT940 and MT942, with the library mt-940 for the tags.

A file is cut into its messages here, so that one is read at a time and a mistake is
told with its line; what the library takes on trust (currencies, signs) is looked at
again.
Sources: SWIFT user handbook, category 9; the codes in ``:86:`` of German and of Dutch
banks (DK-Abkommen annex 3, and "MT940 structured" of Rabobank and ING).
"""

import logging
import re
from datetime import date
from decimal import Decimal

from mt940 import Options
from mt940.models import Transactions

from .record import (
    EntryCount,
    Fault,
    Kind,
    Problem,
    Statement,
    Transaction,
    clean,
    clean_reference,
    decode,
)

MAX_MESSAGE = 5_000_000  # characters
TAG = re.compile(r"^:(?:\d{2}[A-Z]?|NS):")
START = re.compile(r"^:20:")
CURRENCY = re.compile(r"[A-Z]{3}$")
OPENING = ("final_opening_balance", "intermediate_opening_balance", "opening_balance")
CLOSING = ("final_closing_balance", "intermediate_closing_balance", "closing_balance")
# :61: with an amount that the library would read as far as it understands it.
LINE_AMOUNT = re.compile(r"\A\d{6}(?:\d{4}|\s{4})?R?[DC][A-Z]?\n?\d{1,12},\d{0,3}[A-Z]")
BALANCE = re.compile(r"\A[DC]\d{6}[A-Z]{3}\d{1,15},\d{0,3}\s*\Z")
RETURN_TYPES = ("RTI", "RET")
# Business codes of German banks: direct debits and transfers that come back.
RETURN_CODES = {"108", "109", "159", "181", "183", "184"}
DUTCH = re.compile(
    r"/(EREF|REMI|NAME|IBAN|BIC|MARF|CSID|TRTP|ORDP|BENM|ISDT|RTRN|PREF|ADDR|ULTD|ULTC"
    r"|KREF|SVCL|PURP|STRD|USTD|CNTP)/"
)
ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}$")

logging.getLogger("mt940").setLevel(logging.CRITICAL)  # it logs what it refuses


def is_mt940(head):
    """Whether the first bytes of a file look like it."""
    return bool(re.search(rb"(?m)^:20:", head) and re.search(rb"(?m)^:25P?:", head))


def read(stream):
    """Yield statements and their transactions.

    :param stream: binary file
    :raise Problem: with the line where something is wrong
    """
    found = False
    for first_line, lines in _split(decode(stream.read())):
        found = True
        yield from _Message(first_line, lines).records()
    if not found:
        raise Problem(Fault.EMPTY)


def _split(text):
    """``(number of the first line, lines)`` of each message; what is around is not."""
    first_line, lines = 0, []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = line.removeprefix("{4:").rstrip()
        if START.match(line):
            if lines:
                yield first_line, lines
            first_line, lines = number, []
        if lines or START.match(line):
            lines.append(line)
    if lines:
        yield first_line, lines


class _Message:
    """One message: a statement, or a page of one."""

    def __init__(self, first_line, lines):
        self.first_line = first_line
        end = next((i for i, text in enumerate(lines) if _is_end(text)), len(lines))
        self.lines = lines[:end]
        self.numbers = [i for i, t in enumerate(self.lines) if t.startswith(":61:")]

    def records(self):
        self._check()
        data = self._parse()
        statement = self._read_statement(data)
        yield statement
        entries = EntryCount()
        for index, line in enumerate(data.transactions):
            yield self._read_transaction(line.data, statement, entries, index)

    def place(self, index=0):
        return f"line {self.first_line + index}"

    def _check(self):
        """What the library would read wrongly rather than refuse."""
        if sum(map(len, self.lines)) > MAX_MESSAGE:
            raise Problem(Fault.TOO_LARGE, self.place(), limit=MAX_MESSAGE)
        if not any(line.startswith((":25:", ":25P:")) for line in self.lines):
            raise Problem(Fault.MISSING, self.place(), what=":25:")
        for index, line in enumerate(self.lines):
            value = line[line.find(":", 1) + 1 :]
            if line.startswith((":60", ":62")) and not BALANCE.match(value):
                raise Problem(Fault.BAD_AMOUNT, self.place(index), value=line)
            if line.startswith(":61:"):
                following = "".join(self.lines[index + 1 : index + 2])
                if not LINE_AMOUNT.match(f"{value}\n{following}"):
                    raise Problem(Fault.BAD_AMOUNT, self.place(index), value=line)

    def _parse(self):
        data = Transactions(options=Options.all())
        try:
            data.parse("\n".join(self._without_account_extras()))
        except (RuntimeError, ValueError, ArithmeticError, KeyError) as error:
            raise Problem(
                Fault.BROKEN, self._place_of(error), reason=error.args[0]
            ) from None
        if len(data.transactions) != len(self.numbers):
            raise Problem(
                Fault.COUNT,
                self.place(),
                expected=len(self.numbers),
                found=len(data.transactions),
            )
        return data

    def _without_account_extras(self):
        """``:25P:`` has the account too, and the bank in a second line."""
        return [re.sub(r"^:25P:", ":25:", line) for line in self.lines]

    def _place_of(self, error):
        """The line whose value the library names in its error."""
        value = error.args[2] if len(error.args) > 2 else None
        first = str(value).partition("\n")[0] if value else None
        for index, line in enumerate(self.lines):
            if first and first in line:
                return self.place(index)
        return self.place()

    def _read_statement(self, data):
        opening, closing = _first(data, OPENING), _first(data, CLOSING)
        number = str(data.data.get("statement_number") or "")
        page = data.data.get("sequence_number")
        statement = Statement(
            account=clean(data.data.get("account_identification") or "", 64),
            currency=data.currency or "",
            number=f"{number}/{page}" if page else number,
            kind=Kind.STATEMENT if opening or closing else Kind.REPORT,
            place=self.place(),
        )
        if not statement.account:
            raise Problem(Fault.MISSING, self.place(), what=":25:")
        if not CURRENCY.match(statement.currency):
            raise Problem(Fault.MISSING, self.place(), what=":60F:")
        for name, day, balance in (
            ("opening", "opened_on", opening),
            ("closing", "closed_on", closing),
        ):
            if balance:
                self._check_currency(balance.amount.currency, statement)
                setattr(statement, name, balance.amount.amount)
                setattr(statement, day, _day(balance.date))
        return statement

    def _check_currency(self, found, statement):
        if found != statement.currency:
            raise Problem(
                Fault.OTHER_CURRENCY,
                self.place(),
                expected=statement.currency,
                found=found,
            )

    def _read_transaction(self, data, statement, entries, index):
        details = _read_details(data)
        value_date = _day(data["date"])
        transaction = Transaction(
            date=_day(data.get("guessed_entry_date")) or value_date,
            value_date=value_date,
            amount=Decimal(data["amount"].amount),
            currency=statement.currency,
            reference=clean_reference(data.get("bank_reference")),
            code=clean(data.get("id"), 16),
            is_return=_is_return(data),
            return_reason=clean(data.get("return_debit_notes"), 200),
            place=self.place(self.numbers[index]),
            **details,
        )
        transaction.entry = entries.key(
            transaction.date,
            transaction.amount,
            transaction.reference or (transaction.end_to_end, transaction.text),
        )
        transaction.entry_amount = transaction.amount
        return transaction


def _is_end(line):
    """The end of a message, in the ways banks write it."""
    return line.startswith(("-}", "-XXX")) or line.strip() == "-"


def _first(data, names):
    return next((data.data[name] for name in names if data.data.get(name)), None)


def _day(value):
    return date(value.year, value.month, value.day) if value else None


def _is_return(data):
    status = (data.get("status") or "").upper()
    kind = (data.get("id") or "")[1:4]
    code = data.get("transaction_code") or ""
    return status.startswith("R") or kind in RETURN_TYPES or code in RETURN_CODES


def _read_details(data):
    """Name, account, text and references from ``:61:`` and ``:86:``."""
    text = (data.get("transaction_details") or "").replace("\n", "")
    customer = clean_reference(data.get("customer_reference"))
    if DUTCH.search(text):
        return _read_dutch(text, customer, _read_extra_account(data))
    if data.get("posting_text") or data.get("purpose"):
        return {
            "name": clean(data.get("applicant_name"), 140),
            "account": clean(
                data.get("gvc_applicant_iban") or data.get("applicant_iban"), 64
            ),
            "bic": clean(
                data.get("gvc_applicant_bin") or data.get("applicant_bin"), 11
            ),
            "text": clean(data.get("purpose") or data.get("posting_text")),
            "end_to_end": clean_reference(data.get("end_to_end_reference")) or customer,
            "mandate": clean_reference(data.get("additional_position_reference")),
        }
    more = data.get("extra_details") or data.get("non_swift_text") or ""
    lines = data.get("transaction_details") or more
    return {"text": clean(lines), "end_to_end": customer}


def _read_extra_account(data):
    """Rabobank has the account of the other side in the second line of ``:61:``."""
    extra = clean(data.get("extra_details"), 64)
    return extra if ACCOUNT.match(extra) else ""


def _read_dutch(text, customer, extra):
    """``/EREF/..../BENM//NAME/.../REMI/...``: a code, and its value to the next."""
    parts = DUTCH.split(text)[1:]
    values = {}
    for code, value in zip(parts[::2], parts[1::2], strict=True):
        values.setdefault(code, value.strip("/ "))
    remittance = values.get("REMI", "").removeprefix("USTD//").removeprefix("STRD/")
    account, _slash, counterparty = values.get("CNTP", extra).partition("/")
    bic, _slash, counterparty = counterparty.partition("/")
    return {
        "name": clean(values.get("NAME") or counterparty.partition("/")[0], 140),
        "account": clean(values.get("IBAN") or account, 64),
        "bic": clean(values.get("BIC") or bic, 11),
        "text": clean(remittance or values.get("USTD") or text),
        "end_to_end": clean_reference(values.get("EREF")) or customer,
        "mandate": clean_reference(values.get("MARF")),
    }
