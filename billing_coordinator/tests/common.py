from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import api, fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

TODAY = date(2025, 6, 16)


def days(number):
    """The day so many days from the frozen one."""
    return TODAY + timedelta(days=number)


class Ledger:
    """A company with its own small ledger and its people, made with ``cls.env``.

    Nothing of the database is used but currencies and the addon's own data, so that
    demo data, other companies and charts of accounts make no difference.
    """

    @classmethod
    def _set_up_company(cls):
        cls.eur = cls._use_currency("EUR")
        cls.usd = cls._use_currency("USD")
        cls.company = cls._make_company("Follow-up Ltd")
        cls.env = cls.env(
            context=dict(
                cls.env.context, allowed_company_ids=cls.company.ids, lang="en_US"
            )
        )
        cls.company = cls.env["res.company"].browse(cls.company.id)
        for rate_date, rate in (("2020-01-01", 2.0), ("2025-05-01", 4.0)):
            cls._set_rate(rate_date, rate)
        cls.coordinator = cls._make_user("coordinator", "group_billing_coordinator")
        cls.manager = cls._make_user("manager", "group_billing_manager")
        cls.department = cls._make_user("department", "group_billing_department")
        cls.company.billing_responsible_id = cls.manager
        cls.plan = cls._make_plan("Test plan")
        cls.first, cls.second, cls.last = cls.plan.stage_ids
        cls.company.billing_plan_id = cls.plan
        cls.customer = cls._make_customer("Customer A")

    # -- master data ----------------------------------------------------------------

    @classmethod
    def _use_currency(cls, code):
        currency = cls.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", code)])
        currency.active = True
        return currency

    @classmethod
    def _make_company(cls, name):
        company = cls.env["res.company"].create(
            {
                "name": name,
                "currency_id": cls.eur.id,
                "country_id": cls.env.ref("base.be").id,
                "billing_bank_freshness": 0,
                "billing_auto_send": True,
            }
        )
        cls.env.user.company_ids = [Command.link(company.id)]
        cls._make_ledger(company)
        return company

    @classmethod
    def _make_ledger(cls, company):
        accounts = {
            key: cls._make_account(company, code, kind)
            for key, code, kind in (
                ("receivable", "101000", "asset_receivable"),
                ("payable", "201000", "liability_payable"),
                ("income", "400000", "income"),
                ("bank", "101400", "asset_cash"),
                ("suspense", "101401", "asset_current"),
                ("gain", "441000", "income_other"),
                ("loss", "641000", "expense"),
            )
        }
        defaults = cls.env["ir.default"]
        for kind in ("receivable", "payable"):
            field = f"property_account_{kind}_id"
            value = accounts[kind].id
            defaults.set("res.partner", field, value, company_id=company.id)
        company.account_journal_suspense_account_id = accounts["suspense"]
        journals = cls.env["account.journal"].with_company(company)
        for code, kind, account in (
            ("TINV", "sale", "income"),
            ("TBNK", "bank", "bank"),
            ("TMISC", "general", None),
            ("TEXCH", "general", None),
        ):
            journals.create(
                {
                    "name": code,
                    "code": code,
                    "type": kind,
                    "company_id": company.id,
                    "default_account_id": account and accounts[account].id,
                }
            )
        company.write(
            {
                "currency_exchange_journal_id": cls._journal("TEXCH", company).id,
                "income_currency_exchange_account_id": accounts["gain"].id,
                "expense_currency_exchange_account_id": accounts["loss"].id,
            }
        )

    @classmethod
    def _make_account(cls, company, code, kind):
        return (
            cls.env["account.account"]
            .with_company(company)
            .create(
                {
                    "name": f"{kind} of {company.name}",
                    "code": code,
                    "account_type": kind,
                    "company_ids": [Command.set(company.ids)],
                    "reconcile": kind in ("asset_receivable", "liability_payable"),
                }
            )
        )

    @classmethod
    def _account(cls, kind, company=None):
        company = company or cls.company
        companies = company.sudo().parent_ids  # a branch uses those of its parent
        domain = [("account_type", "=", kind), ("company_ids", "in", companies.ids)]
        return cls.env["account.account"].sudo().search(domain, limit=1, order="id")

    @classmethod
    def _journal(cls, code, company=None):
        company = company or cls.company
        companies = company.sudo().parent_ids
        domain = [("code", "=", code), ("company_id", "in", companies.ids)]
        return cls.env["account.journal"].sudo().search(domain, limit=1)

    @classmethod
    def _set_rate(cls, day, rate, company=None):
        company = company or cls.company
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.usd.id,
                "name": day,
                "rate": rate,
                "company_id": company.id,
            }
        )

    @classmethod
    def _make_user(cls, login, *groups, company=None, **values):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"billing_test_{login}",
            name=login.capitalize(),
            email=f"{login}@followup.example.com",
            groups=",".join(
                group if "." in group else f"billing_coordinator.{group}"
                for group in groups
            ),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **values,
        )

    @classmethod
    def _make_plan(cls, name, delays=(7, 15, 30), **values):
        """A plan with one e-mail stage for each number of days after due."""
        template = cls.env.ref("billing_coordinator.mail_template_followup_first")
        stages = [
            Command.create(
                {
                    "name": f"{name} {delay}",
                    "sequence": sequence,
                    "delay": delay,
                    "mail_template_id": template.id,
                }
            )
            for sequence, delay in enumerate(delays, 1)
        ]
        defaults = {"name": name, "min_interval": 0, "stage_ids": stages}
        return cls.env["billing.followup.plan"].create({**defaults, **values})

    @classmethod
    def _make_customer(cls, name, **values):
        values.setdefault("email", f"{name.lower().replace(' ', '.')}@example.com")
        return cls.env["res.partner"].create({"name": name, **values})

    # -- the ledger -------------------------------------------------------------------

    @classmethod
    def _make_invoice(cls, customer=None, amount=100.0, overdue=10, **values):
        """A posted invoice that is ``overdue`` so many days on the frozen day."""
        return cls._make_invoices([(customer, amount, overdue)], **values)

    @classmethod
    def _make_invoices(cls, specs, post=True, company=None, **values):
        """Posted invoices of ``(customer, amount, days overdue)``, in one call."""
        company = company or cls.company
        moves = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": (customer or cls.customer).id,
                        "company_id": company.id,
                        "journal_id": cls._journal("TINV", company).id,
                        "currency_id": company.currency_id.id,
                        "invoice_date": days(-overdue - 30),
                        "date": days(-overdue - 30),
                        "invoice_payment_term_id": False,
                        "invoice_date_due": days(-overdue),
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "name": "Service",
                                    "quantity": 1,
                                    "price_unit": amount,
                                    "account_id": cls._account("income", company).id,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                        ],
                        **values,
                    }
                    for customer, amount, overdue in specs
                ]
            )
        )
        if post:
            moves.action_post()
        return moves

    @classmethod
    def _make_credit_note(cls, customer=None, amount=10.0, overdue=10, **values):
        values["move_type"] = "out_refund"
        return cls._make_invoice(customer, amount, overdue, **values)

    @classmethod
    def _make_entry(cls, customer, balance, day, currency=None, foreign=None, **values):
        """A posted entry by hand: ``balance`` on the receivable account."""
        company = values.pop("company", cls.company)
        currency = currency or company.currency_id
        foreign = balance if foreign is None else foreign
        lines = [
            {
                "account_id": cls._account("asset_receivable", company).id,
                "partner_id": customer.id,
                "balance": balance,
                "amount_currency": foreign,
                "currency_id": currency.id,
            },
            {
                "account_id": cls._account("asset_cash", company).id,
                "balance": -balance,
                "amount_currency": -foreign,
                "currency_id": currency.id,
            },
        ]
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": cls._journal("TMISC", company).id,
                    "date": day,
                    "line_ids": [Command.create(line) for line in lines],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    @classmethod
    def _pay(cls, invoices, amount=None, day=TODAY, **values):
        """Settle invoices, wholly or in part, with an entry at the bank."""
        lines = cls._receivable_lines(invoices)
        company = invoices.company_id
        amount = sum(lines.mapped("amount_residual")) if amount is None else amount
        partner = invoices.commercial_partner_id
        values["company"] = company
        entry = cls._make_entry(partner, -amount, day, **values)
        (lines + cls._receivable_lines(entry)).reconcile()
        return entry

    @classmethod
    def _register_payment(cls, invoices, **values):
        """Register a payment that gets its journal entry from the bank, later."""
        move = cls.env.registry["account.move"]
        with patch.object(
            move, "_get_invoice_in_payment_state", lambda self: "in_payment"
        ):
            return cls._register_as_is(invoices, **values)

    @classmethod
    def _register_as_is(cls, invoices, **values):
        """Register a payment; what Odoo calls it depends on what is installed."""
        register = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        journal = cls._journal("TBNK", invoices.company_id)
        wizard = register.create({"journal_id": journal.id, **values})
        return wizard._create_payments()

    @staticmethod
    def _receivable_lines(moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _at(cls, day):
        """Another day, for the length of a ``with`` block."""
        return freeze_time(f"{fields.Date.to_string(day)} 09:00:00")


class BillingCase(Ledger, TransactionCase):
    """The company on a frozen day, and what its people do with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(cls._at(TODAY))
        cls._set_up_company()

    def _row(self, customer=None, company=None):
        """The worklist row of a customer, brought up to date."""
        company = company or self.company
        customer = customer or self.customer
        worklist = self.env["billing.worklist"]
        worklist._refresh(company, customer.ids)
        return worklist._get_row(company, customer)

    def _send(self, customer=None, **kwargs):
        return self._row(customer)._process_one(**kwargs)

    def _run_job(self, user=None):
        """Run the daily job as the scheduler does, with its commits and rollbacks."""
        with self._scheduler(user) as env:
            env["billing.worklist"]._cron_followup()

    @contextmanager
    def _scheduler(self, user=None):
        """An environment of the scheduler, in which commit and rollback work."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            uid = user.id if user else api.SUPERUSER_ID
            yield api.Environment(cr, uid, {})

    def _notices(self, customer=None):
        customer = customer or self.customer
        domain = [("partner_id", "=", customer.id)]
        return self.env["billing.followup.notice"].search(domain, order="id")

    def _receivables(self, customer=None, **context):
        domain = [("partner_id", "=", (customer or self.customer).id)]
        model = self.env["billing.receivable"].with_context(**context)
        model.invalidate_model()
        return model.search(domain)


class SecondCompany:
    """Mixin: another company with a customer, an invoice, and a coordinator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._make_company("Elsewhere Ltd")
        cls.other_company.billing_plan_id = cls.plan
        cls.other_coordinator = cls._make_user(
            "elsewhere", "group_billing_coordinator", company=cls.other_company
        )
        cls.other_customer = cls._make_customer("Customer elsewhere")
