from odoo import api, models

from ..tools.matching.record import Reason


class BillingPaymentMatch(models.Model):
    """The reasons of a proposal in words."""

    _inherit = "billing.payment.match"

    def _get_reason_words(self):
        """``[{"text", "points"}]``, what counts most first."""
        reasons = sorted(self.reasons or [], key=lambda reason: -reason[1])
        return [
            {"text": self._word_reason(name, values or {}), "points": points}
            for name, points, values in reasons
        ]

    def _word_reason(self, name, values):
        template = self._get_reason_templates().get(name, name)
        numbers = values.get("numbers") or []
        return template % {
            "numbers": ", ".join(numbers) or self.env._("an invoice"),
            "found": ", ".join(values.get("found") or []),
            "name": values.get("name") or "",
            "account": values.get("account") or "",
            "reference": values.get("reference") or values.get("end_to_end") or "",
            "mandate": values.get("mandate") or "",
            "count": values.get("count") or len(numbers),
            "amount": self._format_reason_amount(values.get("amount") or 0),
            "reason": values.get("reason") or self.env._("no reason given"),
        }

    def _format_reason_amount(self, amount):
        """Rules count in the smallest unit of the currency."""
        currency = self.currency_id
        return currency.format(abs(amount) / 10**currency.decimal_places)

    @api.model
    def _get_reason_templates(self):
        words = {
            **self._get_number_templates(),
            **self._get_payer_templates(),
            **self._get_amount_templates(),
            **self._get_bank_templates(),
        }
        return {
            reason.value: words.get(reason.value, reason.value) for reason in Reason
        }

    @api.model
    def _get_number_templates(self):
        return {
            "creditor_reference": self.env._("Payment reference of %(numbers)s"),
            "document": self.env._("The payer lists %(numbers)s"),
            "number": self.env._("The text names %(numbers)s"),
            "part_of_number": self.env._("The text names a part of %(numbers)s"),
            "similar_number": self.env._("The text names nearly %(numbers)s"),
            "other_number": self.env._("The text names other invoices"),
            "ambiguous": self.env._("Others fit as well"),
        }

    @api.model
    def _get_payer_templates(self):
        return {
            "account": self.env._("Bank account of the customer"),
            "remembered_name": self.env._("This payer has paid for the customer before"),
            "same_name": self.env._("The payer has the customer's name"),
            "similar_name": self.env._("The payer's name is like the customer's"),
            "other_payer": self.env._("Somebody else pays: %(name)s"),
        }

    @api.model
    def _get_amount_templates(self):
        return {
            "exact": self.env._("The amount is exactly what is open"),
            "sum": self.env._("The amount is the sum of %(count)s open items"),
            "all_open": self.env._("The amount is all that the customer owes"),
            "oldest": self.env._("The amount is the sum of the %(count)s oldest items"),
            "some": self.env._("The amount is the sum of %(count)s of the items named"),
            "discount": self.env._("The amount fits with early-payment discount %(amount)s"),
            "charges": self.env._("The amount fits with charges of the bank %(amount)s"),
            "tolerance": self.env._("The amount fits but for %(amount)s"),
            "foreign": self.env._("The amount fits in the currency of the invoice"),
            "told_amounts": self.env._("The payer says what goes to which invoice"),
            "short": self.env._("%(amount)s too little"),
            "over": self.env._("%(amount)s more than is open"),
        }

    @api.model
    def _get_bank_templates(self):
        return {
            "in_transit": self.env._("A payment registered before waits for the bank"),
            "batch": self.env._("The text says that it is a batch of payments"),
            "returned": self.env._("The bank returned a payment: %(reason)s"),
            "says_return": self.env._("The text says that a payment came back: %(found)s"),
            "end_to_end": self.env._("Same end-to-end reference %(reference)s"),
            "bank_reference": self.env._("Same reference of the bank %(reference)s"),
            "mandate": self.env._("Same mandate %(mandate)s"),
        }
