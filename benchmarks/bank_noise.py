"""Lines of a bank that pay open items, as they come in real life.

Seeded: each line knows which items it pays. The rules of matching were tuned on the
seeds 1, 7, 11 and 23: measure on others. Names and kinds of noise are the same in all.
"""

import string
from dataclasses import dataclass, field

from bank_ledger import DAY, FIRST, BankLedger

from odoo.addons.billing_coordinator.tools.matching.record import Payment

WORDS = ("Invoice", "Inv.", "Rechnung", "RE", "payment", "", "for", "Facture", "ref")


@dataclass
class Line:
    """A line, what it pays, and what kind of case it is."""

    payment: Payment
    kind: str
    answer: frozenset = field(default_factory=frozenset)


class World(BankLedger):
    """A ledger, and the lines that pay some of it."""

    def make_lines(self, count):
        kinds, weights = zip(*KINDS.items(), strict=True)
        lines, used = [], set()
        while len(lines) < count:
            kind = self.rng.choices(kinds, weights)[0]
            line = getattr(self, f"_make_{kind}")(len(lines) + 1, used)
            if line:
                lines.append(line)
                if kind == "full" and self.rng.random() < 0.03 and len(lines) < count:
                    again = line.payment._replace(id=len(lines) + 1)
                    lines.append(Line(again, "duplicate"))
        return lines

    def _take(self, used, few=1, many=1, positive=True):
        """Items of a customer with enough of them, not paid by another line."""
        for _attempt in range(50):
            item = self.rng.choice(self.items)
            own = [i for i in self.open[item.partner] if i.id not in used]
            if positive:
                own = [i for i in own if i.amount > 0]
            if len(own) >= few:
                chosen = self.rng.sample(
                    own, self.rng.randint(few, min(many, len(own)))
                )
                used.update(i.id for i in chosen)
                return chosen
        return None

    def _line(self, number, kind, items, text="", amount=None, **known):
        partner = items[0].partner
        known.setdefault("name", self._payer_name(partner))
        if self.rng.random() < 0.6:
            known.setdefault("account", self.account_of.get(partner, self._account()))
        total = sum(i.amount for i in items) if amount is None else amount
        payment = Payment(number, total, DAY, text, **known)
        return Line(payment, kind, frozenset(i.id for i in items))

    def _payer_name(self, partner):
        name = self.names[partner]
        chance = self.rng.random()
        if chance < 0.5:
            return name.upper()
        if chance < 0.7:
            return name.rsplit(" ", 1)[0][:27]
        if chance < 0.85:
            return " ".join(w[:4] if len(w) > 6 else w for w in name.upper().split())
        return self._mistype(name)

    def _mistype(self, text):
        at = self.rng.randrange(1, len(text))
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]

    def _write(self, item):
        """A number as people write it."""
        year, digits = item.number.split("/")[1:]
        prefix = item.number.split("/")[0]
        return self.rng.choice(
            (
                item.number, item.number, item.number.lower(),
                f"{prefix} {year} {digits}",
                f"{prefix}{year}{digits}", f"{prefix}-{year}-{digits}",
                f"{prefix}/{year}/{int(digits)}", f"{year}/{digits}",
            )
        )  # fmt: skip

    def _say(self, parts):
        word = self.rng.choice(WORDS)
        return f"{word} {self.rng.choice((' ', ', ', ' + ', '; ')).join(parts)}".strip()

    def _make_full(self, number, used):
        items = self._take(used)
        return items and self._line(
            number, "full", items, self._say(map(self._write, items))
        )

    def _make_reference(self, number, used):
        items = self._take(used)
        if not items or not items[0].reference:
            return None
        structured = (items[0].reference,) if self.rng.random() < 0.7 else ()
        text = "" if structured else items[0].reference
        return self._line(number, "reference", items, text, structured=structured)

    def _make_several(self, number, used):
        items = self._take(used, 2, 6)
        return items and self._line(
            number, "several", items, self._say(map(self._write, items))
        )

    def _make_netted(self, number, used):
        """Invoices less a credit note."""
        items = self._take(used, 2, 4, positive=False)
        total = sum(i.amount for i in items or ())
        if total <= 0 or all(i.amount > 0 for i in items):
            return None
        return self._line(number, "netted", items, self._say(map(self._write, items)))

    def _make_bare(self, number, used):
        items = self._take(used, 1, 4)
        parts = [str(i.sequence) for i in items or ()]
        return items and self._line(number, "bare", items, self._say(parts))

    def _make_truncated(self, number, used):
        items = self._take(used, 3, 8)
        text = items and self._say(map(self._write, items))
        return items and self._line(
            number, "truncated", items, text[: len(text) * 2 // 3]
        )

    def _make_silent(self, number, used):
        """Nothing in the text, but the account is known."""
        items = self._take(used)
        account = items and self.account_of.get(items[0].partner)
        if not account:
            return None
        return self._line(number, "silent", items, "payment", account=account)

    def _make_all(self, number, used):
        """All that is due, without a word."""
        items = self._take(used)
        if not items:
            return None
        own = self.open[items[0].partner]
        account = self.account_of.get(items[0].partner)
        if not account or len(own) < 2 or len(own) > 20:
            return None
        if (
            used & {i.id for i in own} - {items[0].id}
            or sum(i.amount for i in own) <= 0
        ):
            return None
        used.update(i.id for i in own)
        return self._line(number, "all", own, "statement", account=account)

    def _make_discount(self, number, used):
        items = self._take(used, 1, 3)
        if not items or not any(i.discounted for i in items):
            return None
        amount = sum(i.discounted or i.amount for i in items)
        text = self._say([*map(self._write, items), "less disc"])
        return self._line(number, "discount", items, text, amount)

    def _make_charges(self, number, used):
        items = self._take(used)
        kept = self.rng.choice((150, 250, 400, 500))
        if not items or items[0].amount < 20 * kept:
            return None
        told = self.rng.random() < 0.5
        return self._line(
            number, "charges", items, self._say(map(self._write, items)),
            items[0].amount - kept, charges=kept if told else 0,
        )  # fmt: skip

    def _make_mistyped(self, number, used):
        items = self._take(used)
        if not items:
            return None
        digits = str(items[0].sequence)
        wrong = self._mistype(digits) if len(digits) > 3 else digits
        if wrong == digits:
            return None
        text = self._say([f"INV/2025/{wrong.zfill(5)}"])
        return self._line(number, "mistyped", items, text)

    def _make_other_payer(self, number, used):
        """A group pays for two of its companies."""
        items = (self._take(used) or []) + (self._take(used) or [])
        if len({i.partner for i in items}) < 2:
            return None
        return self._line(
            number, "other_payer", items, self._say(map(self._write, items))
        )

    def _make_short(self, number, used):
        items = self._take(used)
        amount = items and round(items[0].amount * self.rng.uniform(0.4, 0.9))
        return items and self._line(
            number, "short", items, self._say(map(self._write, items)), amount
        )

    def _make_unknown(self, number, used):
        name = (
            f"{self.rng.choice(FIRST)} {self.rng.choice(string.ascii_uppercase)} Person"
        )
        amount = max(500, int(self.rng.lognormvariate(10.5, 1.3)))
        payment = Payment(number, amount, DAY, "thank you", (), name, self._account())
        return Line(payment, "unknown")

    def _make_return(self, number, used):
        line = self._make_full(number, set(used))
        if line:
            line.payment = line.payment._replace(amount=-line.payment.amount)
            line.answer, line.kind = frozenset(), "return"
        return line


KINDS = {
    "full": 34, "reference": 9, "several": 13, "netted": 2, "bare": 5, "truncated": 6,
    "silent": 8, "all": 2, "discount": 5, "charges": 4, "mistyped": 3, "other_payer": 1,
    "short": 3, "unknown": 3, "return": 2,
}  # fmt: skip
