from odoo import api, fields, models

from ..tools.matching.record import Reason


class BillingPaymentMatch(models.Model):
    """The reasons of a proposal in words."""

    _inherit = "billing.payment.match"

    reason_text = fields.Char("Because", compute="_compute_reason_text")

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for match in self:
            reasons = match._describe_reasons()
            match.reason_text = " ".join(reason["text"] for reason in reasons)

    def _describe_reasons(self):
        """A sentence for each reason, the strongest first; what speaks against last."""
        reasons = sorted(self.reasons or [], key=lambda reason: -reason[1])
        return [
            {"text": self._word_reason(name, values), "points": points}
            for name, points, values in reasons
        ]

    @api.model
    def _get_evidence_strings(self, reasons):
        """What of the reasons may stand in the text of a line of the bank."""
        found = []
        for _name, _points, values in reasons or []:
            for value in values.values():
                found += value if isinstance(value, list) else [value]
        return [value for value in found if isinstance(value, str) and value]

    def _word_reason(self, name, values):
        reason = Reason(name)
        said = {**values}
        if "amount" in said:
            said["amount"] = self.currency_id.format(said["amount"])
        for key in ("numbers", "found"):
            if key in said:
                said[key] = ", ".join(dict.fromkeys(said[key]))
        words = self._word_text(reason, said) or self._word_payer(reason, said)
        return (
            words or self._word_amount(reason, said) or self._word_return(reason, said)
        )

    def _word_text(self, reason, said):
        numbers = said.get("numbers")
        match reason:
            case Reason.CREDITOR_REFERENCE:
                return self.env._(
                    "The creditor reference is that of %(numbers)s.", numbers=numbers
                )
            case Reason.DOCUMENT:
                return self.env._(
                    "The payer names %(numbers)s as documents.", numbers=numbers
                )
            case Reason.NUMBER:
                return self.env._("The text names %(numbers)s.", numbers=numbers)
            case Reason.PART_OF_NUMBER:
                return self.env._(
                    "The text names the end of %(numbers)s.", numbers=numbers
                )
            case Reason.SIMILAR_NUMBER if numbers:
                return self.env._("The text nearly names %(numbers)s.", numbers=numbers)
            case Reason.SIMILAR_NUMBER:
                return self.env._("The text ends where a number may go on.")
            case Reason.OTHER_NUMBER:
                return self.env._("But: the text names other documents.")
            case Reason.IN_TRANSIT if numbers:
                return self.env._(
                    "The payment %(numbers)s was registered before.", numbers=numbers
                )
            case Reason.IN_TRANSIT:
                return self.env._("These payments were registered before.")
            case Reason.BATCH:
                return self.env._("The payments are banked together.")
        return None

    def _word_payer(self, reason, said):
        name, account = said.get("name"), said.get("account")
        match reason:
            case Reason.ACCOUNT:
                return self.env._("The account %(account)s is known.", account=account)
            case Reason.REMEMBERED_NAME:
                return self.env._(
                    "Somebody confirmed %(name)s as payer before.", name=name
                )
            case Reason.CUSTOMER_NUMBER:
                return self.env._(
                    "The text names the customer number %(number)s.",
                    number=said.get("found"),
                )
            case Reason.SAME_NAME:
                return self.env._("The payer is called like the customer.")
            case Reason.SIMILAR_NAME:
                return self.env._(
                    "The payer %(name)s is called nearly like the customer.", name=name
                )
            case Reason.OTHER_PAYER:
                return self.env._("But: the payer is another customer.")
        return None

    def _word_amount(self, reason, said):
        amount, count = said.get("amount"), said.get("count")
        match reason:
            case Reason.EXACT:
                return self.env._("The amount fits.")
            case Reason.SUM:
                return self.env._(
                    "The amount is the sum of %(count)s items.", count=count
                )
            case Reason.ALL_OPEN:
                return self.env._(
                    "It is all that is open or due: %(count)s items.", count=count
                )
            case Reason.OLDEST:
                return self.env._(
                    "It is the sum of the %(count)s oldest items.", count=count
                )
            case Reason.SOME:
                return self.env._("It is the sum of %(count)s of those.", count=count)
            case Reason.DISCOUNT:
                return self.env._(
                    "It fits less a discount of %(amount)s.", amount=amount
                )
            case Reason.CHARGES:
                return self.env._("It fits less charges of %(amount)s.", amount=amount)
            case Reason.TOLERANCE:
                return self.env._(
                    "%(amount)s is missing, which may be let go.", amount=amount
                )
            case Reason.FOREIGN:
                return self.env._("It fits in the currency of the invoice.")
            case Reason.TOLD_AMOUNTS:
                return self.env._("The payer says how much goes to what.")
            case Reason.SHORT:
                return self.env._("But: %(amount)s is missing.", amount=amount)
            case Reason.OVER:
                return self.env._("But: it is %(amount)s too much.", amount=amount)
            case Reason.AMBIGUOUS:
                return self.env._("But: other items fit as well.")
        return None

    def _word_return(self, reason, said):
        match reason:
            case Reason.RETURNED if said.get("reason"):
                return self.env._(
                    "The bank returned it: %(reason)s.", reason=said["reason"]
                )
            case Reason.RETURNED:
                return self.env._("The bank returned it.")
            case Reason.SAYS_RETURN:
                return self.env._(
                    "The text speaks of a return: %(found)s.", found=said["found"]
                )
            case Reason.END_TO_END:
                return self.env._("The end-to-end reference is that of the payment.")
            case Reason.BANK_REFERENCE:
                return self.env._("The bank's reference is that of the payment.")
            case Reason.MANDATE:
                return self.env._("The mandate is that of the payment.")
        return None
