from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# The part of a covered receivable that is still promised, see tools/promise.py.
REMAINING = SQL(
    """LEAST(cover.amount, GREATEST(0, line.amount_residual_currency - cover.floor))"""
)


class BillingPromiseLine(models.Model):
    """What a promise covers of one receivable."""

    _name = "billing.promise.line"
    _description = "Promise to pay, covered item"
    _order = "promise_id, date_maturity, id"
    _rec_name = "label"

    promise_id = fields.Many2one(
        "billing.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    move_line_id = fields.Many2one(
        "account.move.line", "Journal item", ondelete="set null", index="btree_not_null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", ondelete="set null", index="btree_not_null"
    )
    label = fields.Char("Number", required=True)
    date_maturity = fields.Date("Due date")
    amount = fields.Monetary("Promised")
    floor = fields.Monetary(
        help="Open amount of the item once this part of the promise is paid."
    )
    credit_base = fields.Monetary(
        help="What had been credited on the item when the promise was made."
    )
    is_open = fields.Boolean(
        "Holds reminders", help="The promise is open: the covered part is not chased."
    )
    remaining = fields.Monetary("Still promised", compute="_compute_remaining")

    _open_idx = models.Index("(move_line_id) WHERE is_open")

    @api.depends("amount", "floor", "is_open", "move_line_id.amount_residual_currency")
    def _compute_remaining(self):
        for line in self:
            left = line.move_line_id.amount_residual_currency - line.floor
            line.remaining = line.is_open and min(line.amount, max(0.0, left))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Covered items are set with the promise."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("A promise is not changed: make a new one."))
        return super().write(vals)

    def action_open_invoice(self):
        """Open the invoice or entry that is covered."""
        self.ensure_one()
        return self.move_id.get_formview_action()
