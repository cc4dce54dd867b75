"""How numbers are written: alone, without separators, with their prefix."""

import re

from .. import reference

MIN_BARE = 3  # digits of a number that stands alone
RUNNING = re.compile(r"(.*?)([0-9]{1,9})\Z", re.DOTALL)


def read_bare(text):
    """Numbers that stand alone, as digits."""
    tokens = reference.read_tokens(text)
    return [
        token.text
        for token in tokens
        if token.is_number and MIN_BARE <= len(token.text) <= reference.MAX_DIGITS
    ]


def compact(number):
    """Letters and digits alone."""
    return "".join(c for c in number.upper() if c.isalnum())


def split(number):
    """``(prefix, running number)``, or None where it does not end in digits."""
    parts = RUNNING.match(number)
    return (parts[1], int(parts[2])) if parts and parts[1] else None
