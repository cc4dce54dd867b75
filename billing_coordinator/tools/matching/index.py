"""Open items by all that a line of the bank may say of them."""

from functools import lru_cache

from .. import reference
from .names import Names, normalise
from .number_shape import Shapes
from .received import ReceivedIndex
from .record import IN_TRANSIT
from .writing import compact, read_bare, read_several

MAX_NAMED = 60
MIN_PART = 5  # characters of a number that is cut off
MIN_WHOLE = 6  # of a number that needs no prefix to be known
MIN_MEMO = 5  # characters of what was noted with a payment
MIN_CUSTOMER = 4  # characters of a customer number
APART = " | "  # no number goes on behind it


@lru_cache(maxsize=8)
def _prefix_index(prefixes):
    return reference.index_prefixes(prefixes)


class Index:
    """Built once for all lines of a run."""

    def __init__(
        self,
        items,
        names=(),
        accounts=None,
        remembered=None,
        received=(),
        customers=None,
    ):
        """
        :param items: iterable of `Item`
        :param names: iterable of ``(name, partner)``
        :param accounts: ``{bank account number: partner}``, known or learned; a tuple
            of partners where one pays for several
        :param remembered: ``{normalised payer name: partner or tuple}``, learned
        :param received: iterable of `Received`
        :param customers: ``{customer number: partner}``
        """
        self.items = {item.id: item for item in items}
        self.compact = {}  # numbers without separators
        self.accounts = _by_payer(accounts, compact)
        self.remembered = _by_payer(remembered, normalise)
        self.names = Names(names)
        self.received = ReceivedIndex(received)
        self.customers = _by_customer_number(customers or {})
        self.by_partner, self.by_number, self.by_reference = {}, {}, {}
        self.by_amount, self.by_sequence, self.by_foreign = {}, {}, {}
        self.by_text, self.by_memo, self.in_transit = {}, {}, {}
        for item in self.items.values():
            self._add(item)
        for known in self.by_partner.values():
            known.sort(key=lambda item: (item.due, item.id))
        prefixes = {item.prefix for item in self.items.values() if item.prefix}
        self.prefixes = tuple(sorted(prefixes))
        self.plain = self._find_plain()
        self.shapes = Shapes(item.number for item in self.items.values() if item.prefix)
        for item in self.in_transit.values():
            self._add_memo(item)

    def _add(self, item):
        self.compact[item.id] = compact(item.number)
        if item.kind == IN_TRANSIT:
            self.in_transit[item.id] = item
        self.by_partner.setdefault(item.partner, []).append(item)
        self.by_amount.setdefault(item.amount, []).append(item)
        if item.prefix:
            key = (item.prefix, item.sequence)
            self.by_number.setdefault(key, []).append(item)
            if item.kind != IN_TRANSIT:
                self.by_sequence.setdefault(item.sequence, []).append(item)
        if item.number:  # also without a prefix
            self.by_text.setdefault(self.compact[item.id], []).append(item)
        if item.reference:
            self.by_reference.setdefault(compact(item.reference), []).append(item)
        if item.foreign:
            key = (item.currency, item.foreign)
            self.by_foreign.setdefault(key, []).append(item)

    def _find_plain(self):
        """``{digits: (least, greatest)}`` of the numbers that have no prefix."""
        lengths = {}
        for item in self.items.values():
            if not item.prefix and item.number.isdecimal():
                lengths.setdefault(len(item.number), []).append(int(item.number))
        return {length: (min(n), max(n)) for length, n in lengths.items()}

    def _add_memo(self, item):
        """A payment is named by what was noted with it, and by the invoices therein."""
        for key in self._memo_keys(item):
            self.by_memo.setdefault(key, []).append(item)

    def _memo_keys(self, item):
        memo = compact(item.reference)
        if len(memo) >= MIN_MEMO and not memo.isalpha():
            yield memo
        for hit in reference.find_hits(item.reference, _prefix_index(self.prefixes)):
            yield hit.prefix, hit.number

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
                (self.by_text, self.compact[item.id]),
            ):
                if item in known.get(key, ()):
                    known[key].remove(item)
            if self.in_transit.pop(item_id, None):
                for key in self._memo_keys(item):
                    self.by_memo[key].remove(item)

    def find_named(self, payment):
        """What the text names of ours.

        :return: ``{item: whether in full}``, and whether it names, in full, an invoice
            that is not open
        """
        text = APART.join((payment.text, *payment.structured))
        found = dict.fromkeys(self.find_documents(payment), True)
        strange = self._find_references(text, found)
        strange |= self._find_numbers(text, found)
        strange |= self._find_written(text, found)
        strange |= not found and self.shapes.looks_like_another(payment.text)
        return dict(list(found.items())[:MAX_NAMED]), strange

    def _find_references(self, text, found):
        """Add the items with a reference in the text; whether one is of none."""
        strange = False
        for known in reference.find_references(text):
            items = self.by_reference.get(compact(known), ())
            strange |= not items and reference.is_creditor_reference(compact(known))
            found.update(dict.fromkeys(items, True))
        return strange

    def _find_numbers(self, text, found):
        """Add the items whose number is in the text; whether one is not open."""
        strange = False
        for hit in reference.find_hits(text, _prefix_index(self.prefixes)):
            key = (hit.prefix, hit.number)
            items = self.by_number.get(key, ())
            memos = self.by_memo.get(key, ())
            strange |= hit.whole and not items and not memos
            for item in (*items, *memos):
                found[item] = found.get(item, False) or hit.whole
        return strange

    def _find_written(self, text, found):
        """Add items whose whole number, or memo, is in the text, even cut by blanks.

        :return: whether a number without prefix looks like one of ours and is not open
        """
        strange = False
        for stretches in reference.windows(text, reference.read_tokens(text)):
            for stretch in stretches:
                glued = reference.glue(stretch)
                found.update(dict.fromkeys(self.by_memo.get(glued, ()), True))
                if len(glued) < MIN_WHOLE:
                    continue
                whole = not glued.isdecimal() or _is_one(text, stretch)
                items = self.by_text.get(glued, ())
                for item in items:
                    found[item] = found.get(item, False) or whole
                strange |= not items and len(stretch) == 1 and self._is_plain(glued)
        return strange

    def _is_plain(self, digits):
        least, greatest = self.plain.get(len(digits), (1, 0))
        return digits.isdecimal() and least <= int(digits) <= greatest

    def find_customers(self, payment):
        """``{partner: number}`` of the customers whose number stands in the text."""
        found = {}
        if self.customers:
            tokens = reference.read_tokens(payment.text)
            for stretches in reference.windows(payment.text, tokens):
                for number in map(reference.glue, stretches):
                    if number in self.customers:
                        found[self.customers[number]] = number
        return found

    def find_documents(self, payment):
        """``{item: amount or 0}`` of the documents that the payer names."""
        found = {}
        for number, amount in payment.documents[:MAX_NAMED]:
            items = self.by_text.get(compact(number)) or [
                item
                for hit in reference.find_hits(number, _prefix_index(self.prefixes))
                for item in self.by_number.get((hit.prefix, hit.number), ())
            ]
            found.update(dict.fromkeys(items, amount))
        return found

    def find_bare(self, payment, partner):
        """Items of a partner whose running number stands alone in the text: "1177"."""
        own = self.by_partner.get(partner, ())
        said = APART.join((payment.text, *(n for n, _amount in payment.documents)))
        wanted = {*map(int, read_bare(said)), *read_several(said)}
        return [
            item for item in own if item.sequence in wanted and item.kind != IN_TRANSIT
        ][:MAX_NAMED]


def _is_one(text, stretch):
    """Nothing but blanks in a number of digits: 2025-11-03 is a date."""
    return "".join(text[stretch[0].start : stretch[-1].end].split()).isdecimal()


def _by_customer_number(customers):
    """Numbers that say something: long enough, with digits, and of one customer."""
    found = {}
    for number, partner in customers.items():
        key = compact(number)
        if len(key) >= MIN_CUSTOMER and any(map(str.isdigit, key)):
            found.setdefault(key, set()).add(partner)
    return {key: min(known) for key, known in found.items() if len(known) == 1}


def _by_payer(partners, normalised):
    """Each payer with the partners they pay for, as a tuple."""
    return {
        normalised(payer): known if isinstance(known, tuple) else (known,)
        for payer, known in (partners or {}).items()
    }
