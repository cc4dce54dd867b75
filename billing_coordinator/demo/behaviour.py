"""How a customer pays: which installment on which day, and how much of it."""

from datetime import timedelta

from .spec import Settlement

# Days before (-) or after the due date, between which the customer means to pay.
DELAYS = {
    "prompt": (-2, 0),
    "disputing": (-2, 0),
    "slow": (4, 20),
    "very_late": (34, 95),
    "part": (-4, 0),
    "stopped": (-2, 12),
}
# Customers pay once in so many days, what has come together.
PAY_RUN_DAYS = 14
# A customer in trouble pays nothing from this many days ago on.
STOPPED_DAYS_AGO = 150
# Part payers send this much in time and the rest so many days later.
PART_SHARE = 0.4
PART_REST_DAYS = (40, 80)
# Overdue days between which disputed invoices are to be found.
DISPUTED_OVERDUE = (12, 75)
DISPUTED_AT_MOST = 2


def payments_of(rng, customer, invoice, today):
    """Yield (day, settlement) for what this customer has paid until yesterday."""
    for index, due in enumerate(invoice.due_dates):
        for share, day in _intentions(rng, customer, due):
            day = max(_pay_day(customer, max(day, invoice.date)), invoice.date)
            if day < today and not _has_stopped(customer, day, today):
                yield day, Settlement(invoice.key, index, share)


def _intentions(rng, customer, due):
    """The parts in which an installment is paid: (share of the rest, day)."""
    day = due + timedelta(days=rng.randint(*DELAYS[customer.behaviour]))
    if customer.behaviour == "part":
        rest = day + timedelta(days=rng.randint(*PART_REST_DAYS))
        return ((PART_SHARE, day), (1.0, rest))
    return ((1.0, day),)


def _pay_day(customer, day):
    """Customers pay every other week on one weekday: late payers on the next such
    day, others on the last."""
    wait = (customer.pay_day - day.toordinal()) % PAY_RUN_DAYS
    if customer.behaviour in ("prompt", "disputing", "part") and wait:
        wait -= PAY_RUN_DAYS
    return day + timedelta(days=wait)


def _has_stopped(customer, day, today):
    return customer.behaviour == "stopped" and day > today - timedelta(
        days=STOPPED_DAYS_AGO
    )


def disputed(customer, invoices, today):
    """The newest invoices that a disputing customer holds back."""
    if customer.behaviour != "disputing":
        return []
    low, high = DISPUTED_OVERDUE
    candidates = [
        invoice
        for invoice in invoices
        if low <= (today - invoice.due_dates[-1]).days <= high
    ]
    return candidates[-DISPUTED_AT_MOST:]
