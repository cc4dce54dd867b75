from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import promise as rules


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
    last_partial_id = fields.Integer(
        "Last reconciliation before",
        required=True,
        default=0,
        help="Payments reconciled with the item after this one count.",
    )
    awaited = fields.Monetary(
        "Under way before",
        required=True,
        default=0.0,
        help="Payments that were under way when the promise was made: so much of what"
        " comes in is not counted.",
    )
    settled = fields.Json(
        help="What the promise took of each reconciliation, once it is closed."
    )
    is_open = fields.Boolean(
        "Holds reminders", help="The promise is open: the covered part is not chased."
    )
    remaining = fields.Monetary(
        "Still promised",
        compute="_compute_remaining",
        help="Without what is in dispute.",
    )

    _open_idx = models.Index("(move_line_id) WHERE is_open")

    @api.depends(
        "amount",
        "is_open",
        "move_line_id.amount_residual_currency",
        "move_line_id.parent_state",
        "move_id.billing_ticket_line_ids.is_open",
        "move_id.billing_ticket_line_ids.amount_disputed",
    )
    def _compute_remaining(self):
        shares = self.promise_id._get_shares()
        for line in self:
            share = shares.get(line.promise_id.id, {}).get(line.id)
            line.remaining = share.remaining if share else 0.0

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

    # -- an invoice that was posted again --------------------------------------------

    def _respread_on(self, move):
        """Spread these open covers over what is open of their invoice, oldest first."""
        items = self._get_rooms(move)
        if not items:
            return
        promises = self.grouped("promise_id")
        digits = move.currency_id.decimal_places
        amounts = [sum(covers.mapped("amount")) for covers in promises.values()]
        parts = rules.spread(list(items.items()), amounts, digits)
        if all(
            {cover.move_line_id: cover.amount for cover in covers} == part
            for covers, part in zip(promises.values(), parts, strict=True)
        ):
            return
        values = [
            vals
            for covers, part in zip(promises.values(), parts, strict=True)
            for vals in covers._prepare_respread(part, digits)
        ]
        self.unlink()
        self.create(values)

    def _get_rooms(self, move):
        """``{item: what may be promised of it}``, the oldest first."""
        items = move.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable" and line.balance > 0
            )
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))
        covered = self.promise_id._fetch_covered(items.ids)
        return {
            item: (
                covered[item.id].get_room()
                if item.id in covered
                else max(0.0, item.amount_residual_currency)
            )
            for item in items
        }

    def _prepare_respread(self, parts, digits):
        """Values of the covers of one promise that come in place of these.

        :param parts: ``{journal item: amount}``
        """
        awaited, _left = rules.cover(
            list(parts.items()), sum(self.mapped("awaited")), digits
        )
        since = max(self.mapped("last_partial_id"))
        before = {cover.move_line_id: cover.last_partial_id for cover in self}
        return [
            {
                "promise_id": self.promise_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "move_line_id": item.id,
                "move_id": item.move_id.id,
                "label": item.move_name or item.move_id.display_name,
                "date_maturity": item.date_maturity or item.date,
                "amount": amount,
                "last_partial_id": before.get(item, since),
                "awaited": awaited.get(item, 0.0),
                "is_open": True,
            }
            for item, amount in parts.items()
        ]
