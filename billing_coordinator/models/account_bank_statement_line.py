from odoo import fields, models


class AccountBankStatementLine(models.Model):
    """What the bank tells of an entry, for matching and against importing it twice."""

    _inherit = "account.bank.statement.line"

    # See `tools.bank.record.Transaction.entry`.
    billing_entry = fields.Char(
        "Entry key",
        copy=False,
        readonly=True,
        help="The same for the same entry in any file of the bank.",
    )
    billing_entry_part = fields.Integer(
        "Part of the entry",
        copy=False,
        readonly=True,
        help="Number of the transaction in a batch of the bank, from 0.",
    )
    billing_reference = fields.Char("Bank reference", copy=False, readonly=True)
    billing_end_to_end = fields.Char("End-to-end reference", copy=False, readonly=True)
    billing_structured = fields.Text(
        "Creditor references",
        copy=False,
        readonly=True,
        help="Structured references that the payer gave, one in each line.",
    )
    billing_documents = fields.Text(
        "Documents named",
        copy=False,
        readonly=True,
        help="Numbers of invoices in the structured remittance, one in each line.",
    )
    billing_mandate = fields.Char("Mandate", copy=False, readonly=True)
    billing_charges = fields.Monetary(
        "Bank charges",
        copy=False,
        readonly=True,
        help="What the bank kept is negative.",
    )
    billing_is_return = fields.Boolean("Returned payment", copy=False, readonly=True)
    billing_return_reason = fields.Char("Return reason", copy=False, readonly=True)

    _billing_entry_once = models.UniqueIndex(
        "(journal_id, billing_entry, billing_entry_part)"
        " WHERE billing_entry IS NOT NULL",
        "This entry of the bank was imported already.",
    )
