from odoo import api, fields, models
from odoo.tools import SQL

from .billing_ticket import CLOSED, RESOLVED

# Aggregated over the tickets that have the moment: there is no time before it.
TIMES = {"first_response_hours": "first_response_on", "resolution_hours": "resolved_on"}


class BillingTicket(models.Model):
    """How long customers wait, in working hours of the team."""

    _inherit = "billing.ticket"

    first_response_on = fields.Datetime(
        "First answered on",
        readonly=True,
        copy=False,
        help="When a user first wrote to the customer.",
    )
    first_response_hours = fields.Float(
        "Hours to the first answer",
        compute="_compute_first_response_hours",
        store=True,
        aggregator="avg",
        help="Working hours of the team.",
    )
    resolved_on = fields.Datetime(compute="_compute_resolved_on", store=True)
    resolution_hours = fields.Float(
        "Working hours to resolve",
        compute="_compute_resolution_hours",
        store=True,
        aggregator="avg",
        help="Working hours of the team until the ticket was resolved, for the last"
        " time if it was reopened. Waiting for the customer counts.",
    )

    @api.depends("first_response_on")
    def _compute_first_response_hours(self):
        for ticket in self:
            ticket.first_response_hours = ticket._get_hours(ticket.first_response_on)

    @api.depends("state")
    def _compute_resolved_on(self):
        """Also when settling the invoices closed it; reopening starts anew."""
        for ticket in self:
            over = ticket.state in (RESOLVED, CLOSED)
            ticket.resolved_on = over and (ticket.resolved_on or fields.Datetime.now())

    @api.depends("resolved_on")
    def _compute_resolution_hours(self):
        for ticket in self:
            ticket.resolution_hours = ticket._get_hours(ticket.resolved_on)

    def _get_hours(self, moment):
        """Working hours from when the ticket was made."""
        start = self.create_date
        if not start or not moment:
            return 0.0
        return self.team_id._count_hours(self.company_id, start, moment)

    def _message_post_after_hook(self, message, msg_values):
        if not self.first_response_on and self._is_response(message):
            ticket_sudo = self.sudo()  # whoever may write to the customer
            ticket_sudo.first_response_on = fields.Datetime.now()
        return super()._message_post_after_hook(message, msg_values)

    def _is_response(self, message):
        """A person of ours writes to the customer: no note, nothing automatic."""
        author_sudo = message.author_id.sudo()  # of any company
        return (
            message.message_type in ("comment", "email", "email_outgoing")
            and message.subtype_id == self.env.ref("mail.mt_comment")
            and author_sudo
            not in (author_sudo.browse(), self.env.ref("base.partner_root"))
            and not author_sudo.partner_share
        )

    def _read_group_select(self, aggregate_spec, query):
        """The average is that of tickets that were answered or resolved."""
        name, _sep, function = aggregate_spec.partition(":")
        if name not in TIMES or function not in ("avg", "min"):
            return super()._read_group_select(aggregate_spec, query)
        value = self._field_to_sql(self._table, name, query)
        moment = self._field_to_sql(self._table, TIMES[name], query)
        return SQL(
            "%s(%s) FILTER (WHERE %s IS NOT NULL)",
            SQL("AVG") if function == "avg" else SQL("MIN"),
            value,
            moment,
        )
