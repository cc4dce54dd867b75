from odoo import models

from ..tools.statement import OPEN_ITEMS


class BillingDocumentMixin(models.AbstractModel):
    """A mail thread that sends documents as PDF: invoices, receipts, statements."""

    _name = "billing.document.mixin"
    _description = "Sender of documents"

    def _attach_invoices(self, invoices):
        """PDFs of invoices and credit notes: those that were sent, else printed ones.

        An invoice that was never sent is printed without its electronic formats: they
        may call other systems, and this runs with the receivables locked.
        """
        attachments = invoices.invoice_pdf_report_id
        for invoice in invoices.filtered(lambda move: not move.invoice_pdf_report_id):
            attachments |= self._attach_report(
                "account.account_invoices",
                invoice,
                invoice._get_invoice_report_filename(),
            )
        return attachments

    def _attach_statement(self, company, partner, lang, day):
        """A customer's statement of open items at the end of a day, as PDF."""
        statements = self.env["billing.statement"].with_context(lang=lang)
        return self._attach_report(
            "billing_coordinator.action_report_statement",
            self.browse(),
            statements._get_filename(partner, OPEN_ITEMS, day, "pdf"),
            statements._prepare_report_data(company, partner, OPEN_ITEMS, None, day),
        )

    def _attach_report(self, xmlid, record, filename, data=None):
        """Print ``record`` and keep the PDF with it."""
        reports = self.env["ir.actions.report"].sudo()
        content, _type = reports._render_qweb_pdf(xmlid, record.ids, data=data)
        return self.env["ir.attachment"].create(
            {
                "name": filename,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
