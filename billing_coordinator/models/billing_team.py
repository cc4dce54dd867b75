from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BillingTeam(models.Model):
    """A department that answers tickets: sales, the warehouse, the billing desk."""

    _name = "billing.team"
    _description = "Ticket team"
    _inherit = ["mail.alias.mixin.optional"]
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Leave empty for a team that answers in every company.",
    )
    leader_id = fields.Many2one(
        "res.users",
        "Team leader",
        index="btree_not_null",
        help="Learns of tickets that are late.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "billing_team_member_rel",
        "team_id",
        "user_id",
        "Members",
        help="See and answer the tickets of the team.",
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working hours",
        check_company=True,
        help="Deadlines and answering times count these hours; empty: the company's.",
    )
    send_receipt = fields.Boolean(
        "Confirm e-mails",
        default=True,
        help="Whoever writes to the team's address gets the number of the ticket.",
    )

    def _get_calendar(self, company):
        """Whose hours a deadline counts; none: every hour."""
        return self.resource_calendar_id or company.resource_calendar_id

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("billing.ticket")
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = defaults | {"team_id": self.id}
        return values

    @api.constrains("company_id")
    def _check_company_of_tickets(self):
        """A team with tickets elsewhere cannot become one company's own."""
        for team in self.filtered("company_id"):
            others = (
                self.env["billing.ticket"]
                .sudo()
                ._read_group(
                    [
                        ("team_id", "=", team.id),
                        "!",
                        ("company_id", "child_of", team.company_id.id),
                    ],
                    ["company_id"],
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(team)s has tickets of %(companies)s: give them to another"
                        " team first.",
                        team=team.name,
                        companies=", ".join(c.name for [c] in others),
                    )
                )
