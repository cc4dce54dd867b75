"""The bank's side: what customers paid, what the company pays, what a euro costs."""

from collections import defaultdict
from datetime import date, timedelta

from . import behaviour, catalogue
from .spec import Advance, Cost, Receipt

# Bank lines of the last days are left to be matched by hand.
UNMATCHED_DAYS = 4
# Days that a cheque takes to show up at the bank.
CHEQUE_DAYS = 6
ADVANCES = {"us": 4, "ie": 2}
TEXTS = {"number": 70, "digits": 18, "name": 12}


def receipts_of(rng, customers_and_invoices, today):
    """One receipt for what a customer pays on a day; a part payment comes alone."""
    receipts = []
    for customer, invoices in customers_and_invoices:
        paid = defaultdict(list)
        for invoice in invoices:
            for day, part in behaviour.payments_of(rng, customer, invoice, today):
                alone = part if part.share < 1 else None
                paid[day, alone].append(part)
        receipts += [
            _receipt(rng, customer, day, tuple(parts), today)
            for (day, _alone), parts in paid.items()
        ]
    return sorted(receipts, key=lambda receipt: (receipt.date, receipt.customer))


def _receipt(rng, customer, day, parts, today):
    (text,) = rng.choices(list(TEXTS), weights=list(TEXTS.values()))
    banked = None
    if customer.pays_by_cheque:
        banked = day + timedelta(days=CHEQUE_DAYS)
    return Receipt(
        company=customer.company,
        customer=customer.key,
        date=day,
        channel="cheque" if customer.pays_by_cheque else "bank",
        settles=parts,
        matched=customer.pays_by_cheque or (today - day).days > UNMATCHED_DAYS,
        banked=banked if banked and banked < today else None,
        text=text,
    )


def advances_of(rng, company, customers, today):
    """Payments on account, by customers who are billed in the company's currency."""
    currency = catalogue.CURRENCY[company]
    payers = [customer for customer in customers if customer.currency == currency]
    return [
        Advance(
            company,
            customer.key,
            today - timedelta(days=rng.randint(CHEQUE_DAYS + 1, 40)),
            float(rng.randrange(250, 2400, 50)),
        )
        for customer in rng.sample(payers, ADVANCES[company])
    ]


def costs_of(company, first, today):
    """What leaves the bank each month, and yesterday's bank charges."""
    days = [first + timedelta(days=offset) for offset in range((today - first).days)]
    costs = [
        Cost(company, day, text, -amount)
        for day in days
        for monthday, text, amount in catalogue.COSTS[company]
        if day.day == monthday
    ]
    yesterday = today - timedelta(days=1)
    return [*costs, Cost(company, yesterday, "Bank charges", -12.5)]


def rates_of(rng, first, today):
    """Dollars per euro at the start of each month of the period."""
    rate, rates = 1.08, []
    month = date(first.year, first.month, 1)
    while month <= today:
        rates.append((month, round(rate, 4)))
        rate = min(1.18, max(1.02, rate + rng.uniform(-0.015, 0.016)))
        month = (month + timedelta(days=32)).replace(day=1)
    return rates
