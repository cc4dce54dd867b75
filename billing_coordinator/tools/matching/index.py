"""Open items by all that a line of the bank may say of them."""

from functools import lru_cache

from .. import reference
from .names import Names, normalise

MAX_NAMED = 60
MIN_BARE = 3  # digits of a number that stands alone
MIN_PART = 5  # characters of a number that is cut off


@lru_cache(maxsize=8)
def _prefix_index(prefixes):
    return reference.index_prefixes(prefixes)


class Index:
    """Built once for all lines of a run."""

    def __init__(self, items, names=(), accounts=None, remembered=None):
        """
        :param items: iterable of `Item`
        :param names: iterable of ``(name, partner)``
        :param accounts: ``{bank account number: partner}``, known or learned
        :param remembered: ``{normalised payer name: partner}``, learned
        """
        self.items = {item.id: item for item in items}
        self.compact = {}  # numbers without separators
        self.accounts = {compact(a): p for a, p in (accounts or {}).items()}
        self.remembered = {normalise(n): p for n, p in (remembered or {}).items()}
        self.names = Names(names)
        self.by_partner, self.by_number, self.by_reference = {}, {}, {}
        self.by_amount, self.by_sequence, self.by_foreign = {}, {}, {}
        for item in self.items.values():
            self._add(item)
        for known in self.by_partner.values():
            known.sort(key=lambda item: (item.due, item.id))
        prefixes = {item.prefix for item in self.items.values() if item.prefix}
        self.prefixes = tuple(sorted(prefixes))

    def _add(self, item):
        self.compact[item.id] = compact(item.number)
        self.by_partner.setdefault(item.partner, []).append(item)
        self.by_amount.setdefault(item.amount, []).append(item)
        if item.prefix:
            key = (item.prefix, item.sequence)
            self.by_number.setdefault(key, []).append(item)
            self.by_sequence.setdefault(item.sequence, []).append(item)
        if item.reference:
            self.by_reference.setdefault(compact(item.reference), []).append(item)
        if item.foreign:
            key = (item.currency, item.foreign)
            self.by_foreign.setdefault(key, []).append(item)

    def take(self, item_ids):
        """These are paid by a line: others cannot pay them any more."""
        for item_id in item_ids:
            item = self.items.pop(item_id)
            for known, key in (
                (self.by_partner, item.partner),
                (self.by_amount, item.amount),
                (self.by_number, (item.prefix, item.sequence)),
                (self.by_sequence, item.sequence),
                (self.by_reference, compact(item.reference)),
                (self.by_foreign, (item.currency, item.foreign)),
            ):
                if item in known.get(key, ()):
                    known[key].remove(item)

    def find_named(self, payment):
        """What the text names of ours.

        :return: ``{item: whether in full}``, and whether it names, in full, an invoice
            that is not open
        """
        text = " ".join((payment.text, *payment.structured))
        found, strange = {}, False
        for known in reference.find_references(text):
            for item in self.by_reference.get(compact(known), ()):
                found[item] = True
        for hit in reference.find_hits(text, _prefix_index(self.prefixes)):
            items = self.by_number.get((hit.prefix, hit.number), ())
            strange |= hit.whole and not items
            for item in items:
                found[item] = found.get(item, False) or hit.whole
        return dict(list(found.items())[:MAX_NAMED]), strange

    def find_bare(self, payment, partner):
        """Items of a partner whose running number stands alone in the text: "1177"."""
        own = self.by_partner.get(partner, ())
        wanted = {int(number) for number in read_bare(payment.text)}
        return [item for item in own if item.sequence in wanted and item.prefix]


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
