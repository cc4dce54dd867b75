from odoo import api, fields, models
from odoo.fields import Domain


class BillingTicket(models.Model):
    """Customers read what they wrote themselves, and what was written to them.

    What colleagues note of a call or pass on by e-mail is internal, and so is what was
    said before it was known whose the ticket is.
    """

    _inherit = "billing.ticket"

    in_own_words = fields.Boolean(
        "In the customer's own words",
        readonly=True,
        copy=False,
        help="The customer wrote the text in the portal or by e-mail, and reads it in"
        " the portal. Nobody has changed it.",
    )

    def _get_portal_description(self):
        """What the customer told us; nothing of what we noted."""
        return self.description if self.in_own_words else False

    def write(self, vals):
        if "description" in vals:
            vals = {"in_own_words": False, **vals}
        known = {t: t.partner_id for t in self} if "partner_id" in vals else {}
        result = super().write(vals)
        for ticket, customer in known.items():
            if ticket.partner_id != customer:
                ticket._hide_what_was_said()
        return result

    def _hide_what_was_said(self):
        """Another customer does not read what was not written by or to them."""
        self.in_own_words = False
        messages_sudo = self.env["mail.message"].sudo()  # of everybody
        by_others = Domain("author_id", "=", False) | Domain(
            "author_id.commercial_partner_id", "!=", self.partner_id.id
        )
        messages_sudo.search(
            Domain("model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("is_internal", "=", False)
            & by_others
        ).is_internal = True

    @api.model
    def _get_neutral_subject(self, reason, moves):
        """The customer reads the subject: that of a colleague's e-mail is internal."""
        names = moves.sudo().mapped("name")
        shown = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
        title = reason.name or self.env._("Question")
        return f"{title}: {shown}" if names else title
