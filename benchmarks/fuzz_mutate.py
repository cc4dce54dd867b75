"""Accidents and malice that happen to files, chosen by a random generator."""

import copy
import re

from fuzz_files import pack, unpack
from lxml import etree

# What readers trip over.
PIECES = (
    b"<Ntry>", b"</Ntry>", b"<Amt>", b":61:", b":86:", b":20:", b"?20", b",", b".",
    b"<STMTTRN>", b"</NAME>", b"<![CDATA[", b"]]>", b"&", b"&#0;", b";", b'"', b"\r\n",
    b"\0", b"\xff\xfe", b"/EREF/", b"[-5:EST]", b"PK\x03\x04", b"{4:", b"-}", b":62F:",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
    b"<!--", b"-->", b"<?x ?>", b"<a:b>", b"\xed\xa0\x80", b"\xe2\x80\xae", b"'",
)  # fmt: skip
VALUES = (
    "", " ", "0", "-0", "-1", "1e999", "1E-400", "NaN", "Infinity", "-Infinity", "+5",
    "1,5", "1.5.5", "0x10", "1_000", "٣", "²", "9" * 30, "9" * 5000, "0." + "0" * 400,
    "2025-02-30", "0000-00-00", "9999-12-31", "99999-01-01", "31.02.2025", "20251332",
    "2025-11-05T25:00:00", "2025-11-05+99:00", "RC", "CRDT", "true", "EUR", "€", "XXXX",
    "a" * 3000, "\u202e", "\ufeff", "\x85", "=1+1", "{}", "%s", "../x", "\\", "💶",
)  # fmt: skip
NUMBER = re.compile(rb"[0-9][0-9.,]*")
MAX_DEPTH = 3000


def mutate(family, data, rng):
    """The file after one to four accidents, of the kinds that fit its family."""
    for _times in range(rng.choice((1, 1, 2, 3, 4))):
        change = rng.choice(CHANGES + OF_FAMILY.get(family, ()))
        data = change(data, rng)
    return data


# -- bytes ---------------------------------------------------------------------


def insert_piece(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(PIECES) * rng.choice((1, 1, 1, 50)) + data[at:]


def remove(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.randint(1, 80) :]


def cut_off(data, rng):
    return data[: rng.randrange(len(data) + 1)]


def repeat(data, rng):
    start, at = rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)
    return data[:at] + data[start : start + rng.randint(1, 400)] + data[at:]


def flip(data, rng):
    changed = bytearray(data)
    for _times in range(rng.randint(1, 8) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def change_number(data, rng):
    places = list(NUMBER.finditer(data))
    if not places:
        return data
    found = rng.choice(places)
    return data[: found.start()] + _value(rng) + data[found.end() :]


def encode_otherwise(data, rng):
    """Another encoding than the file says."""
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(("utf-16", "utf-16-le", "utf-32", "cp1252", "cp037",
                                   "utf-7", "utf-8-sig")), "replace")  # fmt: skip


def _value(rng):
    return rng.choice(VALUES).encode("utf-8", "replace")


# -- lines and tags --------------------------------------------------------------


def move_lines(data, rng):
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(3)
    if kind == 0:
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == 1:
        lines[first:first] = [lines[second]] * rng.choice((1, 1, 300))
    else:
        del lines[first]
    return b"".join(lines)


def change_cell(data, rng):
    """A field between separators becomes something else."""
    mark = rng.choice((b";", b",", b"?", b"/", b">", b":"))
    parts = data.split(mark)
    parts[rng.randrange(len(parts))] = _value(rng)
    return mark.join(parts)


# -- XML -----------------------------------------------------------------------


def change_tree(data, rng):
    """Elements moved, doubled, emptied, nested; values and attributes changed."""
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return flip(data, rng)
    for _times in range(rng.randint(1, 5)):
        elements = [e for e in root.iter() if isinstance(e.tag, str)]
        rng.choice(TREE)(rng.choice(elements), elements, rng)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _set_text(element, _elements, rng):
    _assign(element, "text", rng)


def _set_tail(element, _elements, rng):
    _assign(element, "tail", rng)


def _assign(element, name, rng):
    value = rng.choice(VALUES)
    if all(ord(c) > 31 for c in value):
        setattr(element, name, value)


def _set_attribute(element, _elements, rng):
    element.set(rng.choice(("Ccy", "x", "Tp")), "".join(rng.choices("EUR%<1", k=3)))


def _drop(element, _elements, _rng):
    if element.getparent() is not None:
        element.getparent().remove(element)


def _double(element, _elements, rng):
    parent = element.getparent()
    if parent is not None:
        for _times in range(rng.choice((1, 2, 40))):
            parent.append(copy.deepcopy(element))


def _put_into(element, elements, rng):
    """A copy of an element within any other."""
    copied = copy.deepcopy(element)
    if len(copied) < 200:
        rng.choice(elements).append(copied)


def _nest(element, _elements, rng):
    for _times in range(rng.choice((2, 20, MAX_DEPTH))):
        element = etree.SubElement(element, element.tag)


def _rename(element, elements, rng):
    element.tag = rng.choice(elements).tag


TREE = (_set_text, _set_text, _set_tail, _set_attribute, _drop, _double, _put_into,
        _nest, _rename)  # fmt: skip


# -- workbooks -------------------------------------------------------------------


def change_part(data, rng):
    """Something within a workbook is damaged; the archive itself is whole."""
    try:
        parts = unpack(data)
    except Exception:  # it is damaged already, in any of the ways that zips can be
        return flip(data, rng)
    if not parts:
        return data
    name = rng.choice(sorted(parts))
    change = rng.choice((change_tree, change_tree, *CHANGES[:6]))
    kind = rng.randrange(8)
    if kind == 0:
        del parts[name]
    elif kind == 1:
        parts[rng.choice(("../x", "xl/worksheets/sheet9.xml", name.upper()))] = b"<a/>"
    else:
        parts[name] = change(parts[name], rng)
    return pack(parts)


CHANGES = (insert_piece, remove, repeat, flip, change_number, cut_off, encode_otherwise)
OF_FAMILY = {
    "camt": (change_tree,) * 6,
    "mt940": (move_lines, change_cell) * 3,
    "ofx": (move_lines, change_cell, change_tree) * 2,
    "csv": (move_lines, change_cell) * 3,
    "xlsx": (change_part,) * 60,
}
