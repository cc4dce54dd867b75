from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.dispute import note
from .billing_ticket import OPEN_STATES


class BillingTicketLine(models.Model):
    """An invoice that a ticket is about, and how much of it is in dispute."""

    _name = "billing.ticket.line"
    _description = "Ticket invoice"
    _order = "ticket_id, id"
    _rec_name = "move_name"
    _check_company_auto = True

    ticket_id = fields.Many2one(
        "billing.ticket", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="ticket_id.company_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(related="ticket_id.partner_id")
    kind = fields.Selection(related="ticket_id.kind")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="""[
            ('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')),
            ('commercial_partner_id', '=', partner_id),
            ('company_id', '=', company_id),
            ('state', '=', 'posted'),
        ]""",
    )
    move_name = fields.Char("Invoice number", related="move_id.name")
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Line",
        index="btree_not_null",
        ondelete="set null",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        help="The position of the invoice that is wrong, if it is one.",
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    invoice_date = fields.Date(related="move_id.invoice_date")
    date_due = fields.Date("Due date", related="move_id.invoice_date_due")
    amount_original = fields.Monetary("Original", related="move_id.amount_total")
    amount_residual = fields.Monetary("Still open", related="move_id.amount_residual")
    amount_disputed = fields.Monetary(
        "Disputed",
        compute="_compute_amount_disputed",
        store=True,
        readonly=False,
        precompute=True,
        help="Part of what is open that the customer does not accept.",
    )
    company_amount = fields.Monetary(
        "Disputed in company currency",
        currency_field="company_currency_id",
        compute="_compute_company_amount",
        store=True,
        help="At the rate at which the invoice is booked.",
    )
    is_disputed = fields.Boolean(
        "In dispute",
        compute="_compute_is_disputed",
        store=True,
        readonly=False,
        precompute=True,
        help="Off: the customer disputes this no more. The amount is kept, and chased.",
    )
    is_open = fields.Boolean(
        "Holds reminders",
        compute="_compute_is_open",
        store=True,
        help="The disputed part is not chased.",
    )
    dispute_periods = fields.Json(
        compute="_compute_dispute_periods",
        store=True,
        copy=False,
        help="From when to when how much was in dispute: as of a day, it stays so.",
    )
    is_cleared = fields.Boolean("Settled", compute="_compute_is_cleared", store=True)
    was_open = fields.Boolean(
        compute="_compute_was_open",
        store=True,
        help="Something of the invoice was open while the discrepancy was there: it is"
        " over once the invoice is settled.",
    )

    _once_per_invoice = models.Constraint(
        "UNIQUE(ticket_id, move_id, invoice_line_id)",
        "This invoice is on the ticket already.",
    )
    _open_idx = models.Index("(move_id) WHERE is_open")

    @api.depends("invoice_line_id", "move_id")
    def _compute_amount_disputed(self):
        """All that is open and in no other ticket, of the chosen position at most.

        Nothing of a question. When a question becomes a discrepancy the form proposes
        amounts; what a person enters in the same moment is not written over.
        """
        amounts = self.ticket_id._get_disputable_amounts(
            self.move_id._origin, except_lines=self._origin
        )
        for line in self:
            free = amounts.get(line.move_id._origin, 0.0)
            if line.kind != "discrepancy":
                free = 0.0
            if line.invoice_line_id:
                free = min(free, line.invoice_line_id.price_total)
            line.amount_disputed = free

    @api.depends("amount_disputed")
    def _compute_is_disputed(self):
        """Whoever enters an amount means that it is in dispute."""
        self.is_disputed = True

    @api.depends("amount_disputed", "move_id")
    def _compute_company_amount(self):
        """By the booked amounts of the invoice: nothing is converted anew."""
        for line in self:
            move = line.move_id
            booked = abs(move.amount_total_signed)
            rate = booked / move.amount_total if move.amount_total else 1.0
            line.company_amount = line.company_currency_id.round(
                line.amount_disputed * rate
            )

    @api.depends("is_disputed", "ticket_id.state", "ticket_id.kind")
    def _compute_is_open(self):
        for line in self:
            ticket = line.ticket_id
            disputes = ticket.kind == "discrepancy" and ticket.state in OPEN_STATES
            line.is_open = disputes and line.is_disputed

    @api.depends("amount_disputed", "is_open")
    def _compute_dispute_periods(self):
        """What was in dispute on an earlier day is not changed any more."""
        today = fields.Date.to_string(fields.Date.context_today(self))
        for line in self:
            amount = line.amount_disputed if line.is_open else 0.0
            line.dispute_periods = note(line.dispute_periods or [], today, amount)

    @api.depends("move_id.amount_residual", "move_id.state")
    def _compute_is_cleared(self):
        """Nothing is open any more: paid, credited or written off, or cancelled."""
        for line in self:
            move = line.move_id
            line.is_cleared = move.state == "cancel" or (
                move.state == "posted"
                and move.currency_id.is_zero(move.amount_residual)
            )

    @api.depends("is_cleared", "ticket_id.kind")
    def _compute_was_open(self):
        for line in self:
            was_open = line.was_open or not line.is_cleared
            line.was_open = was_open and line.ticket_id.kind == "discrepancy"

    @api.constrains("move_id", "ticket_id")
    def _check_customer(self):
        for line in self:
            ticket, move = line.ticket_id, line.move_id
            if move.commercial_partner_id != ticket.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is not an invoice of %(customer)s.",
                        invoice=move.display_name,
                        customer=ticket.partner_id.display_name
                        or self.env._("the customer"),
                    )
                )

    @api.constrains("amount_disputed", "is_disputed", "move_id", "ticket_id")
    def _check_amount(self):
        """Not more than is open, whoever else disputes a part of it."""
        totals = self._get_disputed_totals()
        for line in self:
            move = line.move_id
            compare = line.currency_id.compare_amounts
            if compare(line.amount_disputed, 0) < 0:
                raise ValidationError(
                    self.env._("The disputed amount cannot be negative.")
                )
            total = totals.get(move.id, 0.0)
            disputes = line.is_disputed and line.amount_disputed
            if disputes and compare(total, move.amount_residual) > 0:
                raise ValidationError(
                    self.env._(
                        "%(amount)s of %(invoice)s would be in dispute, but only"
                        " %(open)s is open. Dispute that much at most; a part may be in"
                        " dispute in another ticket already.",
                        amount=line.currency_id.format(total),
                        invoice=move.display_name,
                        open=line.currency_id.format(move.amount_residual),
                    )
                )

    def _get_disputed_totals(self):
        """``{invoice id: amount in dispute}`` over all open tickets."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT move_id, SUM(amount_disputed) FROM billing_ticket_line
                    WHERE move_id = ANY(%s)
                      AND (is_open OR is_disputed AND id = ANY(%s))
                    GROUP BY move_id""",
                self.move_id.ids,
                self.ids,
            )
        )
        return {move_id: float(total) for move_id, total in rows}

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.ticket_id._refresh_worklist()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {
            "amount_disputed",
            "is_disputed",
            "move_id",
            "invoice_line_id",
        }:
            self.ticket_id._refresh_worklist()
        return result

    def unlink(self):
        tickets = self.ticket_id
        result = super().unlink()
        tickets._refresh_worklist()
        return result

    def action_open_invoice(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id.get_formview_action()
