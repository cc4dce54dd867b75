from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.statement import ACTIVITY, OPEN_ITEMS, month_before
from .statement import XLSX, download

PDF = "application/pdf"
# A page shows so many open items; the files have them all.
SHOWN = 500


class PortalBilling(CustomerPortal):
    """What a customer sees of its own account: open items and statements.

    Everything is read for the commercial partner of the user who is logged in, and for
    nobody else; a request names no customer.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "billing_count" in counters:
            values["billing_count"] = self._billing_count()
        return values

    # -- pages ---------------------------------------------------------------------

    @http.route("/my/billing", type="http", auth="user", website=True)
    def portal_my_billing(self, **_kwargs):
        return request.render(
            "billing_coordinator.portal_my_billing", self._billing_values()
        )

    @http.route("/my/billing/statement", type="http", auth="user", website=True)
    def portal_billing_statement(self, report_type="pdf", **kwargs):
        """A statement as a file; what cannot be made is told on the page."""
        try:
            request_ = self._billing_request(**kwargs)
            make = {"pdf": self._billing_pdf, "xlsx": self._billing_xlsx}[report_type]
            return make(*request_)
        except (KeyError, OverflowError, TypeError, ValueError):
            error = request.env._(
                "This address is not complete: use the buttons below."
            )
        except UserError as problem:
            error = str(problem)
        days = {name: kwargs.get(name) for name in ("date_from", "date_to")}
        values = self._billing_values(error=error, **days)
        return request.render("billing_coordinator.portal_my_billing", values)

    # -- whose account it is -------------------------------------------------------

    def _billing_partner(self):
        return request.env.user.partner_id.commercial_partner_id

    def _billing_statements_sudo(self, company=None):
        """The statements, read for a customer, who has no access to the ledger."""
        statements_sudo = request.env["billing.statement"].sudo()
        return statements_sudo.with_company(company) if company else statements_sudo

    def _billing_count(self):
        receivables_sudo = request.env["billing.receivable"].sudo()
        today = fields.Date.context_today(receivables_sudo)
        return receivables_sudo.with_context(as_of=today).search_count(
            [("partner_id.commercial_partner_id", "=", self._billing_partner().id)]
        )

    def _billing_companies(self):
        """Companies that have something booked for the customer."""
        lines_sudo = request.env["account.move.line"].sudo()
        groups = lines_sudo._read_group(
            [
                ("partner_id.commercial_partner_id", "=", self._billing_partner().id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
            ],
            ["company_id"],
        )
        return [company for [company] in groups]

    # -- the page ------------------------------------------------------------------

    def _billing_values(self, error=None, date_from=None, date_to=None):
        """Values of the page. Hook: other features add theirs."""
        statements_sudo = self._billing_statements_sudo()
        today = fields.Date.context_today(statements_sudo)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "billing",
            "accounts": [
                self._billing_account(company, today)
                for company in self._billing_companies()
            ],
            "types": statements_sudo._get_type_names(),
            "today": today,
            "date_from": date_from or month_before(today)[0],
            "date_to": date_to or today,
            "shown": SHOWN,
            "error": error,
        }

    def _billing_account(self, company, today):
        """The open items in one company, currency by currency."""
        statements_sudo = self._billing_statements_sudo(company)
        partner = self._billing_partner()
        statement = statements_sudo._get_statements(
            company, partner, OPEN_ITEMS, None, today
        )[partner.id]
        currencies = request.env["res.currency"].sudo()
        return {
            "company": company,
            "sections": [
                {
                    "rows": section,
                    "currency": currencies.browse(section.currency_id),
                    "ageing": statements_sudo._get_ageing(company, section),
                }
                for section in statement.sections
            ],
        }

    # -- files ---------------------------------------------------------------------

    def _billing_request(self, company_id, kind, date_from=None, date_to=None, **_kw):
        """Company, kind and days that are asked for.

        :raise ValueError: they are not those of the customer, or no dates
        """
        company = next(
            (c for c in self._billing_companies() if c.id == int(company_id)), None
        )
        if not company or kind not in (OPEN_ITEMS, ACTIVITY):
            raise ValueError("not an account of this customer")
        today = fields.Date.context_today(company)
        date_to = fields.Date.to_date(date_to) or today
        date_from = fields.Date.to_date(date_from) or month_before(date_to)[0]
        self._billing_statements_sudo()._check_dates(kind, date_from, date_to)
        return company, kind, date_from, date_to

    def _billing_pdf(self, company, kind, date_from, date_to):
        data = self._billing_statements_sudo()._prepare_report_data(
            company, self._billing_partner(), kind, date_from, date_to
        )
        # The report reads the ledger, which a customer has no access to.
        reports_sudo = request.env["ir.actions.report"].sudo().with_company(company)
        content, _type = reports_sudo._render_qweb_pdf(
            "billing_coordinator.action_report_statement", [], data=data
        )
        return download(content, self._billing_filename(kind, date_to, "pdf"), PDF)

    def _billing_xlsx(self, company, kind, date_from, date_to):
        content = self._billing_statements_sudo(company)._make_xlsx(
            company, self._billing_partner(), kind, date_from, date_to
        )
        return download(content, self._billing_filename(kind, date_to, "xlsx"), XLSX)

    def _billing_filename(self, kind, date_to, extension):
        return self._billing_statements_sudo()._get_filename(
            self._billing_partner(), kind, date_to, extension
        )
