from odoo import api, fields, models

COORDINATOR = "billing_coordinator.group_billing_coordinator"


class AccountMove(models.Model):
    """What customers dispute or ask about an invoice."""

    _inherit = "account.move"

    # Tickets follow what is settled. With these Odoo looks once which tickets an
    # invoice has, without them at each change of each of its lines.
    billing_ticket_line_ids = fields.One2many(
        "billing.ticket.line",
        "move_id",
        "Disputed or asked about",
        readonly=True,
        groups=COORDINATOR,
    )
    billing_settled_ticket_line_ids = fields.One2many(
        "billing.ticket.line",
        "settlement_move_id",
        "Tickets settled by it",
        readonly=True,
        groups=COORDINATOR,
    )
    billing_ticket_count = fields.Integer(
        "Tickets", compute="_compute_billing_ticket_count", groups=COORDINATOR
    )

    def _compute_billing_ticket_count(self):
        """Tickets of all invoices in one query; one with two lines counts once."""
        counts = self.env["billing.ticket.line"]._read_group(
            [("move_id", "in", self.ids)],
            ["move_id"],
            ["ticket_id:count_distinct"],
        )
        counts = dict(counts)
        for move in self:
            move.billing_ticket_count = counts.get(move._origin, 0)

    @api.depends("billing_notice_line_ids.state", "payment_state")
    def _compute_billing_followup_status(self):
        """A part in dispute is named; the rest is reminded of."""
        result = super()._compute_billing_followup_status()
        disputed = self._get_billing_disputed()
        for move in self:
            part = disputed.get(move._origin, 0)
            is_part = move.currency_id.compare_amounts(part, move.amount_residual) < 0
            if part and is_part and move.billing_followup_status:
                move.billing_followup_status = self.env._(
                    "%(status)s, %(amount)s in dispute",
                    status=move.billing_followup_status,
                    amount=move.currency_id.format(part),
                )
        return result

    def _get_billing_disputed(self):
        """``{invoice: amount in dispute}``, whoever asks may see that much."""
        lines_sudo = self.env["billing.ticket.line"].sudo()
        return dict(
            lines_sudo._read_group(
                [("move_id", "in", self.ids), ("is_open", "=", True)],
                ["move_id"],
                ["amount_disputed:sum"],
            )
        )

    def action_open_billing_tickets(self):
        """Open the tickets about the invoice."""
        self.ensure_one()
        tickets = self.env["billing.ticket"]
        found = self.billing_ticket_line_ids.ticket_id
        if len(found) == 1:
            return found.get_formview_action()
        return tickets._get_list_action([("id", "in", found.ids)])

    def action_make_ticket(self):
        """A ticket about the invoice, or about what a payment has left open of some.

        About what is settled a question is proposed.
        """
        self.ensure_one()
        tickets = self.env["billing.ticket"]
        values = {}
        invoices = self
        if self.is_invoice() and self.currency_id.is_zero(self.amount_residual):
            values = tickets._as_question("ticket_reason_question")
        if self.statement_line_id:
            invoices = self._get_short_paid()
            values = {"channel": "bank"} if invoices else tickets._as_question()
        return tickets._make_in_dialog(
            self.company_id,
            self.partner_id,
            tickets._get_disputable_amounts(invoices),
            **values,
        )

    def _get_short_paid(self):
        """Invoices that this entry has paid, but not all of it."""
        paid = self.line_ids.matched_debit_ids.debit_move_id.move_id
        return paid.filtered(lambda m: not m.currency_id.is_zero(m.amount_residual))
