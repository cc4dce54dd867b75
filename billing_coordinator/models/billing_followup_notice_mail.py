from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.tools import SQL, email_normalize

# Mail programs have no style of their own that one would want.
EMAIL_FRAME = Markup(
    '<div style="font-family: Arial, Helvetica, sans-serif; font-size: 14px;'
    ' line-height: 1.5; color: #222222; max-width: 680px;">%s</div>'
)


class BillingFollowupNotice(models.Model):
    """The message of a notice: text, address, attachments, traces and answers."""

    _inherit = "billing.followup.notice"

    # -- e-mail --------------------------------------------------------------------

    def _queue_email(self):
        """Queue the e-mail.

        :return: values for the notice: the message, or why there is none
        """
        self.ensure_one()
        problem = self._get_address_problem()
        values = {"address_problem": problem, "email": self.contact_id.email}
        if problem:
            return values
        message = self._create_email()
        return dict(values, mail_message_id=message.id)

    def _create_email(self):
        """Put the e-mail into Odoo's queue, shown in the chatter of the notice.

        The recipient is known and the text is ready: what ``message_post`` does to find
        followers, groups and layouts takes most of the time of a run of thousands.
        """
        message = self._message_create([self._prepare_message_values()])
        self._copy_text_to(message)
        # Users may not write e-mails and notifications themselves.
        mail_sudo = self.env["mail.mail"].sudo()
        mail_sudo = mail_sudo.create(
            {
                "mail_message_id": message.id,
                "body_html": EMAIL_FRAME % (self.body or ""),
                "recipient_ids": [Command.link(self.contact_id.id)],
                "references": message.message_id,
                "auto_delete": True,
            }
        )
        notification_sudo = self.env["mail.notification"].sudo()
        notification_sudo.create(
            dict(
                self._notify_by_email_get_base_notification_values(message),
                mail_mail_id=mail_sudo.id,
                res_partner_id=self.contact_id.id,
            )
        )
        return message

    def _copy_text_to(self, message):
        """Give the message the text as it is: cleaning it takes a tenth of a run.

        What a person wrote was cleaned in ``write``; the template was when it was
        saved, and what it fills in is escaped.
        """
        message.flush_recordset(["body"])
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message SET body = %s WHERE id = %s", self.body, message.id
            )
        )
        message.invalidate_recordset(["body"])

    def _prepare_message_values(self):
        """What the chatter of the notice shows of the e-mail."""
        author_id, email_from = self._get_sender()
        reply_to = self._notify_get_reply_to(default=email_from, author_id=author_id)
        return {
            "model": self._name,
            "res_id": self.id,
            "author_id": author_id,
            "email_from": email_from,
            "reply_to": reply_to[self.id],
            "record_company_id": self.company_id.id,
            "message_type": "comment",
            "subtype_id": self._get_subtype("mail.mt_comment"),
            "subject": self.subject,
            "partner_ids": self.contact_id.ids,
            "attachment_ids": self._get_attachments().ids,
        }

    def _get_sender(self):
        """Partner id and address that the notice comes from.

        The responsible person, else the company: never the user of the daily job.
        """
        user = self.responsible_id
        author = user.partner_id if user.email else self.company_id.partner_id
        return author.id, author.email_formatted or self.env.user.email_formatted

    @api.model
    def _get_subtype(self, xmlid):
        return self.env["ir.model.data"]._xmlid_to_res_id(xmlid)

    def _get_address_problem(self):
        """Why the contact cannot be written to, False if it can."""
        if not self.contact_id.email:
            return "missing"
        address = email_normalize(self.contact_id.email)
        if not address:
            return "invalid"
        blacklisted = (
            self.env["mail.blacklist"]
            .sudo()
            .search_count([("email", "=", address)], limit=1)
        )
        return "blacklisted" if blacklisted else False

    def _get_attachments(self):
        """PDFs that go with the e-mail, as the stage asks for."""
        attachments = self.env["ir.attachment"]
        if self.stage_id.attach_invoices:
            attachments |= self._get_invoice_attachments()
        if self.stage_id.attach_statement:
            attachments |= self._get_letter_attachment()
        return attachments

    def _get_invoice_attachments(self):
        """PDFs of the overdue invoices: those that were sent, else printed ones.

        An invoice that was never sent is printed without its electronic formats: they
        may call other systems, and this runs with the receivables locked.
        """
        moves = self.line_ids.filtered(lambda line: line.residual > 0).move_id
        invoices = moves.filtered(lambda move: move.is_sale_document())
        attachments = invoices.invoice_pdf_report_id
        for invoice in invoices.filtered(lambda move: not move.invoice_pdf_report_id):
            attachments |= self._attach_report(
                "account.account_invoices",
                invoice,
                invoice._get_invoice_report_filename(),
            )
        return attachments

    def _get_letter_attachment(self):
        xmlid = "billing_coordinator.action_report_followup_letter"
        return self._attach_report(xmlid, self, f"{self.name}.pdf")

    def _attach_report(self, xmlid, record, filename):
        """Print ``record`` and keep the PDF with the notice."""
        reports = self.env["ir.actions.report"].sudo()
        content, _type = reports._render_qweb_pdf(xmlid, record.ids)
        return self.env["ir.attachment"].create(
            {
                "name": filename,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
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
