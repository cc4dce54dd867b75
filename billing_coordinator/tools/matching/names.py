"""Names of payers, without legal forms, accents and order; with abbreviations."""

import re
import unicodedata

from rapidfuzz import fuzz

SIMILAR = 82  # of 100
LEGAL_FORMS = frozenset(
    "GMBH MBH AG KG OHG UG EV EK SE CO COMPANY CORP CORPORATION INC INCORPORATED LTD"
    " LIMITED LLC LLP PLC SA SAS SARL SRL SPA BV NV AB AS OY APS PTY PVT SP ZOO KFT"
    " THE AND UND HAFTUNGSBESCHRANKT HAFTUNGSBESCHRAENKT".split()
)
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
     "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "&": " "}
)  # fmt: skip
WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa",
     "Ä": "AE", "Ö": "OE", "Ü": "UE", "Ø": "OE", "Å": "AA"}
)  # fmt: skip
WORD = re.compile(r"[A-Z0-9]+")
SHARED = 4  # letters of a word that two names have in common to be compared


def normalise(name):
    """Words in capitals without accents and legal forms, in their order."""
    plain = unicodedata.normalize("NFKD", name.translate(LETTERS))
    plain = plain.encode("ascii", "ignore").decode().upper().replace(".", "")
    words = WORD.findall(plain)
    return " ".join(w for w in words if w not in LEGAL_FORMS) or " ".join(words)


def spellings(name):
    """As `normalise`: with ü as u, and with ü as ue."""
    composed = unicodedata.normalize("NFC", name)
    return {normalise(composed), normalise(composed.translate(WRITTEN_OUT))} - {""}


class Names:
    """Names of partners, to find the ones like another."""

    def __init__(self, names):
        """:param names: iterable of ``(name, partner)``"""
        self.exact, self.by_word, self.all = {}, {}, []
        for known, partner in ((k, p) for n, p in names for k in spellings(n)):
            self.exact.setdefault(" ".join(sorted(known.split())), set()).add(partner)
            position = len(self.all)
            self.all.append((known, partner))
            for word in {w[:SHARED] for w in known.split() if len(w) > 2}:
                self.by_word.setdefault(word, []).append(position)

    def find_same(self, name):
        keys = (" ".join(sorted(known.split())) for known in spellings(name))
        return set().union(*(self.exact.get(key, ()) for key in keys))

    def find_similar(self, name, most=500):
        """``{partner: likeness}`` above `SIMILAR`, of names that share a word's start.

        A word that very many names have ("BAU") says little, and is not looked at.
        """
        wanted = normalise(name)
        positions = {
            position
            for word in {w[:SHARED] for w in wanted.split() if len(w) > 2}
            if len(self.by_word.get(word, ())) <= most
            for position in self.by_word.get(word, ())
        }
        found = {}
        for position in positions:
            known, partner = self.all[position]
            likeness = max(
                fuzz.token_sort_ratio(wanted, known),
                _abbreviated(wanted.split(), known.split()),
            )
            if likeness >= SIMILAR:
                found[partner] = max(likeness, found.get(partner, 0))
        return found


def _abbreviated(words, others):
    """Each word is a shorter form of one of the other: ACME HLDG for Acme Holding."""
    short, long = sorted((words, others), key=lambda ws: sum(map(len, ws)))
    if not short or len(short) > len(long):
        return 0
    left = list(long)
    for word in short:
        full = next((other for other in left if _shortens(word, other)), None)
        if full is None:
            return 0
        left.remove(full)
    return 90 if not left else 84 if len(short) > 1 else 0


def _shortens(short, word):
    """The same first letter, and the letters in their order: half of them at least."""
    if short[:1] != word[:1] or len(short) < 2 or len(short) * 3 < len(word):
        return False
    letters = iter(word)
    return all(letter in letters for letter in short)
