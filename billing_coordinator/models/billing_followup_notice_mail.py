from markupsafe import Markup

from odoo import fields, models
from odoo.tools import SQL


class BillingFollowupNotice(models.Model):
    """What goes with the e-mail of a notice, and the traces that it leaves."""

    _inherit = "billing.followup.notice"

    # -- attachments ------------------------------------------------------------------

    def _get_attachments(self):
        """PDFs that go with the e-mail, as the stage asks for."""
        attachments = super()._get_attachments()
        if self.stage_id.attach_invoices:
            attachments |= self._get_invoice_attachments()
        if self.stage_id.attach_statement:
            attachments |= self._get_statement_attachment()
        return attachments

    def _get_invoice_attachments(self):
        """PDFs of the overdue invoices."""
        moves = self.line_ids.filtered(lambda line: line.residual > 0).move_id
        return self._attach_invoices(
            moves.filtered(lambda move: move.is_sale_document())
        )

    def _get_statement_attachment(self):
        """The customer's statement of open items of the day, as PDF."""
        return self._attach_statement(
            self.company_id, self.partner_id, self._get_lang(), self.date
        )

    # -- chatter of the documents -----------------------------------------------------

    def _log_on_documents(self):
        """Note the notice in the chatter of the customer and of each invoice."""
        self.ensure_one()
        body = Markup("<p>%s</p>") % self.env._(
            "%(stage)s %(link)s for %(amount)s",
            stage=self.stage_id.name,
            link=self._get_html_link(title=self.name),
            amount=self.currency_id.format(self.amount),
        )
        self._log_copies(self.line_ids.move_id, body)
        # Contacts are seen by people and companies that must not learn of debts.
        link = Markup("<p>%s</p>") % self._get_html_link(title=self.name)
        self._log_copies(self.partner_id, link)

    def _log_copies(self, documents, body):
        """Put one note on many documents of a model in one statement.

        One note per invoice through the ORM costs more than all else that a notice
        does. The notes have no message id: an answer to the e-mail finds the notice.
        """
        author_id, email_from = self._get_sender()
        self.env.cr.execute(
            SQL(
                """INSERT INTO mail_message (model, res_id, body, message_type,
                       subtype_id, is_internal, author_id, email_from, date,
                       create_uid, create_date, write_uid, write_date)
                   SELECT %s, document.id, %s, 'notification',
                          %s, TRUE, %s, %s, %s, %s, %s, %s, %s
                     FROM UNNEST(%s) AS document(id)""",
                documents._name,
                *(body, self._get_subtype("mail.mt_note"), author_id, email_from),
                *((now := fields.Datetime.now()), self.env.uid, now, self.env.uid, now),
                documents.ids,
            )
        )
        documents.invalidate_recordset(["message_ids"])
