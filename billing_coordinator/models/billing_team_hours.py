from odoo import fields, models

# Where a ticket has no team.
DEFAULT_HOURS = 40.0
ESCALATE_HOURS = 8.0


class BillingTeam(models.Model):
    """How much time a team has, and who hears of it when it is over."""

    _inherit = "billing.team"

    default_hours = fields.Float(
        "Hours to resolve",
        default=DEFAULT_HOURS,
        required=True,
        help="Working hours until the deadline of a ticket without a reason.",
    )
    escalate_hours = fields.Float(
        "Hours until the manager is told",
        default=ESCALATE_HOURS,
        required=True,
        help="The team leader is told that a ticket is late. So many working hours"
        " later the follow-up manager is told too.",
    )
    send_rating = fields.Boolean(
        "Ask customers for a rating",
        help="After a ticket is closed its contact gets an e-mail and answers with one"
        " click.",
    )

    _hours_positive = models.Constraint(
        "CHECK(default_hours > 0 AND escalate_hours > 0)",
        "Tickets are resolved and escalated after some hours at least.",
    )

    def _get_default_hours(self):
        """Working hours for a ticket without a reason, of no team too."""
        return self.default_hours or DEFAULT_HOURS

    def _get_escalate_hours(self):
        """Working hours from the leader to the manager, of no team too."""
        return self.escalate_hours or ESCALATE_HOURS

    def _plan_hours(self, company, start, hours):
        """``start`` and so many working hours, in UTC.

        Without a calendar every hour counts.
        """
        calendar = self._get_calendar(company)
        end = calendar and calendar.plan_hours(hours, start, compute_leaves=True)
        return end or fields.Datetime.add(start, hours=hours)

    def _count_hours(self, company, start, end):
        """Working hours from ``start`` to ``end``; without a calendar all of them."""
        calendar = self._get_calendar(company)
        if not calendar:
            return max(0.0, (end - start).total_seconds() / 3600)
        return calendar.get_work_hours_count(start, end) if start < end else 0.0
