from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .billing_payment_match_part import Part

INVOICES = ("out_invoice", "out_receipt")


class BillingPaymentMatch(models.Model):
    """What becomes of the difference between a line of the bank and what it pays."""

    _inherit = "billing.payment.match"

    def _get_rest(self, parts, rest):
        """The difference and what is done about it.

        :return: ``{"amount", "handling", "note", "reason_id", "partner_id"}``; the
            amount remains of the line, or is negative where the items are not paid
        """
        currency = self.statement_line_id.currency_id
        amount = currency.round(self.amount - sum(part.amount for part in parts))
        over = not currency.is_zero(amount)
        if not over:
            short = self._get_short_parts(parts)
            amount = -currency.round(sum(part.open - part.settled for part in short))
        is_proposal = rest is None
        rest = rest or {}
        self._check_given_rest(rest)
        handling = rest.get("handling") or self.rest_handling
        if not handling and (is_proposal or not over):
            handling = "credit" if over else self.company_id.billing_match_short
        result = {
            "amount": amount,
            "handling": handling,
            "note": rest.get("note") or self.note,
            "reason_id": rest.get("reason_id"),
            "partner_id": rest.get("partner_id") or self._get_payer(parts).id,
        }
        self._check_rest(parts, result, over)
        if self._is_automatic():
            self._check_unchanged(amount)
        return result

    def _check_unchanged(self, amount):
        """The job does what was proposed: what differs now, somebody decides."""
        if self.statement_line_id.currency_id.compare_amounts(amount, self.difference):
            raise UserError(
                self.env._("What it pays was changed since. Match the line again.")
            )

    def _get_short_parts(self, parts):
        """What the line should pay: what is left of a credit remains the customer's."""
        return [part for part in parts if part.item and part.open * self.amount > 0]

    def _get_payer(self, parts):
        """Whose credit a remainder is, if nobody says it."""
        customers = self.partner_id or self._get_partners(parts)
        customers = customers or self.statement_line_id.partner_id
        return customers if len(customers) == 1 else customers.browse()

    def _check_rest(self, parts, rest, over):
        currency = self.statement_line_id.currency_id
        amount = currency.format(abs(rest["amount"]))
        if over and rest["handling"] != "credit":
            raise UserError(
                self.env._(
                    "%(amount)s of the line would be left. Choose what it pays, or"
                    " whose credit it is.",
                    amount=amount,
                )
            )
        if over and self.amount * rest["amount"] < 0:
            raise UserError(
                self.env._(
                    "The items get %(amount)s more than the line brings.", amount=amount
                )
            )
        if over and not rest["partner_id"]:
            raise UserError(
                self.env._(
                    "Choose whose credit the rest of %(amount)s is.", amount=amount
                )
            )

    def _add_rest(self, parts, rest):
        """Let the parts carry the difference as it is handled."""
        currency = self.statement_line_id.currency_id
        if currency.is_zero(rest["amount"]):
            return
        if rest["handling"] == "credit":
            if rest["amount"] * self.amount > 0:
                customer = self.env["res.partner"].browse(rest["partner_id"])
                parts.append(Part(amount=rest["amount"], customer=customer))
        elif rest["handling"] == "discount":
            for part in self._get_short_parts(parts):
                part.discount += currency.round(part.open - part.settled)
        elif rest["handling"] == "writeoff":
            for part in self._get_short_parts(parts):
                part.written_off = currency.round(part.open - part.settled)
            self._check_writeoff(rest)

    # -- write-offs -----------------------------------------------------------------

    def _check_writeoff(self, rest):
        """A person says why."""
        if not self.company_id.billing_writeoff_account_id:
            self.company_id._billing_check_writeoff()
        if not rest["note"] and not self._is_automatic():
            raise UserError(self.env._("Say why the difference is written off."))

    # -- discrepancies --------------------------------------------------------------

    def _make_ticket(self, parts, rest):
        """A discrepancy for what the customer did not pay, of one customer."""
        if self.rest_handling != "ticket":
            return
        short = self._get_short_invoices(parts)
        customer = self.env["res.partner"].union(
            *(move.commercial_partner_id for move in short)
        )
        if len(customer) != 1:
            raise UserError(
                self.env._(
                    "A ticket is of one customer and about invoices: leave the"
                    " difference open."
                )
            )
        tickets = self.env["billing.ticket"]._refreshing_later()
        ticket = tickets.create(self._prepare_ticket(customer, short, rest))
        self.ticket_id = ticket
        self._keep(ticket=ticket._get_mark())

    def _get_short_invoices(self, parts):
        """``{invoice: what is left open of it}``, in its currency."""
        short = {}
        currency = self.statement_line_id.currency_id
        for part in parts:
            left = part.item.amount_residual_currency if part.item else 0.0
            if currency.compare_amounts(part.open, part.settled) > 0:
                move = part.item.move_id
                short[move] = short.get(move, 0.0) + left
        if any(move.move_type not in INVOICES for move in short):
            return {}
        return short

    def _prepare_ticket(self, customer, short, rest):
        return {
            "kind": "discrepancy",
            "channel": "bank",
            "company_id": self.company_id.id,
            "partner_id": customer.id,
            "reason_id": rest["reason_id"],
            "subject": self.env._(
                "Short payment of %(invoices)s",
                invoices=", ".join(move.name for move in short),
            ),
            "description": rest["note"],
            "line_ids": [
                Command.create({"move_id": move.id, "amount_disputed": amount})
                for move, amount in short.items()
            ],
        }
