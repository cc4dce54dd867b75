from odoo import api, fields, models
from odoo.exceptions import UserError

CORRECTED = "billing_coordinator.ticket_activity_corrected"


class BillingTicket(models.Model):
    """Corrected invoices: nobody forgets the draft."""

    _inherit = "billing.ticket"

    @api.model
    def _get_idle(self):
        """What is posted or cancelled needs no look any more."""
        kind = self.env["ir.model.data"]._xmlid_to_res_id(CORRECTED)
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "account.move"), ("activity_type_id", "=", kind)]
        )
        lines = self.env["billing.ticket.line"].search(
            [
                ("rebilled_move_id", "in", activities.mapped("res_id")),
                ("rebilled_move_id.state", "!=", "draft"),
            ]
        )
        return super()._get_idle() | lines.ticket_id

    def _forget_activities(self):
        moves = self.line_ids.rebilled_move_id
        moves.filtered(lambda move: move.state != "draft").activity_unlink([CORRECTED])
        return super()._forget_activities()

    def _plan_corrected(self, move):
        """Who talks with the customer looks at the draft, and posts it."""
        user = self._get_coordinator() or self.env.user
        ticket = self.with_context(lang=user.lang)
        move.with_context(mail_activity_quick_update=True).activity_schedule(
            CORRECTED,
            summary=ticket.env._(
                "Correct and post the invoice of %(ticket)s", ticket=self.name
            ),
            user_id=user.id,
        )


class BillingTicketLine(models.Model):
    """An invoice that is credited wholly, and a corrected one in its place."""

    _inherit = "billing.ticket.line"

    rebilled_move_id = fields.Many2one(
        "account.move",
        "Corrected invoice",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        check_company=True,
    )

    @api.depends("rebilled_move_id.state")
    def _compute_is_cleared(self):
        """Not before the corrected invoice is posted: the ticket stays resolved."""
        result = super()._compute_is_cleared()
        for line in self.filtered("is_cleared"):
            line.is_cleared = line.rebilled_move_id.state != "draft"
        return result

    def _book_rebill(self, amounts):
        """Credit the invoices wholly and open a corrected draft of each."""
        for line in amounts:
            move = line.move_id
            before = move.reversal_move_ids
            corrected = line._reverse(move, "modify_moves")
            credit = move.reversal_move_ids - before
            line._write_settlement(credit, amounts)
            line.rebilled_move_id = corrected
            line.ticket_id._plan_corrected(corrected)

    def _get_rebilled_amounts(self):
        """Of the invoices that are still open, all that was billed, each once."""
        self._check_not_credited()
        result = {}
        for move, lines in self.grouped("move_id").items():
            billed = move.state == "posted" and move.move_type == "out_invoice"
            if billed and not lines[0].is_cleared:
                result[lines[0]] = move.amount_total
        return result

    def _check_not_credited(self):
        """A credit note of a part would be credited once more with the whole."""
        partials = self.move_id.line_ids.matched_credit_ids
        credits = partials.credit_move_id.move_id & self.move_id.reversal_move_ids
        if credits:
            raise UserError(
                self.env._(
                    "%(credits)s credited a part of %(invoices)s: the corrected invoice"
                    " would credit it once more. Take that back first, or choose"
                    " 'Credit note' for what is left.",
                    credits=", ".join(credits.mapped("name")),
                    invoices=", ".join(credits.reversed_entry_id.mapped("name")),
                )
            )
