"""The invoices and credit notes of one demo company."""

from collections import Counter
from datetime import timedelta

from odoo import Command
from odoo.tools import split_every

from .write_setup import MODULE, find_journal, refresh_statistics

BATCH = 200
# Nothing changes in the lines of a complete entry when it is posted.
SETTLED = {"skip_invoice_sync": True}


class InvoiceWriter:
    def __init__(self, env, demo, key, customers):
        self.env = env
        self.customers = customers
        self.invoices = demo.of_company("invoices", key)
        self.drafts = demo.of_company("drafts", key)
        self.credit_notes = demo.of_company("credit_notes", key)
        self.specs = {invoice.key: invoice for invoice in self.invoices}
        self.numbers = Counter()
        self.journal = find_journal(env, "sale")
        self.untaxed = self._find_export_tax()

    def write(self):
        """Return the posted invoices as {key: move}."""
        moves = {}
        for batch in split_every(BATCH, self.invoices, list):
            created = self._create(
                [{**self._values(row), **self._number(row)} for row in batch]
            )
            created.with_context(**SETTLED).action_post()
            refresh_statistics(self.env)
            moves.update(zip((row.key for row in batch), created, strict=True))
        self._write_credit_notes(moves)
        self._create(
            [{**self._values(draft), "invoice_date": False} for draft in self.drafts]
        )
        return moves

    def _create(self, vals_list):
        return self.env["account.move"].create(vals_list)

    def _number(self, invoice):
        """The number that the journal would give; looking each one up takes longer."""
        self.numbers[invoice.date.year] += 1
        code, year = self.journal.code, invoice.date.year
        name = f"{code}/{year}/{self.numbers[year]:05}"
        return {"name": name, "payment_reference": name}

    def _values(self, invoice, share=1.0):
        partner = self.customers[invoice.customer]
        return {
            "move_type": "out_invoice",
            "partner_id": partner.address_get(["invoice"])["invoice"],
            "invoice_date": invoice.date,
            "delivery_date": invoice.date - timedelta(days=1),
            "invoice_payment_term_id": self._ref(f"term_{invoice.term}").id,
            "currency_id": self.env.ref(f"base.{invoice.currency}").id,
            "invoice_user_id": partner.user_id.id,
            "ref": invoice.ref,
            "invoice_line_ids": [
                self._line(invoice, line, share) for line in invoice.lines
            ],
        }

    def _line(self, invoice, line, share):
        tax = self.env.company.account_sale_tax_id if invoice.taxed else self.untaxed
        return Command.create(
            {
                "product_id": self._ref(f"product_{line.product}").id,
                "quantity": line.quantity,
                "price_unit": line.price * share,
                "tax_ids": [Command.set(tax.ids)],
            }
        )

    def _write_credit_notes(self, moves):
        """Post the returns; one that names its invoice is applied to it by Odoo."""
        self._create(
            [self._credit_values(row, moves[row.invoice]) for row in self.credit_notes]
        ).action_post()

    def _credit_values(self, row, move):
        return {
            **self._values(self.specs[row.invoice], row.share),
            "move_type": "out_refund",
            "invoice_date": row.date,
            "invoice_payment_term_id": False,
            "invoice_date_due": row.date,
            "reversed_entry_id": move.id if row.applied else False,
            "ref": self.env._("Return of %(invoice)s", invoice=move.name),
        }

    def _find_export_tax(self):
        domain = [
            ("company_id", "=", self.env.company.id),
            ("type_tax_use", "=", "sale"),
            ("amount", "=", 0.0),
        ]
        return self.env["account.tax"].search(domain, limit=1)

    def _ref(self, name):
        return self.env.ref(f"{MODULE}.demo_{name}")


def receivables(move):
    return move.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    ).sorted("date_maturity")
