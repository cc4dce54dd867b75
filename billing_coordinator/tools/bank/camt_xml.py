"""Elements by their local names: paths are the same in all versions of a message."""

from .record import Fault, Problem


def local_name(element):
    return element.tag.rpartition("}")[2]


def namespace(element):
    return element.tag.rpartition("}")[0].removeprefix("{")


def children(element, name):
    """Direct children of a name."""
    return element.iterchildren("{*}" + name)


def child(element, name):
    """The first direct child of a name, or None."""
    return next(children(element, name), None)


def find(element, path):
    """The first element at a path such as ``"Refs/EndToEndId"``, or None."""
    for name in path.split("/"):
        element = child(element, name)
        if element is None:
            return None
    return element


def text_of(element, path):
    found = find(element, path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def place_of(element):
    return f"<{local_name(element)}>, line {element.sourceline}"


def check_currency(amount, statement):
    """Balances and entries are in the currency of the account."""
    currency = amount.get("Ccy", "")
    statement.currency = statement.currency or currency
    if currency != statement.currency:
        raise Problem(
            Fault.OTHER_CURRENCY,
            place_of(amount),
            expected=statement.currency,
            found=currency,
        )


def signed(amount, element, place):
    direction = find(element, "CdtDbtInd")
    told = (direction.text or "").strip() if direction is not None else ""
    if told not in ("CRDT", "DBIT"):
        raise Problem(Fault.BAD_SIGN, place, value=told)
    return amount if told == "CRDT" else -amount
