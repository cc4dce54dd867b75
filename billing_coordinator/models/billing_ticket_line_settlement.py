from odoo import api, fields, models

DRAFT = "draft"
DONE = "done"
UNDONE = "undone"
SETTLEMENT_STATES = [
    (DRAFT, "Not posted yet"),
    (DONE, "In the books"),
    (UNDONE, "Taken back"),
]


class BillingTicketLine(models.Model):
    """The entry that settled the disputed part of an invoice, and whether it stands."""

    _inherit = "billing.ticket.line"

    settlement_move_id = fields.Many2one(
        "account.move",
        "Settled by",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        check_company=True,
        help="The credit note or write-off. While it is a draft, and once it is taken"
        " back, the amount is in dispute.",
    )
    amount_settled = fields.Monetary(
        "Settled", readonly=True, copy=False, help="What that entry takes off."
    )
    settlement_state = fields.Selection(
        SETTLEMENT_STATES, "Settlement", compute="_compute_settlement_state", store=True
    )

    @api.depends(
        "amount_settled",
        "move_id",
        "settlement_move_id.state",
        "settlement_move_id.line_ids.matched_debit_ids",
        "settlement_move_id.line_ids.matched_debit_ids.debit_amount_currency",
    )
    def _compute_settlement_state(self):
        """It stands while it is posted and reconciled with the invoice."""
        for line in self:
            entry = line.settlement_move_id
            if not line.amount_settled:
                line.settlement_state = False
            elif entry.state == "draft":
                line.settlement_state = DRAFT
            else:
                line.settlement_state = DONE if line._is_settled() else UNDONE

    @api.depends("settlement_state")
    def _compute_is_open(self):
        """What is settled is not disputed, though the ticket may be open for others."""
        result = super()._compute_is_open()
        self.filtered(lambda line: line.settlement_state == DONE).is_open = False
        return result

    def _is_settled(self):
        """Whether the entry takes off the invoice what it was made for."""
        posted = self.settlement_move_id.state == "posted"
        compare = self.currency_id.compare_amounts
        return posted and compare(self._get_taken(), self.amount_settled) >= 0

    def _is_cleared_by_draft(self):
        """A credit note that was reset to draft stays reconciled until it is gone."""
        return self.is_cleared and self.settlement_state == DRAFT and self._get_taken()

    def _get_taken(self):
        """What the entry takes off the invoice now, in its currency."""
        partials = self.settlement_move_id.line_ids.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id.move_id == self.move_id
        )
        return sum(partials.mapped("debit_amount_currency"))

    def _forget_settlement(self):
        """What was taken back is history; another entry may come."""
        undone = self.filtered(lambda line: line.settlement_state != DONE)
        undone = undone.filtered("amount_settled")
        state = self.env["billing.ticket"]._fields["state"]
        # The other lines alone do not resolve the ticket: it is being resolved.
        with self.env.protecting([state], self.ticket_id):
            undone.write({"settlement_move_id": False, "amount_settled": 0})
            undone.flush_recordset()
