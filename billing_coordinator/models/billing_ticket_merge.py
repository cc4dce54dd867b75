from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..tools.dispute import note
from .billing_ticket import CANCELLED
from .billing_ticket_line_settlement import DONE


class BillingTicket(models.Model):
    """Duplicates: several tickets about the same become one."""

    _inherit = "billing.ticket"

    merged_into_id = fields.Many2one(
        "billing.ticket",
        "Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The ticket that remained; all that was on this one is there.",
    )

    def _merge(self, others):
        """Take over all that ``others`` have; they are cancelled.

        Nothing of them is deleted: they keep their own invoices as history.
        """
        self.ensure_one()
        others -= self
        self._check_mergeable(others)
        self._refreshing_later()._take_over(others._refreshing_later())
        self._refresh_worklist()

    def _take_over(self, others):
        """What can be merged, step by step."""
        united = self._unite_lines(others)
        others._end_approval()
        others.write({"state": CANCELLED, "merged_into_id": self.id})
        self._take_over_lines(united)
        self._take_over_fields(others)
        self._take_over_documents(others)
        self._log_merge(others)

    def _check_mergeable(self, others):
        tickets = self + others
        tickets.check_access("write")
        tickets._check_open()
        tickets._check_no_draft()
        tickets._check_nothing_settled()
        if not others:
            raise UserError(self.env._("Choose at least two tickets to merge."))
        if len(tickets.company_id) > 1 or len(set(tickets.mapped("partner_id.id"))) > 1:
            raise UserError(
                self.env._(
                    "These tickets are of several customers or companies: only those of"
                    " one can be merged."
                )
            )
        disputing = others.filtered(lambda ticket: ticket.kind == "discrepancy")
        if self.kind == "inquiry" and disputing.line_ids:
            raise UserError(
                self.env._(
                    "%(ticket)s is an inquiry, and money is in dispute on another: let"
                    " the discrepancy remain.",
                    ticket=self.display_name,
                )
            )

    def _check_nothing_settled(self):
        """On another ticket a part that is in the books would be in dispute again."""
        settled = self.line_ids.filtered(lambda line: line.settlement_state == DONE)
        if settled:
            raise UserError(
                self.env._(
                    "%(entries)s settled a part of %(tickets)s: resolve the rest there,"
                    " and merge the others.",
                    entries=", ".join(settled.settlement_move_id.mapped("name")),
                    tickets=", ".join(settled.ticket_id.mapped("name")),
                )
            )

    def _get_remaining(self):
        """The ticket on which it goes on, after however many merges."""
        seen = ticket = self
        while ticket.state == CANCELLED and ticket.merged_into_id - seen:
            ticket = ticket.merged_into_id
            seen |= ticket
        return ticket

    # -- what they have -------------------------------------------------------------

    def _unite_lines(self, others):
        """Lines that remain: of each position, or whole invoice, the largest amount."""
        united = {}
        for line in (self + others).line_ids:
            key = line.move_id, line.invoice_line_id
            known = united.get(key)
            if not known or line._get_total_disputed() > known._get_total_disputed():
                united[key] = line
        return self.env["billing.ticket.line"].union(*united.values())

    def _take_over_lines(self, united):
        """Dispute what the lines dispute, but not more than is open."""
        taken = united - self.line_ids
        own = self.line_ids - united
        before = {
            (line.move_id, line.invoice_line_id): line._end_periods() for line in own
        }
        own.unlink()
        free = self._get_disputable_amounts(taken.move_id)
        values = []
        for line in taken:
            move = line.move_id
            amount = min(line._get_total_disputed(), free.get(move, 0))
            free[move] = free.get(move, 0) - amount
            values.append(
                {
                    "ticket_id": self.id,
                    "move_id": move.id,
                    "invoice_line_id": line.invoice_line_id.id,
                    "amount_disputed": move.currency_id.round(amount),
                    "credited_before": line.credited_before,
                }
            )
        for line in self.env["billing.ticket.line"].create(values):
            periods = before.get((line.move_id, line.invoice_line_id), [])
            line.dispute_periods = periods + (line.dispute_periods or [])

    def _take_over_fields(self, others):
        """The most urgent counts; what is not known yet is filled in. Hook."""
        tickets = self + others
        values = {
            name: others.filtered(name)[:1][name]
            for name in ("contact_id", "email_from", "reason_id")
            if not self[name] and others.filtered(name)
        }
        if is_html_empty(self.description):
            told = others.filtered(lambda t: not is_html_empty(t.description))
            values["description"] = told[:1].description
            values["in_own_words"] = told[:1].in_own_words
        self.write(
            {
                name: value.id if isinstance(value, models.BaseModel) else value
                for name, value in values.items()
            }
        )
        self.priority = max(tickets.mapped("priority"))
        self.deadline = min(filter(None, tickets.mapped("deadline")), default=False)

    def _take_over_documents(self, others):
        """Messages, files, activities and followers."""
        self.message_subscribe(others.message_partner_ids.ids)
        for ticket in others:
            self._forget_followers(ticket._get_people())
        # Those of everybody: who may write both tickets may put them together.
        for model, field in (
            ("mail.message", "model"),
            ("ir.attachment", "res_model"),
            ("mail.activity", "res_model"),
        ):
            documents_sudo = self.env[model].sudo()
            domain = [(field, "=", self._name), ("res_id", "in", others.ids)]
            documents_sudo.search(domain).write({"res_id": self.id})
        (self + others).invalidate_recordset()

    def _log_merge(self, others):
        links = Markup(", ").join(ticket._get_html_link() for ticket in others)
        self.message_post(
            body=self.env._("Took over all of %(tickets)s.", tickets=links)
        )
        for ticket in others:
            ticket.message_post(
                body=self.env._(
                    "Merged into %(ticket)s: go on there.",
                    ticket=self._get_html_link(),
                )
            )


class BillingTicketLine(models.Model):
    """What is taken over of the lines of a ticket."""

    _inherit = "billing.ticket.line"

    def _get_total_disputed(self):
        """What the lines of one invoice dispute, or would again."""
        return sum(self.filtered("is_disputed").mapped("amount_disputed"))

    def _end_periods(self):
        """What was in dispute, and ends now: another line takes it over."""
        today = fields.Date.to_string(fields.Date.context_today(self))
        return [
            period
            for line in self
            for period in note(line.dispute_periods or [], today, 0.0)
        ]
