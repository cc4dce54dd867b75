from odoo import api, fields, models

KINDS = [("discrepancy", "Discrepancy"), ("inquiry", "Inquiry")]


class BillingTicketReason(models.Model):
    """Why a customer writes: it says who answers, and until when."""

    _name = "billing.ticket.reason"
    _description = "Ticket reason"
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        KINDS,
        required=True,
        default="discrepancy",
        help="In a discrepancy money is in dispute: it is not chased until it is"
        " settled. An inquiry is a question.",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Leave empty to offer the reason in every company.",
    )
    team_id = fields.Many2one(
        "billing.team",
        "Answered by",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: the billing desk itself.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        domain=[("share", "=", False)],
        help="Gets the tickets, if the person is at work here.",
    )
    backup_user_id = fields.Many2one(
        "res.users",
        "Backup",
        domain=[("share", "=", False)],
        help="Gets them where the person has left.",
    )
    hours = fields.Float(
        "Hours to resolve",
        default=40.0,
        required=True,
        help="Working hours of the team until the deadline.",
    )
    in_portal = fields.Boolean(
        "Offered in the portal", default=True, help="Customers may choose it."
    )

    _hours_positive = models.Constraint(
        "CHECK(hours > 0)", "A deadline is at least some hours away."
    )

    @api.constrains("user_id", "backup_user_id")
    def _check_people(self):
        (self.user_id | self.backup_user_id)._billing_check_colleagues()

    def _get_assignee(self, company):
        """The person, else the backup, whoever works in ``company``."""
        for user_sudo in (self.sudo().user_id, self.sudo().backup_user_id):
            at_work = user_sudo.active and not user_sudo.share
            if at_work and company in user_sudo.company_ids:
                return user_sudo.sudo(False)
        return self.env["res.users"]


class BillingTicketCause(models.Model):
    """What was at the root of a ticket, so that it does not come again."""

    _name = "billing.ticket.cause"
    _description = "Ticket root cause"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
