from odoo import api, fields, models

from .billing_ticket import OPEN_STATES


class BillingTicket(models.Model):
    """Who answers a ticket, who talks with the customer, and until when."""

    _inherit = "billing.ticket"

    team_id = fields.Many2one(
        "billing.team",
        compute="_compute_route",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The department that has to answer, by the reason.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        domain=[("share", "=", False)],
        compute="_compute_route",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
    )
    responsible_id = fields.Many2one(
        "res.users",
        "Coordinator",
        domain=[("share", "=", False)],
        compute="_compute_responsible_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        help="Talks with the customer, whoever has to find the answer.",
    )
    deadline = fields.Datetime(
        compute="_compute_deadline",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
        help="By the hours of the reason, in the working hours of the team.",
    )
    is_late = fields.Boolean(
        "Late", compute="_compute_is_late", search="_search_is_late"
    )

    @api.depends("reason_id")
    def _compute_route(self):
        """The reason says who answers; what was chosen by hand stays without one."""
        for ticket in self:
            reason = ticket.reason_id
            ticket.team_id = reason.team_id or ticket.team_id
            if reason.team_id:
                ticket.user_id = reason._get_assignee(ticket.company_id)
            else:
                ticket.user_id = ticket.user_id

    @api.depends("partner_id", "company_id")
    def _compute_responsible_id(self):
        for ticket in self:
            partner = ticket.partner_id.with_company(ticket.company_id)
            users = (
                partner.billing_responsible_id
                + ticket.company_id.sudo().billing_responsible_id
            )
            users = users.filtered(lambda user: user.active and not user.share)
            ticket.responsible_id = ticket.responsible_id or users[:1]

    @api.constrains("user_id", "responsible_id")
    def _check_people(self):
        (self.user_id | self.responsible_id)._billing_check_colleagues()

    @api.depends("reason_id", "team_id")
    def _compute_deadline(self):
        """Working hours of the team, counted from when the ticket was made.

        No ticket is without: where the reason says nothing the team does.
        """
        for ticket in self:
            if ticket.deadline and not ticket.reason_id:
                ticket.deadline = ticket.deadline
                continue
            start = ticket.create_date or fields.Datetime.now()
            ticket.deadline = ticket._add_working_hours(
                start, ticket._get_hours_given()
            )

    def _get_hours_given(self):
        """Working hours to resolve the ticket."""
        return self.reason_id.hours or self.team_id._get_default_hours()

    def _add_working_hours(self, start, hours):
        """``start`` and so many working hours of the team, in UTC."""
        return self.team_id._plan_hours(self.company_id, start, hours)

    @api.depends("state", "deadline")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for ticket in self:
            due = ticket.deadline and ticket.deadline < now
            ticket.is_late = due and ticket.state in OPEN_STATES

    def _search_is_late(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        late = fields.Domain("state", "in", OPEN_STATES) & fields.Domain(
            "deadline", "<", fields.Datetime.now()
        )
        return late if (operator == "in") == (True in value) else ~late
