from itertools import pairwise

from odoo import api, fields, models
from odoo.tools import SQL

from .billing_ticket_line_settlement import DONE


class BillingTicketLine(models.Model):
    """What people credit by hand of an invoice in dispute is not credited again.

    By hand is a credit note made from the invoice, and not by a ticket. It counts as
    far as it takes something off the invoice.
    """

    _inherit = "billing.ticket.line"

    credited_before = fields.Monetary(
        "Credited by hand before",
        compute="_compute_credited_before",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="What credit notes made by hand had taken off the invoice when the"
        " disputed amount was entered.",
    )

    @api.depends("amount_disputed", "move_id")
    def _compute_credited_before(self):
        """Whoever enters an amount knows what was credited until then."""
        credited = self.filtered("amount_disputed")._fetch_credited_by_hand()
        for line in self:
            line.credited_before = credited.get(line.move_id._origin.id, 0)

    def _fetch_credited_by_hand(self):
        """``{invoice id: amount}``, in one query, of those that have such a credit."""
        moves = self.move_id._origin
        if not moves:
            return {}
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["reversed_entry_id"])
        self.flush_model(["settlement_move_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT item.move_id, SUM(partial.debit_amount_currency)
                     FROM account_move_line item
                     JOIN account_partial_reconcile partial
                       ON partial.debit_move_id = item.id
                     JOIN account_move_line other ON other.id = partial.credit_move_id
                     JOIN account_move credit ON credit.id = other.move_id
                      AND credit.reversed_entry_id = item.move_id
                    WHERE item.move_id = ANY(%s)
                      AND NOT EXISTS (SELECT FROM billing_ticket_line line
                                       WHERE line.settlement_move_id = credit.id)
                    GROUP BY item.move_id""",
                moves.ids,
            )
        )
        return {move_id: float(amount) for move_id, amount in rows}

    def _get_credited_since(self):
        """``{line: amount}``: what was credited by hand since the dispute began.

        Each cent counts for one dispute: of those that there were, the oldest first.
        """
        credited = self._fetch_credited_by_hand()
        disputes = self.search(
            [
                ("move_id", "in", list(credited)),
                "|",
                ("is_open", "=", True),
                ("settlement_state", "=", DONE),
            ],
            order="id",
        )
        result = {}
        for move, lines in disputes.grouped("move_id").items():
            result |= lines._share_credited(credited[move.id])
        return result

    def _is_credited_by_hand(self):
        """Whether something of what the lines dispute was."""
        credited = self._get_credited_since()
        return any(credited.get(line) for line in self)

    def _share_credited(self, credited):
        """Share what was credited between one dispute's beginning and the next."""
        left = {line: line._get_unsettled() for line in self}
        begins = sorted({min(line.credited_before, credited) for line in self})
        result = dict.fromkeys(self, 0.0)
        for start, end in pairwise([*begins, credited]):
            amount = end - start
            for line in self:
                if line.credited_before <= start:
                    part = max(0.0, min(left[line] - result[line], amount))
                    result[line] += part
                    amount -= part
        return result

    def _get_unsettled(self):
        """What of the disputed amount no entry of the ticket has taken."""
        if self.settlement_state == DONE:
            return self.amount_disputed - self.amount_settled
        return self.amount_disputed - self._get_taken()
