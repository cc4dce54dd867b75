"""How numbers are written: alone, without separators, with their prefix."""

import re

from .. import reference

MIN_BARE = 3  # digits of a number that stands alone
# "1177-1179" and "1177/78"; no year, whose second part is a month.
SEVERAL = re.compile(r"(?<![0-9/-])([0-9]{3,9})\s?([-–/])\s?([0-9]{1,9})(?![0-9/-])")  # noqa: RUF001
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
MAX_RANGE = 20
# What banks write where they have to write something.
SAYS_NOTHING = frozenset(
    "NOTPROVIDED NOTAVAILABLE UNKNOWN UNBEKANNT NONREF NONE NULL NA".split()
)
RUNNING = re.compile(r"(.*?)([0-9]{1,9})\Z", re.DOTALL)


def read_bare(text):
    """Numbers that stand alone, as digits."""
    tokens = reference.read_tokens(text)
    return [
        token.text
        for token in tokens
        if token.is_number and MIN_BARE <= len(token.text) <= reference.MAX_DIGITS
    ]


def read_several(text):
    """Numbers that are not written out: between two of a range, or behind a stroke."""
    found = []
    for first, sign, last in SEVERAL.findall(text):
        if len(last) > len(first) or YEAR.fullmatch(first):
            continue
        full = int(first[: len(first) - len(last)] + last)
        if sign == "/":
            found.append(full)
        elif 0 < full - int(first) <= MAX_RANGE:
            found += range(int(first), full + 1)
    return found


def read_told(text):
    """Without separators; empty where the bank only says that there is none."""
    known = compact(text)
    return "" if known in SAYS_NOTHING else known


def compact(number):
    """Letters and digits alone."""
    return "".join(c for c in number.upper() if c.isalnum())


def split(number):
    """``(prefix, running number)``, or None where it does not end in digits."""
    parts = RUNNING.match(number)
    return (parts[1], int(parts[2])) if parts and parts[1] else None
