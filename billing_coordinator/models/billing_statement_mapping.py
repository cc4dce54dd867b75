from odoo import fields, models


class BillingStatementMapping(models.Model):
    """How the tables of a bank are read: remembered when one was imported.

    A file is known again by its heading.
    """

    _name = "billing.statement.mapping"
    _inherit = ["billing.statement.columns"]
    _description = "Columns of bank files"
    _order = "journal_id, id desc"
    _rec_name = "journal_id"
    _check_company_auto = True

    journal_id = fields.Many2one(
        "account.journal",
        "Bank account",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('type', 'in', ('bank', 'credit'))]",
    )
    company_id = fields.Many2one(
        related="journal_id.company_id", store=True, precompute=True, index=True
    )
    heading = fields.Char(required=True, help="The row of the file with its titles.")
    date_column = fields.Selection(required=True)

    _heading_once = models.UniqueIndex(
        "(journal_id, heading)",
        "The columns of this file are known for this bank account already.",
    )

    def _find(self, heading, journal):
        """The mapping of files with a heading, None or several where it is unclear."""
        domain = [("heading", "=", heading)]
        domain += [("journal_id", "=", journal.id)] if journal else []
        domain.append(("company_id", "in", self.env.companies.ids))
        found = self.search(domain)
        return found if len(found) == 1 else self.browse()

    def _remember(self, journal, heading, values):
        """Save what a person chose; the last choice for a heading stands."""
        domain = [("journal_id", "=", journal.id), ("heading", "=", heading)]
        mapping = self.search(domain)
        if mapping:
            mapping.write(values)
            return mapping
        return self.create({"journal_id": journal.id, "heading": heading, **values})
