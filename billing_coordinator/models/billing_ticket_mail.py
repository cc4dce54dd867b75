import logging

from odoo import Command, api, models
from odoo.tools import email_normalize, html2plaintext

from ..tools import mail

_logger = logging.getLogger(__name__)

# So many a person can look through; a note tells where there are more.
MAX_INVOICES = 100


class BillingTicket(models.Model):
    """How an e-mail becomes a ticket, or finds the one that it belongs to."""

    _inherit = "billing.ticket"

    # -- the way of an e-mail ---------------------------------------------------------

    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        """A number in the subject finds its ticket; nobody's e-mail makes none."""
        if not route[1]:
            ticket = self._find_by_subject(message_dict)
            if not ticket and mail.written_by(message) == mail.REPLY:
                _logger.info(
                    "No ticket for an automatic e-mail: Message-Id %s",
                    message_dict["message_id"],
                )
                return False
            route = (route[0], ticket.id or route[1], *route[2:])
        return super()._routing_check_route(
            message, message_dict, route, raise_exception
        )

    @api.model
    def _find_by_subject(self, message_dict):
        """The ticket that the subject names, if the sender has to do with it."""
        numbers = mail.numbers_in_brackets(message_dict.get("subject"))
        address = email_normalize(message_dict.get("email_from"))
        if not numbers:
            return self.browse()
        # Whoever runs the gateway may see no tickets.
        tickets_sudo = self.sudo().search([("name", "in", numbers)])
        tickets_sudo = tickets_sudo.mapped(lambda ticket: ticket._get_remaining())
        known = tickets_sudo.filtered(lambda ticket: ticket._is_known(address))
        return self.browse(known.ids) if len(known) == 1 else self.browse()

    def _is_known(self, address):
        """Whether an address is the sender's, of somebody with the customer, or a
        follower's.
        """
        if not address:
            return False
        if address == email_normalize(self.email_from):
            return True
        domain = [("email_normalized", "=", address)]
        partners = self.env["res.partner"].search(domain)
        return bool(
            partners & self.message_partner_ids
            or self.partner_id & partners.commercial_partner_id
        )

    @api.model
    def _prepare_mail(self, thread, message, message_dict, routes):
        """What an e-mail means to a ticket, said before it is posted.

        An e-mail to several teams is one ticket. What nobody wrote, and what a
        department writes, is a note: it does not go to the customer.

        :return: the thread with the context, and the routes
        """
        mine = [route for route in routes or () if route[0] == self._name]
        if not mine:
            return thread, routes
        [model, ticket_id, *rest] = mine[0]
        # Whoever runs the gateway may see no tickets.
        ticket_sudo = self.sudo().browse(ticket_id or [])._get_remaining()
        others = [route for route in routes if route not in mine]
        routes = [(model, ticket_sudo.id or ticket_id, *rest), *others]
        writer = mail.written_by(message)
        if ticket_sudo._is_note(message_dict, writer):
            message_dict["is_internal"] = True
            message_dict.pop("parent_id", None)  # its author would be told
        self._remove_nul(message_dict)
        return thread.with_context(billing_mail_writer=writer), routes

    def _is_note(self, message_dict, writer):
        """Whether an e-mail is not between customer and coordinator.

        :param self: the ticket that the e-mail belongs to, empty for a new one
        """
        user_sudo = self._get_internal_user(message_dict.get("author_id"))
        if not self:
            return bool(user_sudo)
        if writer == mail.REPLY:
            return True
        if user_sudo:
            return self._is_department(user_sudo) or not self._can_read(user_sudo)
        return not self._is_known(email_normalize(message_dict.get("email_from")))

    @api.model
    def _get_internal_user(self, author_id):
        author_sudo = self.env["res.partner"].sudo().browse(author_id or [])
        return author_sudo.user_ids.filtered(lambda u: u.active and not u.share)[:1]

    @api.model
    def _is_department(self, user):
        return user and not user.has_group(
            "billing_coordinator.group_billing_coordinator"
        )

    # -- a new ticket -----------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A question, until a person says that money is in dispute.

        Reminders go on: an e-mail alone stops none.
        """
        values = self._prepare_from_mail(msg_dict, custom_values or {})
        if values.get("contact_id"):
            msg_dict["author_id"] = values["contact_id"]
        proposed, count = values.pop("proposed"), values.pop("count")
        company = self.env["res.company"].browse(values["company_id"])
        self = self.with_company(company)
        ticket = super().message_new(msg_dict, self._complete(values))
        ticket._note_proposed(proposed)
        ticket._note_left_out(count)
        ticket._leave_out_large(msg_dict)
        return ticket.with_context(billing_new_from_mail=True)

    @api.model
    def _prepare_from_mail(self, msg_dict, defaults):
        """Values of the ticket: whose it is, and which invoices it is about."""
        team = self.env["billing.team"].browse(defaults.get("team_id"))
        companies = self._get_companies_of_team(team)
        text = self._get_text_of_mail(msg_dict)
        moves = self.env["account.move"]
        named, perhaps = moves._billing_find_in_text(companies, text)
        partners = self._find_senders(msg_dict)
        company = self._choose_company(team, companies, named, partners)
        contact = self._choose_sender(company, partners, named)
        customer = contact.commercial_partner_id
        named = named.filtered(lambda move: move.company_id == company)
        if not customer and self._get_internal_user(msg_dict.get("author_id")):
            # A colleague passes on what a customer wrote.
            customers = named.commercial_partner_id
            customer = customers if len(customers) == 1 else customer
        about = (named | perhaps).filtered(
            lambda move: (
                move.company_id == company and move.commercial_partner_id == customer
            )
        )
        return {
            **self._prepare_words(msg_dict, company, contact, about),
            "channel": "email",
            "company_id": company.id,
            "partner_id": customer.id,
            "contact_id": contact.id,
            "line_ids": [
                Command.create({"move_id": move.id}) for move in about[:MAX_INVOICES]
            ],
            "proposed": named - about,
            "count": len(about),
            **defaults,
        }

    @api.model
    def _prepare_words(self, msg_dict, company, contact, about):
        """What it says; of what a colleague passes on the customer reads nothing."""
        colleague = self._get_internal_user(msg_dict.get("author_id"))
        reason = self._get_reason_of_mail(company)
        subject = self._get_subject_of_mail(msg_dict)
        return {
            "subject": self._get_neutral_subject(reason, about)
            if colleague
            else subject,
            "description": msg_dict.get("body"),
            "in_own_words": bool(contact) and not colleague,
            "kind": "inquiry",
            "reason_id": reason.id,
        }

    @api.model
    def _get_text_of_mail(self, msg_dict):
        """What may name invoices: subject, names of files, text."""
        files = (attachment[0] for attachment in msg_dict.get("attachments") or ())
        parts = (msg_dict.get("subject"), *files, html2plaintext(msg_dict["body"]))
        return " ;\n".join(filter(None, parts))

    @api.model
    def _get_subject_of_mail(self, msg_dict):
        subject = mail.clean_subject(msg_dict.get("subject")) or self.env._(
            "E-mail from %(sender)s", sender=msg_dict.get("email_from") or "?"
        )
        return subject[: mail.MAX_SUBJECT]

    @api.model
    def _get_reason_of_mail(self, company):
        """A question that nobody has read yet has a deadline too."""
        reasons = self.env["billing.ticket.reason"]
        reason = self.env.ref(
            "billing_coordinator.ticket_reason_question", raise_if_not_found=False
        )
        usable = reason and reason.active and reason.kind == "inquiry"
        if usable and (
            not reason.company_id or reason.company_id in company.parent_ids
        ):
            return reason
        return reasons

    # -- notes on what came -------------------------------------------------------

    def _note_proposed(self, moves):
        """Invoices that the e-mail names, of which the sender is not known to be the
        customer: a person decides.
        """
        if moves:
            self._message_log(
                body=self.env._(
                    "The e-mail names %(invoices)s. The sender is not known as the"
                    " customer: check who wrote before you choose the customer.",
                    invoices=self._name_some(moves),
                )
            )

    @api.model
    def _name_some(self, moves):
        names = moves[:MAX_INVOICES].mapped("name")
        return ", ".join(names) + (" ..." if len(moves) > MAX_INVOICES else "")

    def _note_left_out(self, count):
        """That the ticket has not all invoices which the e-mail names."""
        if count > MAX_INVOICES:
            self._message_log(
                body=self.env._(
                    "The e-mail names %(count)s invoices. The first %(most)s are on"
                    " the ticket: add the others that it is about.",
                    count=count,
                    most=MAX_INVOICES,
                )
            )
