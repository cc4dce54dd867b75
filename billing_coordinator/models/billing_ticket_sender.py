from odoo import api, models
from odoo.tools import email_normalize


class BillingTicket(models.Model):
    """Whose an e-mail is: company, customer and contact."""

    _inherit = "billing.ticket"

    # -- company ----------------------------------------------------------------------

    @api.model
    def _get_companies_of_team(self, team):
        """Where the invoices may be: the team's, those of its address, else all."""
        companies = self.env["res.company"]
        if team.company_id:
            return companies.search([("id", "child_of", team.company_id.id)])
        return team.alias_domain_id.company_ids or companies.search([])

    @api.model
    def _choose_company(self, team, companies, named, partners):
        if team.company_id and (len(companies) == 1 or len(named.company_id) != 1):
            return team.company_id
        if len(companies) == 1:
            return companies
        for found in (named.company_id, partners.company_id & companies):
            if len(found) == 1:
                return found
        return self.env.company if self.env.company in companies else companies[:1]

    # -- who wrote ----------------------------------------------------------------

    @api.model
    def _find_senders(self, msg_dict):
        """Customers' contacts with the address of the sender; no colleagues."""
        address = email_normalize(msg_dict.get("email_from"))
        if not address:
            return self.env["res.partner"]
        domain = [("email_normalized", "=", address), ("partner_share", "=", True)]
        partners = self.env["res.partner"].search(domain, order="id")
        return partners.filtered(lambda p: p.commercial_partner_id.active)

    @api.model
    def _choose_sender(self, company, partners, named):
        """Of several contacts with one address: the one whose invoices are named, who
        owes something, or who gets the reminders.
        """
        shared = company.parent_ids
        partners = partners.filtered(
            lambda p: (
                (p.commercial_partner_id.company_id or company) in shared
                and (p.company_id or company) in shared
            )
        )
        if len(partners) < 2:
            return partners
        debtors = self._find_debtors(company, partners.commercial_partner_id)
        return partners.sorted(
            lambda p: (
                p.commercial_partner_id not in named.commercial_partner_id,
                p.commercial_partner_id not in debtors,
                p.type != "billing_followup",
                p.id,
            )
        )[:1]

    @api.model
    def _find_debtors(self, company, customers):
        if len(customers) < 2:
            return customers
        groups = self.env["billing.receivable"]._read_group(
            [("company_id", "=", company.id), ("partner_id", "in", customers.ids)],
            ["partner_id"],
        )
        return customers.browse([partner.id for [partner] in groups])
