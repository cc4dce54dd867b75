from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEAST_THRESHOLD = 50


class ResCompany(models.Model):
    """How lines of the bank are matched."""

    _inherit = "res.company"

    billing_match_auto = fields.Boolean(
        "Apply what is clear by itself",
        help="The hourly job applies proposals that pass the threshold and have no"
        " rival. Off: everything waits for a person.",
    )
    billing_match_threshold = fields.Integer(
        "Threshold",
        default=75,
        help="A proposal has to have this many points, of 100, to be clear.",
    )
    billing_match_tolerance = fields.Monetary(
        "Tolerated charges",
        help="A payment that is smaller by this much at most counts as in full; the"
        " difference is booked as bank charges. 0: none.",
    )
    billing_match_discount_grace = fields.Integer(
        "Days of grace for discounts",
        help="An early-payment discount is granted this many days after its last day.",
    )
    billing_match_charges_account_id = fields.Many2one(
        "account.account",
        "Account of bank charges",
        check_company=True,
        help="What the bank keeps of a payment, and small differences, go here.",
    )

    @api.constrains("billing_match_threshold")
    def _check_billing_match_threshold(self):
        for company in self:
            if not LEAST_THRESHOLD <= company.billing_match_threshold <= 100:
                raise ValidationError(
                    self.env._(
                        "The threshold of matching is between %(least)s and 100.",
                        least=LEAST_THRESHOLD,
                    )
                )

    @api.constrains("billing_match_tolerance", "billing_match_discount_grace")
    def _check_billing_match_limits(self):
        for company in self:
            limits = (
                company.billing_match_tolerance,
                company.billing_match_discount_grace,
            )
            if min(limits) < 0:
                raise ValidationError(
                    self.env._(
                        "Tolerated charges and days of grace cannot be negative."
                    )
                )
