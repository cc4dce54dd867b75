"""A step of the benchmark of the close: close_steps.py DATABASE STEP [ARGUMENT ...].

Prints its figures as one line of JSON, like followup_steps.py, which it runs in.
"""

import datetime
import sys
import time

import followup_steps

from odoo import Command
from odoo.tools import SQL

YEAR = 2024
CUSTOMERS = 4000
SETTLED = 0.6
# Days from an invoice to its payment.
TERM = 30
# What is unlike in the copies of an amount: they are this many different ones.
AMOUNTS = 97


def ledger(env, invoices):
    """A year of invoices and payments, copied from one of each."""
    number = int(invoices)
    followup_steps.accounts(env)
    invoice, line = make_templates(env)
    env.flush_all()
    copy = Copier(env, number)
    copy.customers(invoice.partner_id)
    copy.invoices(invoice)
    copy.statements(line.statement_id)
    copy.payments(invoice, line)
    copy.balance_statements()
    copy.settle(invoice, line)
    copy.set_sequences()
    env.cr.commit()
    return {"items": count_items(env)}


def make_templates(env):
    """An invoice of 100 with tax, and the line of a bank that settles it."""
    partner = env["res.partner"].create({"name": "Customer", "is_company": True})
    tag = env["account.account.tag"].create({"name": "Tax", "applicability": "taxes"})
    tax = env["account.tax"].search([("type_tax_use", "=", "sale")], limit=1)
    tax.invoice_repartition_line_ids.tag_ids = tag
    first = datetime.date(YEAR, 1, 1)
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": first,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Services",
                        "price_unit": 100,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        }
    )
    invoice.action_post()
    return invoice, make_bank_line(env, invoice, first)


def make_bank_line(env, invoice, day):
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    line = env["account.bank.statement.line"].create(
        {
            "journal_id": journal.id,
            "date": day,
            "amount": invoice.amount_total,
            "payment_ref": "Payment",
        }
    )
    env["account.bank.statement"].create(
        {
            "name": "Statement",
            "line_ids": [Command.set(line.ids)],
            "balance_end_real": invoice.amount_total,
        }
    )
    item = invoice.line_ids.filtered(
        lambda i: i.account_id.account_type == "asset_receivable"
    )
    _bank, suspense, _other = line._seek_for_lines()
    suspense.with_context(check_move_validity=False).write(
        {"account_id": item.account_id.id, "partner_id": invoice.partner_id.id}
    )
    (suspense + item).reconcile()
    return line


class Copier:
    """Copies rows with SQL: ``n`` is the number of a copy, from 1."""

    def __init__(self, env, number):
        self.env = env
        self.number = number
        self.settled = int(number * SETTLED)
        self.base = {}  # id before that of the first copy, by table
        self.factor = SQL("(1 + n %% %s)", AMOUNTS)
        self.day = SQL("(DATE %s + n %% 366)", f"{YEAR}-01-01")
        self.paid_on = SQL("(%s + %s)", self.day, TERM)

    def copy(self, table, row_id, number, new_id, **values):
        """Copy a row ``number`` times, with expressions for some of its columns."""
        columns = [
            name
            for [name] in self.env.execute_query(
                SQL(
                    """SELECT column_name FROM information_schema.columns
                        WHERE table_name = %s AND table_schema = 'public'""",
                    table,
                )
            )
        ]
        values = {name: value for name, value in values.items() if name in columns}
        values["id"] = new_id
        expressions = [
            values.get(name, SQL("source.%s", SQL.identifier(name))) for name in columns
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO %s (%s) SELECT %s
                     FROM %s source, generate_series(1, %s) n WHERE source.id = %s""",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(expressions),
                SQL.identifier(table),
                number,
                row_id,
            )
        )

    def first(self, table, step=1, offset=0):
        """Ids of copies: ``step`` of each number, this one at ``offset``."""
        if table not in self.base:
            query = SQL("SELECT MAX(id) FROM %s", SQL.identifier(table))
            [[self.base[table]]] = self.env.execute_query(query)
        return SQL("%s + (n - 1) * %s + %s", self.base[table] + 1, step, offset)

    def restart(self, *tables):
        for table in tables:
            self.base.pop(table, None)

    def times(self, *names):
        """Amounts of the copies."""
        return {
            name: SQL("source.%s * %s", SQL.identifier(name), self.factor)
            for name in names
        }

    @property
    def partner(self):
        return SQL("%s + n %% %s", self.base["res_partner"] + 1, CUSTOMERS)

    def customers(self, partner):
        new_id = self.first("res_partner")
        self.copy(
            *("res_partner", partner.id, CUSTOMERS, new_id),
            commercial_partner_id=new_id,
            name=SQL("'Customer ' || n"),
            complete_name=SQL("'Customer ' || n"),
        )

    def move(self, move, number, day, prefix):
        """Copies of an entry and its items; their ids by item."""
        move_id = self.first("account_move")
        amounts = [
            name
            for name, field in move._fields.items()
            if field.type == "monetary" and field.store
        ]
        name = SQL("%s || n", prefix)
        self.copy(
            *("account_move", move.id, number, move_id),
            name=name,
            sequence_prefix=SQL("%s", prefix),
            sequence_number=SQL("n"),
            made_sequence_gap=SQL("n %% 10000 = 0"),
            date=day,
            invoice_date=day,
            invoice_date_due=SQL("%s + 30", day),
            create_date=SQL("%s::timestamp", day),
            partner_id=self.partner,
            commercial_partner_id=self.partner,
            is_move_sent=SQL("n %% 1000 <> 0"),
            statement_line_id=SQL("NULL"),
            payment_reference=name,
            **self.times(*amounts),
        )
        ids = {}
        for offset, item in enumerate(move.line_ids):
            ids[item.id] = self.first("account_move_line", len(move.line_ids), offset)
            self.item(item, number, ids[item.id], move_id, day, name)
        return move_id, ids

    def item(self, item, number, new_id, move_id, day, name):
        amounts = ("balance", "debit", "credit", "amount_currency", "tax_base_amount")
        amounts += ("price_unit", "price_subtotal", "price_total")
        dated = item.account_id.account_type == "asset_receivable"
        self.copy(
            *("account_move_line", item.id, number, new_id),
            move_id=move_id,
            move_name=name,
            date=day,
            invoice_date=day,
            date_maturity=SQL("%s + 30", day) if dated else SQL("NULL"),
            partner_id=self.partner,
            statement_line_id=SQL("NULL"),
            full_reconcile_id=SQL("NULL"),
            amount_residual=SQL("0"),
            amount_residual_currency=SQL("0"),
            **self.times(*amounts),
        )
        for table, column in (
            ("account_move_line_account_tax_rel", "account_tax_id"),
            ("account_account_tag_account_move_line_rel", "account_account_tag_id"),
        ):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO %(table)s (account_move_line_id, %(column)s)
                       SELECT %(new_id)s, rel.%(column)s
                         FROM %(table)s rel, generate_series(1, %(number)s) n
                        WHERE rel.account_move_line_id = %(item)s""",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    new_id=new_id,
                    number=number,
                    item=item.id,
                )
            )

    def invoices(self, invoice):
        self.invoice_ids = self.move(invoice, self.number, self.day, "INV/X/")[1]
        message = self.env["mail.message"].search(
            [("model", "=", "account.move"), ("res_id", "=", invoice.id)], limit=1
        )
        self.copy(
            *("mail_message", message.id, self.number, self.first("mail_message")),
            res_id=self.first("account_move"),
            date=SQL("%s::timestamp", self.day),
            message_id=SQL("NULL"),
        )

    def payments(self, invoice, line):
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        self.restart("account_move", "account_move_line")
        move_id, self.line_ids = self.move(
            line.move_id, self.settled, self.paid_on, "BNK/X/"
        )
        line_id = self.first("account_bank_statement_line")
        self.copy(
            *("account_bank_statement_line", line.id, self.settled, line_id),
            move_id=move_id,
            partner_id=self.partner,
            amount=SQL("source.amount * %s", self.factor),
            amount_currency=SQL("source.amount_currency * %s", self.factor),
            internal_index=SQL(
                "to_char(%s, 'YYYYMMDD') || lpad(n::text, 20, '0')", self.paid_on
            ),
            is_reconciled=SQL("n %% 1000 <> 0"),
            statement_id=SQL(
                "%s + extract(month from %s)::int + 12 * (extract(year from %s)::int"
                " - %s)",
                line.statement_id.id,
                self.paid_on,
                self.paid_on,
                YEAR,
            ),
        )
        for table, column in (("account_move", "id"), ("account_move_line", "move_id")):
            self.env.cr.execute(
                SQL(
                    """UPDATE %s item SET statement_line_id = line.id
                         FROM account_bank_statement_line line
                        WHERE line.move_id = item.%s AND line.id <> %s""",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    line.id,
                )
            )

    def statements(self, statement):
        """One a month, whose lines add up."""
        self.copy(
            *("account_bank_statement", statement.id, 13, self.first(statement._table)),
            name=SQL("'Statement ' || n"),
        )

    def balance_statements(self):
        self.env.cr.execute(
            SQL(
                """WITH line AS (
                     SELECT line.statement_id, SUM(line.amount) amount,
                            MAX(move.date) last, MIN(line.internal_index) first
                       FROM account_bank_statement_line line
                       JOIN account_move move ON move.id = line.move_id GROUP BY 1
                   ), running AS (
                     SELECT *, SUM(amount) OVER (ORDER BY statement_id) total FROM line)
                   UPDATE account_bank_statement statement
                      SET date = last, first_line_index = first, balance_start
                          = total - amount, balance_end = total,
                          balance_end_real = total, is_complete = TRUE
                     FROM running WHERE statement_id = statement.id"""
            )
        )

    def settle(self, invoice, line):
        """Each payment settles its invoice; what is not paid is open."""
        item = invoice.line_ids.filtered("matched_credit_ids")
        partial = item.matched_credit_ids
        amounts = ("amount", "debit_amount_currency", "credit_amount_currency")
        self.copy(
            *("account_partial_reconcile", partial.id, self.settled),
            self.first("account_partial_reconcile"),
            debit_move_id=self.invoice_ids[item.id],
            credit_move_id=self.line_ids[partial.credit_move_id.id],
            full_reconcile_id=SQL("NULL"),
            max_date=self.paid_on,
            **self.times(*amounts),
        )
        self.env.cr.execute(
            SQL(
                """UPDATE account_move_line item
                      SET reconciled = FALSE, amount_residual = balance,
                          amount_residual_currency = amount_currency
                    WHERE account_id = %s AND NOT EXISTS (
                          SELECT FROM account_partial_reconcile partial
                           WHERE item.id IN (debit_move_id, credit_move_id))""",
                item.account_id.id,
            )
        )

    def set_sequences(self):
        for table in self.base:
            self.env.cr.execute(
                SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), MAX(id)) FROM %s",
                    table,
                    SQL.identifier(table),
                )
            )


