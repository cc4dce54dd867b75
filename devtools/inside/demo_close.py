"""Closes of the demo: three months that are locked, and the last one in work.

On whatever day the demo is made, the last month stands where it would stand on that
day: what was due is signed, apart from a few tasks that are late.
"""

import datetime

from freezegun import freeze_time

from odoo import Command, fields

MODULE = "billing_coordinator"
# How many days after its end each month was locked, the latest last.
LOCKED = (12, 9, 7)
# How many invoices of the last month were forgotten to be sent, and for how many days
# the newest ones may still wait.
NOT_SENT = 4
SENT_AFTER_DAYS = 3
# What of the last month is done before its day, and what is late once that has come:
# not reviewed yet, or not begun. The allowance waits for the discrepancies.
EARLY = ("draft", "unbilled", "bank_lines", "statements", "notices")
NOT_REVIEWED = ("sequence",)
LATE = ("sent", "tickets", "ageing")
COORDINATOR = ("draft", "sent", "duplicates", "credits", "promises", "notices")
# A check that the company made itself, and how many such invoices it tolerates.
LARGE_AMOUNT, LARGE_COUNT = 10000, 3
# A customer who is judged by itself: percent of the debts that are lost.
SPECIFIC_RATE = 50
OVERRIDE = "Known: it is cleared in the first week of the next month."
COMMENTS = {
    "draft": "All drafts are posted or moved.",
    "bank_lines": "All lines of the month are matched.",
    "sequence": "No number is missing in the sales journal.",
}


def make(env):
    env.cr.commit()  # to see what the job has done in its own transactions
    company = env.ref(f"{MODULE}.demo_company_us")
    company.billing_close_lock = "sale_lock_date"
    env = env(context=dict(env.context, allowed_company_ids=company.ids, lang="en_US"))
    closes = env["billing.close"].with_company(company)
    today = fields.Date.today()
    ends = [
        fields.Date.start_of(fields.Date.subtract(today, months=n), "month")
        - datetime.timedelta(days=1)
        for n in range(len(LOCKED), -1, -1)
    ]
    make_template(env, company, ends[0])
    make_specific(env, company, ends[-2])
    age_invoices(env, company, today, ends[-1])
    for end, days in zip(ends, LOCKED, strict=False):
        with freeze_time(at(end, 0)):
            close = closes.create({"company_id": company.id, "date_to": end})
        lock(close, at(end, days))
    with freeze_time(at(ends[-1], -5)):
        close = closes.create({"company_id": company.id, "date_to": ends[-1]})
    work(close, today)
    env.cr.commit()


def at(end, days):
    day = end + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(15, 30))


def age_invoices(env, company, today, end):
    """They were made and sent on their days: a close sees what came later."""
    env.flush_all()
    env.cr.execute(
        """UPDATE mail_message message
              SET date = LEAST(message.date, move.date + TIME '09:00')
             FROM account_move move
            WHERE message.model = 'account.move' AND message.res_id = move.id
              AND move.company_id = %s AND move.state = 'posted'
              AND move.move_type IN ('out_invoice', 'out_refund')
              AND message.message_type = 'notification'""",
        [company.id],
    )
    env.cr.execute(
        """UPDATE account_move move
              SET create_date = LEAST(move.create_date, move.date + TIME '09:00'),
                  is_move_sent = move.date < %(newest)s AND move.id NOT IN (
                      SELECT id FROM account_move
                       WHERE company_id = %(company)s AND state = 'posted'
                         AND move_type = 'out_invoice' AND date <= %(end)s
                       ORDER BY date DESC, id DESC LIMIT %(forgotten)s)
            WHERE move.company_id = %(company)s AND move.state = 'posted'
              AND move.move_type IN ('out_invoice', 'out_refund')""",
        {
            "company": company.id,
            "end": end,
            "forgotten": NOT_SENT,
            "newest": today - datetime.timedelta(days=SENT_AFTER_DAYS),
        },
    )
    env.invalidate_all()


def user(env, name):
    return env.ref(f"{MODULE}.demo_user_{name}")


def make_template(env, company, end):
    """The starter template, with the people of the company."""
    starter = env.ref(f"{MODULE}.billing_close_template_receivables")
    template = starter.copy(
        {"company_id": company.id, "date_from": fields.Date.start_of(end, "month")}
    )
    for name in COORDINATOR:
        task = template.task_ids.filtered(lambda t, n=name: t.name == title(env, n))
        task.owner_id = user(env, "coordinator")
    for task in template.task_ids:
        task.owner_id = task.owner_id or user(env, "accountant")
        if task.review_required:
            task.reviewer_id = user(env, "manager")
    add_own_check(env, template)


