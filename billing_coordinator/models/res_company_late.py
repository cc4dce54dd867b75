from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ResCompany(models.Model):
    """How late-payment interest and fees are invoiced."""

    _inherit = "res.company"

    billing_late_interest_product_id = fields.Many2one(
        "product.product",
        "Product for interest",
        check_company=True,
        default=lambda self: self._billing_get_late_product("interest"),
        help="Late-payment interest is invoiced with its income account and taxes.",
    )
    billing_late_fee_product_id = fields.Many2one(
        "product.product",
        "Product for fees",
        check_company=True,
        default=lambda self: self._billing_get_late_product("fee"),
        help="Fees are invoiced with its income account and taxes.",
    )
    billing_late_journal_id = fields.Many2one(
        "account.journal",
        "Journal of late charges",
        check_company=True,
        domain=[("type", "=", "sale")],
        help="Empty: the journal of the other invoices.",
    )
    billing_late_payment_term_id = fields.Many2one(
        "account.payment.term",
        "Terms of late charges",
        check_company=True,
        help="Empty: the payment terms of the customer.",
    )
    billing_late_post = fields.Boolean(
        "Post late charges",
        help="The invoice of interest and fees is posted as the notice goes out. Off:"
        " it stays a draft until someone has looked at it.",
    )
    billing_late_minimum = fields.Monetary(
        "Minimum interest",
        help="Less interest than this is not charged with a notice; its days are"
        " charged with a later one, when more has come together.",
    )

    @api.model
    def _billing_get_late_product(self, kind):
        name = f"billing_coordinator.product_late_{kind}"
        return self.env.ref(name, raise_if_not_found=False)

    @api.model
    def _billing_set_late_products(self):
        """Companies that were there before the addon have the products too."""
        for kind in ("interest", "fee"):
            name = f"billing_late_{kind}_product_id"
            companies = self.search([(name, "=", False)])
            companies[name] = self._billing_get_late_product(kind)

    @api.constrains("billing_late_minimum")
    def _check_billing_late_minimum(self):
        if any(company.billing_late_minimum < 0 for company in self):
            raise ValidationError(self.env._("Minimum interest cannot be negative."))

    @api.constrains(
        "billing_late_fee_product_id",
        "billing_late_interest_product_id",
        "billing_late_journal_id",
        "billing_late_payment_term_id",
    )
    def _check_billing_late_company(self):
        self._check_company(
            [
                "billing_late_fee_product_id",
                "billing_late_interest_product_id",
                "billing_late_journal_id",
                "billing_late_payment_term_id",
            ]
        )
        for journal in self.billing_late_journal_id:
            if journal.type != "sale":
                raise ValidationError(
                    self.env._(
                        "%(journal)s is no sales journal: late charges are invoices.",
                        journal=journal.display_name,
                    )
                )

    def _billing_check_late_products(self, interest, fee):
        """Say what is missing before anything is charged."""
        missing = []
        if interest and not self.billing_late_interest_product_id:
            missing.append("billing_late_interest_product_id")
        if fee and not self.billing_late_fee_product_id:
            missing.append("billing_late_fee_product_id")
        if missing:
            labels = self.fields_get(missing, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: choose it for %(company)s in the settings of Billing"
                    " before interest or fees are charged.",
                    fields=", ".join(labels[name]["string"] for name in missing),
                    company=self.name,
                )
            )
