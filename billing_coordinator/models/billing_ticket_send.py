from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, parse_contact_from_email

from ..tools import mail
from .billing_ticket import OPEN_STATES, WAITING_CUSTOMER

# What answers by itself says so (RFC 3834), and asks for no answer by itself.
AUTOMATIC = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


class BillingTicket(models.Model):
    """What goes out: answers, receipts and documents."""

    _name = "billing.ticket"
    _inherit = ["billing.ticket", "billing.document.mixin"]

    # -- where answers come ----------------------------------------------------------

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Answers come to the team's own address, if it has one."""
        addresses = super()._notify_get_reply_to_batch(defaults, author_ids)
        for ticket in self:
            address = ticket.sudo().team_id.alias_email  # aliases are not for users
            if address:
                author_id = (author_ids or {}).get(ticket.id)
                addresses[ticket.id] = self._notify_get_reply_to_formatted_email(
                    address, author_id=author_id
                )
        return addresses

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        context = self.env.context
        if message.message_type == "email" and context.get("billing_new_from_mail"):
            self._send_receipt()
        if message.message_type == "comment" and context.get(
            "billing_wait_for_customer"
        ):
            if self.state in OPEN_STATES and not message.subtype_id.internal:
                self.state = WAITING_CUSTOMER
        return result

    # -- by itself ----------------------------------------------------------------

    def _send_receipt(self):
        """Tell the sender of a new ticket its number; nobody who may answer by himself.

        One a ticket: answers get none.
        """
        writer = self.env.context.get("billing_mail_writer", mail.PERSON)
        text = (
            self.team_id.send_receipt
            and writer == mail.PERSON
            and self._render_text("billing_coordinator.mail_template_ticket_receipt")
        )
        if text and not self._is_own_address(self.email_from):
            subject, body = text
            self._answer_by_itself(body, self.email_from, subject)

    def _is_own_address(self, email):
        """Whether an address is a colleague's, or one of Odoo's own."""
        address = email_normalize(email)
        if not address:
            return True
        users_sudo = self.env["res.users"].sudo()
        domain = [("partner_id.email_normalized", "=", address), ("share", "=", False)]
        domains_sudo = self.env["mail.alias.domain"].sudo()
        return bool(users_sudo.search_count(domain, limit=1)) or bool(
            domains_sudo._find_aliases([address])
        )

    def _answer_by_itself(self, body, email, subject=None):
        """Queue an automatic answer to whoever wrote."""
        if self._is_own_address(email):
            self._message_log(body=body)
            return
        company = self.company_id.sudo().partner_id
        contact = self.contact_id
        if contact.email_normalized == email_normalize(email):
            recipient = {"partner_ids": contact.ids}
        else:
            recipient = {"outgoing_email_to": email}
        # Whoever runs the gateway may not be allowed to write to customers.
        self.with_user(SUPERUSER_ID).message_post(
            author_id=company.id,
            email_from=company.email_formatted or self.env.user.email_formatted,
            subject=subject or self._message_compute_subject(),
            body=body,
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            mail_headers=AUTOMATIC,
            notify_skip_followers=True,
            force_send=False,
            **recipient,
        )

    # -- by hand ------------------------------------------------------------------

    def action_reply(self):
        """Write to the person who asked, with a choice of the texts."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_partner_ids": self._get_recipient().ids,
                "default_subject": self._message_compute_subject(),
                # Shows the texts, and the button that also waits for the customer.
                "billing_reply": "open" if self.state in OPEN_STATES else "over",
            },
        }

    def _get_recipient(self):
        """Who is written to. A sender whom nobody knew becomes a contact."""
        if self.contact_id or self._is_own_address(self.email_from):
            return self.contact_id or self.partner_id
        return self._partner_find_from_emails_single([self.email_from])

    def _message_get_suggested_recipients_batch(self, reply_discussion=False, **kwargs):
        """Whoever asked, and those in copy; nobody else of the last message.

        Colleagues follow the ticket, and the mailbox that forwards to us, which is in
        the To of what came in, would send our own answer back to us.
        """
        found = super()._message_get_suggested_recipients_batch(**kwargs)
        ids = {row["partner_id"] for rows in found.values() for row in rows}
        partners_sudo = self.env["res.partner"].sudo().browse(filter(None, ids))
        colleagues = set(partners_sudo.filtered(lambda p: not p.partner_share).ids)
        return {
            ticket_id: [row for row in rows if row["partner_id"] not in colleagues]
            for ticket_id, rows in found.items()
        }

    def action_add_contact(self):
        """Make the sender a contact of the customer."""
        self.ensure_one()
        self.check_access("write")
        name, address = parse_contact_from_email(self.email_from)
        if not self.partner_id or self._is_own_address(address):
            raise UserError(
                self.env._(
                    "Choose the customer first; the sender becomes one of the contacts."
                    " A colleague cannot."
                )
            )
        family = self.partner_id | self.partner_id.child_ids
        known = family.filtered(lambda partner: partner.email_normalized == address)
        self.contact_id = known[:1] or family.create(
            {
                "name": name or address,
                "email": address,
                "parent_id": self.partner_id.id,
                "company_id": self.partner_id.company_id.id,
            }
        )

    def action_send_documents(self):
        """Choose which documents to send again."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send documents"),
            "res_model": "billing.ticket.document.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }
