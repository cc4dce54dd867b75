from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date


class BillingReceivableDateWizard(models.TransientModel):
    """Look at the receivables as they stood at the end of a day."""

    _name = "billing.receivable.date.wizard"
    _description = "Receivables as of a date"

    date = fields.Date(
        "As of the end of",
        required=True,
        default=lambda self: self._get_last_month_end(),
        help="What was settled later counts as open, what came later is left out.",
    )

    @api.model
    def _get_last_month_end(self):
        first = fields.Date.start_of(fields.Date.context_today(self), "month")
        return fields.Date.subtract(first, days=1)

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        if any(wizard.date > today for wizard in self):
            raise ValidationError(
                self.env._("Choose a past day: the future is not known yet.")
            )

    def action_open(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_receivable_action"
        )
        name = self.env._(
            "Receivables as of %(date)s", date=format_date(self.env, self.date)
        )
        context = {"as_of": fields.Date.to_string(self.date)}
        # A new breadcrumb: the same list with another date is another list.
        titles = {"name": name, "display_name": name}
        return dict(action, id=False, path=False, context=context, **titles)