def add_own_check(env, template):
    checks = env["billing.close.check"].with_user(user(env, "manager"))
    check = checks.create(
        {
            "name": f"Invoices of {LARGE_AMOUNT:,} and more",
            "company_id": template.company_id.id,
            "model": "account.move",
            "domain": repr(
                [
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("amount_total_signed", ">=", LARGE_AMOUNT),
                ]
            ),
            "date_field": "date",
        }
    )
    template.task_ids = [
        Command.create(
            {
                "name": "Have large invoices confirmed by Sales",
                "sequence": 65,
                "due_days": 3,
                "check_code": "own",
                "check_id": check.id,
                "threshold_count": LARGE_COUNT,
                "on_breach": "warn",
                "owner_id": user(env, "coordinator").id,
                "review_required": False,
            }
        )
    ]


def make_specific(env, company, day):
    """The customer who owed most when a month ended, and has paid nothing since."""
    receivables = env["billing.receivable"].with_context(as_of=str(day))
    [(customer, _owed)] = receivables._read_group(
        [("company_id", "=", company.id), ("days_overdue", ">", 90)],
        ["partner_id"],
        ["residual:sum"],
        order="residual:sum desc",
        limit=1,
    )
    env["billing.allowance.specific"].with_user(user(env, "manager")).create(
        {
            "company_id": company.id,
            "partner_id": customer.id,
            "rate": SPECIFIC_RATE,
            "reason": "Insolvency proceedings: the administrator expects to pay half",
            "date_from": fields.Date.start_of(day, "month"),
        }
    )


def title(env, name):
    return env.ref(f"{MODULE}.billing_close_template_task_{name}").name


def lock(close, moment):
    """Each task is done on the day it is due, and the month locked at the end."""
    for task in in_order(close):
        with freeze_time(min(at(task.date_due, 0), moment)):
            finish(task)
    with freeze_time(moment):
        close.with_user(user(close.env, "accountant"))._lock("Closed.")


def in_order(close):
    """As they are worked on: by day, and never before what they wait for."""
    return close.task_ids.sorted(lambda t: (t.date_due, len(ancestors(t)), t.sequence))


def work(close, today):
    """As ``lock``, as far as a day of the close."""
    names = {title(close.env, name): name for name in (*EARLY, *NOT_REVIEWED, *LATE)}
    yesterday = today - datetime.timedelta(days=1)  # nobody signs in the future
    for task in in_order(close):
        name = names.get(task.name)
        step = get_step(name, task.date_due, today)
        if step and not task.blocked_ids:
            with freeze_time(at(min(task.date_due, yesterday), 0)):
                finish(task, review=step == "review", comment=COMMENTS.get(name))
    if any(t.check_code == "allowance" and t.is_late for t in close.task_ids):
        make_allowance(close)
    close.task_ids._run_checks()


def get_step(name, due, today):
    """How far a task of the last month is: ``prepare``, ``review`` or nothing."""
    if name in LATE or (due >= today and name not in EARLY):
        return None
    return "prepare" if name in NOT_REVIEWED else "review"


def finish(task, **values):
    if task.check_code == "allowance":
        make_allowance(task.close_id).action_post()
    sign(task, **values)


def make_allowance(close):
    allowances = close.env["billing.allowance"]
    allowances = allowances.with_user(user(close.env, "accountant"))
    allowance = allowances.create(
        {"company_id": close.company_id.id, "date": close.date_to}
    )
    allowance.action_compute()
    return allowance


def ancestors(task):
    found = task.depends_ids
    for other in task.depends_ids:
        found |= ancestors(other)
    return found


def sign(task, review=True, comment=None):
    """Prepared by its owner and reviewed by the manager, as people do it."""
    task = task.sudo()
    manager = user(task.env, "manager")
    files = task.env["ir.attachment"]
    if task.evidence_required:
        files = files.with_user(task.owner_id).create(
            {"name": "statement.txt", "raw": f"{task.name}\n".encode()}
        )
    task._run_checks()
    if task._needs_override():
        task.with_user(manager)._sign("override", OVERRIDE)
    task.with_user(task.owner_id)._sign("prepare", comment, attachments=files)
    if review and task.review_required:
        task.with_user(manager)._sign("review")
