from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class BillingCloseCarryWizard(models.TransientModel):
    """Choose which changes of a close the next periods get."""

    _name = "billing.close.carry.wizard"
    _description = "Carry changes of a close forward"

    close_id = fields.Many2one(
        "billing.close", required=True, readonly=True, index=True, ondelete="cascade"
    )
    template_id = fields.Many2one(related="close_id.template_id")
    line_ids = fields.One2many(
        "billing.close.carry.wizard.line", "wizard_id", "Changes"
    )
    later_id = fields.Many2one(
        "billing.close.template",
        "Later version",
        compute="_compute_later_id",
        help="Is in force after this close already.",
    )

    @api.depends("close_id")
    def _compute_later_id(self):
        for wizard in self:
            close = wizard.close_id
            now = close.template_id._get_in_force(
                close.company_id, fields.Date.add(close.date_to, days=1)
            )
            wizard.later_id = now - close.template_id

    @api.model
    def _make(self, close):
        lines = [Command.create(values) for values in close._get_differences()]
        return self.create({"close_id": close.id, "line_ids": lines})

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Carry changes to the next periods"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_apply(self):
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(self.env._("Choose the changes that are to be carried."))
        return self.close_id._carry(chosen).get_formview_action()
