"""Numbers of invoices that are not open, known by the form that ours have."""

from itertools import groupby

from .. import reference
from .writing import YEAR

MIN_PADDED = 4  # digits of a number that is filled up with zeros


class Shapes:
    """The forms of the numbers that are open, whatever the year or month in them."""

    def __init__(self, numbers):
        self.heads, self.glued, self.lengths = set(), set(), set()
        for number in numbers:
            *head, last = reference.read_tokens(number) or [None]
            if head and last.is_number and not all(t.is_number for t in head):
                self.heads.add(_shape(head))
                self.glued.add(_shape([*head, last], glued=True))
                self.lengths.add(len(last.text))

    def looks_like_another(self, text):
        """Whether it names one of ours: of another year, or filled up with zeros.

        For texts that name none that is open.
        """
        return any(
            self._is_padded(stretches[-1][-1].text) or any(map(self._fits, stretches))
            for stretches in reference.windows(text, reference.read_tokens(text))
        )

    def _fits(self, stretch):
        *head, _last = stretch
        return bool(head) and (
            _shape(head) in self.heads or _shape(stretch, glued=True) in self.glued
        )

    def _is_padded(self, digits):
        return (
            digits[0] == "0"
            and len(digits) >= MIN_PADDED
            and len(digits) in self.lengths
        )


def _shape(tokens, glued=False):
    """Letters as they are, numbers by their length and whether they begin as a year."""
    words = [(token.text, token.is_number) for token in tokens]
    if glued:
        words = [
            ("".join(text for text, _is_number in group), is_number)
            for is_number, group in groupby(words, key=lambda word: word[1])
        ]
    return tuple(
        (len(text), bool(YEAR.match(text))) if is_number else text
        for text, is_number in words
    )
