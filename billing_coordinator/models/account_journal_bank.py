from odoo import models

BANK_TYPES = ("bank", "credit")


class AccountJournal(models.Model):
    """Files dropped on the card of a bank journal are statements."""

    _inherit = "account.journal"

    def create_document_from_attachment(self, attachment_ids):
        journal = self.browse(self.env.context.get("default_journal_id")).exists()
        imports = self.env["billing.statement.import"]
        if journal.type in BANK_TYPES and imports.has_access("create"):
            return imports._import_attachments(journal, attachment_ids)
        return super().create_document_from_attachment(attachment_ids)
