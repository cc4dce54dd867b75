from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .billing_ticket import OPEN_STATES
from .billing_ticket_line_settlement import DONE

APPROVAL = "billing_coordinator.ticket_activity_approval"
MANAGER = "billing_coordinator.group_billing_manager"


class BillingTicket(models.Model):
    """Write-offs: above a limit a manager has to agree."""

    _inherit = "billing.ticket"

    writeoff_requested_by_id = fields.Many2one(
        "res.users",
        "Write-off asked for by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    writeoff_amount = fields.Monetary(
        "Write-off to approve", readonly=True, copy=False, help="In company currency."
    )

    def _get_writeoff_amount(self):
        """What would be written off, in company currency as booked."""
        amounts = self._get_amounts_to_settle("written_off")
        return self.currency_id.round(
            sum(amount * line._get_booked_rate() for line, amount in amounts.items())
        )

    def _needs_approval(self):
        if self.env.user.has_group(MANAGER):
            return False
        limit = self.company_id.sudo().billing_writeoff_limit
        total = self._get_writeoff_amount() + self._get_written_off()
        return self.currency_id.compare_amounts(total, limit) > 0

    def _get_written_off(self):
        """What tickets wrote off before of these invoices, and of this ticket.

        Otherwise nobody would have to be asked: in small parts all is below the limit.
        """
        written_off = self.env["billing.ticket.line"].search(
            [
                ("settlement_state", "=", DONE),
                ("settlement_move_id.move_type", "=", "entry"),
                "|",
                ("ticket_id", "=", self.id),
                ("move_id", "in", self.line_ids.move_id.ids),
            ]
        )
        return self.currency_id.round(
            sum(line.amount_settled * line._get_booked_rate() for line in written_off)
        )

    def _ask_for_approval(self):
        """The ticket stays open, and the amount in dispute, until a manager agrees."""
        self._end_approval()
        amount = self._get_writeoff_amount()
        self.write(
            {"writeoff_requested_by_id": self.env.uid, "writeoff_amount": amount}
        )
        manager = self.company_id._get_followup_manager()
        self.activity_schedule(
            APPROVAL,
            summary=self._describe_writeoff(amount, self._get_written_off()),
            user_id=manager.id or self.env.uid,
        )

    def _describe_writeoff(self, amount, before):
        """What a manager is asked for, and why a small amount needs one."""
        amount = self.currency_id.format(amount)
        if not before:
            return self.env._("Approve a write-off of %(amount)s", amount=amount)
        return self.env._(
            "Approve a write-off of %(amount)s, after %(before)s before",
            amount=amount,
            before=self.currency_id.format(before),
        )

    def action_cancel(self):
        self._end_approval()
        return super().action_cancel()

    @api.model
    def _get_idle(self):
        """Nobody approves where settling the invoices closed the ticket."""
        asked = self.search([("writeoff_requested_by_id", "!=", False)])
        return super()._get_idle() | asked.filtered(
            lambda t: t.state not in OPEN_STATES
        )

    def _forget_activities(self):
        if self.state not in OPEN_STATES:
            self._end_approval()
        return super()._forget_activities()

    def _resolve(self, resolution, **values):
        self._end_approval()
        return super()._resolve(resolution, **values)

    def _end_approval(self):
        asked = self.filtered("writeoff_requested_by_id")
        asked.write({"writeoff_requested_by_id": False, "writeoff_amount": 0})
        asked.activity_unlink([APPROVAL])

    def action_approve_writeoff(self):
        """Write off what was asked for; only for managers."""
        for ticket in self:
            ticket._check_manager()
            ticket._check_requested()
            ticket._settle("written_off")

    def action_refuse_writeoff(self):
        """Give the ticket back to who asked; only for managers."""
        for ticket in self:
            ticket._check_manager()
            asked = ticket.writeoff_requested_by_id
            ticket._end_approval()
            ticket.message_post(
                body=self.env._("The write-off is refused."),
                partner_ids=asked.partner_id.ids,
                subtype_xmlid="mail.mt_note",
            )

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("A write-off above the limit is a billing manager's matter.")
            )

    def _check_requested(self):
        """Nothing is approved that nobody asked for, or that has grown since."""
        if not self.writeoff_requested_by_id:
            raise UserError(self.env._("Nobody asks for a write-off here any more."))
        amount = self._get_writeoff_amount()
        if self.currency_id.compare_amounts(amount, self.writeoff_amount) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is in dispute now, more than the %(asked)s that you"
                    " were asked for. Refuse it, or resolve the ticket yourself.",
                    amount=self.currency_id.format(amount),
                    asked=self.currency_id.format(self.writeoff_amount),
                )
            )


class BillingTicketLine(models.Model):
    """The entry that writes off what is in dispute."""

    _inherit = "billing.ticket.line"

    def _get_booked_rate(self):
        """Company currency for one of the invoice's, as it is booked."""
        move = self.move_id
        if not move.amount_total:
            return 1.0
        return abs(move.amount_total_signed) / move.amount_total

    def _book_writeoff(self, amounts):
        """Write off ``{line: amount}``, an entry for each invoice."""
        company_sudo = self.company_id.sudo()  # settings, for those who resolve
        company_sudo._billing_check_writeoff()
        for move, lines in self._group_by_invoice(amounts).items():
            total = sum(amounts[line] for line in lines)
            entry = self.env["account.move"].create(
                lines._prepare_writeoff(company_sudo, move, total)
            )
            entry.action_post()
            lines._get_open_items(move + entry).reconcile()
            lines._write_settlement(entry, amounts)

    @api.model
    def _get_open_items(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )

    def _prepare_writeoff(self, company_sudo, move, total):
        """Values of the entry, at the rate at which the invoice is booked."""
        items = self._get_open_items(move)
        booked = sum(items.mapped("amount_residual"))
        part = total / sum(items.mapped("amount_residual_currency"))
        balance = move.company_currency_id.round(booked * part)
        label = self.env._(
            "Write-off of %(invoice)s, %(ticket)s",
            invoice=move.name,
            ticket=self.ticket_id.name,
        )
        sides = (
            (items.account_id[:1].id, -1),
            (company_sudo.billing_writeoff_account_id.id, 1),
        )
        return {
            "move_type": "entry",
            "company_id": move.company_id.id,
            "journal_id": company_sudo.billing_writeoff_journal_id.id,
            "date": fields.Date.context_today(self),
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account_id,
                        "partner_id": move.commercial_partner_id.id,
                        "currency_id": move.currency_id.id,
                        "amount_currency": sign * total,
                        "balance": sign * balance,
                    }
                )
                for account_id, sign in sides
            ],
        }
