"""Loads the demo data; called from the demo XML, never by a user."""

import logging
import time

from odoo import api, fields, models

from . import generator
from .write_customers import CustomerWriter
from .write_invoices import InvoiceWriter
from .write_money import MoneyWriter
from .write_setup import SetupWriter
from .write_tickets import TicketWriter

_logger = logging.getLogger(__name__)

COMPANIES = {
    "us": "billing_coordinator.demo_company_us",
    "ie": "billing_coordinator.demo_company_ie",
}
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
}


class BillingDemo(models.AbstractModel):
    _name = "billing.demo"
    _description = "Demo data of the billing coordination"

    @api.model
    def _install(self):
        """Fill the demo companies; one that has entries already is left alone."""
        started = time.monotonic()
        demo = generator.build(fields.Date.context_today(self))
        for key, xmlid in COMPANIES.items():
            company = self.env.ref(xmlid, raise_if_not_found=False)
            if company and not company._existing_accounting():
                self._fill(demo, key, company)
        self._forget_ranks()
        _logger.info("Demo data loaded in %.1f s", time.monotonic() - started)

    def _fill(self, demo, key, company):
        """Write one company: what it is, whom it bills, what it billed and got."""
        context = {**QUIET, "allowed_company_ids": company.ids}
        env = self.with_context(**context).env
        SetupWriter(env, demo, key).write()
        customers = CustomerWriter(env, demo, key).write()
        invoices = InvoiceWriter(env, demo, key, customers).write()
        MoneyWriter(env, demo, key, customers, invoices).write()
        TicketWriter(env, demo, key, customers, invoices).write()
        env["billing.payment.match"].action_match_again()

    def _forget_ranks(self):
        """Posting leaves a hook that counts invoices per partner after the commit.

        It would fail, and the installation with it, if what is loaded after this
        fails and the demo data is rolled back.
        """
        hook = "account.res.partner.increase_rank.customer_rank"
        self.env.cr.postcommit.data.get(hook, {}).clear()
