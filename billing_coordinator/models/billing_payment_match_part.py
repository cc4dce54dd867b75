from dataclasses import dataclass
from typing import Any

# Nobody changes an invoice or an entry by hand here.
UNMODIFIED = {"skip_is_manually_modified": True}
# The entry belongs to the bank's line: no taxes are computed in it, and what is written
# is not written back to the line.
BOOKING = {
    "skip_account_move_synchronization": True,
    "skip_invoice_sync": True,
    "skip_readonly_check": True,
    "force_delete": True,
    **UNMODIFIED,
}


@dataclass
class Part:
    """What a line of the bank does to one open item, or a credit where there is none.

    Amounts are in the currency of the bank account and have the sign of the item: what
    a customer owes is positive.
    """

    item: Any = None
    amount: float = 0.0
    discount: float = 0.0
    kept: float = 0.0
    written_off: float = 0.0
    open: float = 0.0  # of the item, before
    payment: Any = None
    customer: Any = None  # of a credit
    counterpart: Any = None  # the journal item that was made

    @property
    def settled(self):
        return self.amount + self.discount + self.kept + self.written_off

    @property
    def partner(self):
        """Who pays: of a credit that who it belongs to."""
        return (self.customer or self.item.partner_id).commercial_partner_id

    def _get_payment_in_transit(self):
        """Not the payment of a credit that is open on the receivable account."""
        if self.item and self.item.account_id.account_type != "asset_receivable":
            return self.item.move_id.origin_payment_id
        return None

    def get_match_line(self):
        """Values of what is kept for history."""
        source = self.item or self.counterpart
        payment = self.payment or self._get_payment_in_transit()
        kind = "credit" if not self.item else "payment" if payment else "item"
        return {
            "kind": kind,
            "move_line_id": source.id,
            "payment_id": payment.id if payment else False,
            "partner_id": self.partner.id,
            "name": payment.name if payment and not self.payment else source.move_name,
            "amount": self.amount,
            "discount": self.discount,
            "kept": self.kept,
        }
