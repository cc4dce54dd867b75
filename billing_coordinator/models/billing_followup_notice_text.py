from odoo import api, models
from odoo.tools import SQL


class BillingFollowupNotice(models.Model):
    """Whom a notice is addressed to, and what it says in their language."""

    _inherit = "billing.followup.notice"

    @api.model
    def _get_contact(self, worklist, decision):
        """The person who got the newest of the invoices, see ``_choose_contact``."""
        newest = max(line.id for line in decision.listed)
        # Invoices are wide, and nothing else of them is needed.
        [[invoiced_id]] = self.env.execute_query(
            SQL(
                """SELECT move.partner_id FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                    WHERE line.id = %s""",
                newest,
            )
        )
        invoiced = self.env["res.partner"].browse(invoiced_id)
        return self._choose_contact(invoiced, worklist.partner_id)

    @api.model
    def _choose_contact(self, invoiced, customer):
        """Whom to write to: the invoiced contact, an invoicing address, the customer.

        Someone with an e-mail address comes before someone without.
        """
        invoicing = customer.child_ids.filtered(lambda c: c.type == "invoice")
        candidates = [*invoiced, *invoicing, customer]
        return next((c for c in candidates if c.email), candidates[0])

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
