"""Closes of the demo: three months that are locked, and the last one half done."""

import datetime

from freezegun import freeze_time

from odoo import fields

MODULE = "billing_coordinator"
# How many days after its end each month was locked, the latest last.
LOCKED = (12, 9, 7)
# How many invoices of the last month were forgotten to be sent, and for how many days
# the newest ones may still wait.
NOT_SENT = 4
SENT_AFTER_DAYS = 3
# What of the last month is done: the rest waits for who tries the demo.
REVIEWED = ("draft", "unbilled", "bank_lines", "statements", "notices")
PREPARED = ("sequence", "cutoff")
COORDINATOR = ("draft", "sent", "duplicates", "credits", "promises", "notices")
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
    age_invoices(env, company, today, ends[-1])
    for end, days in zip(ends, LOCKED, strict=False):
        with freeze_time(at(end, 0)):
            close = closes.create({"company_id": company.id, "date_to": end})
        lock(close, at(end, days))
    begin(closes.create({"company_id": company.id, "date_to": ends[-1]}))
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


def title(env, name):
    return env.ref(f"{MODULE}.billing_close_template_task_{name}").name


def lock(close, moment):
    """Each task is done on the day it is due, and the month locked at the end."""
    order = close.task_ids.sorted(lambda t: (t.date_due, len(ancestors(t)), t.sequence))
    for task in order:
        with freeze_time(min(at(task.date_due, 0), moment)):
            if task.check_code == "allowance":
                post_allowance(close)
            sign(task)
    with freeze_time(moment):
        close.with_user(user(close.env, "accountant"))._lock("Closed.")


def post_allowance(close):
    allowances = close.env["billing.allowance"]
    allowances = allowances.with_user(user(close.env, "accountant"))
    allowance = allowances.create(
        {"company_id": close.company_id.id, "date": close.date_to}
    )
    allowance.action_compute()
    allowance.action_post()


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


def begin(close):
    close.task_ids._run_checks()
    for name in (*REVIEWED, *PREPARED):
        task = close.task_ids.filtered(lambda t, n=name: t.name == title(close.env, n))
        if task:
            sign(task, name in REVIEWED, COMMENTS.get(name))
