from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare, float_round

# Attempts to reach an amount with the price of one position; taxes round in between.
ATTEMPTS = 6


class BillingTicketLine(models.Model):
    """Credit notes of what is in dispute, by Odoo's own reversal."""

    _inherit = "billing.ticket.line"

    def _book_credit(self, amounts, post=True):
        """Credit ``{line: amount}``, a credit note for each invoice."""
        for move, lines in self._group_by_invoice(amounts).items():
            credit = lines._make_credit_note(move, amounts)
            if post:
                credit.action_post()  # Odoo reconciles it with what it reverses
            lines._write_settlement(credit, amounts)

    def _reverse(self, move, method):
        """Reverse an invoice with Odoo's wizard, localizations and all."""
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = reversal.create(
            {
                "reason": self.ticket_id[:1].display_name,
                "date": fields.Date.context_today(self),
                "journal_id": move.journal_id.id,
            }
        )
        getattr(wizard, method)()
        return wizard.new_move_ids

    def _make_credit_note(self, move, amounts):
        """A draft credit note of what these lines dispute of one invoice."""
        credit = self._reverse(move, "refund_moves")
        total = sum(amounts[line] for line in self)
        if move.currency_id.compare_amounts(total, move.amount_total):
            credit.invoice_cash_rounding_id = False
            self._reduce(move, credit, amounts)
            self._fit(credit, total)
        return credit

    # -- a part of an invoice ----------------------------------------------------------

    def _reduce(self, move, credit, amounts):
        """Keep the disputed positions, or all of them in proportion."""
        factors = self._get_factors(move, amounts)
        copies = zip(
            move.invoice_line_ids.sorted("id"),
            credit.invoice_line_ids.sorted("id"),
            strict=True,
        )
        commands = []
        for line, copy in copies:
            if line.display_type == "product" and factors.get(line, 0):
                values = self._scale(copy, factors[line], whole=len(factors) == 1)
                commands.append(Command.update(copy.id, values))
            else:
                commands.append(Command.delete(copy.id))
        credit.invoice_line_ids = commands

    def _get_factors(self, move, amounts):
        """``{position: part of it that is credited}``."""
        positions = self.invoice_line_id
        if len(positions) < len(self):  # a line is about the invoice as a whole
            part = sum(amounts[line] for line in self) / move.amount_total
            return dict.fromkeys(move.invoice_line_ids, part)
        for line in self:
            self._check_position(line.invoice_line_id, amounts[line])
        return {
            line.invoice_line_id: amounts[line] / line.invoice_line_id.price_total
            for line in self
        }

    def _check_position(self, position, amount):
        currency = position.currency_id
        if currency.compare_amounts(amount, position.price_total) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s cannot be credited on the line '%(position)s', which is"
                    " about %(total)s. Dispute less, or take the line off the ticket.",
                    amount=currency.format(amount),
                    position=position.name or position.display_name,
                    total=currency.format(position.price_total),
                )
            )

    def _scale(self, copy, factor, whole):
        """Values of a position so that it is worth the ``factor`` of what it was.

        Fewer pieces where that comes out even, or where a tax is by the piece; else
        a lower price.
        """
        quantity = copy.quantity * factor
        pieces = float_round(quantity, precision_digits=0)
        even = whole and pieces and not float_compare(quantity, pieces, 6)
        by_piece = "fixed" in copy.tax_ids.flatten_taxes_hierarchy().mapped(
            "amount_type"
        )
        values = {"extra_tax_data": False}
        if even:
            return values | {"quantity": pieces}
        if by_piece and float_round(quantity, precision_digits=2):
            return values | {"quantity": quantity}
        return values | {"price_unit": copy.price_unit * factor}

    def _fit(self, credit, total):
        """Reach ``total``, tax included, to the cent.

        What rounding leaves goes to the price of the largest position; a total that no
        price gives, as base and tax round together, to the largest tax.
        """
        currency = credit.currency_id
        largest = max(
            credit.invoice_line_ids.filtered("quantity"),
            key=lambda line: abs(line.price_total),
        )
        for _attempt in range(ATTEMPTS):
            gap = currency.round(total - credit.amount_total)
            if currency.is_zero(gap):
                return
            largest.price_unit += gap / self._get_slope(largest)
        taxes = credit.line_ids.filtered("tax_line_id")
        if taxes:
            gap = currency.round(total - credit.amount_total)
            tax = max(taxes, key=lambda line: abs(line.amount_currency))
            amount = tax.amount_currency + gap
            credit.line_ids = [Command.update(tax.id, {"amount_currency": amount})]
        self._check_reached(credit, total)

    def _get_slope(self, line):
        """By how much the total of a position grows with its price."""
        pieces = line.quantity * (1 - line.discount / 100)
        taxes = line.tax_ids.flatten_taxes_hierarchy()
        included = any(taxes.mapped("price_include"))
        taxed = not included and line.price_subtotal
        return pieces * (line.price_total / line.price_subtotal if taxed else 1.0)

    def _check_reached(self, credit, total):
        currency = credit.currency_id
        if currency.compare_amounts(credit.amount_total, total):
            raise UserError(
                self.env._(
                    "No credit note about %(amount)s comes out of the taxes of"
                    " %(invoice)s. Credit it by hand with the button of the invoice.",
                    amount=currency.format(total),
                    invoice=credit.reversed_entry_id.display_name,
                )
            )
