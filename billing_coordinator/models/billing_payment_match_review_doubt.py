from odoo import models

from ..tools.matching.record import AMOUNTS, Reason, Rules

SAYS_RETURN = {Reason.RETURNED.value, Reason.SAYS_RETURN.value}
FITS = {reason.value for reason in AMOUNTS}
RULES = Rules()


class BillingPaymentMatch(models.Model):
    """Why the best proposal waits for a person, as `tools.matching.match` decided.

    Nothing is said where the screen asks about a difference: that says it.
    """

    _inherit = "billing.payment.match"

    def _word_doubt(self, proposals):
        """:param proposals: all of the line, the best first"""
        if self.is_clear or self.difference or self != proposals[:1]:
            return ""
        threshold = self.company_id.billing_match_threshold
        if self.score < threshold:
            return self.env._(
                "A clear proposal has %(count)s points or more.", count=threshold
            )
        fits = [points for name, points, _told in self.reasons or [] if name in FITS]
        if max(fits, default=0) < RULES.fit:
            return self.env._("The amount alone does not say enough.")
        if self._get_points() - proposals[1:2]._get_points() < RULES.margin:
            return self.env._("The next proposal is nearly as good.")
        return self._word_doubt_of_return() if self.returned_line_id else ""

    def _get_points(self):
        """All of them, not the 100 at most of a score; none without a proposal."""
        return sum(points for _name, points, _told in self.reasons or [])

    def _word_doubt_of_return(self):
        names = {name for name, _points, _told in self.reasons or []}
        if not names & SAYS_RETURN:
            return self.env._("The bank does not say that it is a return.")
        if Reason.END_TO_END.value in names:
            return ""
        return self.env._(
            "It is likely this payment, but neither an end-to-end reference nor the"
            " payer's account proves it."
        )
