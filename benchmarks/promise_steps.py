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

    They are reconciled in the database: thousands of payments take half an hour.
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
                      label, amount, last_partial_id, awaited, is_open)
               SELECT made.id, company_id, currency_id, line.id, move_id,
                      move_name, 100, 0, 0, TRUE
                 FROM made JOIN line ON line.id = made.line_id""",
            env.uid,
        )
    )
    pay(env)
    env.invalidate_all()


def pay(env):
    """One entry pays for every promise: nothing of it, half or all."""
    settle(env, make_entry(env))


def make_entry(env):
    """A bank entry of one payer, large enough for all."""
    partner = env["res.partner"].create({"name": "Payer"})
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    accounts = (partner.property_account_receivable_id, journal.default_account_id)
    entry = env["account.move"].create(
        {
            "journal_id": journal.id,
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "partner_id": partner.id,
                        "balance": amount,
                    }
                )
                for account, amount in zip(accounts, (-1e8, 1e8), strict=True)
            ],
        }
    )
    entry.action_post()
    return entry


def settle(env, entry):
    """Reconcile the entry with every receivable, in the database."""
    env.flush_all()
    env.cr.execute(
        SQL(
            """WITH paid AS (
                   SELECT cover.*, (id %% 3) * 50.0 paid
                     FROM billing_promise_line cover),
               lowered AS (
                   UPDATE account_move_line line
                      SET amount_residual_currency = 100 - paid,
                          amount_residual = 100 - paid
                     FROM paid WHERE line.id = paid.move_line_id)
               INSERT INTO account_partial_reconcile (
                      debit_move_id, credit_move_id, company_id, max_date, amount,
                      debit_amount_currency, credit_amount_currency,
                      debit_currency_id, credit_currency_id)
               SELECT move_line_id, %s, company_id, CURRENT_DATE, paid, paid, paid,
                      currency_id, currency_id
                 FROM paid WHERE paid > 0""",
            entry.line_ids.filtered(lambda line: line.balance < 0).id,
        )
    )


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
