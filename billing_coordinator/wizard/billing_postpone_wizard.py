from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date


class BillingPostponeWizard(models.TransientModel):
    """Leave customers alone until a day, by a decision that is written down."""

    _name = "billing.postpone.wizard"
    _description = "Postpone follow-up"

    worklist_ids = fields.Many2many(
        "billing.worklist",
        string="Customers",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    date = fields.Date(
        "Until",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
        help="On this day the customer comes back into the worklist.",
    )
    reason = fields.Char(required=True)

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        if any(wizard.date <= today for wizard in self):
            raise ValidationError(self.env._("Choose a day after today."))

    def action_postpone(self):
        self.ensure_one()
        title = self.env._(
            "Postponed until %(date)s", date=format_date(self.env, self.date)
        )
        body = Markup("<p><b>%s</b></p><p>%s</p>") % (title, self.reason)
        for row in self.worklist_ids:
            row.message_post(
                body=body, subtype_xmlid="billing_coordinator.mt_postponement"
            )
        self.worklist_ids.postponed_until = self.date
        self.worklist_ids._refresh_figures()
        return {"type": "ir.actions.act_window_close"}
