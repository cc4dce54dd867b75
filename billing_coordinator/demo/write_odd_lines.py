"""Lines of the bank that need a person: what makes matching payments interesting."""

import re
from datetime import timedelta

CHARGES = 15.0
OVERPAID = 100.0
DEDUCTED = 0.12
LEAST = 300.0


class OddLineWriter:
    """Adds one line of each kind to those of a `MoneyWriter`, dated yesterday."""

    def __init__(self, money):
        self.money = money
        self.day = money.demo.today - timedelta(days=1)
        self.unused = self._open_items()

    def write(self):
        self._add_two_invoices()
        for add in (
            self._add_less_charges,
            self._add_deduction,
            self._add_overpayment,
            self._add_typing_error,
            self._add_stranger,
        ):
            if self.unused:
                add(*self._take())
        self._add_return()

    def _open_items(self):
        """``{customer: open items that no receipt pays}``, in the own currency."""
        items = {}
        company = self.money.company
        lines = self.money.env["account.move.line"].search(
            [
                ("company_id", "=", company.id),
                ("account_type", "=", "asset_receivable"),
                ("move_type", "=", "out_invoice"),
                ("parent_state", "=", "posted"),
                ("currency_id", "=", company.currency_id.id),
                ("amount_residual", ">", LEAST),
            ],
            order="date_maturity desc, id",
        )
        for line in lines:
            if line.id not in self.money.residuals:
                items.setdefault(line.partner_id, []).append(line)
        return items

    def _take(self):
        partner = next(iter(self.unused))
        return partner, self.unused.pop(partner)[0]

    def _add(self, partner_name, amount, text, **values):
        amount = self.money.company.currency_id.round(amount)
        values["partner_name"] = partner_name
        self.money._add_bank_line(self.day, amount, text, **values)

    # -- one line of each kind -----------------------------------------------------

    def _add_two_invoices(self):
        several = [p for p, items in self.unused.items() if len(items) > 1]
        if several:
            items = self.unused.pop(several[0])[:2]
            numbers = " ".join(str(item.move_id.sequence_number) for item in items)
            total = sum(item.amount_residual for item in items)
            self._add(_shorten(several[0].name), total, f"INV {numbers} THANK YOU")

    def _add_less_charges(self, partner, item):
        text = f"{item.move_id.name} OUR CHARGES DEDUCTED"
        amount = item.amount_residual - CHARGES
        self._add(partner.name, amount, text, billing_charges=-CHARGES)

    def _add_deduction(self, partner, item):
        amount = item.amount_residual * (1 - DEDUCTED)
        self._add(partner.name, amount, f"{item.move_id.name} less damaged goods")

    def _add_overpayment(self, partner, item):
        self._add(partner.name, item.amount_residual + OVERPAID, item.move_id.name)

    def _add_typing_error(self, partner, item):
        """The last two digits of the number the other way round."""
        name = item.move_id.name
        text = f"{name[:-2]}{name[-1]}{name[-2]}"
        self._add(partner.name.upper(), item.amount_residual, text)

    def _add_stranger(self, _partner, item):
        self._add("Somebody Else Ltd", item.amount_residual, "Payment, many thanks")

    def _add_return(self):
        """The bank takes back what it had credited: no funds."""
        for values, settles in reversed(self.money.bank_lines):
            if _is_receipt(values, settles):
                self._add(
                    values["partner_name"],
                    -values["amount"],
                    f"RETURNED {values['payment_ref']}",
                    billing_is_return=True,
                    billing_return_reason="AM04 insufficient funds",
                )
                return


def _is_receipt(values, settles):
    """A matched payment of a customer in the currency of the account."""
    known = settles and values.get("partner_name")
    return known and values["amount"] > 0 and "foreign_currency_id" not in values


def _shorten(name):
    """As banks cut and payers abbreviate: capitals, the vowels of long words gone."""
    words = name.upper().split()
    return " ".join(
        word[0] + re.sub("[AEIOU]", "", word[1:]) if len(word) > 5 else word
        for word in words
    )
