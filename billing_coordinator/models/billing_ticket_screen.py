from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .billing_ticket import OPEN_STATES

COORDINATOR = "billing_coordinator.group_billing_coordinator"
# (key, label, days from which on); the keys are in the order of their columns.
AGES = [
    ("d00", "Up to a week", 0),
    ("d08", "Up to a month", 8),
    ("d31", "Up to three months", 31),
    ("d92", "Older", 92),
]


class BillingTicket(models.Model):
    """What the screens show of a ticket beside what is written on it."""

    _inherit = "billing.ticket"

    age_days = fields.Float(
        "Days open",
        compute="_compute_age",
        aggregator="avg",
        help="From when the ticket was made until it was over, or until now.",
    )
    age = fields.Selection(
        [age[:2] for age in AGES], compute="_compute_age", search="_search_age"
    )
    other_count = fields.Integer(
        "Other open tickets", compute="_compute_other_count", groups=COORDINATOR
    )

    @api.depends("create_date", "resolved_on", "state")
    def _compute_age(self):
        now = fields.Datetime.now()
        for ticket in self:
            end = now
            if ticket.state not in OPEN_STATES:
                end = ticket.resolved_on or ticket.write_date or now
            start = ticket.create_date or now
            ticket.age_days = max(0, (end - start) / timedelta(days=1))
            ages = [key for key, _label, days in AGES if ticket.age_days >= days]
            ticket.age = ages[-1]

    def _search_age(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN %s", model._field_to_sql(alias, "age", query), tuple(value)
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """The age for the database: it is summed and grouped by, and never stored."""
        if field_expr == "age_days":
            return self._age_to_sql(alias)
        if field_expr == "age":
            cases = [
                SQL("WHEN %s >= %s THEN %s", self._age_to_sql(alias), days, key)
                for key, _label, days in reversed(AGES)
            ]
            return SQL("(CASE %s END)", SQL(" ").join(cases))
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _age_to_sql(self, alias):
        now = fields.Datetime.now()
        return SQL(
            """GREATEST(0, EXTRACT(EPOCH FROM
                   CASE WHEN %(state)s IN %(open)s THEN %(now)s
                        ELSE COALESCE(%(resolved)s, %(written)s) END
                   - %(made)s) / 86400.0)""",
            state=SQL.identifier(alias, "state"),
            open=OPEN_STATES,
            now=now,
            resolved=SQL.identifier(alias, "resolved_on"),
            written=SQL.identifier(alias, "write_date"),
            made=SQL.identifier(alias, "create_date"),
        )

    @api.depends("partner_id", "company_id", "state")
    def _compute_other_count(self):
        counts = self._count_open(self.company_id, self.partner_id)
        for ticket in self:
            count = counts.get((ticket.company_id, ticket.partner_id), 0)
            itself = ticket._origin and ticket.state in OPEN_STATES
            ticket.other_count = max(0, count - bool(itself))

    @api.model
    def _count_open(self, companies, partners):
        """``{(company, customer): open tickets}``, in one query."""
        groups = self._read_group(
            [
                ("company_id", "in", companies.ids),
                ("partner_id", "in", partners.ids),
                ("state", "in", OPEN_STATES),
            ],
            ["company_id", "partner_id"],
            ["__count"],
        )
        return {(company, partner): count for company, partner, count in groups}

    @api.onchange("kind")
    def _onchange_kind(self):
        """Reasons are of one kind, and only a discrepancy disputes an amount.

        What was in dispute before stays written.
        """
        if self.reason_id.kind != self.kind:
            self.reason_id = False
        lines = self.line_ids
        if self.kind != "discrepancy":
            lines = lines.filtered(lambda line: not line._origin)
        lines._compute_amount_disputed()

    # -- buttons ------------------------------------------------------------------

    def action_open_others(self):
        """Open all tickets of the customer."""
        self.ensure_one()
        return self._get_list_action(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
            ]
        )

    @api.model
    def _get_list_action(self, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_ticket_action"
        )
        return dict(action, domain=domain, context=context)
