from odoo import api, models
from odoo.tools import SQL

# What is read of a contact; partners are wide, and a run reads thousands of them.
CONTACT_FIELDS = [
    "active",
    "commercial_partner_id",
    "company_id",
    "email",
    "email_normalized",
    "lang",
    "name",
    "type",
]


class BillingFollowupNotice(models.Model):
    """Whom a notice is addressed to, and what it says in their language."""

    _inherit = "billing.followup.notice"

    @api.model
    def _get_contact(self, worklist, decision):
        """The customer's contact, seen from the newest of the invoices."""
        newest = max(line.id for line in decision.listed)
        return self._choose_contact(self._get_invoiced(newest), worklist.partner_id)

    @api.model
    def _get_contacts_of_lines(self, customers):
        """Whom notices would go to, read for all customers at once.

        :param customers: ``{id of the newest journal item: partner id}``
        :return: ``{journal item id: contact}``
        """
        invoiced = self._get_invoiced_ids(customers)
        partners = self.env["res.partner"]
        together = partners.browse({*customers.values(), *invoiced.values()})
        together |= partners.browse(set(customers.values())).child_ids
        together.fetch(CONTACT_FIELDS)
        by_id = dict(zip(together.ids, together, strict=True))
        return {
            line_id: self._choose_contact(
                by_id.get(invoiced.get(line_id), partners), by_id[partner_id]
            )
            for line_id, partner_id in customers.items()
        }

    @api.model
    def _get_invoiced(self, line_id):
        """The contact that the invoice of a journal item went to."""
        line_ids = [line_id] if line_id else []
        return self.env["res.partner"].browse(self._get_invoiced_ids(line_ids).values())

    @api.model
    def _get_invoiced_ids(self, line_ids):
        """``{journal item id: id of the contact its invoice went to}``."""
        # Invoices are wide, and nothing else of them is needed.
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT line.id, move.partner_id FROM account_move_line line
                         JOIN account_move move ON move.id = line.move_id
                        WHERE line.id = ANY(%s) AND move.partner_id IS NOT NULL""",
                    list(line_ids),
                )
            )
        )

    @api.model
    def _choose_contact(self, invoiced, customer):
        """Whom to write to: someone with an e-mail address before someone without."""
        candidates = self._get_contact_candidates(invoiced, customer)
        return next((c for c in candidates if c.email), candidates[:1] or customer)

    @api.model
    def _get_contact_candidates(self, invoiced, customer):
        """Who may be written to, the best first; nobody who has left the customer.

        The customer's follow-up contacts, the invoiced contact, the customer's invoice
        addresses, the customer.
        """
        contacts = customer.child_ids.grouped("type")
        none = customer.browse()
        candidates = contacts.get("billing_followup", none) | invoiced
        candidates |= contacts.get("invoice", none) | customer
        candidates.fetch(CONTACT_FIELDS)
        return candidates.filtered(
            lambda c: c.active and c.commercial_partner_id == customer
        )

    def _render_text(self):
        """Write subject and text in the language of the contact."""
        for notice in self:
            notice._check_late_charges()
            if notice.stage_id.mail_template_id:
                notice._write_text(*notice._get_text())
            else:
                notice.stage_id._check_text()
                notice.subject = notice.stage_id.name

    def _get_text(self):
        """Subject and text as the template of the stage makes them."""
        self.ensure_one()
        template = self.stage_id.mail_template_id.with_context(lang=self._get_lang())
        return tuple(
            template._render_field(field, self.ids)[self.id]
            for field in ("subject", "body_html")
        )

    def mail_allowed_qweb_expressions(self):
        """Placeholders that anyone may use in the texts, rendered without code."""
        return super().mail_allowed_qweb_expressions() + (
            "object.addressee",
            "object.amount_text",
            "object.company_id.name",
            "object.line_table",
            "object.responsible_id.name",
            "object.stage_id.name",
        )

    def _get_lang(self):
        return self.contact_id.lang or self.partner_id.lang or self.env.lang