def count_items(env):
    return env["account.move.line"].search_count([])


def checks(env, rounds):
    """The best time of each check, alone and together."""
    names = dict(env["billing.close.checks"]._get_selection())
    best, figures, together = {}, {}, []
    for _round in range(int(rounds)):
        shared = make_period(env)
        seconds = 0
        for code in env["billing.close.checks"]._get_checks():
            figure, with_others = run(env, code, shared)
            _figure, alone = run(env, code, make_period(env))
            before = best.get(code, (alone, with_others))
            best[code] = (min(alone, before[0]), min(with_others, before[1]))
            figures[code] = figure
            seconds += with_others
        together.append(seconds)
    return {
        "items": count_items(env),
        "together": min(together),
        "checks": [(names[code], figures[code], *best[code]) for code in best],
    }


def make_period(env):
    # Addons are found once the registry is loaded.
    from odoo.addons.billing_coordinator.tools.close_check import Period

    return Period(
        env.company,
        datetime.date(YEAR, 11, 1),
        datetime.date(YEAR, 11, 30),
        datetime.datetime(YEAR, 11, 29),
    )


def run(env, code, period):
    env.invalidate_all()
    started = time.monotonic()
    found = env["billing.close.checks"]._run(code, period)
    return found.figure, time.monotonic() - started


followup_steps.STEPS["ledger"] = ledger
followup_steps.STEPS["checks"] = checks

if __name__ == "__main__":
    followup_steps.main(*sys.argv[1:])
