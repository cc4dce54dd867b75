from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from .billing_ticket import CANCELLED, IN_PROGRESS, OPEN_STATES, WAITING_CUSTOMER
from .billing_ticket_line_settlement import DONE

# What a customer may read of their tickets, however they ask for it.
PORTAL_FIELDS = frozenset(
    {
        "id",
        "display_name",
        "name",
        "subject",
        "kind",
        "state",
        "company_id",
        "currency_id",
        "partner_id",
        "contact_id",
        "amount_disputed",
        "access_url",
        "access_token",
        "access_warning",
        "create_date",
        "write_date",
    }
)


class BillingTicket(models.Model):
    """Customers in the portal: what they see, make and answer."""

    _inherit = "billing.ticket"

    # -- what they see -----------------------------------------------------------------

    def _has_field_access(self, field, operation):
        """Customers read what is meant for them, and write nothing directly."""
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or self.env.user._is_internal():
            return True
        return operation == "read" and field.name in PORTAL_FIELDS

    def _mail_get_partners(self, introspect_fields=False):
        """Who talks with us: the contact, else the customer."""
        return {ticket.id: ticket.contact_id or ticket.partner_id for ticket in self}

    def _get_portal_state(self):
        """The state in the customer's words."""
        words = {
            "new": self.env._("Received"),
            "in_progress": self.env._("In progress"),
            "waiting_customer": self.env._("We need your answer"),
            "waiting_department": self.env._("In progress"),
            "resolved": self.env._("Answered"),
            "closed": self.env._("Closed"),
            "cancelled": self.env._("Cancelled"),
        }
        return words[self.state]

    def _get_portal_resolution(self):
        """What came of it, where that concerns the customer."""
        words = {
            "credited": self.env._("You get a credit note."),
            "rebilled": self.env._("You get a corrected invoice."),
            "customer_pays": self.env._("The amount stays due."),
            "rejected": self.env._("We do not agree: the amount stays due."),
        }
        return words.get(self.resolution, "")

    def _get_public_messages_domain(self):
        """What customer and coordinator write to each other, without the notes."""
        return (
            Domain("model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & Domain("message_type", "in", ("comment", "email", "email_outgoing"))
        )

    def _get_last_answers(self):
        """``{ticket id: when the customer was last answered}``."""
        messages_sudo = self.env["mail.message"].sudo()
        groups = messages_sudo._read_group(
            self._get_public_messages_domain()
            & Domain("author_id.partner_share", "=", False),
            ["res_id"],
            ["date:max"],
        )
        return dict(groups)

    # -- what they make ----------------------------------------------------------------

    @api.model
    def _get_dispute_obstacles(self, moves):
        """``{invoice: ticket}`` of what cannot be disputed in the portal.

        It is in dispute already, or the dispute was rejected: who could dispute it
        again and again would never be reminded.
        """
        lines_sudo = self.env["billing.ticket.line"].sudo()
        lines_sudo = lines_sudo.search(
            Domain("move_id", "in", moves.ids)
            & Domain("ticket_id.kind", "=", "discrepancy")
            & (
                Domain("is_open", "=", True)
                | Domain("ticket_id.resolution", "=", "rejected")
            ),
            order="id",
        )
        return {line.move_id: line.ticket_id for line in lines_sudo}

    @api.model
    def _get_portal_reasons(self, company):
        """The reasons that customers of a company may choose from."""
        return (
            self.env["billing.ticket.reason"]
            .sudo()
            .search(
                Domain("in_portal", "=", True)
                & (
                    Domain("company_id", "=", False)
                    | Domain("company_id", "parent_of", company.id)
                )
            )
        )

    @api.model
    def _make_in_portal(self, partner, company, reason, amounts, text, files=()):
        """A ticket by the customer; a disputed part is not chased from now on.

        :param partner: of the portal user
        :param amounts: ``{invoice: disputed amount}``, amounts of a question are 0
        :param files: ``[(name, content)]``
        """
        moves = self.env["account.move"].union(*amounts)
        self._check_portal_request(partner, company, reason, moves)
        tickets_sudo = self.sudo().with_company(company)  # customers write nothing
        ticket_sudo = tickets_sudo.create(
            {
                "subject": self._get_neutral_subject(reason, moves),
                "description": plaintext2html(text),
                "in_own_words": True,
                "kind": reason.kind,
                "company_id": company.id,
                "partner_id": partner.commercial_partner_id.id,
                "contact_id": partner.id,
                "email_from": partner.email_formatted,
                "channel": "portal",
                "reason_id": reason.id,
                "line_ids": [
                    Command.create({"move_id": move.id, "amount_disputed": amount})
                    for move, amount in amounts.items()
                ],
            }
        )
        ticket_sudo.message_subscribe(partner_ids=partner.ids)
        ticket_sudo._customer_has_answered()
        if files:
            ticket_sudo._post_files(partner, files)
        return ticket_sudo

    @api.model
    def _check_portal_request(self, partner, company, reason, moves):
        """Only what the form offers: a request may be made by hand."""
        if reason not in self._get_portal_reasons(company):
            raise UserError(self.env._("Please choose another reason."))
        customer = partner.commercial_partner_id
        if any(
            move.commercial_partner_id != customer or move.company_id != company
            for move in moves.sudo()
        ):
            raise AccessError(self.env._("These invoices are not yours."))
        if reason.kind == "discrepancy" and not moves:
            raise UserError(self.env._("Choose the invoices that you dispute."))
        if reason.kind == "discrepancy" and self._get_dispute_obstacles(moves):
            raise UserError(
                self.env._(
                    "One of these invoices is in dispute already, or was: please ask a"
                    " question about it."
                )
            )

    def _post_files(self, partner, files):
        """The files of the first request stand at the beginning of the conversation."""
        self.with_context(billing_ticket_begins=True).message_post(
            author_id=partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=files,
        )

    # -- what they answer ----------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        if self._is_answer_in_portal(message):
            self._customer_has_answered()
        return super()._message_post_after_hook(message, msg_values)

    def _is_answer_in_portal(self, message):
        if self.env.context.get("billing_ticket_begins"):
            return False
        customer = self.partner_id.commercial_partner_id
        return (
            message.message_type == "comment"
            and not message.subtype_id.internal
            and bool(customer)
            and message.author_id.sudo().commercial_partner_id == customer
        )

    def _customer_has_answered(self):
        """The ticket is ours again, and the coordinator is told so, once.

        What is over opens again, except where it would stop reminders without
        anybody's decision (a rejected dispute) or what it was about is in the books.
        """
        tickets_sudo = self.sudo()  # by mail and portal, in the name of the customer
        for ticket in tickets_sudo:
            if ticket.state == WAITING_CUSTOMER:
                ticket.state = IN_PROGRESS
            elif ticket._opens_by_answer():
                # What was settled is not disputed again by an answer.
                ticket._refreshing_later().line_ids.is_disputed = False
                ticket.action_reopen()
            ticket._plan_answer()

    def _opens_by_answer(self):
        rejected = self.kind == "discrepancy" and self.resolution == "rejected"
        over = self.state not in (*OPEN_STATES, CANCELLED)
        booked = DONE in self.line_ids.mapped("settlement_state")
        return over and not (rejected or booked or self.closed_by_clearing)

    def _plan_answer(self):
        self._plan_once(lambda ticket: ticket.env._("Answer the customer"))
