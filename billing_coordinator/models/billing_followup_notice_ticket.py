from odoo import models


class BillingFollowupNotice(models.Model):
    """What a customer says to a notice."""

    _inherit = "billing.followup.notice"

    def action_make_ticket(self):
        """A ticket about what the notice claims and is still open."""
        self.ensure_one()
        tickets = self.env["billing.ticket"]
        amounts = tickets._get_disputable_amounts(self.line_ids.move_id)
        return tickets._make_in_dialog(
            self.company_id,
            self.contact_id or self.partner_id,
            {move: amount for move, amount in amounts.items() if amount},
        )
