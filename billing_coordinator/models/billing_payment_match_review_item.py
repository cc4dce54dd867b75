from odoo import api, models
from odoo.fields import Domain


class BillingPaymentMatchLine(models.Model):
    """A part of a proposal, as the review screen shows it."""

    _inherit = "billing.payment.match.line"

    def _describe_part(self):
        match, item = self.match_id, self.move_line_id
        known = match._describe_item(item) if item else {}
        return {
            **known,
            "key": self.id,
            "id": item.id,
            "move_id": item.move_id.id,
            "payment_id": self.payment_id.id,
            "kind": self.kind,
            "name": self.name or known.get("name") or self.payment_id.name or "",
            "customer": match._describe_customer(self.partner_id.commercial_partner_id)
            or known.get("customer"),
            "amount": self.amount,
            "discount": self.discount,
            "kept": self.kept,
        }


class BillingPaymentMatch(models.Model):
    """Finding open items for a line of the bank, by hand."""

    _inherit = "billing.payment.match"

    @api.model
    def _search_review_items(self, line, text, limit):
        """What fits the text; without one, what those owe who may have paid."""
        domain = self._get_review_items_domain(line)
        if text.strip():
            domain &= self._get_review_items_text(text.strip())
        elif customers := self._get_review_customers(line):
            domain &= Domain("partner_id", "child_of", customers.ids)
        return self.env["account.move.line"].search(
            domain, limit=limit, order="date_maturity, id"
        )

    @api.model
    def _get_review_customers(self, line):
        """Of the line itself, else those that are proposed."""
        proposals = self.search([("statement_line_id", "=", line.id)])
        customers = line.partner_id or (
            proposals.line_ids.partner_id | proposals.partner_id  # of returns
        )
        return customers.commercial_partner_id

    @api.model
    def _get_review_items_domain(self, line):
        """Open receivables; payments in transit are proposed by the rules."""
        return (
            Domain("company_id", "=", line.company_id.id)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual", "!=", 0)
        )

    @api.model
    def _get_review_items_text(self, text):
        domain = Domain("move_name", "ilike", text)
        domain |= Domain("partner_id.complete_name", "ilike", text)
        domain |= Domain("move_id.payment_reference", "ilike", text)
        domain |= Domain("move_id.ref", "ilike", text)
        if amount := self._read_review_amount(text):
            number = float(amount)
            near = [number, -number]
            domain |= Domain("amount_residual_currency", "in", near)
        return domain
