from odoo import api, models
from odoo.exceptions import ValidationError


class BillingTicketLine(models.Model):
    """What can be on a ticket: an invoice, or positions of it, each once."""

    _inherit = "billing.ticket.line"

    @api.constrains("move_id", "invoice_line_id")
    def _check_invoice_line(self):
        for line in self.filtered("invoice_line_id"):
            position, move = line.invoice_line_id, line.move_id
            if position.move_id != move or position.display_type != "product":
                raise ValidationError(
                    self.env._(
                        "'%(position)s' is no line of %(invoice)s: choose one of that"
                        " invoice, or none.",
                        position=position.display_name,
                        invoice=move.display_name,
                    )
                )

    @api.constrains("ticket_id", "move_id", "invoice_line_id")
    def _check_once(self):
        """An invoice as a whole is on a ticket once, beside any of its positions.

        No unique index: it would keep people from deleting two positions of a draft,
        which leaves both lines of the ticket about the invoice.
        """
        whole = self.filtered(lambda line: not line.invoice_line_id)
        counts = self._read_group(
            [
                ("ticket_id", "in", whole.ticket_id.ids),
                ("move_id", "in", whole.move_id.ids),
                ("invoice_line_id", "=", False),
            ],
            ["ticket_id", "move_id"],
            ["__count"],
        )
        twice = {(ticket, move) for ticket, move, count in counts if count > 1}
        for line in whole:
            if (line.ticket_id, line.move_id) in twice:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is on the ticket already: change the amount"
                        " there.",
                        invoice=line.move_id.display_name,
                    )
                )
