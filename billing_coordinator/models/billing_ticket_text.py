from odoo import api, fields, models
from odoo.tools import format_date


class BillingTicket(models.Model):
    """What the texts of e-mails say of a ticket, in the language of the customer."""

    _inherit = "billing.ticket"

    lang = fields.Char(
        "Language", compute="_compute_lang", help="That of whoever is written to."
    )
    addressee = fields.Char("Name in the salutation", compute="_compute_addressee")
    invoice_numbers = fields.Char(
        "Invoice numbers",
        compute="_compute_invoice_numbers",
        help="The invoices of the ticket, for the texts of e-mails.",
    )
    invoice_table = fields.Html(
        "Table of invoices", compute="_compute_invoice_table", sanitize=False
    )

    @api.depends("contact_id.lang", "partner_id.lang", "company_id")
    def _compute_lang(self):
        for ticket in self:
            person = ticket.contact_id or ticket.partner_id
            ticket.lang = person.lang or ticket.company_id.sudo().partner_id.lang

    @api.depends("contact_id", "partner_id")
    def _compute_addressee(self):
        for ticket in self:
            ticket.addressee = (ticket.contact_id or ticket.partner_id).name

    @api.depends("line_ids.move_name")
    def _compute_invoice_numbers(self):
        for ticket in self:
            lines = ticket.line_ids
            ticket.invoice_numbers = ", ".join(dict.fromkeys(lines.mapped("move_name")))

    @api.depends_context("lang")
    @api.depends("line_ids")
    def _compute_invoice_table(self):
        """The invoices of the ticket; nothing where there are none."""
        for ticket in self:
            ticket.invoice_table = ticket.line_ids and self.env["ir.qweb"]._render(
                "billing_coordinator.ticket_invoice_table",
                {"rows": ticket.line_ids._get_texts()},
            )

    def mail_allowed_qweb_expressions(self):
        """Placeholders that anyone may use in the texts, rendered without code."""
        return super().mail_allowed_qweb_expressions() + (
            "object.addressee",
            "object.company_id.name",
            "object.invoice_numbers",
            "object.invoice_table",
            "object.lang",
            "object.responsible_id.name",
            "object.subject",
        )

    def _render_text(self, xmlid):
        """Subject and text of a template; None where it was deleted."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if not template:
            return None
        # Users may not read the templates of others' models.
        template_sudo = template.sudo().with_context(lang=self.lang or self.env.lang)
        return tuple(
            template_sudo._render_field(field, self.ids)[self.id]
            for field in ("subject", "body_html")
        )

    def _message_compute_subject(self):
        """The number, so that an answer finds the ticket."""
        return f"[{self.name}] {self.subject}"


class BillingTicketLine(models.Model):
    """An invoice of a ticket, as the customer reads it."""

    _inherit = "billing.ticket.line"

    def _get_texts(self):
        """Rows of (number, date, due date, amount, open amount), one an invoice."""
        once = self.grouped("move_id")
        return [
            (
                line.move_name,
                format_date(self.env, line.invoice_date),
                format_date(self.env, line.date_due),
                line.currency_id.format(line.amount_original),
                line.currency_id.format(line.amount_residual),
            )
            for line in (lines[0] for lines in once.values())
        ]
