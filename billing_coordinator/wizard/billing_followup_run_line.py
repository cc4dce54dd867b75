from odoo import fields, models

from ..models.billing_worklist import WAIT_REASONS


class BillingFollowupRunLine(models.TransientModel):
    """One customer and currency in the preview of a run."""

    _name = "billing.followup.run.line"
    _description = "Follow-up run line"
    _order = "outcome, company_amount desc, id"

    run_id = fields.Many2one(
        "billing.followup.run", required=True, index=True, ondelete="cascade"
    )
    worklist_id = fields.Many2one("billing.worklist", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade")
    currency_id = fields.Many2one("res.currency")
    company_currency_id = fields.Many2one(
        "res.currency", "Company currency", related="run_id.currency_id"
    )
    outcome = fields.Selection([("send", "Send"), ("skip", "Do not send")])
    selected = fields.Boolean("Send")
    reason = fields.Selection([*WAIT_REASONS, ("paid", "Paid since the last notice")])
    stage_id = fields.Many2one("billing.followup.stage")
    mode = fields.Selection(related="stage_id.mode")
    send_email = fields.Boolean(related="stage_id.send_email")
    send_letter = fields.Boolean(related="stage_id.send_letter")
    next_date = fields.Date("Earliest on")
    item_count = fields.Integer("Items")
    amount = fields.Monetary("Claim")
    company_amount = fields.Monetary(
        "Claim in company currency", currency_field="company_currency_id"
    )
    newest_line_id = fields.Many2one(
        "account.move.line", "Newest item", ondelete="cascade"
    )
    email = fields.Char("E-mail address")

    def _fill_addresses(self):
        """Fill in the address that each e-mail goes to, set-based."""
        lines = self.filtered(lambda line: line.outcome == "send" and line.send_email)
        contacts = self.env["billing.followup.notice"]._get_contacts_of_lines(
            {line.newest_line_id.id: line.partner_id.id for line in lines}
        )
        for line in lines:
            line.email = contacts[line.newest_line_id.id].email

    def action_open_customer(self):
        self.ensure_one()
        return self.worklist_id.get_formview_action()
