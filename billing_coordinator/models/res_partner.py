from odoo import api, fields, models

from odoo.addons.base.models.res_partner import ResPartner as Partner

# What a customer owes is shown to those who work on it.
COORDINATOR = "billing_coordinator.group_billing_coordinator"


class ResPartner(models.Model):
    _inherit = "res.partner"

    # A contact without a name is called by its type.
    _complete_name_displayed_types = (
        *Partner._complete_name_displayed_types,
        "billing_followup",
    )

    # Back to "contact" would overwrite the address and require a name.
    type = fields.Selection(
        selection_add=[("billing_followup", "Follow-up contact"), ("other",)],
        ondelete={"billing_followup": "set other"},
    )
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
        groups=COORDINATOR,
        help="What this customer owes and is due for in the current company.",
    )
    billing_currency_id = fields.Many2one(
        "res.currency",
        "Follow-up currency",
        compute="_compute_billing_figures",
        groups=COORDINATOR,
    )
    billing_amount_due = fields.Monetary(
        "Total due",
        compute="_compute_billing_figures",
        groups=COORDINATOR,
        currency_field="billing_currency_id",
    )
    billing_amount_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_billing_figures",
        groups=COORDINATOR,
        currency_field="billing_currency_id",
    )
    billing_stage_id = fields.Many2one(
        "billing.followup.stage",
        "Stage reached",
        compute="_compute_billing_figures",
        groups=COORDINATOR,
    )
    billing_todo = fields.Char(
        "What to do next", compute="_compute_billing_figures", groups=COORDINATOR
    )
    billing_last_contact_date = fields.Date(
        "Last contact", compute="_compute_billing_figures", groups=COORDINATOR
    )
    billing_judged_count = fields.Integer(
        "Judged promises", compute="_compute_billing_kept_rate", groups=COORDINATOR
    )
    billing_kept_rate = fields.Float(
        "Kept rate (%)",
        compute="_compute_billing_kept_rate",
        groups=COORDINATOR,
        help="Share of the judged promises that the customer kept.",
    )
    billing_notice_ids = fields.Many2many(
        "billing.followup.notice",
        string="Follow-up notices",
        compute="_compute_billing_figures",
        groups=COORDINATOR,
    )
    billing_hold_text = fields.Char(
        "What is on hold", compute="_compute_billing_hold_ids", groups=COORDINATOR
    )
    billing_hold_ids = fields.Many2many(
        "billing.hold",
        string="Follow-up holds",
        compute="_compute_billing_hold_ids",
        groups=COORDINATOR,
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
            partner.billing_worklist_id = by_partner.get(partner.commercial_partner_id)

    @api.depends_context("company")
    @api.depends("billing_worklist_id")
    def _compute_billing_figures(self):
        """What the worklist knows of the customer in the current company."""
        for partner in self:
            row = partner.billing_worklist_id
            partner.billing_currency_id = row.currency_id
            partner.billing_amount_due = row.amount_due
            partner.billing_amount_overdue = row.amount_overdue
            partner.billing_stage_id = row.stage_id
            partner.billing_todo = row.todo
            partner.billing_last_contact_date = row.last_contact_date
            partner.billing_notice_ids = row.notice_ids

    @api.depends_context("company")
    def _compute_billing_kept_rate(self):
        """Promises kept in the current company; those of all in one query."""
        rates = self.env["billing.promise"]._get_kept_rates(
            self.env.company, self.commercial_partner_id
        )
        for partner in self:
            rate, count = rates.get(partner.commercial_partner_id, (0.0, 0))
            partner.billing_kept_rate = rate
            partner.billing_judged_count = count

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
            own = by_partner.get(partner.commercial_partner_id, holds.browse())
            partner.billing_hold_ids = own
            partner.billing_hold_text = own._describe()

    def action_open_billing_worklist(self):
        """Open the customer as the worklist shows it."""
        self.ensure_one()
        return self.billing_worklist_id.get_formview_action()

    def action_release_billing_holds(self):
        """End the holds of the customer in the current company."""
        self.billing_hold_ids.action_release()
