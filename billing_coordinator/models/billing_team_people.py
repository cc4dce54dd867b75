from odoo import api, fields, models


class BillingTeam(models.Model):
    """The people of a team: colleagues, one of whom learns of what is late."""

    _inherit = "billing.team"

    leader_id = fields.Many2one(domain=[("share", "=", False)])
    member_ids = fields.Many2many(domain=[("share", "=", False)])
    tells_nobody = fields.Boolean(
        "Nobody learns of late tickets",
        compute="_compute_tells_nobody",
        help="There is no leader who could see tickets, and nobody with the role of a"
        " billing coordinator or manager in the company.",
    )

    @api.depends("leader_id", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_tells_nobody(self):
        for team in self:
            companies = team.company_id or self.env.companies
            team.tells_nobody = not team._has_leader(companies) and not all(
                company._get_billing_desk() for company in companies
            )

    def _has_leader(self, companies):
        """Whether the leader is at work in the companies, and may see tickets."""
        leader_sudo = self.leader_id.sudo()  # of any company
        return (
            leader_sudo.active
            and not leader_sudo.share
            and companies <= leader_sudo.company_ids
            and self.env["billing.ticket"].with_user(leader_sudo).has_access("read")
        )

    @api.constrains("leader_id", "member_ids")
    def _check_people(self):
        (self.leader_id | self.member_ids)._billing_check_colleagues()

    def write(self, vals):
        """Who leaves a team does not get the notes on its tickets any more."""
        changed = vals.keys() & {"leader_id", "member_ids"}
        before = {t: t.leader_id | t.member_ids for t in self} if changed else {}
        result = super().write(vals)
        for team, people in before.items():
            team._forget_followers(people - team.leader_id - team.member_ids)
        return result

    def _forget_followers(self, users):
        if not users:
            return
        tickets_sudo = self.env["billing.ticket"].sudo()  # of any company
        tickets_sudo = tickets_sudo.search(
            [
                ("team_id", "=", self.id),
                ("message_partner_ids", "in", users.partner_id.ids),
            ]
        )
        for ticket in tickets_sudo:
            ticket._forget_followers(users)
