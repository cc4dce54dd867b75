from collections import Counter

from odoo import models

from odoo.addons.base.models.res_bank import sanitize_account_number

# What a later file may tell of an entry that is booked already.
DETAILS = (
    "partner_name",
    "account_number",
    "billing_end_to_end",
    "billing_structured",
    "billing_documents",
    "billing_mandate",
    "billing_charges",
    "billing_is_return",
    "billing_return_reason",
)


class BillingStatementImportFile(models.TransientModel):
    """Transactions as values of statement lines."""

    _inherit = "billing.statement.import.file"

    def _prepare_lines(self, sheet, transactions):
        partners = self._find_partners(sheet, transactions)
        currencies = self._find_currencies(sheet, transactions)
        parts = Counter()
        result = []
        for transaction in transactions:
            values = self._prepare_line(transaction)
            values |= self._prepare_original(transaction, currencies)
            values["journal_id"] = sheet.journal.id
            values["partner_id"] = partners.get(values["account_number"], False)
            values["billing_entry_part"] = parts[transaction.entry]
            parts[transaction.entry] += 1
            result.append(values)
        return result

    def _prepare_line(self, transaction):
        return {
            "date": transaction.date,
            "amount": float(transaction.amount),
            "payment_ref": self._get_text(transaction),
            "partner_name": transaction.name or False,
            "account_number": transaction.account or False,
            "transaction_type": transaction.code or False,
            "billing_entry": transaction.entry,
            "billing_reference": transaction.reference or False,
            "billing_end_to_end": transaction.end_to_end or False,
            "billing_structured": "\n".join(transaction.structured) or False,
            "billing_documents": "\n".join(d.number for d in transaction.documents)
            or False,
            "billing_mandate": transaction.mandate or False,
            "billing_charges": float(transaction.charges),
            "billing_is_return": transaction.is_return,
            "billing_return_reason": transaction.return_reason or False,
        }

    def _get_text(self, transaction):
        """What the payer wrote, or what comes nearest to it: never empty."""
        documents = " ".join(document.number for document in transaction.documents)
        return (
            transaction.text
            or " ".join(transaction.structured)
            or documents
            or transaction.end_to_end
            or transaction.return_reason
            or transaction.name
            or transaction.reference
            or self.env._("Entry of the bank")
        )

    def _prepare_original(self, transaction, currencies):
        """What was paid in another currency, if Odoo works with that currency."""
        currency = currencies.get(transaction.original_currency)
        amount = transaction.original_amount
        if not currency or not amount or not transaction.amount:
            return {}
        sign = 1 if transaction.amount > 0 else -1
        amount = currency.round(sign * abs(float(amount)))
        return {"foreign_currency_id": currency.id, "amount_currency": amount}

    def _find_currencies(self, sheet, transactions):
        own = sheet.journal.currency_id or sheet.journal.company_id.currency_id
        names = {t.original_currency for t in transactions} - {"", own.name}
        found = self.env["res.currency"].search([("name", "in", list(names))])
        return {currency.name: currency for currency in found}

    def _find_partners(self, sheet, transactions):
        """``{account as in the file: id of the customer}``, where it is one only."""
        wanted = {t.account: sanitize_account_number(t.account) for t in transactions}
        numbers = {number for number in wanted.values() if number}
        company = sheet.journal.company_id
        banks = self.env["res.partner.bank"].search(
            [
                ("sanitized_acc_number", "in", list(numbers)),
                ("company_id", "in", (False, *company.parent_ids.ids)),
                ("partner_id.active", "=", True),
            ]
        )
        owners = {}
        for bank in banks:
            partners = owners.get(bank.sanitized_acc_number, self.env["res.partner"])
            owners[bank.sanitized_acc_number] = (
                partners | bank.partner_id.commercial_partner_id
            )
        own = company.partner_id
        return {
            account: owners[number].id
            for account, number in wanted.items()
            if len(owners.get(number, ())) == 1 and owners[number] != own
        }

    # -- details of what is booked -------------------------------------------------

    def _add_details(self, sheet):
        """Fill in what a report or notification tells of lines that are there.

        Only where line and transaction are one to one, and nobody has matched it yet.
        """
        found = {
            sheet.lines[booked.key][0]: sheet.entries[key][0]
            for key, (booked, _how) in sheet.known.items()
            if len(sheet.lines[booked.key]) == len(sheet.entries[key]) == 1
        }
        lines = self.env["account.bank.statement.line"].browse(found)
        partners = self._find_partners(sheet, list(found.values()))
        # Coordinators may not write statement lines; these are of a journal they see.
        for line_sudo in lines.sudo().filtered(lambda line: not line.is_reconciled):
            transaction = found[line_sudo.id]
            values = self._prepare_details(line_sudo, transaction, partners)
            if values:
                line_sudo.write(values)

    def _prepare_details(self, line, transaction, partners):
        told = self._prepare_line(transaction)
        values = {name: told[name] for name in DETAILS if told[name] and not line[name]}
        had_party = line.partner_name or line.account_number
        has_party = told["partner_name"] or told["account_number"]
        if has_party and not had_party and transaction.text:
            values["payment_ref"] = told["payment_ref"]
        partner = partners.get(transaction.account)
        if partner and not line.partner_id:
            values["partner_id"] = partner
        return values
