from odoo import api, models
from odoo.exceptions import UserError


class MatchBusy(UserError):
    """Somebody else has a line or an item locked: it can be tried again."""


class BillingPaymentMatch(models.Model):
    """What has to be true before a match is applied, with the rows locked."""

    _inherit = "billing.payment.match"

    def _check_may_apply(self):
        """Whoever reads the match and the bank's line may apply it."""
        self.check_access("read")
        self.statement_line_id.check_access("read")

    def _lock_line(self):
        """Take the line of the bank: whoever comes second is told at once.

        First of all in a transaction: what is read afterwards is not older.
        """
        self._lock_bank_line(self.statement_line_id)
        self.env.flush_all()
        self.statement_line_id.invalidate_recordset()
        self.invalidate_recordset()

    @api.model
    def _lock_bank_line(self, line):
        if not line.try_lock_for_update(allow_referencing=True):
            raise MatchBusy(
                self.env._(
                    "Somebody else is matching %(line)s at this moment. Try again.",
                    line=line.payment_ref or line.display_name,
                )
            )

    def _lock_items(self, parts):
        """Take the open items, that no two lines pay the same one."""
        items = self.env["account.move.line"].union(
            *(part.item for part in parts if part.item)
        )
        busy = items - items.try_lock_for_update(allow_referencing=True)
        if busy.exists():
            raise MatchBusy(
                self.env._(
                    "Somebody else is settling %(items)s at this moment. Try again.",
                    items=", ".join(busy.move_id.mapped("name")),
                )
            )
        if busy:
            raise UserError(
                self.env._("An item of this match is gone. Match the line again.")
            )
        items.invalidate_recordset()

    def _check_applicable(self):
        if self.state not in ("proposed", "skipped"):
            raise UserError(self.env._("This match was applied before."))
        line = self.statement_line_id
        if line.is_reconciled:
            raise UserError(
                self.env._(
                    "%(line)s is matched already. Undo that first.",
                    line=line.payment_ref or line.display_name,
                )
            )
        liquidity, suspense, others = line._seek_for_lines()
        if len(liquidity) != 1 or len(suspense) != 1 or others or not line.amount:
            raise UserError(
                self.env._(
                    "The entry of %(line)s was changed by hand. Undo its reconciliation"
                    " first.",
                    line=line.payment_ref or line.display_name,
                )
            )

    def _check_parts(self, parts):
        parts = [part for part in parts if part.item]
        self._check_items(parts)
        seen = set()
        for part in parts:
            if part.item.id in seen:
                self._refuse(part, self.env._("It is named twice: add up its amounts."))
            seen.add(part.item.id)
            part.open = self._get_open_amount(part.item)
            self._check_amount(part)

    def _check_items(self, parts):
        company = self.company_id
        for part in parts:
            item = part.item
            if item.company_id != company:
                self._refuse(part, self.env._("It belongs to another company."))
            if item.parent_state != "posted":
                self._refuse(part, self.env._("It is not posted."))
            if not self._is_matchable(item):
                self._refuse(
                    part, self.env._("It is no receivable and no payment in transit.")
                )
            if item.reconciled:
                self._refuse(part, self.env._("It is settled. Match the line again."))

    def _is_matchable(self, item):
        if item.account_id.account_type == "asset_receivable":
            return True
        payment = item.move_id.origin_payment_id
        if payment.state not in ("in_process", "paid") or not item.account_id.reconcile:
            return False
        return item in payment._seek_for_lines()[0]

    def _check_amount(self, part):
        """No item gets more than is open of it, and none the other way round."""
        currency = self.statement_line_id.currency_id
        sign = 1 if part.open > 0 else -1
        amounts = (part.amount, part.discount, part.kept)
        if any(currency.compare_amounts(sign * amount, 0) < 0 for amount in amounts):
            self._refuse(part, self.env._("The amount has the wrong sign."))
        if currency.compare_amounts(sign * part.settled, sign * part.open) > 0:
            self._refuse(
                part,
                self.env._(
                    "Only %(amount)s of it is open.",
                    amount=currency.format(part.open),
                ),
            )
        if currency.is_zero(part.settled):
            self._refuse(part, self.env._("Nothing of the line goes to it."))

    def _refuse(self, part, why):
        raise UserError(
            self.env._(
                "%(item)s cannot be matched. %(why)s",
                item=part.item.move_name or part.item.display_name,
                why=why,
            )
        )
