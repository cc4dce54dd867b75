"""Numbers that are nearly those of an invoice: mistyped, turned around, cut off."""

import string

from .index import MIN_PART
from .writing import compact, read_bare

MAX_PART = 16
FEW = 3
MAX_READ = 100  # numbers of a text
MIN_LENGTH = 4  # digits; shorter ones are near to too many


def find_similar_numbers(payment, items, except_numbers=()):
    """``{item: digits in the text}``, where these are one mistake away from its number.

    None where two items are equally near: a mistake that leads to both says nothing.

    :param except_numbers: those that are known to mean something else
    """
    by_sequence = {}
    for item in items:
        if item.prefix:
            by_sequence.setdefault(item.sequence, []).append(item)
    found = {}
    for number in dict.fromkeys(read_bare(payment.text)[:MAX_READ]):
        digits = number.lstrip("0")
        known = int(digits or 0) in by_sequence or number in except_numbers
        if len(digits) < MIN_LENGTH or known:
            continue
        near = [
            item
            for other in one_mistake_away(digits)
            for item in by_sequence.get(int(other), ())
        ]
        if len(near) == 1:
            found[near[0]] = number
    return dict(sorted(found.items()))


def one_mistake_away(digits):
    """A digit wrong, missing or too many, or two neighbours turned around.

    Damerau (1964), "A technique for computer detection and correction of spelling
    errors": these are most of the mistakes that people make.
    """
    found = set()
    for at in range(len(digits)):
        before, after = digits[:at], digits[at + 1 :]
        found.add(before + after)
        found.update(before + other + after for other in string.digits)
        found.update(before + other + digits[at:] for other in string.digits)
        if after:
            found.add(before + after[0] + digits[at] + after[1:])
    found.update(digits + other for other in string.digits)
    return {other for other in found if other and other[0] != "0"} - {digits}


def find_cut_off(payment, items, index):
    """Ids of items whose number begins as the text ends, where the bank cut it.

    None where that is so of many: "INV/2025/" says nothing.
    """
    text = compact(payment.text)
    ends = [
        text[-length:] for length in range(MIN_PART, MAX_PART) if length < len(text)
    ]
    found = {
        item.id
        for item in items
        for end in ends
        if index.compact[item.id].startswith(end) and index.compact[item.id] != end
    }
    return found if len(found) <= max(FEW, len(items) // 10) else set()
