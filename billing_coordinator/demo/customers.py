"""Who the customers are, how they can be reached and how they pay."""

import re
import unicodedata

from . import catalogue
from .spec import Customer

# The difficult addresses belong to customers who are behind.
EMAIL_KINDS = ("none", "blacklisted", "malformed")
# Every so many customers of the American company still write cheques.
CHEQUE_EVERY = 8


def customers_of(rng, company):
    kinds = _behaviours(rng, company)
    bad = list(EMAIL_KINDS) if company == "us" else ["none"]
    customers = []
    for index, row in enumerate(catalogue.CUSTOMERS[company]):
        delinquent = kinds[index] in ("very_late", "part", "stopped")
        email_kind = bad.pop(0) if bad and delinquent else "good"
        if index == 5:
            email_kind = "none"
        customers.append(_customer(rng, company, index, row, kinds[index], email_kind))
    return customers


def _behaviours(rng, company):
    kinds = [
        kind
        for kind, count in catalogue.BEHAVIOURS[company].items()
        for _index in range(count)
    ]
    rng.shuffle(kinds)
    return kinds


def _customer(rng, company, index, row, kind, email_kind):
    name, street, postal_code, city, country, *state = row
    home = country == catalogue.HOME[company]
    in_euro = country in catalogue.EURO_COUNTRIES
    return Customer(
        key=f"{company}_{index:02}",
        company=company,
        name=name,
        street=street,
        zip=postal_code,
        city=city,
        country=country,
        state=state[0] if state else "",
        lang=catalogue.LANGUAGES.get(country, "en_US"),
        email=_email(name, email_kind),
        email_kind=email_kind,
        behaviour=kind,
        currency="EUR" if in_euro else "USD",
        term=_term(rng),
        home=home,
        weight=_weight(rng, kind, in_euro == (company == "ie")),
        pay_day=_pay_day(rng),
        pays_by_cheque=home and company == "us" and index % CHEQUE_EVERY == 0,
        billing_contact=rng.random() < 0.4 and email_kind == "good",
        orders=rng.random() < 0.5,
        salesperson=rng.randrange(2) if company == "us" else 1,
    )


def _email(name, kind):
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    host = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") + ".example.com"
    return {"none": "", "malformed": host}.get(kind, f"accounts@{host}")


def _pay_day(rng):
    """A day of the fortnight, which is never at the weekend (day 0 is a Sunday)."""
    return rng.choice((1, 2, 3, 4, 5, 8, 9, 10, 11, 12))


def _weight(rng, kind, near):
    """How much a customer buys: most of it is sold near by, and to those who pay."""
    if not near:
        return 1
    return rng.choice((2, 3, 3, 4, 5, 8) if kind == "prompt" else (2, 3, 4))


def _term(rng):
    weights = catalogue.TERM_WEIGHTS
    (term,) = rng.choices(list(weights), weights=list(weights.values()))
    return term
