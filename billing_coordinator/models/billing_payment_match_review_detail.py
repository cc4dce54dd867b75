from odoo import api, fields, models

from ..tools.matching.highlight import find_spans


class BillingPaymentMatch(models.Model):
    """A line of the bank in full, and what is proposed for it, for the screen."""

    _inherit = "billing.payment.match"

    # -- the line of the bank -------------------------------------------------------

    @api.model
    def _describe_bank_line(self, line, match):
        """All that the bank says; what proves ``match`` is marked."""
        wanted = self._get_evidence_strings(match.reasons)
        facts = [
            {"name": name, "label": label, "parts": self._mark(value, wanted)}
            for name, label, value in self._get_bank_facts(line)
            if value
        ]
        return {
            "id": line.id,
            "date": fields.Date.to_string(line.date),
            "name": line.partner_name or line.partner_id.display_name or "",
            "name_parts": self._mark(line.partner_name or "", wanted),
            "text_parts": self._mark(line.payment_ref or "", wanted),
            "amount": line.amount,
            "currency_id": line.currency_id.id,
            "partner": self._describe_customer(line.partner_id.commercial_partner_id),
            "facts": facts,
            "is_matched": line.is_reconciled,
        }

    @api.model
    def _get_bank_facts(self, line):
        """``(name, label, value)`` beside date, name, text and amount."""
        facts = [
            ("account_number", self.env._("Account"), line.account_number),
            ("journal", self.env._("Bank account"), line.journal_id.display_name),
            *self._get_imported_facts(line),
            ("ref", self.env._("Reference"), line.ref),
            ("transaction_type", self.env._("Kind"), line.transaction_type),
        ]
        if line.foreign_currency_id:
            original = line.foreign_currency_id.format(line.amount_currency)
            facts.append(("original", self.env._("Paid in"), original))
        return facts

    @api.model
    def _get_imported_facts(self, line):
        labels = {
            "billing_reference": self.env._("Bank's reference"),
            "billing_end_to_end": self.env._("End-to-end"),
            "billing_structured": self.env._("Payment reference"),
            "billing_documents": self.env._("Documents"),
            "billing_mandate": self.env._("Mandate"),
            "billing_return_reason": self.env._("Returned because"),
        }
        for name, label in labels.items():
            if line[name]:
                yield name, label, ", ".join(line[name].splitlines())
        if line.billing_charges:
            charges = line.currency_id.format(abs(line.billing_charges))
            yield "billing_charges", self.env._("Bank charges"), charges

    @api.model
    def _mark(self, text, wanted):
        """``[{"text", "mark"}]``: the text in pieces, what is evidence marked."""
        pieces, at = [], 0
        for start, end in find_spans(text, wanted) if wanted else []:
            pieces.append({"text": text[at:start], "mark": False})
            pieces.append({"text": text[start:end], "mark": True})
            at = end
        pieces.append({"text": text[at:], "mark": False})
        return [piece for piece in pieces if piece["text"]]

    # -- what is proposed -----------------------------------------------------------

    def _describe_candidate(self):
        return {
            "id": self.id,
            "rank": self.rank,
            "score": self.score,
            "is_clear": self.is_clear,
            **self._describe_content(),
            "reasons": self._describe_reasons(),
            "short_handling": self.rest_handling or self.company_id.billing_match_short,
        }

    def _describe_content(self):
        """Whom and what the match pays."""
        customers = self.partner_id or self.line_ids.partner_id.commercial_partner_id
        return {
            "customers": [self._describe_customer(each) for each in customers],
            "items": [line._describe_part() for line in self.line_ids],
            "difference": self.difference,
            "granted": self.granted,
            "kept": self.kept,
            "note": self.note or "",
            "returned": self._describe_returned(self.returned_line_id),
        }

    @api.model
    def _describe_returned(self, line):
        if not line:
            return False
        return {
            "date": fields.Date.to_string(line.date),
            "text": line.payment_ref or "",
            "amount": line.amount,
        }

    @api.model
    def _describe_customer(self, customer):
        if not customer:
            return False
        return {"id": customer.id, "name": customer.display_name}

    def _describe_item(self, item):
        """An open item, in the currency of the bank account."""
        due = item.date_maturity or item.date
        is_receivable = item.account_type == "asset_receivable"
        return {
            "id": item.id,
            "name": item.move_name or "",
            "kind": "item" if is_receivable else "payment",
            "customer": self._describe_customer(item.partner_id.commercial_partner_id),
            "due": fields.Date.to_string(due),
            "days_overdue": (fields.Date.context_today(self) - due).days,
            "open": self._get_open_amount(item),
            "original": self._format_original(item),
            "reference": item.move_id.payment_reference or item.move_id.ref or "",
        }

    def _format_original(self, item):
        """What is open in the currency of the item, if that is another one."""
        if item.currency_id == self.statement_line_id.currency_id:
            return ""
        return item.currency_id.format(item.amount_residual_currency)

    # -- what was decided -----------------------------------------------------------

    def _describe_applied(self):
        handling = dict(self._fields["rest_handling"]._description_selection(self.env))
        if self.amount < 0:
            handling["credit"] = self.env._("Owed by the customer")
        user_sudo = self.sudo().applied_by_id  # people of other companies have names
        return {
            "id": self.id,
            **self._describe_content(),
            "score": self.score,
            "reasons": self._describe_reasons(),
            "at": fields.Datetime.to_string(self.applied_at) or "",
            "by": "" if self.is_automatic else user_sudo.name or "",
            "is_automatic": self.is_automatic,
            "handling": handling.get(self.rest_handling, ""),
            "ticket": self.ticket_id.display_name or "",
            "ticket_id": self.ticket_id.id,
        }

    def _describe_skipped(self):
        user_sudo = self.sudo().create_uid  # people of other companies have names
        return {
            "note": self.note or "",
            "by": user_sudo.name or "",
            "at": fields.Datetime.to_string(self.create_date) or "",
        }
