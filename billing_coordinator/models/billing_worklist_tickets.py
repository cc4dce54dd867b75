from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .billing_ticket import OPEN_STATES, STATES
from .billing_worklist_timeline import TimelineSource

COLORS = {
    "new": "info",
    "in_progress": "info",
    "waiting_customer": "warning",
    "waiting_department": "warning",
    "resolved": "success",
    "closed": "light",
    "cancelled": "light",
}


class BillingWorklist(models.Model):
    """Tickets on the customer's page."""

    _inherit = "billing.worklist"

    ticket_ids = fields.Many2many(
        "billing.ticket", string="Tickets", compute="_compute_ticket_ids"
    )
    open_ticket_count = fields.Integer("Open tickets", compute="_compute_ticket_ids")
    amount_disputed = fields.Monetary(
        "In dispute",
        compute="_compute_ticket_ids",
        help="By the open tickets; nobody is reminded of it.",
    )
    is_disputed = fields.Boolean(
        "Something in dispute",
        compute="_compute_ticket_ids",
        search="_search_is_disputed",
    )

    def _compute_ticket_ids(self):
        """Tickets of all rows in one query, the most urgent first."""
        tickets = self.env["billing.ticket"].search(self._get_customers_domain())
        by_customer = tickets.grouped(lambda t: (t.company_id, t.partner_id))
        for row in self:
            own = by_customer.get((row.company_id, row.partner_id), tickets.browse())
            is_open = own.filtered(lambda ticket: ticket.state in OPEN_STATES)
            row.ticket_ids = is_open + (own - is_open)
            row.open_ticket_count = len(is_open)
            row.amount_disputed = sum(own.mapped("amount_disputed"))
            row.is_disputed = row.amount_disputed > 0

    @api.model
    def _search_is_disputed(self, operator, value):
        if operator != "in":
            return NotImplemented
        disputed = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                """EXISTS (SELECT FROM billing_ticket ticket
                            WHERE ticket.partner_id = %s AND ticket.company_id = %s
                              AND ticket.amount_disputed > 0)""",
                SQL.identifier(alias, "partner_id"),
                SQL.identifier(alias, "company_id"),
            )
        )
        return disputed if True in value else ~disputed

    def _describe_waiting(self):
        if self.wait_reason != "disputed":
            return super()._describe_waiting()
        disputed = self.ticket_ids.filtered("amount_disputed")
        dates = list(filter(None, disputed.mapped("deadline")))
        if not dates:
            return super()._describe_waiting()
        until = fields.Datetime.context_timestamp(self, min(dates)).date()
        return self.env._("In dispute, due %(date)s", date=self._format_day(until))

    def _get_timeline_tickets(self):
        tickets = self.env["billing.ticket"]
        labels = dict(tickets._fields["state"]._description_selection(self.env))
        return TimelineSource(
            "ticket",
            self.env._("Tickets"),
            "fa-ticket",
            SQL(
                """SELECT (ticket.create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date,
                          ticket.id, 'billing.ticket',
                          CONCAT_WS(' ', ticket.name, ticket.subject),
                          %s, author.name,
                          (SELECT NULLIF(SUM(line.company_amount), 0)
                             FROM billing_ticket_line line
                            WHERE line.ticket_id = ticket.id),
                          %s, NULL::date, ticket.state
                     FROM billing_ticket ticket
                     LEFT JOIN billing_ticket_reason reason
                            ON reason.id = ticket.reason_id
                     LEFT JOIN res_users responsible
                            ON responsible.id = ticket.responsible_id
                     LEFT JOIN res_partner author
                            ON author.id = responsible.partner_id
                    WHERE ticket.id IN %s""",
                str(self.env.tz),
                self.env["billing.ticket.reason"]._field_to_sql("reason", "name"),
                self.currency_id.id,
                tickets._search(self._get_customers_domain()).subselect(),
            ),
            {state: (labels[state], COLORS[state]) for state, _label in STATES},
        )

    def action_open_tickets(self):
        """Open the customer's tickets."""
        self.ensure_one()
        return self.env["billing.ticket"]._get_list_action(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
            ]
        )

    def action_make_ticket(self):
        """A ticket of the customer."""
        tickets = self.env["billing.ticket"]
        return tickets._make_in_dialog(*tickets._get_one_customer(self))
