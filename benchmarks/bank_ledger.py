"""Customers with bank accounts and open items, made from a seed without the ORM."""

import random
import string

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo.tools import config

config.parse_config(["--no-http", "--max-cron-threads=0"])  # where the addons are

from odoo.addons.billing_coordinator.tools.matching.record import Item  # noqa: E402

DAY = 739_000
FIRST = (
    "Alder Birch Cedar Dunmore Elmwood Falcon Garnet Harbour Ivory Juniper Kestrel"
    " Larch Meridian Northgate Orchard Pinnacle Quarry Redstone Silver Thornton Umber"
    " Vale Westbrook Yarrow Zenith Borealis Cobalt Delphi Evergreen Fairmont"
).split()
SECOND = (
    "Logistics Holding Foods Engineering Trading Systems Interiors Medical Textiles"
    " Packaging Energy Software Motors Catering Printing Chemicals Farming Textil Media"
    " Consulting Tools Glass Steel Paper Shipping Travel Sports Optics Dental Garden"
).split()
FORMS = ("GmbH", "Ltd", "Inc.", "B.V.", "SARL", "AG", "LLC", "S.A.", "& Co. KG", "")


class BankLedger:
    """Who owes what, and from which account they pay."""

    remembered, received = {}, ()  # payers confirmed, payments matched before
    customer_numbers = {}  # nobody has any

    def __init__(self, seed, items=100_000, customers=8_000):
        self.rng = random.Random(seed)
        self.names = self._make_names(customers)
        self.accounts = {
            self._account(): partner
            for partner in self.names
            if self.rng.random() < 0.7
        }
        self.account_of = {p: a for a, p in self.accounts.items()}
        self.items = [self._make_item(i) for i in range(1, items + 1)]
        self.open = {}
        for item in self.items:
            self.open.setdefault(item.partner, []).append(item)
        for own in self.open.values():
            own.sort(key=lambda item: item.due)

    def _make_names(self, count):
        names, seen = {}, set()
        while len(names) < count:
            rng = self.rng
            words = [rng.choice(FIRST), rng.choice(SECOND)]
            if rng.random() < 0.6:
                words.insert(1, "".join(rng.choices(string.ascii_uppercase, k=3)))
            if rng.random() < 0.5:
                words.insert(1, rng.choice(FIRST))
            name = " ".join([*words, rng.choice(FORMS)]).strip()
            if tuple(words) not in seen:
                seen.add(tuple(words))
                names[len(names) + 1] = name
        return names

    def _account(self):
        return "DE" + "".join(self.rng.choices(string.digits, k=20))

    def _make_item(self, number):
        rng = self.rng
        partner = min(int(rng.paretovariate(0.9)), 10**9) * 7919 % len(self.names) + 1
        if rng.random() < 0.8:
            partner = rng.randrange(len(self.names)) + 1
        amount = max(500, int(rng.lognormvariate(10.5, 1.3)))
        if rng.random() < 0.15:
            amount = round(amount, -3) or 1000
        if rng.random() < 0.1:
            amount = rng.choice((9900, 19900, 49900, 120000))  # subscriptions
        year = 2025 if number > 20_000 else 2024
        discount = rng.random() < 0.12
        due = DAY + rng.randint(-150, 40)
        if rng.random() < 0.02:
            return Item(number, partner, -amount, due, f"RINV/{year}/{number:05d}",
                        f"RINV/{year}/", number)  # fmt: skip
        return Item(
            number, partner, amount, due, f"INV/{year}/{number:05d}", f"INV/{year}/",
            number, self._reference() if rng.random() < 0.3 else "",
            round(amount * 0.98) if discount else 0, DAY + 3 if discount else 0,
        )  # fmt: skip

    def _reference(self):
        body = "".join(self.rng.choices(string.digits, k=12))
        check = 98 - int(f"{body}271500") % 97
        return f"RF{check:02d}{body}"
