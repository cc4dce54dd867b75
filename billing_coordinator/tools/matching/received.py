"""Lines of the bank that were matched before, by what a return says of them."""

from .. import reference
from .names import normalise
from .writing import read_told as read_reference
from .writing import split

NEWEST = 20  # of the lines that are alike


class ReceivedIndex:
    """What a return may take back; each line once."""

    def __init__(self, received):
        self.lines, self.known = {}, {}
        for line in sorted(received, key=lambda line: (line.day, line.id)):
            self.lines[line.id] = line
            for key in self._keys(line):
                self.known.setdefault(key, []).append(line)
        prefixes = {key[1] for key in self.known if key[0] == "number"}
        self.prefixes = reference.index_prefixes(sorted(prefixes))

    def _keys(self, line):
        yield from keys_of(line, line.amount)
        for number in map(split, line.numbers):
            if number:
                yield "number", *number

    def give_back(self, line_id):
        """The bank took it back: nothing else can."""
        line = self.lines.pop(line_id)
        for key in self._keys(line):
            self.known[key].remove(line)

    def find(self, payment, amounts):
        """Lines that the payment may take back, the newest of those that are alike."""
        found = {}
        keys = [key for amount in amounts for key in keys_of(payment, amount)]
        for key in [*keys, *self.find_numbers(payment)]:
            before = [r for r in self.known.get(key, ()) if r.day <= payment.day]
            found.update((line.id, line) for line in before[-NEWEST:])
        return list(found.values())

    def find_numbers(self, payment):
        """Keys of the numbers in the text of a payment."""
        hits = reference.find_hits(payment.text, self.prefixes)
        return [("number", hit.prefix, hit.number) for hit in hits]

    def count_of_account(self, payment, amount):
        """How many lines of this amount came from the account."""
        key = ("account", read_reference(payment.account), amount)
        return sum(line.day <= payment.day for line in self.known.get(key, ()))


def keys_of(line, amount):
    """What lines of the bank have in common, the amount as it came in."""
    yield "amount", amount
    if read_reference(line.end_to_end):
        yield "end_to_end", read_reference(line.end_to_end)
    if read_reference(line.reference):
        yield "reference", read_reference(line.reference)
    if read_reference(line.account):
        yield "account", read_reference(line.account), amount
    if read_reference(line.name):
        yield "name", normalise(line.name), amount
    if read_reference(line.mandate):
        yield "mandate", read_reference(line.mandate), amount
