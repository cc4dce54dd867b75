"""Lines of a bank with noise that no rule of matching was tuned on.

Designed after the rules, from how banks and people write; first measured, then looked
at. Whoever changes the rules because of what is wrong here makes it a seen one.
"""

from types import SimpleNamespace

from bank_ledger import DAY
from bank_ledger_unseen import FAMILIES, GIVEN, UnseenLedger
from bank_noise import Line
from bank_text_unseen import Writer

from odoo.addons.billing_coordinator.tools.matching.record import IN_TRANSIT, Payment


class World(UnseenLedger):
    """A ledger, and the lines that pay some of it."""

    def make_lines(self, count):
        self.writer = Writer(self.rng)
        self.used = set()
        kinds, weights = zip(*KINDS.items(), strict=True)
        lines = []
        while len(lines) < count:
            kind = self.rng.choices(kinds, weights)[0]
            line = getattr(self, f"_make_{kind}")(lines)
            if line:
                payment = line.payment._replace(id=len(lines) + 1)
                lines.append(Line(payment, kind, line.answer))
        return lines

    # -- what is paid ----------------------------------------------------------

    def _own(self, partner, allowed=lambda item: item.amount > 0):
        return [
            item
            for item in self.open.get(partner, ())
            if item.id not in self.used and item.kind != IN_TRANSIT and allowed(item)
        ]

    def _take(self, few=1, many=1):
        for _attempt in range(50):
            partner = self.rng.choice(self.items).partner
            own = self._own(partner)
            if len(own) >= few:
                size = self.rng.randint(few, min(many, len(own)))
                return self._use(self.rng.sample(own, size))
        return None

    def _take_one(self, allowed):
        for _attempt in range(500):
            item = self.rng.choice(self.items)
            if item.id not in self.used and allowed(item):
                return self._use([item])
        return None

    def _take_run(self, length):
        """Invoices of a customer whose numbers follow each other."""
        for _attempt in range(2000):
            first = self.rng.randrange(len(self.items) - length)
            run = self.items[first : first + length]
            if len({item.partner for item in run}) > 1 or run[0].number[:3] != "RE-":
                continue
            if all(i.amount > 0 and i.id not in self.used for i in run):
                return self._use(run)
        return None

    def _use(self, items):
        self.used.update(item.id for item in items)
        return items

    # -- a line ----------------------------------------------------------------

    def _pay(self, items, text, amount=None, **known):
        """A line that pays items, from the customer's account where it is told."""
        partner = items[0].partner
        known.setdefault("name", self.writer.name(self.names[partner]))
        if self.rng.random() < 0.7:
            own = self.account_of.get(partner) or self._make_account()
            known.setdefault("account", own)
        total = sum(item.amount for item in items) if amount is None else amount
        payment = Payment(0, total, DAY, text, **known)
        return SimpleNamespace(payment=payment, answer=frozenset(i.id for i in items))

    def _say(self, items):
        parts = [self.writer.number(item) for item in items]
        total = sum(item.amount for item in items)
        return self.writer.say(parts, items[0].partner, total)

    # -- kinds -----------------------------------------------------------------

    def _make_one(self, _lines):
        items = self._take()
        return items and self._pay(items, self._say(items))

    def _make_several(self, _lines):
        items = self._take(2, 5)
        return items and self._pay(items, self._say(items))

    def _make_bare(self, _lines):
        """ "Rg. 1177": the running number, or its last digits with zeros."""
        items = self._take(1, 3)
        parts = [str(item.sequence) for item in items or ()]
        return items and self._pay(items, self.writer.say(parts, items[0].partner))

    def _make_customer_number(self, _lines):
        items = self._take()
        text = items and self.writer.send(f"Kundennummer {10_000 + items[0].partner}")
        return items and self._pay(items, text)

    def _make_silent(self, _lines):
        items = self._take()
        account = items and self.account_of.get(items[0].partner)
        return account and self._pay(items, "", account=account)

    def _make_reference(self, _lines):
        items = self._take_one(lambda item: item.reference.startswith("RF"))
        if self.rng.random() < 0.6:
            return items and self._pay(items, "", structured=(items[0].reference,))
        return items and self._pay(items, self.writer.send(items[0].reference))

    def _make_remittance(self, _lines):
        items = self._take(1, 6)
        told = self.rng.random() < 0.5
        documents = tuple((i.number, i.amount if told else 0) for i in items or ())
        return items and self._pay(items, "", documents=documents)

    def _make_slash(self, _lines):
        """Two invoices as "1177/78"."""
        items = self._take_run(2)
        text = items and f"{items[0].number}/{items[1].number[-2:]}"
        return items and self._pay(items, self.writer.say([text]))

    def _make_range(self, _lines):
        items = self._take_run(3)
        text = items and f"{items[0].sequence}-{items[-1].sequence}"
        return items and self._pay(items, self.writer.say([text]))

    def _make_ocr(self, _lines):
        items = self._take()
        badly = items and self.writer.read_badly(items[0].number)
        return items and self._pay(items, self.writer.say([badly]))

    def _make_mistyped(self, _lines):
        items = self._take()
        wrong = items and self.writer.mistype(items[0].number)
        return items and self._pay(items, self.writer.say([wrong]))

    def _make_all(self, _lines):
        """All that is due, or simply all, without a word."""
        partner = self.rng.choice(list(self.account_of))
        own = self._own(partner, lambda item: True)
        if not 2 <= len(own) <= 20 or sum(item.amount for item in own) <= 0:
            return None
        self._use(own)
        return self._pay(own, "Kontoausgleich", account=self.account_of[partner])

    def _make_netted(self, _lines):
        credit = self._take_one(lambda item: item.amount < 0)
        own = credit and self._own(credit[0].partner)
        large = [item for item in own or () if item.amount > -credit[0].amount]
        return large and self._pay(
            [*self._use(large[:1]), *credit], self._say([large[0], *credit])
        )

    def _make_discount(self, _lines):
        items = self._take_one(lambda i: i.discounted and i.discount_until >= DAY)
        return items and self._pay(items, self._say(items), items[0].discounted)

    def _make_late_discount(self, _lines):
        items = self._take_one(lambda i: i.discounted and i.discount_until < DAY)
        return items and self._pay(items, self._say(items), items[0].discounted)

    def _make_charges(self, _lines):
        """Told, small, or neither: banks on the way of a foreign payment keep more."""
        items = self._take()
        kept = self.rng.choice((120, 500, 1_250, 2_500))
        if not items or items[0].amount < 10 * kept:
            return None
        charges = kept if self.rng.random() < 0.5 else 0
        amount = items[0].amount - kept
        return self._pay(items, self._say(items), amount, charges=charges)

    def _make_foreign(self, _lines):
        items = self._take_one(lambda item: item.foreign)
        if not items:
            return None
        amount = round(items[0].amount * self.rng.uniform(0.97, 1.03))
        return self._pay(
            items, self._say(items), amount, original=items[0].foreign,
            original_currency="USD",
        )  # fmt: skip

    def _make_rounding(self, _lines):
        items = self._take()
        if not items or items[0].amount < 5_000:
            return None
        cents = self.rng.choice((-1, 1, 2, items[0].amount % 100))
        return self._pay(items, self._say(items), items[0].amount - cents)

    def _make_agent(self, _lines):
        """A factor, a lawyer or a housing manager pays."""
        items = self._take()
        family = self.rng.choice(FAMILIES)
        name = self.rng.choice((f"{family} Factoring AG", f"RA {family} Anderkonto"))
        return items and self._pay(
            items, self._say(items), name=name, account=self._make_account()
        )

    def _make_spouse(self, _lines):
        items = self._take()
        if not items or items[0].partner not in self.persons:
            return None
        family = self.names[items[0].partner].split(" ", 1)[1]
        name = f"{self.rng.choice(GIVEN)} {family}"
        return self._pay(items, self._say(items), name=name, account="")

    def _make_group(self, _lines):
        """A payer that is known to pay for several customers."""
        name, partners = self.rng.choice(list(self.groups.items()))
        items = [item for partner in partners for item in self._own(partner)[:1]]
        if len(items) < 2:
            return None
        items = self._use(items)
        text = self._say(items) if self.rng.random() < 0.6 else "Sammelzahlung"
        return self._pay(items, text, name=name, account=self._make_account())

    def _make_short(self, _lines):
        items = self._take()
        amount = items and round(items[0].amount * self.rng.uniform(0.3, 0.95))
        return items and self._pay(items, self._say(items), amount)

    def _make_unknown(self, _lines):
        name = f"{self.rng.choice(GIVEN)} {self.rng.choice(FAMILIES)}"
        amount = int(self.rng.paretovariate(1.1) * 4_500) % 5_000_000 + 300
        payment = Payment(0, amount, DAY, "Miete", (), name, self._make_account())
        return SimpleNamespace(payment=payment, answer=frozenset())

    def _make_duplicate(self, lines):
        before = self.rng.choice(lines) if lines else None
        if not before or before.payment.amount < 0 or not before.answer:
            return None
        return SimpleNamespace(payment=before.payment, answer=frozenset())

    def _make_refund(self, _lines):
        items = self._take_one(lambda item: item.amount < 0)
        named = items and self.rng.random() < 0.6
        text = self._say(items) if named else "Erstattung"
        return items and self._pay(items, text)

    def _make_transit(self, _lines):
        items = self._take_one(lambda item: item.kind == IN_TRANSIT)
        text = items and self.writer.send(
            self.rng.choice((items[0].number, items[0].reference, "Scheck", ""))
        )
        return items and self._pay(items, text)

    def _make_deposit(self, _lines):
        first = self._take_one(lambda item: item.kind == IN_TRANSIT)
        second = self._take_one(lambda item: item.kind == IN_TRANSIT)
        if not first or not second:
            return None
        return self._pay([*first, *second], "Scheckeinreichung", name="", account="")

    def _make_return(self, _lines):
        """The bank takes back: by reference, by account, or by its text alone."""
        line = self.rng.choice(self.received)
        key = ("returns", line.id)
        if key in self.used:
            return None
        self.used.add(key)
        known = {"name": line.name, "account": line.account}
        if self.rng.random() < 0.7:
            known.update(is_return=True, end_to_end=line.end_to_end)
        elif self.rng.random() < 0.5:
            known["end_to_end"] = line.end_to_end
        charges = self.rng.choice((0, 0, 300, 850))
        text = f"RUECKLASTSCHRIFT {self.rng.choice(('AC04', 'MD06', ''))}"
        payment = Payment(
            0, -line.amount - charges, DAY, text,
            charges=charges if self.rng.random() < 0.7 else 0, **known,
        )  # fmt: skip
        return SimpleNamespace(payment=payment, answer=frozenset([key]))


KINDS = {
    "one": 30, "several": 10, "bare": 6, "customer_number": 3, "silent": 8,
    "reference": 9, "remittance": 4, "slash": 1, "range": 1, "ocr": 2, "mistyped": 2,
    "all": 2, "netted": 1, "discount": 4, "late_discount": 1, "charges": 2,
    "foreign": 1, "rounding": 1, "agent": 2, "spouse": 1, "group": 1, "short": 2,
    "unknown": 3, "duplicate": 1, "refund": 1.5, "transit": 3, "deposit": 0.5,
    "return": 2,
}  # fmt: skip
