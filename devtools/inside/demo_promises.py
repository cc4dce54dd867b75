"""Promises of the demo: some open, one kept, two broken; a customer with a login."""

import datetime

from freezegun import freeze_time

from odoo import Command, fields

# (days ago that it was made, day promised for from today, share of the item)
BROKEN = [(14, -6, 1.0), (9, -4, 0.5)]
KEPT = (12, -5, 1.0)
OPEN = [(2, 3, 1.0), (1, 5, 0.6), (0, 9, 1.0)]


def make(env):
    """Promise on the oldest item of the most urgent customers, one each."""
    company = env.ref("billing_coordinator.demo_company_us")
    user = env.ref("billing_coordinator.demo_user_coordinator")
    company.billing_promise_portal = True
    env = env(context=dict(env.context, allowed_company_ids=company.ids))
    items = choose_items(env, company)
    for plan in (*BROKEN, KEPT, *OPEN):
        item = next(items, None)
        if item is None:
            return
        promise(env(user=user), item, *plan)
        if plan is KEPT:
            pay(env, item)
    give_login(env, company)
    env.cr.commit()


def choose_items(env, company):
    rows = env["billing.worklist"].search(
        [("company_id", "=", company.id), ("amount_overdue", ">", 0)], limit=12
    )
    for row in rows[2:]:
        item = row.receivable_ids.filtered(
            lambda item: item.residual > 0 and item.days_overdue > 0
        )[:1]
        if item and not item.hold_reason:
            yield item.move_line_id


def promise(env, line, made, day, share):
    """As the coordinator recorded it so many days ago."""
    now = datetime.datetime.now().replace(hour=15, minute=30)
    date = fields.Date.add(now.date(), days=day)
    amount = line.currency_id.round(line.amount_residual_currency * share)
    with freeze_time(now - datetime.timedelta(days=made)):
        env["billing.promise"]._make(
            line.with_env(env), [(date, amount)], user_id=env.uid, channel="phone"
        )


def pay(env, line):
    register = env["account.payment.register"].with_context(
        active_model="account.move.line", active_ids=line.ids
    )
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", line.company_id.id)], limit=1
    )
    values = {"journal_id": journal.id, "payment_date": fields.Date.today()}
    register.create(values)._create_payments()


def give_login(env, company):
    """A customer who owes something can look at the portal."""
    row = env["billing.worklist"].search(
        [("company_id", "=", company.id), ("amount_overdue", ">", 0)], limit=1
    )
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": row.partner_id.name,
            "login": "customer",
            "password": "customer",
            "partner_id": row.partner_id.id,
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )
