from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.statement import OPEN_ITEMS
from .billing_statement import KINDS


class ResCompany(models.Model):
    """When a company sends statements of account by itself."""

    _inherit = "res.company"

    billing_statement_schedule = fields.Selection(
        [("none", "Not by itself"), ("monthly", "Every month")],
        "Send statements",
        default="none",
        required=True,
        help="Every month each customer who has something open gets a statement by"
        " e-mail.",
    )
    billing_statement_day = fields.Integer(
        "Day of the month", default=5, help="From 1 to 28, so that every month has it."
    )
    billing_statement_kind = fields.Selection(
        KINDS,
        "Kind of statement",
        default=OPEN_ITEMS,
        required=True,
        help="Open items: what is open on the day of sending, with its age."
        " Account activity:"
        " all movements of the month before, with opening and closing balance.",
    )
    billing_statement_since = fields.Date(
        "Statements scheduled since",
        compute="_compute_billing_statement_since",
        store=True,
        help="Days before the schedule was set are not made up for.",
    )

    @api.depends("billing_statement_schedule", "billing_statement_day")
    def _compute_billing_statement_since(self):
        today = fields.Date.context_today(self)
        for company in self:
            company.billing_statement_since = today

    @api.constrains("billing_statement_day")
    def _check_billing_statement_day(self):
        if any(not 1 <= company.billing_statement_day <= 28 for company in self):
            raise ValidationError(
                self.env._("The day of the month for statements is between 1 and 28.")
            )
