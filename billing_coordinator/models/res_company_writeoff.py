from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ResCompany(models.Model):
    """How disputed amounts are written off."""

    _inherit = "res.company"

    billing_writeoff_account_id = fields.Many2one(
        "account.account",
        "Account of write-offs",
        check_company=True,
        domain=[
            (
                "account_type",
                "not in",
                ("asset_receivable", "liability_payable", "off_balance"),
            )
        ],
        help="What is written off on a ticket goes here with its tax: a write-off does"
        " not correct taxes, a credit note does.",
    )
    billing_writeoff_journal_id = fields.Many2one(
        "account.journal",
        "Journal of write-offs",
        check_company=True,
        domain=[("type", "=", "general")],
    )
    billing_writeoff_limit = fields.Monetary(
        "Largest write-off without approval",
        help="Above it a billing manager has to agree. 0: to each of them.",
    )

    @api.constrains("billing_writeoff_limit")
    def _check_billing_writeoff_limit(self):
        if any(company.billing_writeoff_limit < 0 for company in self):
            raise ValidationError(
                self.env._("The limit of write-offs cannot be negative.")
            )

    @api.constrains("billing_writeoff_account_id", "billing_writeoff_journal_id")
    def _check_billing_writeoff(self):
        self._check_company(
            ["billing_writeoff_account_id", "billing_writeoff_journal_id"]
        )
        for journal in self.billing_writeoff_journal_id:
            if journal.type != "general":
                raise ValidationError(
                    self.env._(
                        "%(journal)s is no journal for write-offs: choose one for"
                        " miscellaneous operations.",
                        journal=journal.display_name,
                    )
                )

    def _billing_check_writeoff(self):
        """Say what is missing before anything is written off."""
        names = ["billing_writeoff_account_id", "billing_writeoff_journal_id"]
        missing = [name for name in names if not self[name]]
        if missing:
            labels = self.fields_get(missing, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: choose it for %(company)s in the settings of Billing"
                    " before anything is written off.",
                    fields=", ".join(labels[name]["string"] for name in missing),
                    company=self.name,
                )
            )
