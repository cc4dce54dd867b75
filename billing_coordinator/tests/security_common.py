"""Records of all models and people of all roles, for tests of who may do what."""

from odoo import Command
from odoo.tests import new_test_user

from .bank_common import Bank
from .common import TODAY, BillingCase, SecondCompany


class SecurityCase(Bank, SecondCompany, BillingCase):
    """A record of each model in the first company, and people of each kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_people()
        cls.invoice = cls._make_invoice()
        cls._make_follow_up()
        cls._make_ticket()
        cls._make_bank()
        cls._make_close()
        cls._make_allowance()
        cls.env.flush_all()

    @classmethod
    def _make_people(cls):
        cls.invoicing = cls._make_user("invoicing", "account.group_account_invoice")
        cls.auditor = cls._make_user("auditor", "account.group_account_readonly")
        cls.employee = cls._make_user("employee", "base.group_user")
        cls.portal = new_test_user(
            cls.env, "billing_test_portal", groups="base.group_portal"
        )
        cls.manager_group = cls.env.ref("billing_coordinator.group_billing_manager")

    @classmethod
    def _make_follow_up(cls):
        """What the customers are told, and what keeps it from them."""
        cls.hold = cls.env["billing.hold"].create(
            {"partner_id": cls._make_customer("Held").id, "reason": "Talks"}
        )
        cls.promise = cls.env["billing.promise"]._make(
            cls._receivable_lines(cls._make_invoice(cls._make_customer("Promised"))),
            [(TODAY, 50)],
        )
        cls.own_plan = cls._make_plan("Own", company_id=cls.company.id)
        cls.worklist = cls.env["billing.worklist"]
        cls.worklist._refresh(cls.company)
        cls.row = cls.worklist._get_row(cls.company, cls.customer)
        cls.notice = cls.row._process_one()
        cls._make_late_charge()
        cls.preview = cls.env["billing.followup.run"].with_user(cls.coordinator)
        cls.preview = cls.preview._preview(cls.company)
        cls.statements = cls.env["billing.statement.run"]._make(
            cls.company, cls.customer, "open_items", False, TODAY
        )

    @classmethod
    def _make_allowance(cls):
        cls.allowance_rates = cls.env["billing.allowance.rate"]
        cls.allowance_rates.action_update()
        cls.allowance_rates = cls.allowance_rates.search(
            [("company_id", "=", cls.company.id)]
        )
        cls.specific = cls.env["billing.allowance.specific"].create(
            {"partner_id": cls.customer.id, "reason": "Insolvent", "rate": 50}
        )
        cls.allowance = cls.env["billing.allowance"].create({"date": TODAY})
        cls.allowance.action_compute()

    @classmethod
    def _make_late_charge(cls):
        cls.late_rate = cls.env["billing.late.rate"].create(
            {"company_id": cls.company.id, "date_from": TODAY, "annual_rate": 10}
        )
        cls.late_charge = cls.env["billing.late.charge"].create(
            {
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "notice_id": cls.notice.id,
                "date": TODAY,
                "currency_id": cls.eur.id,
                "interest_amount": 0,
                "fee_amount": 5,
                "invoice_line_id": cls.invoice.invoice_line_ids.id,
            }
        )

    @classmethod
    def _make_ticket(cls):
        cls.team = cls.env["billing.team"].create(
            {"name": "Team", "company_id": cls.company.id}
        )
        cls.reason = cls.env["billing.ticket.reason"].create(
            {"name": "Reason", "kind": "inquiry", "company_id": cls.company.id}
        )
        cls.ticket = cls.env["billing.ticket"].create(
            {
                "subject": "Question",
                "kind": "inquiry",
                "company_id": cls.company.id,
                "partner_id": cls.customer.id,
                "team_id": cls.team.id,
                "reason_id": cls.reason.id,
                "line_ids": [Command.create({"move_id": cls.invoice.id})],
            }
        )

    @classmethod
    def _make_bank(cls):
        cls.match = cls._make_match()
        cls.payer = cls.env["billing.payer"].create(
            {"partner_id": cls.customer.id, "kind": "name", "value": "PAYER"}
        )
        cls.mapping = cls.env["billing.statement.mapping"].create(
            {
                "journal_id": cls._journal("TBNK").id,
                "heading": "Date",
                "date_column": "0",
            }
        )

    @classmethod
    def _make_close(cls):
        cls.close_template = cls.env["billing.close.template"].create(
            {
                "name": "Small",
                "company_id": cls.company.id,
                "date_from": "2025-01-01",
                "task_ids": [Command.create({"name": "Talk"})],
            }
        )
        cls.close = cls.env["billing.close"].create(
            {"company_id": cls.company.id, "date_to": "2025-05-31"}
        )
        cls.signoff = cls.close.task_ids._sign("prepare")
        cls.close_check = cls.env["billing.close.check"].create(
            {
                "name": "Without a reference",
                "company_id": cls.company.id,
                "model": "account.move",
                "domain": "[('ref', '=', False)]",
            }
        )

    @classmethod
    def _make_match(cls):
        """A proposal that a line of the bank pays the invoice."""
        bank_line = cls._make_bank_line(10)
        item = cls._receivable_lines(cls.invoice)
        return cls.env["billing.payment.match"].create(
            {
                "statement_line_id": bank_line.id,
                "line_ids": [Command.create({"move_line_id": item.id, "amount": 10})],
            }
        )

    def _as(self, record, user):
        """The record as a client of the user has it, with the user's companies."""
        context = {"allowed_company_ids": user.company_ids.ids}
        return record.with_user(user).with_context(**context)

    def _own_models(self):
        """All models of the addon, found where they are defined."""
        return {
            name: model
            for name, model in self.env.registry.items()
            if name.startswith("billing.") and not model._abstract
        }

    def _records(self):
        """A record of the first company for every stored model."""
        return [
            self.env["billing.receivable"].search([("move_id", "=", self.invoice.id)]),
            self.own_plan,
            self.own_plan.stage_ids[0],
            self.hold,
            self.late_charge,
            self.late_rate,
            self.row,
            self.notice,
            self.notice.line_ids,
            self.preview,
            self.preview.line_ids,
            self.statements,
            self.statements.line_ids,
            self.team,
            self.reason,
            self.ticket,
            self.ticket.line_ids,
            self.payer,
            self.match,
            self.match.line_ids,
            self.mapping,
            self.close_template,
            self.close_template.task_ids,
            self.close,
            self.close.task_ids,
            self.signoff,
            self.allowance,
            self.allowance.line_ids,
            self.allowance_rates,
            self.specific,
            self.close_check,
        ]

    def _records_with_actions(self):
        return (
            *(self.row, self.notice, self.hold, self.late_charge, self.preview),
            *(self.promise, self.statements, self.statements.line_ids),
            *(self.ticket, self.ticket.line_ids),
            *(self.close, self.close.task_ids, self.close_template),
            self.allowance,
        )
