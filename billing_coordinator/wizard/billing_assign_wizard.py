from odoo import fields, models


class BillingAssignWizard(models.TransientModel):
    """Give customers to a responsible person, who then gets their activities."""

    _name = "billing.assign.wizard"
    _description = "Assign the responsible person"

    worklist_ids = fields.Many2many(
        "billing.worklist",
        string="Customers",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        help="Empty: the follow-up manager of the company.",
    )

    def action_assign(self):
        self.ensure_one()
        self.worklist_ids.check_access("write")
        for company, rows in self.worklist_ids.grouped("company_id").items():
            # Who is responsible is a matter of follow-up, not of the contact's data.
            partners_sudo = rows.partner_id.with_company(company).sudo()
            partners_sudo.billing_responsible_id = self.user_id
        self.worklist_ids._refresh_figures()
        return {"type": "ir.actions.act_window_close"}
