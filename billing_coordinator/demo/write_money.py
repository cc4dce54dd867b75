"""The bank of one demo company: statements, payments and what they settle."""

import re
from collections import defaultdict
from datetime import timedelta

from odoo import Command

from .write_invoices import SETTLED, receivables
from .write_odd_lines import OddLineWriter
from .write_setup import find_journal, refresh_statistics

OPENING_BALANCE = {"us": 180_000.0, "ie": 60_000.0}
CHEQUE_DAYS = 3


class MoneyWriter:
    def __init__(self, env, demo, key, customers, invoices):
        self.env = env
        self.company = env.company
        self.demo = demo
        self.key = key
        self.customers = customers
        self.invoices = invoices
        self.bank_lines = []  # (values, lines that it settles)
        self.residuals = {}
        self.journal = find_journal(env, "bank")

    def write(self):
        self._add_own_lines()
        self._add_advances()
        self._add_receipts()
        OddLineWriter(self).write()
        statement_lines = self._create_bank_lines()
        refresh_statistics(self.env)
        self._create_statements(statement_lines)

    # ------------------------------------------------------------------------
    # What the company pays itself
    # ------------------------------------------------------------------------
    def _add_own_lines(self):
        costs = self.demo.of_company("costs", self.key)
        first = min(cost.date for cost in costs) - timedelta(days=1)
        self._add_bank_line(
            first, OPENING_BALANCE[self.key], "Opening balance", self._account("equity")
        )
        expense = self._account("expense")
        for cost in costs:
            self._add_bank_line(cost.date, cost.amount, cost.text, expense)

    def _account(self, kind):
        domain = [("account_type", "=", kind), ("company_ids", "in", self.company.ids)]
        return self.env["account.account"].search(domain, limit=1)

    def _add_bank_line(self, day, amount, text, account=None, settles=None, **values):
        values = {
            "journal_id": self.journal.id,
            "date": day,
            "amount": amount,
            "payment_ref": text,
            "counterpart_account_id": account.id if account else None,
            **values,
        }
        self.bank_lines.append((values, settles))

    # ------------------------------------------------------------------------
    # What customers pay
    # ------------------------------------------------------------------------
    def _add_receipts(self):
        cheques = []
        for receipt in self.demo.of_company("receipts", self.key):
            lines, amount = self._settle(receipt)
            if not amount:
                continue
            if receipt.channel == "cheque":
                cheques.append((receipt, lines, amount))
            else:
                self._add_transfer(receipt, lines, amount)
        self._add_cheques(cheques)

    def _settle(self, receipt):
        """The invoice lines that a receipt pays, and its amount in their currency."""
        lines = self.env["account.move.line"]
        total = 0.0
        for part in receipt.settles:
            line = receivables(self.invoices[part.invoice])[part.installment]
            residual = self.residuals.get(line.id, line.amount_residual_currency)
            amount = line.currency_id.round(residual * part.share)
            if not line.currency_id.is_zero(amount):
                self.residuals[line.id] = line.currency_id.round(residual - amount)
                lines |= line
                total += amount
        return lines, lines.currency_id.round(total) if lines else 0.0

    def _add_transfer(self, receipt, lines, amount):
        partner = self.customers[receipt.customer]
        values = {"partner_name": partner.name, **self._foreign(receipt, lines, amount)}
        if receipt.matched:
            values["partner_id"] = partner.id
        self._add_bank_line(
            receipt.date,
            values.pop("amount", amount),
            self._text(receipt, lines, partner),
            lines.account_id if receipt.matched else None,
            lines if receipt.matched else None,
            **values,
        )

    def _foreign(self, receipt, lines, amount):
        currency, own = lines.currency_id, self.company.currency_id
        if currency == own:
            return {}
        return {
            "amount": currency._convert(amount, own, self.company, receipt.date),
            "foreign_currency_id": currency.id,
            "amount_currency": amount,
        }

    @staticmethod
    def _text(receipt, lines, partner):
        """What payers write: the numbers, their digits only, or nothing but a name."""
        names = lines.move_id.mapped("name")
        if receipt.text == "name":
            return f"{partner.name.upper()} PAYMENT"
        if receipt.text == "digits":
            return " ".join(re.sub(r"\D", "", name) for name in names)
        return ", ".join(names)

    def _add_advances(self):
        rows = self.demo.of_company("advances", self.key)
        payments = self._create_payments(
            [(row, row.amount, "On account") for row in rows]
        )
        for row, payment in zip(rows, payments, strict=True):
            self._bank(payment, row.date + timedelta(days=CHEQUE_DAYS))

    def _add_cheques(self, cheques):
        payments = self._create_payments(
            [
                (receipt, amount, ", ".join(lines.move_id.mapped("name")))
                for receipt, lines, amount in cheques
            ]
        )
        plan = []
        for (receipt, lines, _amount), payment in zip(cheques, payments, strict=True):
            plan.append(lines + receivables(payment.move_id))
            if receipt.banked:
                self._bank(payment, receipt.banked)
        self.env["account.move.line"]._reconcile_plan(plan)

    def _create_payments(self, rows):
        payments = (
            self.env["account.payment"]
            .with_context(force_payment_move=True, **SETTLED)
            .create(
                [
                    {
                        "payment_type": "inbound",
                        "partner_type": "customer",
                        "partner_id": self.customers[row.customer].id,
                        "journal_id": self.journal.id,
                        "date": row.date,
                        "amount": amount,
                        "memo": memo,
                    }
                    for row, amount, memo in rows
                ]
            )
        )
        payments.action_post()
        refresh_statistics(self.env)
        return payments.with_env(self.env)

    def _bank(self, payment, day):
        """The bank confirms a payment: its line settles the money in transit."""
        transit = payment._seek_for_lines()[0]
        self._add_bank_line(
            day,
            payment.amount,
            f"Cheque {payment.name}",
            payment.outstanding_account_id,
            transit,
            partner_id=payment.partner_id.id,
        )

    # ------------------------------------------------------------------------
    # Statements
    # ------------------------------------------------------------------------
    def _create_bank_lines(self):
        rows = sorted(self.bank_lines, key=lambda row: row[0]["date"])
        Line = self.env["account.bank.statement.line"].with_context(**SETTLED)
        statement_lines = Line.create([values for values, _settles in rows])
        statement_lines = statement_lines.with_env(self.env)
        refresh_statistics(self.env)
        plan = []
        for line, (_values, settles) in zip(statement_lines, rows, strict=True):
            if settles:
                accounts = settles.account_id
                own = line.move_id.line_ids.filtered(
                    lambda item, accounts=accounts: item.account_id in accounts
                )
                plan.append(settles + own)
        self.env["account.move.line"]._reconcile_plan(plan)
        return statement_lines

    def _create_statements(self, statement_lines):
        """One statement a month, each starting where the last one ended."""
        months = defaultdict(self.env["account.bank.statement.line"].browse)
        for line in statement_lines:
            months[f"{line.date:%Y-%m}"] += line
        currency = self.company.currency_id
        balance, rows = 0.0, []
        for month, lines in sorted(months.items()):
            end = currency.round(balance + sum(lines.mapped("amount")))
            rows.append(
                {
                    "name": f"{self.journal.code} {month}",
                    "journal_id": self.journal.id,
                    "balance_start": balance,
                    "balance_end_real": end,
                    "line_ids": [Command.set(lines.ids)],
                }
            )
            balance = end
        self.env["account.bank.statement"].create(rows)
