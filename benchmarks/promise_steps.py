"""The work of bench_promise: promise_steps.py DATABASE PROMISES CUSTOMERS."""

import datetime
import sys
import time

import odoo.cli  # noqa: F401  (sets Odoo up before anything else of it is imported)
from odoo import Command, api
from odoo.modules.registry import Registry
from odoo.tools import SQL, config


def build(env, promises, customers):
    """Invoices through the ORM, the promises on them in one statement."""
    if not env["account.journal"].search([("type", "=", "sale")], limit=1):
        env["account.chart.template"].try_loading(
            "generic_coa", company=env.company, install_demo=False
        )
    today = datetime.date.today()
    partners = env["res.partner"].create(
        [{"name": f"Customer {number}"} for number in range(customers)]
    )
    line = {"name": "Services", "price_unit": 100.0, "tax_ids": [Command.clear()]}
    values = [
        {
            "move_type": "out_invoice",
            "partner_id": partners[number % customers].id,
            "invoice_date": today,
            "invoice_line_ids": [Command.create(line)],
        }
        for number in range(promises)
    ]
    for start in range(0, promises, 500):
        env["account.move"].create(values[start : start + 500]).action_post()
        env.cr.commit()
    env["billing.worklist"]._refresh(env.company)
    promise(env)
    env.cr.commit()


def promise(env):
    """One promise of 100 on each open receivable; two thirds are paid, wholly or half.

    The residual is lowered in the database: thousands of payments take half an hour.
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """WITH line AS (
                   SELECT id, company_id, partner_id, currency_id, move_id, move_name
                     FROM account_move_line
                    WHERE display_type = 'payment_term' AND parent_state = 'posted'
                      AND amount_residual > 0),
               made AS (
                   INSERT INTO billing_promise (company_id, partner_id, currency_id,
                          amount, date, judge_on, made_on, level, state, channel,
                          user_id, note)
                   SELECT company_id, partner_id, currency_id, 100, CURRENT_DATE - 3,
                          CURRENT_DATE, NOW() AT TIME ZONE 'UTC', 1, 'open', 'phone',
                          %s, line.id
                     FROM line
                   RETURNING id, note::int line_id)
               INSERT INTO billing_promise_line (
                      promise_id, company_id, currency_id, move_line_id, move_id,
                      label, amount, floor, credit_base, is_open)
               SELECT made.id, company_id, currency_id, line.id, move_id,
                      move_name, 100, 0, 0, TRUE
                 FROM made JOIN line ON line.id = made.line_id""",
            env.uid,
        )
    )
    env.cr.execute(
        """UPDATE account_move_line SET amount_residual_currency = paid.left,
                  amount_residual = paid.left
             FROM (SELECT move_line_id, (2 - id % 3) * 50.0 "left"
                     FROM billing_promise_line) paid
            WHERE account_move_line.id = paid.move_line_id"""
    )
    env.invalidate_all()


def main(database, promises, customers):
    config.parse_config(["-d", database, "--no-http"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        env.company.billing_bank_freshness = 0
        build(env, int(promises), int(customers))
        started = time.monotonic()
        env["billing.promise"]._judge_due(env.company)
        cr.commit()
        seconds = time.monotonic() - started
        groups = env["billing.promise"]._read_group([], ["state"], ["__count"])
        calls = env["mail.activity"].search_count(
            [("res_model", "=", "billing.worklist")]
        )
    states = ", ".join(f"{count:,} {state}" for state, count in groups)
    print(
        f"Judging {sum(c for _s, c in groups):,} promises: {seconds:.1f} s"
        f" (at most 10 s); {states}; {calls:,} calls planned"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
