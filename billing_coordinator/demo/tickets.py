"""What the customers of one demo company dispute and ask."""

import random
from datetime import timedelta

from . import catalogue
from .spec import Ticket

# Apart from the seed of the rest: more tickets change nothing else.
SEED = 19


def tickets_of(company, demo):
    """One for each disputed invoice, and those of the catalogue."""
    rng = random.Random(SEED)
    disputed = [row for row in demo.of_company("invoices", company) if row.note]
    return [
        *(_dispute(index, row, demo.today) for index, row in enumerate(disputed)),
        *_planned(rng, company, demo),
    ]


def _dispute(index, invoice, today):
    """The customer holds the invoice back, and says why."""
    words = invoice.note.removeprefix("Disputed: ").removesuffix(".")
    reason, subject = catalogue.DISPUTE_TICKETS[catalogue.DISPUTES.index(words)]
    states = catalogue.DISPUTE_STATES
    state, days_left, priority = states[index % len(states)]
    return Ticket(
        company=invoice.company,
        customer=invoice.customer,
        invoice=invoice.key,
        reason=reason,
        subject=subject,
        text=f"{words[0].upper()}{words[1:]}.",
        made=today - timedelta(days=7 + index),
        deadline=today + timedelta(days=days_left),
        state=state,
        priority=priority,
    )


def _planned(rng, company, demo):
    invoices = demo.of_company("invoices", company)
    free = {
        "open": [row for row in invoices if _is_fresh(row, demo.today)],
        "paid": [row for row in invoices if _is_old(row, demo.today)],
        "none": invoices[:],
    }
    for rows in free.values():
        rng.shuffle(rows)
    for plan in catalogue.TICKETS[company]:
        rows = free[plan[3]]
        if rows:
            yield _ticket(rows.pop(), plan, demo.today)


def _is_fresh(invoice, today):
    """Written some days ago and not due yet: hardly anybody has paid it."""
    days_left = (invoice.due_dates[0] - today).days
    written = (today - invoice.date).days
    return not invoice.note and written >= 10 and 3 <= days_left <= 40


def _is_old(invoice, today):
    return not invoice.note and (today - invoice.due_dates[-1]).days > 150


def _ticket(invoice, plan, today):
    (reason, subject, text, about, ago, left, state, priority, share, resolution,
     cause) = plan  # fmt: skip
    return Ticket(
        company=invoice.company,
        customer=invoice.customer,
        invoice="" if about == "none" else invoice.key,
        reason=reason,
        subject=subject,
        text=text,
        made=today - timedelta(days=ago),
        deadline=today + timedelta(days=left),
        state=state,
        priority=priority,
        share=share,
        resolution=resolution,
        cause=cause,
        resolved=today - timedelta(days=max(0, ago - 4)) if resolution else None,
    )
