import math

from odoo import models
from odoo.exceptions import UserError

from .billing_payment_match_part import Part

# What a client may tell of how it works; all else changes what is checked or booked.
CLIENT_CONTEXT = ("lang", "tz", "allowed_company_ids")
MOST = 1e15


class BillingPaymentMatch(models.Model):
    """What a caller gives, by RPC too: nothing of it is believed unread."""

    _inherit = "billing.payment.match"

    def _for_client(self):
        """Without what a client puts in the context: nobody plays the job."""
        context = self.env.context
        kept = {name: context[name] for name in CLIENT_CONTEXT if name in context}
        return self.with_context(kept)  # pylint: disable=context-overridden

    def _get_given_items(self, allocation):
        """The items that are named and still there, read together."""
        item_ids = dict.fromkeys(
            given["move_line_id"]
            for given in allocation
            if type(given.get("move_line_id")) is int  # no record is False, an int too
        )
        return self.env["account.move.line"].browse(item_ids).exists()

    def _get_given_part(self, given, items):
        """A part of the line that goes to an open item."""
        item = items.filtered(lambda item: item.id == given.get("move_line_id"))
        if len(item) != 1:
            raise UserError(
                self.env._("An item of this match is gone. Match the line again.")
            )
        return Part(
            item=item,
            amount=self._get_given_amount(given, "amount"),
            discount=self._get_given_amount(given, "discount"),
            kept=self._get_given_amount(given, "kept"),
            payment=self.env["account.payment"].browse(given.get("payment_id")),
        )

    def _get_given_amount(self, given, name):
        amount = given.get(name) or 0.0
        is_number = isinstance(amount, int | float) and math.isfinite(amount)
        if not is_number or abs(amount) > MOST:
            raise UserError(self.env._("%(given)s is no amount.", given=amount))
        return self.statement_line_id.currency_id.round(amount)

    def _check_given_rest(self, rest):
        """What is done about a difference, and whose credit it is."""
        handling = rest.get("handling")
        if handling and handling not in self._fields["rest_handling"].get_values(
            self.env
        ):
            raise UserError(
                self.env._("%(given)s is nothing to do about it.", given=handling)
            )
        if rest.get("partner_id") and not self._is_own_partner(rest["partner_id"]):
            raise UserError(
                self.env._(
                    "This customer is none of %(company)s: choose another one.",
                    company=self.company_id.name,
                )
            )

    def _is_own_partner(self, partner_id):
        partners = self.env["res.partner"].with_context(active_test=False)
        domain = partners._check_company_domain(self.company_id)
        return bool(partners.search_count([*domain, ("id", "=", partner_id)]))
