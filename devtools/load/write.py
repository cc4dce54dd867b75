"""Write parsed rows into Odoo: customers, posted invoices and what has been paid."""

import re
from collections import defaultdict

from odoo import Command
from odoo.tools import SQL, split_every

BATCH = 250
CHECK_START = "sequence.mixin.constraint_start_date"
# Nothing changes in the lines of a complete entry when it is posted.
SETTLED = {"skip_invoice_sync": True}
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
}


class LoadError(Exception):
    """The rows are right, but this database cannot take them."""


class Loader:
    def __init__(self, env, currency=None):
        self.env = env(context={**env.context, **QUIET})
        self.company = env.company
        self.moves = self.env["account.move"]
        self.customer_count = self.payment_count = self.hold_count = 0
        self._prepare_company()
        self.currency = self._find_currency(currency)
        self.journals = {kind: self._journal(kind) for kind in ("sale", "bank")}

    def load(self, rows):
        """Write the rows; the caller commits all of it, or nothing."""
        self._check_unknown(rows)
        partners = self._load_customers(rows)
        moves = self._load_invoices(rows, partners)
        self._load_payments(rows, moves)
        self._hold_disputed(rows, moves)

    def open_amount(self):
        return self.currency.round(
            sum(
                -move.amount_residual
                if move.move_type == "out_refund"
                else move.amount_residual
                for move in self.moves
            )
        )

    def check(self, expected):
        """What is open in Odoo must be what is open in the file, to the cent."""
        if self.currency.compare_amounts(self.open_amount(), float(expected)):
            raise LoadError(
                f"The file leaves {expected} open, the database {self.open_amount()}."
            )

    # ------------------------------------------------------------------------
    # The ground
    # ------------------------------------------------------------------------
    def _prepare_company(self):
        if not self.company.chart_template:
            chart = self.env["account.chart.template"]
            chart.try_loading("generic_coa", self.company, install_demo=False)

    def _find_currency(self, code):
        """The currency of the file becomes the company's while it has no entries."""
        if not code:
            return self.company.currency_id
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", code)])
        if not currency:
            raise LoadError(f"There is no currency {code}.")
        currency.active = True
        if not self.company._existing_accounting():
            self.company.currency_id = currency
        return currency

    def _journal(self, kind):
        domain = [("type", "=", kind), ("company_id", "=", self.company.id)]
        journal = self.env["account.journal"].search(domain, limit=1)
        if not journal:
            raise LoadError(f"{self.company.name} has no journal of type {kind}.")
        return journal

    def _check_unknown(self, rows):
        domain = [
            ("journal_id", "=", self.journals["sale"].id),
            ("name", "in", [row.number for row in rows]),
        ]
        known = self.env["account.move"].search(domain, limit=5).mapped("name")
        if known:
            raise LoadError(f"Already in the database: {', '.join(sorted(known))}.")

    # ------------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------------
    def _load_customers(self, rows):
        """Return {customer of the file: partner}; known ones stay as they are."""
        countries = {row.customer: row.country for row in rows}
        domain = [("ref", "in", list(countries)), ("parent_id", "=", False)]
        partners = {
            partner.ref: partner for partner in self.env["res.partner"].search(domain)
        }
        missing = [customer for customer in countries if customer not in partners]
        by_code = self._countries(countries.values())
        created = self.env["res.partner"].create(
            [
                self._customer_values(ref, by_code.get(countries[ref].upper()))
                for ref in missing
            ]
        )
        self.customer_count = len(countries)
        return partners | dict(zip(missing, created, strict=True))

    def _countries(self, codes):
        """Countries by their two letters; other codes (of areas, say) are left out."""
        domain = [("code", "in", list({code.upper() for code in codes}))]
        return {row.code: row for row in self.env["res.country"].search(domain)}

    def _customer_values(self, ref, country):
        mailbox = re.sub(r"[^a-z0-9._-]+", "-", ref.lower()).strip(".-") or "customer"
        return {
            "name": ref,
            "ref": ref,
            "is_company": True,
            "email": f"{mailbox}@example.com",
            "country_id": country and country.id,
        }

    # ------------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------------
    def _load_invoices(self, rows, partners):
        """Return {invoice number: posted invoice}.

        They keep the numbers they have: Odoo's check of numbers against dates is
        off meanwhile.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        before = parameters.get_param(CHECK_START)
        parameters.set_param(CHECK_START, "9999-12-31")
        moves = {}
        for batch in split_every(BATCH, rows, list):
            created = self.env["account.move"].create(
                [self._invoice_values(row, partners[row.customer]) for row in batch]
            )
            created.with_context(**SETTLED).action_post()
            self._refresh_statistics()
            moves |= {
                row.number: move for row, move in zip(batch, created, strict=True)
            }
        parameters.set_param(CHECK_START, before)
        self.moves = self.env["account.move"].union(*moves.values())
        return moves

    def _invoice_values(self, row, partner):
        return {
            "move_type": "out_invoice" if row.amount > 0 else "out_refund",
            "journal_id": self.journals["sale"].id,
            "name": row.number,
            "payment_reference": row.number,
            "partner_id": partner.id,
            "currency_id": self.currency.id,
            "invoice_date": row.invoice_date,
            "invoice_payment_term_id": False,
            "invoice_date_due": row.due_date,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"Invoice {row.number}",
                        "price_unit": float(abs(row.amount)),
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    # ------------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------------
    def _load_payments(self, rows, moves):
        """One payment for all that a customer settled on a day, applied to it."""
        groups = defaultdict(list)
        for row in rows:
            if row.settled:
                groups[row.settled, row.customer].append(row)
        for batch in split_every(BATCH, sorted(groups.items()), list):
            settled = [self._receivables(moves, group) for _key, group in batch]
            payments = self._create_payments(batch, settled)
            self._refresh_statistics()
            self.env["account.move.line"]._reconcile_plan(
                [
                    lines + payments.get(index, lines.browse())
                    for index, lines in enumerate(settled)
                ]
            )

    def _receivables(self, moves, rows):
        lines = self.env["account.move.line"].union(
            *(moves[row.number].line_ids for row in rows)
        )
        return lines.filtered(lambda line: line.display_type == "payment_term")

    def _create_payments(self, groups, settled):
        """Return {place of the group: receivable line of its payment}."""
        values = {
            index: self._payment_values(day, rows, lines)
            for index, (((day, _customer), rows), lines) in enumerate(
                zip(groups, settled, strict=True)
            )
            if sum(row.amount for row in rows)
        }
        payments = (
            self.env["account.payment"]
            .with_context(force_payment_move=True, **SETTLED)
            .create(list(values.values()))
        )
        payments.action_post()
        self.payment_count += len(payments)
        return {
            index: payment.with_env(self.env)._seek_for_lines()[1]
            for index, payment in zip(values, payments, strict=True)
        }

    def _payment_values(self, day, rows, lines):
        amount = sum(row.amount for row in rows)
        return {
            "payment_type": "inbound" if amount > 0 else "outbound",
            "partner_type": "customer",
            "partner_id": lines.partner_id.id,
            "journal_id": self.journals["bank"].id,
            "currency_id": self.currency.id,
            "date": day,
            "amount": float(abs(amount)),
            "memo": ", ".join(row.number for row in rows),
        }

    # ------------------------------------------------------------------------
    # Disputes
    # ------------------------------------------------------------------------
    def _hold_disputed(self, rows, moves):
        """Nobody is reminded of an open invoice that is in dispute.

        Since when it is the file does not tell: from its date on.
        """
        disputed = [
            row for row in rows if row.disputed and not row.settled and row.amount > 0
        ]
        holds = self.env["billing.hold"].create(
            [
                {
                    "company_id": self.company.id,
                    "partner_id": moves[row.number].commercial_partner_id.id,
                    "move_id": moves[row.number].id,
                    "reason": "Disputed by the customer",
                    "date_start": row.invoice_date,
                }
                for row in disputed
            ]
        )
        self.hold_count = len(holds)

    def _refresh_statistics(self):
        """Tell the planner of rows that autovacuum cannot see before the commit:
        it would take the tables for empty and plan queries that take minutes."""
        self.env.flush_all()
        for table in ("account_move", "account_move_line", "account_partial_reconcile"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
