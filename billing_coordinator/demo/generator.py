"""Build the demo data from a date: same date and seed, same data.

Everything is relative to `today`, so that there is always something that falls due
tomorrow and something that has been overdue for three months.
"""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from . import behaviour, catalogue, customers, money, tickets
from .spec import CreditNote, Demo, Invoice, Line

SEED = 20190
DAYS = 548  # eighteen months
CREDIT_NOTE_RATE = 0.03
OPEN_CREDIT_NOTES = 4
LINE_COUNTS = (1, 1, 1, 1, 2, 2, 3)
EURO_PRICE = 0.92


def build(today, seed=SEED):
    """Return the whole demo data as of `today`, as a `spec.Demo`."""
    rng = random.Random(seed)
    first = today - timedelta(days=DAYS)
    demo = Demo(today, rates=money.rates_of(rng, first - timedelta(days=31), today))
    for company in catalogue.CUSTOMERS:
        _add_company(rng, demo, company, first)
    return demo


def _add_company(rng, demo, company, first):
    today = demo.today
    buyers = customers.customers_of(rng, company)
    count = catalogue.INVOICE_COUNT[company]
    invoices = _invoices(rng, company, buyers, today, count)
    credit_notes = _credit_notes(rng, invoices, buyers, today)
    payable = _payable(invoices, credit_notes)
    demo.customers += buyers
    demo.invoices += invoices
    demo.credit_notes += credit_notes
    demo.receipts += money.receipts_of(rng, _by_customer(buyers, payable), today)
    demo.drafts += _drafts(rng, company, buyers, today)
    demo.advances += money.advances_of(rng, company, buyers, today)
    demo.costs += money.costs_of(company, first, today)
    demo.tickets += tickets.tickets_of(company, demo)


def _payable(invoices, credit_notes):
    """Neither disputed nor given back entirely."""
    returned = {note.invoice for note in credit_notes if note.share == 1.0}
    return [
        invoice
        for invoice in invoices
        if not invoice.note and invoice.key not in returned
    ]


def _invoices(rng, company, customers, today, count):
    """`count` invoices, every customer having some, in the order of their dates."""
    chosen = customers * 2 + rng.choices(
        customers,
        weights=[customer.weight for customer in customers],
        k=count - 2 * len(customers),
    )
    dated = sorted(
        ((_working_day(rng, today), customer) for customer in chosen),
        key=lambda pair: (pair[0], pair[1].key),
    )
    invoices = [
        _invoice(rng, f"{company}_{index:04}", customer, day)
        for index, (day, customer) in enumerate(dated)
    ]
    return _with_disputes(rng, invoices, customers, today)


def _working_day(rng, today):
    day = today - timedelta(days=rng.randint(1, DAYS))
    return day - timedelta(days=max(0, day.weekday() - 4))


def _invoice(rng, key, customer, day):
    installments = catalogue.TERMS[customer.term][1]
    return Invoice(
        key=key,
        company=customer.company,
        customer=customer.key,
        date=day,
        term=customer.term,
        currency=customer.currency,
        lines=tuple(_line(rng, customer) for _i in range(rng.choice(LINE_COUNTS))),
        taxed=customer.home,
        due_dates=tuple(day + timedelta(days=days) for _share, days in installments),
        ref=f"PO-{rng.randint(10000, 99999)}" if customer.orders else "",
    )


def _line(rng, customer):
    key = rng.choice(list(catalogue.PRODUCTS))
    price = catalogue.PRODUCTS[key][1]
    if customer.currency == "EUR":
        price = round(price * EURO_PRICE)
    quantity = rng.randint(1, 3) if price > 500 else rng.randint(1, 12)
    return Line(key, quantity, float(price))


def _with_disputes(rng, invoices, customers, today):
    """Say on the disputed invoices what the customer disputes."""
    notes = {}
    for customer, own in _by_customer(customers, invoices):
        for invoice in behaviour.disputed(customer, own, today):
            notes[invoice.key] = f"Disputed: {rng.choice(catalogue.DISPUTES)}."
    return [replace(invoice, note=notes.get(invoice.key, "")) for invoice in invoices]


def _by_customer(customers, invoices):
    own = defaultdict(list)
    for invoice in invoices:
        own[invoice.customer].append(invoice)
    return [(customer, own[customer.key]) for customer in customers]


def _drafts(rng, company, customers, today):
    """Invoices that wait to be checked and issued."""
    return [
        _invoice(rng, f"{company}_draft_{index:02}", rng.choice(customers), today)
        for index in range(catalogue.DRAFT_COUNT[company])
    ]


def _credit_notes(rng, invoices, customers, today):
    """A few returns; the newest of them still wait to be applied."""
    behaviours = {customer.key: customer.behaviour for customer in customers}
    sound = [
        invoice
        for invoice in invoices
        if not invoice.note
        and len(invoice.due_dates) == 1
        and behaviours[invoice.customer] != "part"
        and (today - invoice.date).days > 14
    ]
    count = round(len(invoices) * CREDIT_NOTE_RATE)
    chosen = sorted(rng.sample(sound, count), key=lambda invoice: invoice.key)
    applied, waiting = chosen[:-OPEN_CREDIT_NOTES], chosen[-OPEN_CREDIT_NOTES:]
    return [
        *(_credit_note(rng, row, rng.choice((0.1, 0.25, 1.0))) for row in applied),
        *(_credit_note(rng, row, 0.25, applied=False) for row in waiting),
    ]


def _credit_note(rng, invoice, share, applied=True):
    day = invoice.date + timedelta(days=rng.randint(2, 12))
    return CreditNote(invoice.key, invoice.company, day, share, applied)
