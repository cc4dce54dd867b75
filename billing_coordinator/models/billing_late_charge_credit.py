from collections import Counter

from odoo import Command, api, fields, models


class BillingLateCharge(models.Model):
    """How a part of an invoice of interest and fee is taken back."""

    _inherit = "billing.late.charge"

    @api.model
    def _remove_from_drafts(self, lines):
        """Take lines off their draft invoices; one that is left empty goes away.

        A draft that had a number before keeps it, as a cancelled invoice.
        """
        for move in lines.move_id:
            if move.invoice_line_ids - lines:
                theirs = move.invoice_line_ids & lines
                move.invoice_line_ids = [Command.delete(line.id) for line in theirs]
            elif move.posted_before:
                move.button_cancel()
            else:
                move.unlink()

    def _credit(self, reason):
        """Credit charges of posted invoices, as far as nobody has credited them yet.

        :return: what was credited by others, in words
        """
        messages = []
        for move, charges in self.grouped("move_id").items():
            earlier = charges._get_earlier_credits()
            parts = charges._get_open_parts(earlier)
            credit = charges._credit_parts(parts, reason) if parts else earlier[:1]
            charges_sudo = charges.sudo()  # history is written by the system only
            charges_sudo.credit_move_id = credit
            left = sum(parts.values())
            wanted = sum(charges.invoice_line_id.mapped("price_total"))
            if move.currency_id.compare_amounts(left, wanted):
                messages.append(self._describe_earlier_credits(move, earlier, left))
        return messages

    @api.model
    def _describe_earlier_credits(self, move, earlier, left):
        """Why less was credited than was waived."""
        names = ", ".join(earlier.mapped("name"))
        if not left:
            return self.env._(
                "%(invoice)s was credited with %(credits)s before: no other credit note"
                " was made.",
                invoice=move.name,
                credits=names,
            )
        return self.env._(
            "%(invoice)s was credited with %(credits)s before: only %(amount)s more was"
            " credited now.",
            invoice=move.name,
            credits=names,
            amount=move.currency_id.format(left),
        )

    def _get_earlier_credits(self):
        """Credit notes of the charges' invoice."""
        credits = self.move_id.reversal_move_ids
        return credits.filtered(lambda credit: credit.state == "posted")

    def _get_open_parts(self, earlier):
        """What is to be credited of each invoice line, with its taxes.

        Afterwards the invoice is owed as far as it is not waived: a credit note by hand
        counts for the lines that it names, and otherwise for what is waived first.

        :return: ``{invoice line: amount}`` of the lines with something left
        """
        move, lines = self.move_id, self.invoice_line_id
        if not earlier:
            return {line: line.price_total for line in lines}
        credited = Counter()
        for line in earlier.invoice_line_ids:
            credited[line.product_id, line.name] += line.price_total
        waived = self.search([("move_id", "=", move.id), ("state", "=", "waived")])
        left = {
            line: max(line.price_total - credited[line.product_id, line.name], 0)
            for line in move.invoice_line_ids - (waived - self).invoice_line_id
        }
        rest = sum(amount for line, amount in left.items() if line not in lines)
        total = move.amount_total - sum(earlier.mapped("amount_total")) - rest
        parts = {}
        for line in lines:
            part = min(left[line], max(total - sum(parts.values()), 0))
            if not move.currency_id.is_zero(part):
                parts[line] = move.currency_id.round(part)
        return parts

    def _credit_parts(self, parts, reason):
        """Post a credit note of the parts and settle the invoice with it."""
        move = self.move_id
        credit = self._reverse_parts(move, parts, reason)
        credit.action_post()
        lines = (move + credit).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        # Nothing is left to settle when the customer has paid already.
        if len(lines.move_id) == 2:
            lines.reconcile()
        return credit

    @api.model
    def _reverse_parts(self, move, parts, reason):
        """A draft credit note of some lines of an invoice, by Odoo's own reversal."""
        today = fields.Date.context_today(self)
        credit = move._reverse_moves(
            [
                {
                    "date": max(today, move.date),
                    "invoice_date": max(today, move.date),
                    "ref": self.env._(
                        "Waived on %(invoice)s: %(reason)s",
                        invoice=move.name,
                        reason=reason,
                    ),
                }
            ]
        )
        copies = zip(
            move.invoice_line_ids.sorted("id"),
            credit.invoice_line_ids.sorted("id"),
            strict=True,
        )
        credit.invoice_line_ids = [
            self._cut_copy(line, copy, parts.get(line)) for line, copy in copies
        ]
        return credit

    @api.model
    def _cut_copy(self, line, copy, part):
        """Keep the part of the copied line; its taxes follow from it."""
        if not part:
            return Command.delete(copy.id)
        price = line.price_unit * part / line.price_total
        return Command.update(copy.id, {"price_unit": price})
