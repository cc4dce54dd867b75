from odoo import models
from odoo.exceptions import UserError

from .billing_worklist_refresh import FIGURES

# What the refresh and the jobs write: nobody types it in.
SYSTEM_FIELDS = {
    *FIGURES,
    "company_id",
    "last_call_date",
    "partner_id",
    "refreshed_on",
    "responsible_id",
    "run_error",
    "run_error_on",
    "send_requested_on",
}


class BillingWorklist(models.Model):
    """Figures come from the ledger: what a client may write, and what it may not."""

    _inherit = "billing.worklist"

    def write(self, vals):
        names = sorted(vals.keys() & SYSTEM_FIELDS)
        if names and not self.env.su:
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: this is set by the system.",
                    fields=", ".join(labels[name]["string"] for name in names),
                )
            )
        return super().write(vals)

    def _take_over(self, others):
        """Keep the latest of what was arranged with customers that become this one."""
        for name in ("postponed_until", "last_call_date"):
            latest = max(filter(None, (self + others).mapped(name)), default=False)
            if self[name] != latest:
                self._write_state({name: latest})
        if others.message_partner_ids:
            self.message_subscribe(others.message_partner_ids.ids)

    def _write_state(self, vals):
        """Write what became of the customer, with the rights of the user."""
        return super().write(vals)  # pylint: disable=super-method-mismatch
