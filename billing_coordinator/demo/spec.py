"""What the demo data consists of, before any database knows it."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Customer:
    key: str
    company: str
    name: str
    street: str
    zip: str
    city: str
    country: str
    state: str
    lang: str
    email: str
    email_kind: str  # good, none, malformed or blacklisted
    behaviour: str
    currency: str
    term: str
    home: bool
    weight: int
    pay_day: int  # of the fortnight
    pays_by_cheque: bool
    billing_contact: bool
    orders: bool  # gives a purchase order number with each order
    salesperson: int  # which of the two coordinators looks after them


@dataclass(frozen=True)
class Line:
    product: str
    quantity: int
    price: float


@dataclass(frozen=True)
class Invoice:
    key: str
    company: str
    customer: str
    date: date
    term: str
    currency: str
    lines: tuple[Line, ...]
    taxed: bool
    due_dates: tuple[date, ...]
    ref: str = ""
    note: str = ""


@dataclass(frozen=True)
class CreditNote:
    """Gives back `share` of the invoice; an unapplied one stays open by itself."""

    invoice: str
    company: str
    date: date
    share: float
    applied: bool


@dataclass(frozen=True)
class Settlement:
    """`share` of what is left on one installment of an invoice."""

    invoice: str
    installment: int
    share: float = 1.0


@dataclass(frozen=True)
class Receipt:
    """Money from a customer.

    A `bank` receipt is a bank statement line; a `cheque` is a registered payment
    that the bank confirms on `banked`, if it has already. An unmatched one has
    reached the bank, but nobody has said yet what it pays.
    """

    company: str
    customer: str
    date: date
    channel: str
    settles: tuple[Settlement, ...]
    matched: bool = True
    banked: date | None = None
    text: str = "number"  # what the payer wrote: number, digits or name


@dataclass(frozen=True)
class Advance:
    """A registered payment that nobody has applied to an invoice."""

    company: str
    customer: str
    date: date
    amount: float


@dataclass(frozen=True)
class Cost:
    company: str
    date: date
    text: str
    amount: float  # negative: leaves the bank


@dataclass(frozen=True)
class Ticket:
    """What a customer disputes or asks, and how far its answer is."""

    company: str
    customer: str
    invoice: str  # none: about no invoice
    reason: str
    subject: str
    text: str
    made: date
    deadline: date
    state: str
    priority: str = "0"
    share: float = 1.0  # of what is open
    resolution: str = ""
    cause: str = ""
    resolved: date | None = None


@dataclass
class Demo:
    today: date
    customers: list[Customer] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    drafts: list[Invoice] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    advances: list[Advance] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    rates: list[tuple[date, float]] = field(default_factory=list)  # dollars per euro

    def of_company(self, name, company):
        return [row for row in getattr(self, name) if row.company == company]
