from odoo import fields, models


class BillingPaymentMatchLine(models.Model):
    """A part of a line of the bank, and the open item that it pays."""

    _name = "billing.payment.match.line"
    _description = "Payment match item"
    _order = "match_id, id"
    _check_company_auto = True

    match_id = fields.Many2one(
        "billing.payment.match",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="match_id.company_id")
    currency_id = fields.Many2one(related="match_id.currency_id")
    kind = fields.Selection(
        [
            ("item", "Open item"),
            ("payment", "Payment in transit"),
            ("credit", "Credit of the customer"),
        ],
        required=True,
        readonly=True,
        default="item",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Journal item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The receivable, or the outstanding item of a payment in transit.",
    )
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="A payment registered before, with or without a journal entry.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null"
    )
    # Kept for history: the item may be gone.
    name = fields.Char("Number", readonly=True)
    amount = fields.Monetary(
        "Paid", readonly=True, help="Of the line, in the currency of the bank account."
    )
    discount = fields.Monetary("Early-payment discount", readonly=True)
    kept = fields.Monetary("Charges kept by the bank", readonly=True)
