"""Uninstall the addon and use accounting without it, in a process of its own.

python uninstall_process.py DATABASE [ODOO OPTION ...]
"""

# What it prints is read by the test that started it.
# pylint: disable=print-used

import sys

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import config

ADDON = "billing_coordinator"


def uninstall(database):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["ir.module.module"]._get(ADDON).button_immediate_uninstall()


def find_leftovers(env):
    """Tables, columns, models, views and jobs that should have gone."""
    queries = {
        "table": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'billing\\_%%'",
        "column": """SELECT table_name || '.' || column_name
                       FROM information_schema.columns
                      WHERE column_name LIKE 'billing\\_%%'""",
        "model": "SELECT model FROM ir_model WHERE model LIKE 'billing.%%'",
        "field": "SELECT model || '.' || name FROM ir_model_fields"
        " WHERE name LIKE 'billing\\_%%'",
        "record": "SELECT name FROM ir_model_data WHERE module = 'billing_coordinator'",
        "group": "SELECT name->>'en_US' FROM res_groups_privilege"
        " WHERE name->>'en_US' = 'Billing Coordination'",
    }
    for kind, query in queries.items():
        env.cr.execute(query)
        for (name,) in env.cr.fetchall():
            yield f"{kind} {name}"


def work(env, company):
    """An invoice from draft to paid, and the forms that the addon extended."""
    env = env(context={"allowed_company_ids": company.ids})
    partner = env["res.partner"].create({"name": "Afterwards"})
    account = env["account.account"].search([("account_type", "=", "income")], limit=1)
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": "2025-06-16",
            "invoice_line_ids": [
                Command.create({"name": "x", "price_unit": 5, "account_id": account.id})
            ],
        }
    )
    invoice.action_post()
    for record in (invoice, partner, company):
        record.get_view(view_type="form")
        record.read()
    reminded = env["account.move"].search([("ref", "=", "REMINDED")])
    reminded.read()
    reminded.message_ids.read(["body"])
    return len(reminded)


def main(database, *options):
    config.parse_config(["-d", database, "--no-http", *options], setup_logging=True)
    uninstall(database)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        for name in find_leftovers(env):
            print("left", name)
        company = env["res.company"].search([("name", "=", "Follow-up Ltd")])
        print("reminded", work(env, company))


if __name__ == "__main__":
    main(*sys.argv[1:])
