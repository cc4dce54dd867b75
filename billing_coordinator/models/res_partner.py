from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_plan_id = fields.Many2one(
        "billing.followup.plan",
        "Follow-up plan",
        company_dependent=True,
        check_company=True,
        tracking=True,
        help="Instead of the plan of the company.",
    )
    billing_responsible_id = fields.Many2one(
        "res.users",
        "Responsible for follow-up",
        company_dependent=True,
        tracking=True,
        help="Instead of the follow-up manager of the company.",
    )
    billing_worklist_id = fields.Many2one(
        "billing.worklist",
        "Follow-up",
        compute="_compute_billing_worklist_id",
        help="What this customer owes and is due for in the current company.",
    )
    billing_notice_count = fields.Integer(
        "Notices", compute="_compute_billing_worklist_id"
    )

    def _compute_billing_worklist_id(self):
        rows = self.env["billing.worklist"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_partner = {row.partner_id: row for row in rows}
        for partner in self:
            row = by_partner.get(partner.commercial_partner_id, rows.browse())
            partner.billing_worklist_id = row
            partner.billing_notice_count = row.notice_count
