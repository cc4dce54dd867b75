from odoo import api, fields, models


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
    billing_currency_id = fields.Many2one(related="billing_worklist_id.currency_id")
    billing_amount_due = fields.Monetary(
        related="billing_worklist_id.amount_due", currency_field="billing_currency_id"
    )
    billing_amount_overdue = fields.Monetary(
        related="billing_worklist_id.amount_overdue",
        currency_field="billing_currency_id",
    )
    billing_stage_id = fields.Many2one(related="billing_worklist_id.stage_id")
    billing_todo = fields.Char(related="billing_worklist_id.todo", string="Next")
    billing_last_contact_date = fields.Date(
        related="billing_worklist_id.last_contact_date"
    )
    billing_notice_ids = fields.Many2many(related="billing_worklist_id.notice_ids")
    billing_hold_ids = fields.Many2many(
        "billing.hold", string="Follow-up holds", compute="_compute_billing_hold_ids"
    )

    @api.depends_context("company")
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

    @api.depends_context("company")
    def _compute_billing_hold_ids(self):
        """Holds in force, also of customers who owe nothing at this moment."""
        holds = self.env["billing.hold"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "active"),
            ]
        )
        by_partner = holds.grouped("partner_id")
        for partner in self:
            partner.billing_hold_ids = by_partner.get(partner.commercial_partner_id)

    def action_open_billing_worklist(self):
        """Open the customer as the worklist shows it."""
        self.ensure_one()
        return self.billing_worklist_id.get_formview_action()

    def action_release_billing_holds(self):
        """End the holds of the customer in the current company."""
        self.billing_hold_ids.action_release()
