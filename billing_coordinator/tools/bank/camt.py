"""ISO 20022 camt.052, .053 and .054, versions 2 to 14, read as a stream.

Versions differ in where names and codes stand; elements are found by local name, so the
version in the namespace need not be known. Sources: the message definition reports and
schemas of iso20022.org ("Bank-to-Customer Cash Management").

Nothing outside of the file is read: no document type, no entities, no network.
"""

import re

from lxml import etree

from .camt_entry import read_entry
from .camt_xml import (
    check_currency,
    child,
    children,
    local_name,
    namespace,
    place_of,
    signed,
    text_of,
)
from .record import (
    EntryCount,
    Fault,
    Kind,
    Problem,
    Statement,
    clean,
    read_amount,
    read_date,
)

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.\d{3}\.\d{2}$")
KINDS = {
    "Stmt": Kind.STATEMENT,
    "Rpt": Kind.REPORT,
    "Ntfctn": Kind.NOTIFICATION,
}
OPENING = ("OPBD", "PRCD")  # the previous closing where no opening is told
CLOSING = ("CLBD",)
SAFE = {
    "load_dtd": False,
    "no_network": True,
    "resolve_entities": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def is_camt(head):
    """Whether the first bytes of a file say so."""
    return b":camt.05" in head.replace(b"\0", b"")


def read(stream):
    """Yield statements and their booked transactions.

    :param stream: binary file
    :raise Problem: with the element and line where something is wrong
    """
    try:
        yield from _Reader().records(stream)
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else 0
        raise Problem(Fault.BROKEN, f"line {line}", reason=error.msg) from None


class _Reader:
    def __init__(self):
        self.element = self.statement = None
        self.started = False

    def records(self, stream):
        found = False
        for event, element in etree.iterparse(stream, events=("start", "end"), **SAFE):
            if not self.started:
                self._start(element)
            name = local_name(element)
            if event == "start":
                if name in KINDS:
                    self._open(element)
                    found = True
                continue
            if name == "Ntry" and self._is_own(element):
                yield from self._enter(element)
            elif name in KINDS and element is self.element:
                yield from self._announce()
                self._end(element)
        if not found:
            raise Problem(Fault.EMPTY)

    def _start(self, root):
        self.started = True
        if root.getroottree().docinfo.doctype:
            raise Problem(Fault.DOCUMENT_TYPE, "line 1")
        if not NAMESPACE.match(namespace(root)):
            raise Problem(Fault.NOT_RECOGNISED, place_of(root))

    def _open(self, element):
        if self.statement:
            raise Problem(Fault.BROKEN, place_of(element), reason="nested statement")
        self.element, self.statement, self.announced = element, None, False
        self.statement = Statement("", kind=KINDS[local_name(element)])
        self.total, self.entries = 0, EntryCount()

    def _is_own(self, element):
        return self.statement and element.getparent() is self.element

    def _enter(self, element):
        yield from self._announce()
        self.total += 1
        yield from read_entry(element, self.statement, self.entries)
        element.clear()
        while element.getprevious() is not None:  # read already: give the memory back
            del self.element[0]

    def _announce(self):
        """The statement: all that says something about it stands before the entries."""
        if not self.announced:
            self.announced = True
            read_head(self.element, self.statement)
            yield self.statement

    def _end(self, element):
        expected = self.statement.count
        if expected is not None and expected != self.total:
            raise Problem(
                Fault.COUNT, self.statement.place, expected=expected, found=self.total
            )
        self.statement = None
        element.clear()


def read_head(element, statement):
    """Account, number, balances and what the bank says of the entries."""
    account = child(element, "Acct")
    if account is None:
        raise Problem(Fault.MISSING, place_of(element), what="Acct")
    statement.place = place_of(element)
    statement.account = clean(
        text_of(account, "Id/IBAN") or text_of(account, "Id/Othr/Id"), 64
    )
    if not statement.account:
        raise Problem(Fault.MISSING, place_of(account), what="Acct/Id")
    statement.currency = text_of(account, "Ccy")
    statement.owner = clean(text_of(account, "Ownr/Nm"), 140)
    statement.number = clean(
        text_of(element, "ElctrncSeqNb") or text_of(element, "Id"), 64
    )
    count = text_of(element, "TxsSummry/TtlNtries/NbOfNtries")
    if count.isdecimal() and len(count) < 10:
        statement.count = int(count)
    _read_balances(element, statement)
    period = child(element, "FrToDt")
    if period is not None and not statement.closed_on:
        told = text_of(period, "ToDtTm")
        statement.closed_on = read_date(told, place_of(period)) if told else None


def _read_balances(element, statement):
    """Opening and closing balance; interim ones of a page are none of the account."""
    found = {}
    for balance in children(element, "Bal"):
        code = text_of(balance, "Tp/CdOrPrtry/Cd")
        interim = text_of(balance, "Tp/SubTp/Cd") == "INTM"
        if code in OPENING + CLOSING and (code, interim) not in found:
            found[code, interim] = _read_balance(balance, statement)
    order = [(code, interim) for interim in (False, True) for code in OPENING]
    statement.opening, statement.opened_on = _first(found, order)
    order = [(code, interim) for interim in (False, True) for code in CLOSING]
    statement.closing, statement.closed_on = _first(found, order)


def _first(found, order):
    return next((found[key] for key in order if key in found), (None, None))


def _read_balance(balance, statement):
    place = place_of(balance)
    amount = child(balance, "Amt")
    if amount is None:
        raise Problem(Fault.MISSING, place, what="Amt")
    check_currency(amount, statement)
    day = text_of(balance, "Dt/Dt") or text_of(balance, "Dt/DtTm")
    return (
        signed(read_amount(amount.text, place), balance, place),
        read_date(day, place),
    )
