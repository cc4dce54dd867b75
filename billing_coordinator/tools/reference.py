"""Numbers of documents in what people write: e-mails, letters, bank transfers.

A number is found however it is written: INV/2025/00017 as "inv 2025-17", "INV202500017"
or "Inv. 2025 / 00017". Nothing here knows the ledger: the caller passes the prefixes
that are in use, and looks the numbers up.
"""

import re
from itertools import islice
from typing import NamedTuple

# What is read of a text, so that a long one costs no more than a letter.
MAX_TEXT = 20_000
MAX_TOKENS = 8
MAX_DIGITS = 9
# A number without its first part ("2025/017") has at least so many digits.
MIN_DIGITS = 3
MAX_REFERENCES = 20

TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
GAP = re.compile(r"[\s/\\.:#+*_–—-]{0,3}")  # noqa: RUF001  (dashes as people type them)


class Token(NamedTuple):
    """A run of letters, or of digits."""

    text: str
    start: int
    end: int

    @property
    def is_number(self):
        return self.text.isdigit()


class Hit(NamedTuple):
    """A number that is in use, as far as the prefix tells.

    ``whole``: written out; else the first part is left out, as in "2025/00017".
    """

    prefix: str
    number: int
    whole: bool


def read_tokens(text):
    return [Token(m[0].upper(), *m.span()) for m in TOKEN.finditer(text[:MAX_TEXT])]


def key_of(tokens):
    """Tokens without what people leave out: separators and leading zeros."""
    return "/".join(
        t.text.lstrip("0") or "0" if t.is_number else t.text for t in tokens
    )


def glue(tokens):
    return "".join(token.text for token in tokens)


def windows(text, tokens):
    """Stretches of tokens that may be one number, by where they end.

    :return: for each end a list of stretches, the longest first
    """
    for end, token in enumerate(tokens):
        if not token.is_number or _goes_on(text, tokens, end):
            continue
        start = end
        while start and end - start < MAX_TOKENS - 1:
            if not GAP.fullmatch(text, tokens[start - 1].end, tokens[start].start):
                break
            start -= 1
        yield [tokens[first : end + 1] for first in range(start, end + 1)]


def _goes_on(text, tokens, end):
    """Whether the number is longer: "17" in "17/03" or "17A"."""
    if end + 1 == len(tokens):
        return False
    gap, after = text[tokens[end].end : tokens[end + 1].start], tokens[end + 1]
    return not gap or (after.is_number and gap in ("/", "-"))


def find_numbers(text, prefixes):
    """The numbers in a text that begin with one of the prefixes in use.

    :return: set of Hit
    """
    return find_hits(text, index_prefixes(prefixes))


def find_hits(text, index):
    """As `find_numbers`, for many texts: with the index of the prefixes."""
    whole, parts, glued = index
    text = text[:MAX_TEXT]
    hits = set()
    for stretches in windows(text, read_tokens(text)):
        for stretch in stretches:
            found = _match_whole(stretch, whole, glued)
            if not found and _stands_alone(text, stretch):
                found = _match_part(stretch, parts)
            hits |= found
            if found:
                break
    return hits


def index_prefixes(prefixes):
    """Prefixes by how they may be written: whole, without the first part, glued."""
    whole, parts, glued = {}, {}, {}
    for prefix in prefixes:
        tokens = read_tokens(prefix)
        if not tokens:
            continue
        whole.setdefault(key_of(tokens), set()).add(prefix)
        glued.setdefault(glue(tokens), set()).add(prefix)
        for first in range(1, len(tokens)):
            parts.setdefault(key_of(tokens[first:]), set()).add(prefix)
    return whole, parts, glued


def _match_whole(stretch, whole, glued):
    *before, last = stretch
    found = {
        (prefix, int(number))
        for key, index, number in (
            (key_of(before), whole, last.text),
            *((head, glued, number) for head, number in _splits(before, last)),
        )
        if len(number) <= MAX_DIGITS
        for prefix in index.get(key, ())
    }
    return {Hit(prefix, number, True) for prefix, number in found}


def _splits(before, last):
    """Where a number without separators may be divided, "INV2025" from "00017"."""
    head = glue(before)
    for place in range(max(0, len(last.text) - MAX_DIGITS), len(last.text)):
        yield head + last.text[:place], last.text[place:]


def _stands_alone(text, stretch):
    """A part of a number is one word: nothing before it, no blanks within."""
    start, end = stretch[0].start, stretch[-1].end
    before = text[start - 1 : start]
    return (not before or before.isspace() or before in "([#:") and not any(
        map(str.isspace, text[start:end])
    )


def _match_part(stretch, parts):
    *before, last = stretch
    if not MIN_DIGITS <= len(last.text) <= MAX_DIGITS:
        return set()
    number = int(last.text)
    return {Hit(p, number, False) for p in parts.get(key_of(before), ())}


def find_references(text):
    """Payment references in a text, as they are stored; those with a valid check first.

    Structured ones (RF and Belgian) in the form of their country, and other numbers of
    eight digits or more without blanks.
    """
    text = text[:MAX_TEXT]
    valid, others = {}, {}
    for stretches in windows(text, read_tokens(text)):
        for stretch in stretches:
            number = glue(stretch)
            if is_creditor_reference(number):
                groups = range(0, len(number), 4)
                valid[" ".join(number[i : i + 4] for i in groups)] = None
                valid[number] = None
            elif is_belgian(number):
                valid[f"+++{number[:3]}/{number[3:7]}/{number[7:]}+++"] = None
            elif _is_plain(text, stretch):
                others[number] = None
    return list(islice({**valid, **others}, MAX_REFERENCES))


def _is_plain(text, stretch):
    """Eight digits or more, in groups or not: "12345 67890", but no "2025/00017"."""
    start, end = stretch[0].start, stretch[-1].end
    digits = "".join(text[start:end].split())
    return digits.isdecimal() and 8 <= len(digits) <= 30


def is_creditor_reference(number):
    """ISO 11649: RF, two check digits, up to 21 characters."""
    if not re.fullmatch(r"RF[0-9]{2}[0-9A-Z]{1,21}", number):
        return False
    moved = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def is_belgian(number):
    """Ten digits and their remainder by 97, which is never 0."""
    if not re.fullmatch(r"[0-9]{12}", number):
        return False
    return int(number[10:]) == (int(number[:10]) % 97 or 97)
