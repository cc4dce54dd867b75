from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.tools import SQL

SENT_STATUSES = {"sent"}
FAILED_STATUSES = {"bounce", "exception", "canceled"}

# Mail programs have no style of their own that one would want.
EMAIL_FRAME = Markup(
    '<div style="font-family: Arial, Helvetica, sans-serif; font-size: 14px;'
    ' line-height: 1.5; color: #222222; max-width: 680px;">%s</div>'
)


class BillingEmailMixin(models.AbstractModel):
    """A document that is e-mailed to a customer by itself, and what became of it.

    The document is a mail thread with ``company_id``, ``partner_id``, ``subject`` and
    ``body``; it is written down what happened to its one e-mail.
    """

    _name = "billing.email.mixin"
    _inherit = "billing.document.mixin"
    _description = "E-mailed document"

    contact_id = fields.Many2one(
        "res.partner",
        "Sent to",
        index="btree_not_null",
        ondelete="restrict",
        help="The person the message is addressed to.",
    )
    email = fields.Char(
        "E-mail", readonly=True, copy=False, help="Address at the time of sending."
    )
    mail_message_id = fields.Many2one(
        "mail.message", "E-mail sent", readonly=True, copy=False, index="btree_not_null"
    )
    address_problem = fields.Selection(
        [
            ("missing", "No e-mail address"),
            ("invalid", "Invalid e-mail address"),
            ("blacklisted", "E-mail address is blacklisted"),
        ],
        "Address problem",
        readonly=True,
        copy=False,
    )

    def _get_address_problem_text(self):
        """Why there is no e-mail, in words; False where there is no such problem."""
        names = self._fields["address_problem"]._description_selection(self.env)
        return dict(names).get(self.address_problem, False)

    def _get_mail_fate(self):
        """Follow the e-mail: state and reason of a failure.

        :return: None where the notifications were cleaned up or never existed
        """
        notifications = self.sudo().mail_message_id.notification_ids
        if not notifications:
            return None
        failed = notifications.filtered(
            lambda n: n.notification_status in FAILED_STATUSES
        )
        if failed:
            return "failed", failed[0].format_failure_reason()
        if set(notifications.mapped("notification_status")) <= SENT_STATUSES:
            return "sent", False
        return "queued", False

    # -- e-mail --------------------------------------------------------------------

    def _queue_email(self):
        """Queue the e-mail.

        :return: values for the record: the message, or why there is none
        """
        self.ensure_one()
        problem = self._get_address_problem()
        values = {"address_problem": problem, "email": self.contact_id.email}
        if problem:
            return values
        message = self._create_email()
        return dict(values, mail_message_id=message.id)

    def _create_email(self):
        """Put the e-mail into Odoo's queue, shown in the chatter of the record.

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
        """What the chatter of the record shows of the e-mail."""
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
        """Partner id and address that the e-mail comes from.

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
        if not self.contact_id:
            return "missing"
        return self._get_address_problems(self.contact_id).get(self.contact_id, False)

    @api.model
    def _get_address_problems(self, contacts):
        """``{contact: problem}`` of those who cannot be written to, set-based.

        As Odoo sends: of several addresses in the field the first is looked at.
        """
        addresses = {c: c.email_normalized for c in contacts}
        blacklist_sudo = self.env["mail.blacklist"].sudo()  # not for every user
        blacklist_sudo = blacklist_sudo.search(
            [("email", "in", list(filter(None, addresses.values())))]
        )
        blocked = set(blacklist_sudo.mapped("email"))
        problems = {}
        for contact, address in addresses.items():
            if not address:
                problems[contact] = "invalid" if contact.email else "missing"
            elif address in blocked:
                problems[contact] = "blacklisted"
        return problems

    def _get_attachments(self):
        """Files that go with the e-mail. Hook."""
        return self.env["ir.attachment"]
