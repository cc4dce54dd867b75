from odoo import api, fields, models


class BillingStatement(models.AbstractModel):
    """What the PDF is asked for."""

    _inherit = "billing.statement"

    @api.model
    def _prepare_report_data(self, company, partners, kind, date_from, date_to):
        """Data of the report that ``_get_report_values`` understands."""
        return {
            "company_id": company.id,
            "partner_ids": partners.ids,
            "kind": kind,
            "date_from": fields.Date.to_string(date_from) if date_from else False,
            "date_to": fields.Date.to_string(date_to),
        }


class ReportStatement(models.AbstractModel):
    """The statements of any number of customers in one PDF.

    Anybody can call a report: ``_get_statements`` checks what the user may see.
    """

    _name = "report.billing_coordinator.report_statement"
    _description = "Statement of account (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):
        if docids:
            wizard = self.env["billing.statement.wizard"].browse(docids)
            data = wizard._prepare_report_data()
        company = self.env["res.company"].browse(data["company_id"])
        partners = self.env["res.partner"].browse(data["partner_ids"])
        statements = self.env["billing.statement"]._get_statements(
            company,
            partners,
            data["kind"],
            fields.Date.to_date(data["date_from"]),
            fields.Date.to_date(data["date_to"]),
        )
        contacts = self.env["billing.statement"]._get_contacts(statements.values())
        documents = [
            self._prepare_document(
                company, partner, contacts[partner.id], statements[partner.id]
            )
            for partner in partners
        ]
        return {"company": company, "documents": documents}

    @api.model
    def _prepare_document(self, company, partner, contact, statement):
        """What the template shows of one customer, in the language of the contact."""
        statements = self.env["billing.statement"].with_company(company)
        lang = statements._get_lang(contact, partner)
        statements = statements.with_context(lang=lang)
        responsible = partner.with_company(company).billing_responsible_id
        return {
            "lang": lang,
            "partner": partner.with_context(lang=lang),
            "contact": contact.with_context(lang=lang),
            "responsible": responsible or company.billing_responsible_id,
            "statement": statement,
            "title": statements._get_title(statement.kind),
            "period": statements._get_period(
                statement.kind, statement.date_from, statement.date_to
            ),
            "types": statements._get_type_names(),
            "sections": [
                {
                    "rows": section,
                    "currency": self.env["res.currency"].browse(section.currency_id),
                    "summary": statements._get_summary(statement.kind, section),
                    "ageing": statements._get_ageing(company, section),
                }
                for section in statement.sections
            ],
        }
