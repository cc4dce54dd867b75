from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .billing_ticket_line_settlement import DONE, DRAFT

DISCREPANCY = "discrepancy"
ANSWERED = "answered"
BILLED = ("out_invoice", "out_receipt")


class BillingTicket(models.Model):
    """What came of a ticket, and what follows from it in the books."""

    _inherit = "billing.ticket"

    settlement_count = fields.Integer(
        "Entries in the books", compute="_compute_settlement_count"
    )

    @api.depends("line_ids.settlement_move_id", "line_ids.rebilled_move_id")
    def _compute_settlement_count(self):
        for ticket in self:
            ticket.settlement_count = len(ticket._get_settlements())

    def action_resolve(self):
        """Ask what came of the ticket."""
        self.ensure_one()
        self._check_open()
        self._check_no_draft()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_ticket_resolve_wizard_action"
        )
        return {**action, "context": {"default_ticket_id": self.id}}

    def action_open_settlements(self):
        """Open the credit notes, write-offs and corrected invoices."""
        self.ensure_one()
        return self._open_moves(self._get_settlements())

    def action_open_drafts(self):
        """Open what still has to be looked at and posted."""
        self.ensure_one()
        drafts = self._get_settlements().filtered(lambda move: move.state == "draft")
        return self._open_moves(drafts)

    def _get_settlements(self):
        return self.line_ids.settlement_move_id | self.line_ids.rebilled_move_id

    def _open_moves(self, moves):
        if len(moves) == 1:
            return moves.get_formview_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settled by"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _settle(self, resolution, root_cause=None, post=True):
        """Resolve the ticket and book what follows: all of it, or nothing.

        Raises where nothing can be booked; the transaction is rolled back then.

        :param root_cause: what was really wrong; a discrepancy needs one
        :param post: post credit notes; else the ticket is resolved once they are
        :return: whether it is resolved, or waits for a credit note or a manager
        """
        self.ensure_one()
        ticket = self.with_company(self.company_id)
        ticket._check_can_settle(resolution, root_cause or ticket.root_cause_id)
        ticket._lock_money()
        ticket.root_cause_id = root_cause or ticket.root_cause_id
        if resolution == "written_off" and ticket._needs_approval():
            ticket._ask_for_approval()
            return False
        amounts = ticket._get_amounts_to_settle(resolution)
        if resolution == "credited" and amounts and not post:
            ticket._credit_as_draft(amounts)
            return False
        ticket._resolve(resolution)
        book = {
            "credited": ticket.line_ids._book_credit,
            "rebilled": ticket.line_ids._book_rebill,
            "written_off": ticket.line_ids._book_writeoff,
        }
        if resolution in book:
            book[resolution](amounts)
            ticket._refresh_worklist()
        return True

    def _credit_as_draft(self, amounts):
        """The amounts stay in dispute until somebody posts the credit notes."""
        self.line_ids._forget_settlement()
        self._end_approval()
        self.write({"resolution": "credited", "resolved_on": fields.Datetime.now()})
        self.line_ids._book_credit(amounts, post=False)

    def _get_amounts_to_settle(self, resolution):
        """``{ticket line: amount}`` of what is booked.

        It cannot be nothing, but where all was credited by hand.
        """
        if resolution == "rebilled":
            amounts = self.line_ids._get_rebilled_amounts()
        elif resolution in ("credited", "written_off"):
            amounts = self.line_ids._get_open_amounts()
        else:
            return {}
        by_hand = resolution == "credited" and (
            self.line_ids._is_credited_by_hand() or self._has_credit_on_account()
        )
        if not amounts and not by_hand:
            raise UserError(
                self.env._(
                    "Nothing of what %(ticket)s disputes is open any more: there is"
                    " nothing to credit or to write off. If the customer gets money"
                    " back, use the button 'Credit Note' of the invoice, post the"
                    " credit note, and resolve the ticket with it then.",
                    ticket=self.display_name,
                )
            )
        return amounts

    def _has_credit_on_account(self):
        """Nothing is open, and credit notes were posted since the ticket was made.

        That of a paid invoice stays on the customer's account.
        """
        moves = self.line_ids.move_id
        if not moves or self.line_ids._get_open_amounts():
            return False
        credits = moves.reversal_move_ids.filtered(
            lambda move: move.state == "posted" and move.create_date >= self.create_date
        )
        return credits.reversed_entry_id == moves

    # -- what is refused ---------------------------------------------------------------

    def _check_can_settle(self, resolution, root_cause):
        self.check_access("write")
        self._check_open()
        self._check_no_draft()
        disputes = self.kind == DISCREPANCY
        if disputes == (resolution == ANSWERED):
            raise ValidationError(
                self.env._("An inquiry is answered; a discrepancy ends otherwise.")
            )
        if disputes and not root_cause:
            raise ValidationError(
                self.env._("Choose the root cause: what was really wrong?")
            )

    def _check_no_draft(self):
        drafts = self.line_ids.filtered(
            lambda line: (
                line.settlement_state == DRAFT or line.rebilled_move_id.state == "draft"
            )
        )
        if drafts:
            raise UserError(
                self.env._(
                    "A credit note or corrected invoice for %(invoices)s waits to be"
                    " posted: post it, or delete it first.",
                    invoices=", ".join(drafts.move_id.mapped("name")),
                )
            )

    def _lock_money(self):
        """Lock the ticket and its invoices' items, and read anew what is open."""
        self.env.flush_all()
        items = self.line_ids.move_id.line_ids
        for records in (self, items):
            locked = records.try_lock_for_update(allow_referencing=True)
            if len(locked) < len(records):
                raise UserError(
                    self.env._(
                        "Someone else is working on this ticket or its invoices. Try"
                        " again in a moment."
                    )
                )
        self.env.invalidate_all()
        self._check_open()


class BillingTicketLine(models.Model):
    """How much of an invoice a resolution settles."""

    _inherit = "billing.ticket.line"

    def _get_open_amounts(self):
        """``{line: amount}``: what is disputed and still open, each cent once.

        What an entry has settled and still settles is not booked again, nor what was
        credited by hand since.
        """
        left = {}
        result = {}
        credited = self._get_credited_since()
        for line in self:
            move = line.move_id
            billed = move.state == "posted" and move.move_type in BILLED
            if not billed or not line.is_disputed or line.settlement_state == DONE:
                continue
            free = left.get(move, move.amount_residual)
            disputed = line._get_unsettled() - credited.get(line, 0)
            amount = move.currency_id.round(max(0.0, min(disputed, free)))
            if amount:
                result[line] = amount
            left[move] = free - amount
        return result

    def _write_settlement(self, entry, amounts):
        for line in self:
            line.write(
                {"settlement_move_id": entry.id, "amount_settled": amounts[line]}
            )

    @staticmethod
    def _group_by_invoice(amounts):
        """``{invoice: ticket lines}`` in the order of the lines."""
        result = {}
        for line in amounts:
            result[line.move_id] = result.get(line.move_id, line.browse()) | line
        return result
