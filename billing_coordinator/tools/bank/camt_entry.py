"""An entry of a camt statement: one transaction, or those of a batch."""

from .camt_xml import check_currency, child, children, find, place_of, signed, text_of
from .record import (
    ZERO,
    Document,
    Fault,
    Problem,
    Transaction,
    clean,
    clean_reference,
    read_amount,
    read_date,
)

BOOKED = "BOOK"
SPLIT_LIMIT = 100_000  # transactions of one batch


def read_entry(entry, statement, entries):
    """Yield the transactions of an entry; none of one that is not booked yet.

    Details are taken for the entry where they add up to it, or do once the charges are
    taken off; else the entry is one transaction with all their texts.
    """
    status = text_of(entry, "Sts/Cd") or text_of(entry, "Sts")
    if status != BOOKED:
        statement.pending += 1
        return
    whole = _read_whole(entry, statement)
    details = [
        detail
        for group in children(entry, "NtryDtls")
        for detail in children(group, "TxDtls")
    ]
    parts = _read_parts(whole, details, statement)
    key = _key_of(whole, entries, parts)
    for part in parts:
        part.entry, part.entry_amount = key, whole.amount
        yield part


def _key_of(whole, entries, parts):
    """By the bank's reference; where it gives none, by all that is known."""
    if whole.reference:
        return entries.key(whole.date, whole.amount, whole.reference)
    texts = sorted((part.amount, part.end_to_end, part.text) for part in parts)
    return entries.key(whole.date, whole.amount, texts)


def _read_whole(entry, statement):
    place = place_of(entry)
    amount = child(entry, "Amt")
    if amount is None:
        raise Problem(Fault.MISSING, place, what="Amt")
    check_currency(amount, statement)
    booked, value = _read_day(entry, "BookgDt"), _read_day(entry, "ValDt")
    if not (booked or value):
        raise Problem(Fault.MISSING, place, what="BookgDt")
    return Transaction(
        date=booked or value,
        value_date=value,
        amount=signed(read_amount(amount.text, place), entry, place),
        currency=statement.currency,
        reference=clean_reference(text_of(entry, "AcctSvcrRef")),
        text=clean(text_of(entry, "AddtlNtryInf")),
        code=_read_code(entry),
        charges=_read_charges(entry),
        is_return=text_of(entry, "RvslInd") in ("true", "1"),
        place=place,
    )


def _read_day(element, name):
    day = child(element, name)
    if day is None:
        return None
    return read_date(text_of(day, "Dt") or text_of(day, "DtTm"), place_of(day))


def _read_code(element):
    """The bank transaction code: ISO domain, family and sub-family, or the bank's."""
    codes = find(element, "BkTxCd")
    if codes is None:
        return ""
    iso = (
        text_of(codes, "Domn/Cd"),
        text_of(codes, "Domn/Fmly/Cd"),
        text_of(codes, "Domn/Fmly/SubFmlyCd"),
    )
    return "/".join(filter(None, iso)) or clean(text_of(codes, "Prtry/Cd"), 64)


def _read_charges(element):
    """The sum of charges, signed as they are booked: what the bank keeps is negative.

    Version 2 has an amount in each ``Chrgs``, later ones a record in one.
    """
    total = ZERO
    for charges in children(element, "Chrgs"):
        records = list(children(charges, "Rcrd")) or [charges]
        for record in records:
            amount = child(record, "Amt")
            if amount is not None:
                given_back = text_of(record, "CdtDbtInd") == "CRDT"
                value = read_amount(amount.text, place_of(amount))
                total += value if given_back else -value
    return total


# -- transactions of an entry -------------------------------------------------------


def _read_parts(whole, details, statement):
    if not details:
        return [whole]
    if len(details) > SPLIT_LIMIT:
        raise Problem(Fault.TOO_LARGE, whole.place, limit=SPLIT_LIMIT)
    parts = [_read_detail(detail, whole) for detail in details]
    if len(parts) == 1:
        parts[0].amount = whole.amount
        return parts
    amounts = [_read_detail_amount(detail, whole, statement) for detail in details]
    if None not in amounts and ZERO not in amounts:
        for part, amount in zip(parts, amounts, strict=True):
            part.amount = amount
        difference = whole.amount - sum(amounts)
        if not difference:
            return parts
        charges = whole.charges or sum(part.charges for part in parts)
        if difference == charges:
            return [*parts, _charges_of(whole, difference)]
    return [_unite(whole, parts)]


def _charges_of(whole, amount):
    return Transaction(
        date=whole.date,
        value_date=whole.value_date,
        amount=amount,
        currency=whole.currency,
        reference=whole.reference,
        text=whole.text,
        code=whole.code,
        charges=amount,
        place=whole.place,
    )


