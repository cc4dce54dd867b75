from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from .billing_ticket import CANCELLED


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
        united = self._unite_lines(others)
        others.write({"state": CANCELLED, "merged_into_id": self.id})
        self._take_over_lines(united)
        self._take_over_fields(others)
        self._take_over_documents(others)
        self._log_merge(others)

    def _check_mergeable(self, others):
        tickets = self + others
        tickets.check_access("write")
        tickets._check_open()
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

    def _get_remaining(self):
        """The ticket on which it goes on, after however many merges."""
        seen = ticket = self
        while ticket.state == CANCELLED and ticket.merged_into_id - seen:
            ticket = ticket.merged_into_id
            seen |= ticket
        return ticket

    # -- what they have -------------------------------------------------------------

    def _unite_lines(self, others):
        """``{invoice: lines}``: those of the ticket that disputes most of it."""
        united = {}
        for ticket in self + others:
            for move, lines in ticket.line_ids.grouped("move_id").items():
                known = united.get(move)
                total = sum(lines.mapped("amount_disputed"))
                if known is None or total > sum(known.mapped("amount_disputed")):
                    united[move] = lines
        return united

    def _take_over_lines(self, united):
        """Dispute what the lines dispute, but not more than is open."""
        taken = {m: lines for m, lines in united.items() if lines.ticket_id != self}
        moves = self.env["account.move"].union(*taken)
        self.line_ids.filtered(lambda line: line.move_id in moves).unlink()
        free = self._get_disputable_amounts(moves)
        values = []
        for move, lines in taken.items():
            left = free.get(move, 0)
            for line in lines:
                amount = min(line.amount_disputed, left)
                left -= amount
                values.append(
                    {
                        "ticket_id": self.id,
                        "move_id": move.id,
                        "invoice_line_id": line.invoice_line_id.id,
                        "amount_disputed": move.currency_id.round(amount),
                    }
                )
        self.env["billing.ticket.line"].create(values)

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
