"""A second ledger: other names, other forms of numbers, other customs of paying.

Beside open items it has credits, payments in transit, and payments received before,
which banks take back.
"""

import random

from bank_ledger import DAY

from odoo.addons.billing_coordinator.tools.matching.record import (
    IN_TRANSIT,
    Item,
    Received,
)

FAMILIES = (
    "Müller Schröder Köhler Weiß Krämer Jäger Böhm Lefèvre García Fernández O'Brien"
    " MacLeod Van-Damme Nguyen Öztürk Kowalski Novák Horváth Larsen Bjørnsen Rossi"
    " Esposito Dupont Bauer Schuster Zimmermann Hoffmann Brückner Löw Süß Gröbl"
).split()
GIVEN = "Anna Jürgen Chloé Björn María Sean Zoë Tomáš Ines Paul Ruth Özlem".split()
TRADES = (
    "Bäckerei Elektrotechnik Gebäudereinigung Spedition Maschinenbau Hausverwaltung"
    " Kälte-Klima Steuerberatung Schreinerei Autohaus Praxis Immobilien Werbeagentur"
    " Metallbau Sanitär Hotel Apotheke Druckerei Landhandel Zahntechnik"
).split()
FORMS = ("GmbH", "e.K.", "GmbH & Co. KG", "UG (haftungsbeschränkt)", "KG", "OHG", "SE")
MONTHS = 24


class UnseenLedger:
    """Four companies' forms of numbers in one ledger."""

    def __init__(self, seed, items=100_000, customers=8_000):
        self.rng = random.Random(f"unseen {seed}")
        self.persons = set()
        self.names = {p: self._make_name(p) for p in range(1, customers + 1)}
        self.account_of = {
            p: self._make_account() for p in self.names if self.rng.random() < 0.65
        }
        self.groups = self._make_groups()
        self.items = list(self._make_items(items))
        self.items += self._register_payments(len(self.items) + 1, items // 50)
        self.received = list(self._make_received(max(200, items // 50)))
        self.open = {}
        for item in sorted(self.items, key=lambda item: (item.due, item.id)):
            self.open.setdefault(item.partner, []).append(item)

    @property
    def accounts(self):
        return {account: partner for partner, account in self.account_of.items()}

    @property
    def customer_numbers(self):
        return {str(10_000 + partner): partner for partner in self.names}

    @property
    def remembered(self):
        """Payers that a person confirmed before; some pay for several customers."""
        return {name: partners for name, partners in self.groups.items()}

    def _make_name(self, partner):
        rng = self.rng
        family = rng.choice(FAMILIES)
        if rng.random() < 0.25:
            self.persons.add(partner)
            return f"{rng.choice(GIVEN)} {family} {rng.choice('ABCDEFGHKLMPRSTW')}."
        place = f" {rng.choice(FAMILIES)}straße" if rng.random() < 0.3 else ""
        sons = rng.choice(
            ("", "", " & Söhne", " & Partner", f"-{rng.choice(FAMILIES)}")
        )
        return f"{rng.choice(TRADES)} {family}{sons}{place} {rng.choice(FORMS)}"

    def _make_account(self):
        country, digits = self.rng.choice((("DE", 20), ("AT", 18), ("NL", 16)))
        return country + "".join(self.rng.choices("0123456789", k=digits))

    def _make_groups(self):
        partners = list(self.names)
        return {
            f"Zentralregulierung {number} AG": tuple(
                self.rng.sample(partners, min(3, len(partners)))
            )
            for number in range(max(1, len(partners) // 100))
        }

    def _make_items(self, count):
        partner = 1
        for number in range(1, count + 1):
            if self.rng.random() > 0.12:  # else the next invoice of the same customer
                partner = self.rng.randrange(len(self.names)) + 1
            yield self._make_item(number, partner, 4 * number // (count + 1))

    def _make_item(self, number, partner, company):
        rng = self.rng
        written, prefix, sequence = self._number(number, company)
        due = DAY + rng.randint(-200, 45)
        amount = int(rng.paretovariate(1.1) * 4_500) % 5_000_000 + 300
        if rng.random() < 0.25:
            amount = rng.choice((2_990, 4_990, 11_900, 23_800, 59_500, 119_000))
        if rng.random() < 0.03:
            return Item(number, partner, -amount, due, f"G{written}", f"G{prefix}",
                        sequence)  # fmt: skip
        reference = self._reference() if rng.random() < 0.25 else written
        discounted = round(amount * 0.97) if rng.random() < 0.15 else 0
        until = DAY + rng.choice((-12, -6, 2, 9)) if discounted else 0
        currency, foreign = ("USD", round(amount * 1.0817)) if company == 3 else ("", 0)
        return Item(number, partner, amount, due, written, prefix, sequence, reference,
                    discounted, until, currency, foreign)  # fmt: skip

    def _number(self, number, company):
        """RE-2025-00123, 25-1234/A, 40001234 and INV/2025/11/0042."""
        if company == 0:
            year = 2024 + number % 2
            return f"RE-{year}-{number:05d}", f"RE-{year}-", number
        if company == 1:
            year = 24 + number % 2
            return f"{year}-{number}/A", f"{year}-", number
        if company == 2:
            return f"{40_000_000 + number}", "", 40_000_000 + number
        month, running = number % MONTHS, number // MONTHS
        prefix = f"INV/{2024 + month // 12}/{month % 12 + 1:02d}/"
        return f"{prefix}{running:04d}", prefix, running

    def _reference(self):
        body = "".join(self.rng.choices("0123456789", k=15))
        return f"RF{98 - int(f'{body}271500') % 97:02d}{body}"

    def _register_payments(self, first, count):
        """Payments that were registered when a cheque or a debit order was made."""
        for number in range(first, first + count):
            partner = self.rng.randrange(len(self.names)) + 1
            amount = int(self.rng.paretovariate(1.1) * 4_500) % 5_000_000 + 300
            memo = f"RE-2025-{self.rng.randrange(90_000, 99_999)}"
            name = f"PBNK1/2025/{number:05d}"
            yield Item(
                number, partner, amount, DAY - number % 9, name, "PBNK1/2025/", number,
                memo, kind=IN_TRANSIT,
            )  # fmt: skip

    def _make_received(self, count):
        for number in range(1, count + 1):
            partner = self.rng.randrange(len(self.names)) + 1
            amount = int(self.rng.paretovariate(1.1) * 4_500) % 5_000_000 + 300
            yield Received(
                number, partner, amount, DAY - self.rng.randint(1, 60),
                f"E{number:09d}" if self.rng.random() < 0.6 else "NOTPROVIDED",
                name=self.names[partner], account=self.account_of.get(partner, ""),
                numbers=(f"RE-2025-{number:05d}",),
            )  # fmt: skip
