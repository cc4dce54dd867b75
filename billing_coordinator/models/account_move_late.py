from odoo import fields, models
from odoo.fields import Domain

COORDINATOR = "billing_coordinator.group_billing_coordinator"


class AccountMove(models.Model):
    """Interest and fees that an invoice bears, or that it invoices."""

    _inherit = "account.move"

    # Copied: what is made of such an invoice is interest too.
    billing_no_late_charges = fields.Boolean(
        "No late charges",
        help="Neither interest nor a fee is charged for it when it is overdue. Set on"
        " invoices of late charges and on what is copied from them.",
    )
    billing_late_charge_count = fields.Integer(
        "Number of late charges",
        compute="_compute_billing_late_charge_count",
        groups=COORDINATOR,
    )

    def _compute_billing_late_charge_count(self):
        """Charges on the invoice, and charges because of it, in two queries."""
        counts = dict.fromkeys(self.ids, 0)
        charges = self.env["billing.late.charge"]
        for name in ("move_id", "origin_id"):
            domain = [(name, "in", self.ids)]
            for move, count in charges._read_group(domain, [name], ["__count"]):
                counts[move.id] += count
        for move in self:
            move.billing_late_charge_count = counts.get(move._origin.id, 0)

    def action_open_billing_late_charges(self):
        """Open the late charges of the invoice."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_late_charge_action"
        )
        domain = Domain("move_id", "in", self.ids) | Domain("origin_id", "in", self.ids)
        return dict(action, domain=list(domain), context={})
