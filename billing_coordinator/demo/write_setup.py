"""A demo company before its first invoice: chart, taxes, terms, rates, products."""

from odoo import Command
from odoo.tools import SQL

from . import catalogue

MODULE = "billing_coordinator"
SALES_TAX = {"us": ("Sales tax 6.25%", 6.25), "ie": ("VAT 23%", 23.0)}
TIME_ZONES = {"us": "America/New_York", "ie": "Europe/Dublin"}
ALLOWANCE_ACCOUNTS = (
    ("Allowance for doubtful accounts", "121900", "asset_current"),
    ("Bad debt expense", "621900", "expense"),
)
ALLOWANCE_RATES = (0.5, 2, 8, 20, 45, 80)
BANK_ACCOUNT = {"us": "021000021-4471190", "ie": "IE29AIBK93115212345678"}


def load(env, model, rows):
    """Create or update records by XML id; `rows` maps the id's name to values."""
    return env[model]._load_records(
        [
            {"xml_id": f"{MODULE}.demo_{name}", "values": values, "noupdate": True}
            for name, values in rows.items()
        ]
    )


def find_journal(env, kind):
    domain = [("type", "=", kind), ("company_id", "=", env.company.id)]
    return env["account.journal"].search(domain, limit=1)


def refresh_statistics(env):
    """Tell the planner of the rows just written.

    All is written in one transaction, which autovacuum does not see: the planner
    would take the tables for empty, and a query that takes milliseconds takes minutes.
    """
    env.flush_all()
    for table in ("account_move", "account_move_line", "account_partial_reconcile"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


class SetupWriter:
    def __init__(self, env, demo, key):
        self.env = env
        self.demo = demo
        self.key = key
        self.company = env.company

    def write(self):
        self.company.partner_id.tz = TIME_ZONES[self.key]
        self._load_chart()
        self._write_manager()
        self._write_taxes()
        self._write_bank()
        self._write_rates()
        self._write_terms()
        self._write_products()
        self._write_writeoffs()
        self._write_charges()
        self._write_allowances()
        self.company.account_use_credit_limit = True

    def _load_chart(self):
        """Load the generic chart, which is American, and its currency with it."""
        currency = self.company.currency_id
        # Not try_loading(): it would bring the generic demo entries along.
        chart = self.env["account.chart.template"]
        chart._load("generic_coa", self.company, install_demo=False)
        self.company.currency_id = currency

    def _write_manager(self):
        manager = self.env.ref(f"{MODULE}.demo_user_manager", raise_if_not_found=False)
        self.company.billing_responsible_id = manager
        self.company.billing_auto_send = True

    def _write_writeoffs(self):
        """Where disputed amounts are written off; a manager agrees to larger ones."""
        company = self.company
        domain = [("account_type", "=", "expense"), ("company_ids", "in", company.ids)]
        account = self.env["account.account"].search(domain, limit=1)
        company.billing_writeoff_account_id = account
        company.billing_writeoff_journal_id = find_journal(self.env, "general")
        company.billing_writeoff_limit = 250
        company.billing_match_charges_account_id = account

    def _write_charges(self):
        """Where the bank's charges go that are taken off a payment."""
        chart = self.env["account.chart.template"]
        account = chart.ref("expense_finance", raise_if_not_found=False)
        self.company.billing_match_charges_account_id = account

    def _write_allowances(self):
        """Where the allowance for doubtful accounts is booked, and its rates."""
        accounts = self.env["account.account"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "account_type": kind,
                    "company_ids": [Command.set(self.company.ids)],
                }
                for name, code, kind in ALLOWANCE_ACCOUNTS
            ]
        )
        self.company.write(
            {
                "billing_allowance_journal_id": find_journal(self.env, "general").id,
                "billing_allowance_account_id": accounts[0].id,
                "billing_allowance_expense_account_id": accounts[1].id,
            }
        )
        rates = self.env["billing.allowance.rate"]
        rates.action_update()
        rates = rates.search([("company_id", "=", self.company.id)])
        for rate, percent in zip(rates, ALLOWANCE_RATES, strict=True):
            rate.rate = percent

    def _write_taxes(self):
        """Give the generic chart's tax the name and rate of the company's country."""
        name, amount = SALES_TAX[self.key]
        country = self.company.country_id
        taxes = self.env["account.tax"].search([("company_id", "=", self.company.id)])
        domestic = taxes.filtered("amount")
        self.company.account_fiscal_country_id = country
        taxes.tax_group_id.country_id = country
        taxes.country_id = country
        domestic.tax_group_id.name = name
        domestic.write({"name": name, "amount": amount})

    def _write_bank(self):
        journal = find_journal(self.env, "bank")
        journal.set_bank_account(BANK_ACCOUNT[self.key])

    def _write_rates(self):
        """Dollars and euros against the company's own currency, month by month."""
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": self.env.ref(f"base.{code}").id,
                    "company_id": self.company.id,
                    "rate": rate,
                }
                for day, dollars in self.demo.rates
                for code, rate in self._rates_against_own(dollars).items()
            ]
        )

    def _rates_against_own(self, dollars):
        if self.company.currency_id.name == "USD":
            return {"USD": 1.0, "EUR": 1 / dollars}
        return {"EUR": 1.0, "USD": dollars}

    def _write_terms(self):
        load(
            self.env,
            "account.payment.term",
            {
                f"term_{key}": {
                    "name": name,
                    "company_id": False,
                    "line_ids": [
                        Command.clear(),
                        *(self._term_line(*part) for part in installments),
                    ],
                }
                for key, (name, installments) in catalogue.TERMS.items()
                if not self.env.ref(f"{MODULE}.demo_term_{key}", False)
            },
        )

    @staticmethod
    def _term_line(percent, days):
        return Command.create(
            {"value": "percent", "value_amount": percent, "nb_days": days}
        )

    def _write_products(self):
        """The companies share the products; each adds its own sales tax."""
        tax = Command.link(self.company.account_sale_tax_id.id)
        for key, (name, price, kind) in catalogue.PRODUCTS.items():
            product = self.env.ref(f"{MODULE}.demo_product_{key}", False)
            if product:
                product.taxes_id = [tax]
                continue
            values = {
                "name": name,
                "list_price": price,
                "type": kind,
                "default_code": key.upper().replace("_", "-"),
                "taxes_id": [Command.clear(), tax],
                "company_id": False,
            }
            load(self.env, "product.product", {f"product_{key}": values})
