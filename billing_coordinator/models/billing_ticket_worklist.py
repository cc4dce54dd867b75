from odoo import models


class BillingTicket(models.Model):
    """What is in dispute is not chased: the customers' figures follow, once."""

    _inherit = "billing.ticket"

    def _refreshing_later(self):
        """For a part of what is done: the whole of it refreshes the worklist, once."""
        return self.with_context(billing_refresh_later=True)

    def _refresh_worklist(self, before=()):
        """Bring the customers of the tickets up to date.

        :param before: ``(company, customer)`` whose tickets they were
        """
        if self.env.context.get("billing_refresh_later"):
            return
        customers = {*before, *((t.company_id, t.partner_id) for t in self)}
        worklist_sudo = self.env["billing.worklist"].sudo()  # not for departments
        for company in {company for company, _partner in customers}:
            partner_ids = [p.id for c, p in customers if c == company and p]
            if partner_ids:
                worklist_sudo._refresh(company, partner_ids)
