from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.billing_statement import KINDS
from ..tools.statement import OPEN_ITEMS, month_before

# A PDF of more customers takes longer than a browser waits for it.
MAX_PDF = 200


class BillingStatementWizard(models.TransientModel):
    """Statements of account for one customer or many: PDF, spreadsheet or e-mail."""

    _name = "billing.statement.wizard"
    _description = "Statement of account"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self._default_company_id()
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        check_company=True,
        default=lambda self: self._default_partner_ids(),
        help="Leave empty for everybody who has something open, or a movement in the"
        " period.",
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        default=OPEN_ITEMS,
        help="Open items: what is open at the end of a day, with its age."
        " Account activity:"
        " every movement between two days, with opening and closing balance.",
    )
    date_from = fields.Date(
        "From",
        default=lambda self: month_before(fields.Date.context_today(self))[0],
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: fields.Date.context_today(self)
    )

    @api.model
    def _get_active(self, model):
        """The records that the dialog is opened from, if they are of the model."""
        active = self.env.context.get("active_model") == model
        ids = self.env.context.get("active_ids") if active else []
        return self.env[model].browse(ids)

    @api.model
    def _default_company_id(self):
        """A statement is of one company.

        :raise UserError: the rows belong to several companies
        """
        companies = self._get_active("billing.worklist").company_id
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "These customers belong to several companies. A statement is of one"
                    " company: choose the customers of %(company)s, for instance.",
                    company=companies[0].name,
                )
            )
        return companies or self.env.company

    @api.model
    def _default_partner_ids(self):
        """Customers of the rows, or the contacts, that the dialog is opened from."""
        customers = self._get_active("billing.worklist").partner_id
        return customers or self._get_active("res.partner").commercial_partner_id

    def _compute_display_name(self):
        self.display_name = self.env._("Statement of account")

    @api.model
    def _get_action(self, company, partners):
        """The dialog for some customers of a company."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_statement_wizard_action"
        )
        context = {
            "default_company_id": company.id,
            "default_partner_ids": partners.ids,
        }
        return dict(action, context=context)

    def _get_partners(self):
        """The customers of the statements.

        :raise UserError: there are none
        """
        self.ensure_one()
        partners = self.partner_ids.commercial_partner_id
        if not partners:
            partners = self.env["billing.statement"]._find_partners(
                self.company_id, self.kind, self.date_from, self.date_to
            )
        if not partners:
            raise UserError(
                self.env._(
                    "Nobody has anything to be told: nothing is open on that day."
                    " Choose another day."
                )
            )
        return partners

    def _prepare_report_data(self):
        self.ensure_one()
        return self.env["billing.statement"]._prepare_report_data(
            self.company_id,
            self._get_partners(),
            self.kind,
            self.date_from,
            self.date_to,
        )

    # -- actions -------------------------------------------------------------------

    def action_print(self):
        """One PDF, each customer on a new page."""
        self._check_dates()
        if len(self._get_partners()) > MAX_PDF:
            raise UserError(
                self.env._(
                    "A PDF takes at most %(count)s customers. Choose fewer, or take the"
                    " Excel file.",
                    count=MAX_PDF,
                )
            )
        return self.env.ref(
            "billing_coordinator.action_report_statement"
        ).report_action(self, config=False)

    def action_export(self):
        """One Excel file, each customer on a sheet; very many in one list."""
        self._check_dates()
        self._get_partners()
        return {
            "type": "ir.actions.act_url",
            "url": f"/billing_coordinator/statement/{self.id}.xlsx",
            "target": "download",
        }

    def action_send(self):
        """E-mail each customer the statement, and show how far it is."""
        self._check_dates()
        runs = self.env["billing.statement.run"]
        run = runs._make(
            self.company_id,
            self._get_partners(),
            self.kind,
            self.date_from,
            self.date_to,
            requested_by_id=self.env.uid,
        )
        run._send()
        return {
            "type": "ir.actions.act_window",
            "name": run.display_name,
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
        }

    def _check_dates(self):
        self.check_access("read")
        self.env["billing.statement"]._check_dates(
            self.kind, self.date_from, self.date_to
        )

    def _get_filename(self, extension):
        """Name of the file that is downloaded."""
        statements, partners = self.env["billing.statement"], self._get_partners()
        named = partners if len(partners) == 1 else self.company_id.partner_id
        return statements._get_filename(named, self.kind, self.date_to, extension)

    def _make_xlsx(self):
        return self.env["billing.statement"]._make_xlsx(
            self.company_id,
            self._get_partners(),
            self.kind,
            self.date_from,
            self.date_to,
        )
