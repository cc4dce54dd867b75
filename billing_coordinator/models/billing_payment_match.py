from odoo import api, fields, models


class BillingPaymentMatch(models.Model):
    """What a line of the bank pays: a proposal, or what somebody or the job applied.

    Proposals come and go with every run. What was applied is history, also when it was
    undone: it is never changed, and deleted with its statement line only.
    """

    _name = "billing.payment.match"
    _description = "Payment match"
    _order = "statement_line_id, rank, id desc"
    _rec_name = "statement_line_id"
    _check_company_auto = True

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="statement_line_id.company_id", store=True, precompute=True, index=True
    )
    journal_id = fields.Many2one(
        related="statement_line_id.journal_id", store=True, precompute=True, index=True
    )
    date = fields.Date(related="statement_line_id.date")
    payer = fields.Char(
        "Payer", related="statement_line_id.partner_name", help="As the bank says."
    )
    payment_ref = fields.Char("Bank text", related="statement_line_id.payment_ref")
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    amount = fields.Monetary(related="statement_line_id.amount")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty where the line pays for several customers.",
    )
    line_ids = fields.One2many(
        "billing.payment.match.line", "match_id", "Pays", readonly=True
    )
    numbers = fields.Char("Pays what", compute="_compute_numbers")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("applied", "Matched"),
            ("undone", "Undone"),
            ("skipped", "Set aside"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        index=True,
    )
    rank = fields.Integer(readonly=True, help="1 is the best proposal of its line.")
    score = fields.Integer(
        readonly=True, aggregator=False, help="0 to 100: how much speaks for it."
    )
    is_clear = fields.Boolean(
        "Clear",
        readonly=True,
        help="Sure enough to be applied without a person: the score passes the"
        " threshold and no other proposal is nearly as good.",
    )
    # [[reason, points, values]] as `tools.matching.record.Evidence` has them.
    reasons = fields.Json(readonly=True)
    granted = fields.Monetary("Early-payment discount", readonly=True)
    kept = fields.Monetary("Charges kept by the bank", readonly=True)
    difference = fields.Monetary(
        readonly=True,
        help="What remains of the line; negative where it pays too little.",
    )
    returned_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Takes back",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="The payment that the bank returned with this line.",
    )
    rest_handling = fields.Selection(
        [
            ("open", "Leave open"),
            ("discount", "Discount"),
            ("writeoff", "Write off"),
            ("ticket", "Discrepancy ticket"),
            ("credit", "Credit of the customer"),
        ],
        "Difference is",
        readonly=True,
    )
    ticket_id = fields.Many2one(
        "billing.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    note = fields.Char(readonly=True)
    is_automatic = fields.Boolean("Applied by the job", readonly=True)
    applied_at = fields.Datetime("Applied on", readonly=True)
    applied_by_id = fields.Many2one(
        "res.users", "Applied by", readonly=True, index="btree_not_null"
    )
    undone_at = fields.Datetime("Undone on", readonly=True)
    undone_by_id = fields.Many2one(
        "res.users", "Undone by", readonly=True, index="btree_not_null"
    )

    _applied_once = models.UniqueIndex(
        "(statement_line_id) WHERE state = 'applied'",
        "This line of the bank is matched already: undo that first.",
    )

    @api.depends("line_ids.name")
    def _compute_numbers(self):
        for match in self:
            match.numbers = ", ".join(filter(None, match.line_ids.mapped("name")))
