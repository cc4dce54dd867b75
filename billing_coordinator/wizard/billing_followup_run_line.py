from odoo import fields, models
from odoo.tools import email_normalize

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
    address_problem = fields.Selection(
        lambda self: (
            self.env["billing.followup.notice"]
            ._fields["address_problem"]
            ._description_selection(self.env)
        ),
        "Address problem",
        help="The e-mail will fail; the responsible person gets an activity to write or"
        " call instead.",
    )
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

    def _check_addresses(self):
        """Fill in the address of each e-mail and what is wrong with it, set-based."""
        lines = self.filtered(lambda line: line.outcome == "send" and line.send_email)
        notices = self.env["billing.followup.notice"]
        for line in lines:
            line.email = notices._choose_contact(
                line.newest_line_id.move_id.partner_id, line.partner_id
            ).email
        addresses = {line: email_normalize(line.email or "") for line in lines}
        blacklist = self.env["mail.blacklist"].sudo()
        blacklisted = set(
            blacklist.search([("email", "in", list(set(addresses.values())))]).mapped(
                "email"
            )
        )
        for line, address in addresses.items():
            if not line.email:
                line.address_problem = "missing"
            elif not address:
                line.address_problem = "invalid"
            elif address in blacklisted:
                line.address_problem = "blacklisted"

    def action_open_customer(self):
        self.ensure_one()
        return self.worklist_id.get_formview_action()