def _unite(whole, parts):
    """A batch whose details do not add up: one transaction, nothing of them lost."""
    lines = [" ".join(filter(None, (part.name, part.text))) for part in parts]
    whole.text = clean("; ".join(filter(None, [whole.text, *lines])))
    whole.structured = tuple(ref for part in parts for ref in part.structured)[:100]
    whole.documents = tuple(doc for part in parts for doc in part.documents)[:100]
    return whole


def _read_detail_amount(detail, whole, statement):
    """The amount in the currency of the account, or None where it is not told."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount = find(detail, path)
        if amount is not None and amount.get("Ccy", "") == statement.currency:
            value = read_amount(amount.text, place_of(amount))
            direction = text_of(detail, "CdtDbtInd")
            credit = direction == "CRDT" if direction else whole.amount > 0
            return value if credit else -value
    return None


def _read_detail(detail, whole):
    returned = find(detail, "RtrInf")
    is_return = whole.is_return or returned is not None
    name, account, bic = _read_counterparty(detail, whole.amount > 0, is_return)
    original = _read_original(detail, whole.currency)
    return Transaction(
        date=whole.date,
        value_date=whole.value_date,
        amount=whole.amount,
        currency=whole.currency,
        name=name,
        account=account,
        bic=bic,
        text=_read_text(detail) or whole.text,
        reference=clean_reference(text_of(detail, "Refs/AcctSvcrRef"))
        or whole.reference,
        end_to_end=clean_reference(text_of(detail, "Refs/EndToEndId")),
        structured=_read_structured(detail),
        documents=_read_documents(detail),
        mandate=clean_reference(text_of(detail, "Refs/MndtId")),
        code=_read_code(detail) or whole.code,
        charges=_read_charges(detail) or whole.charges,
        original_amount=original[0],
        original_currency=original[1],
        is_return=is_return,
        return_reason=_read_return_reason(returned),
        place=place_of(detail),
    )


def _read_counterparty(detail, is_credit, is_return):
    """Name, account and BIC of who paid or was paid.

    The parties of a return are those of the payment that comes back.
    """
    parties, agents = child(detail, "RltdPties"), child(detail, "RltdAgts")
    roles = ("Dbtr", "Cdtr") if is_credit != is_return else ("Cdtr", "Dbtr")
    for role in roles[:1]:
        name = _read_name(parties, role) or _read_name(parties, f"Ultmt{role}")
        account = text_of(parties, f"{role}Acct/Id/IBAN") or text_of(
            parties, f"{role}Acct/Id/Othr/Id"
        )
        bank = f"{role}Agt/FinInstnId/"
        bic = text_of(agents, bank + "BICFI") or text_of(agents, bank + "BIC")
    return clean(name, 140), clean(account, 64), clean(bic, 11)


def _read_name(parties, role):
    """Version 8 and later have a person or an organisation between."""
    return text_of(parties, f"{role}/Pty/Nm") or text_of(parties, f"{role}/Nm")


def _read_original(detail, currency):
    """What was paid in another currency, and that currency."""
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/CntrValAmt/Amt", "Amt"):
        amount = find(detail, path)
        if amount is not None and amount.get("Ccy", currency) != currency:
            return read_amount(amount.text, place_of(amount)), amount.get("Ccy")
    return None, ""


def _read_text(detail):
    lines = [line.text or "" for line in _remittances(detail, "Ustrd")]
    lines += [text_of(line, "AddtlRmtInf") for line in _remittances(detail, "Strd")]
    return clean(" ".join(lines)) or clean(text_of(detail, "AddtlTxInf"))


def _remittances(detail, name):
    remittance = child(detail, "RmtInf")
    return children(remittance, name) if remittance is not None else ()


def _read_structured(detail):
    found = (text_of(s, "CdtrRefInf/Ref") for s in _remittances(detail, "Strd"))
    return tuple(clean(reference, 64) for reference in found if reference)


def _read_documents(detail):
    result = []
    for structured in _remittances(detail, "Strd"):
        amount = find(structured, "RfrdDocAmt/RmtdAmt")
        value = amount is not None and read_amount(amount.text, place_of(amount))
        for document in children(structured, "RfrdDocInf"):
            number = clean(text_of(document, "Nb"), 64)
            if number:
                result.append(Document(number, value if amount is not None else None))
    return tuple(result)


def _read_return_reason(returned):
    if returned is None:
        return ""
    code = text_of(returned, "Rsn/Cd") or text_of(returned, "Rsn/Prtry")
    more = " ".join(line.text or "" for line in children(returned, "AddtlInf"))
    return clean(f"{code} {more}", 200)
