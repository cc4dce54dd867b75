from odoo import api, fields, models
from odoo.exceptions import UserError

# Which documents a customer asks for, by the reason; else the invoices.
STATEMENT_REASON = "billing_coordinator.ticket_reason_statement"
PAYMENT_REASON = "billing_coordinator.ticket_reason_allocation"
CREDIT_NOTE_REASON = "billing_coordinator.ticket_reason_credit_note"


class BillingTicketDocumentWizard(models.TransientModel):
    """Send documents again, from the ticket to the person who asked for them."""

    _name = "billing.ticket.document.wizard"
    _description = "Send documents of a ticket"

    ticket_id = fields.Many2one(
        "billing.ticket", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(related="ticket_id.partner_id", related_sudo=False)
    contact_id = fields.Many2one(
        "res.partner",
        "Send to",
        compute="_compute_documents",
        store=True,
        readonly=False,
        required=True,
        domain="[('id', 'child_of', partner_id)]",
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices and credit notes",
        compute="_compute_documents",
        store=True,
        readonly=False,
        domain="""[
            ('move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')),
            ('commercial_partner_id', '=', partner_id),
            ('company_id', '=', company_id),
            ('state', '=', 'posted'),
        ]""",
    )
    payment_ids = fields.Many2many(
        "account.payment",
        string="Payment confirmations",
        compute="_compute_documents",
        store=True,
        readonly=False,
        domain="""[
            ('partner_id', 'child_of', partner_id),
            ('company_id', '=', company_id),
            ('payment_type', '=', 'inbound'),
            ('state', 'in', ('in_process', 'paid')),
        ]""",
    )
    with_statement = fields.Boolean(
        "Statement of account",
        compute="_compute_documents",
        store=True,
        readonly=False,
        help="What is open today.",
    )

    @api.depends("ticket_id")
    def _compute_documents(self):
        """What the customer asks for, so that nothing but sending is left to do."""
        for wizard in self:
            ticket = wizard.ticket_id
            moves = ticket.line_ids.move_id
            asked = ticket.reason_id.get_external_id().get(ticket.reason_id.id)
            wizard.contact_id = ticket.contact_id or ticket.partner_id
            wizard.with_statement = asked == STATEMENT_REASON
            wizard.payment_ids = (
                asked == PAYMENT_REASON and moves.reconciled_payment_ids
            )
            if asked == CREDIT_NOTE_REASON:
                credits = moves.filtered(lambda move: move.move_type == "out_refund")
                moves = (credits | moves.reversal_move_ids).filtered(
                    lambda move: move.state == "posted"
                )
            wizard.move_ids = asked not in (STATEMENT_REASON, PAYMENT_REASON) and moves

    def _compute_display_name(self):
        self.display_name = self.env._("Send documents")

    def action_send(self):
        """E-mail the documents, in the thread of the ticket."""
        self.ensure_one()
        self.ticket_id.check_access("write")
        self._check_documents()
        ticket = self.ticket_id
        subject, body = ticket._render_text(
            "billing_coordinator.mail_template_ticket_document"
        ) or (None, self.env._("Please find the documents attached."))
        ticket.message_post(
            subject=subject or ticket._message_compute_subject(),
            body=body,
            partner_ids=self.contact_id.ids,
            attachment_ids=self._get_attachments().ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_documents(self):
        """Only what is the customer's own leaves the house, to one of its people."""
        if not (self.move_ids or self.payment_ids or self.with_statement):
            raise UserError(self.env._("Choose at least one document."))
        for document in [*self.move_ids, *self.payment_ids]:
            self._check_document(document)
        contact, customer = self.contact_id, self.partner_id
        if contact.commercial_partner_id != customer:
            raise UserError(
                self.env._(
                    "%(contact)s is not with %(customer)s.",
                    contact=contact.display_name,
                    customer=customer.display_name,
                )
            )
        if not contact.email_normalized:
            raise UserError(
                self.env._(
                    "%(contact)s has no valid e-mail address: enter it, or choose"
                    " somebody else.",
                    contact=contact.display_name,
                )
            )

    def _check_document(self, document):
        owner = document.partner_id.commercial_partner_id
        if owner != self.partner_id or document.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(document)s is not a document of %(customer)s.",
                    document=document.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        if document.state in ("draft", "cancel", "canceled", "rejected"):
            raise UserError(
                self.env._(
                    "%(document)s is not in force: only what is posted is sent.",
                    document=document.display_name,
                )
            )

    def _get_attachments(self):
        """The PDFs; those that were sent before as they were sent."""
        ticket = self.ticket_id
        attachments = ticket._attach_invoices(self.move_ids)
        for payment in self.payment_ids:
            attachments |= ticket._attach_report(
                "account.action_report_payment_receipt",
                payment,
                self.env._(
                    "Payment %(number)s.pdf",
                    number=(payment.name or str(payment.id)).replace("/", "_"),
                ),
            )
        if self.with_statement:
            attachments |= ticket._attach_statement(
                ticket.company_id,
                ticket.partner_id,
                ticket.lang or self.env.lang,
                fields.Date.context_today(self),
            )
        return attachments
