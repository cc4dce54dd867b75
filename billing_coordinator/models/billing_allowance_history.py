from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import clean_context

# Nobody types these in.
SYSTEM_FIELDS = {
    "cancel_reason",
    "cancelled_by_id",
    "cancelled_on",
    "computed_on",
    "currency_id",
    "expense_account_id",
    "allowance_account_id",
    "journal_id",
    "line_ids",
    "move_id",
    "policy",
    "posted_by_id",
    "reversal_date",
    "reversal_id",
    "state",
    "total",
    "total_base",
}


class BillingAllowance(models.Model):
    """What was computed is not typed in, what was posted is not changed."""

    _inherit = "billing.allowance"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_system_fields(vals)
        # Defaults in the context of a client would pass by these checks.
        allowances = self.with_context(clean_context(self.env.context))
        allowances = super(BillingAllowance, allowances).create(vals_list)
        return allowances.with_env(self.env)

    def write(self, vals):
        self._check_system_fields(vals)
        self.env["res.company"]._billing_check_same(self, vals)
        if "date" in vals:
            self._check_draft()
        return super().write(vals)

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_draft(self):
        self._check_draft()

    @api.model
    def _check_system_fields(self, vals):
        names = sorted(vals.keys() & SYSTEM_FIELDS)
        if names and not self.env.su:
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: this is set by the system.",
                    fields=", ".join(labels[name]["string"] for name in names),
                )
            )

    def _check_draft(self):
        for allowance in self:
            if allowance.state != "draft":
                raise UserError(
                    self.env._(
                        "%(allowance)s is no draft any more: what was posted stays. A"
                        " billing manager can cancel it, then make a new one.",
                        allowance=allowance.display_name,
                    )
                )
