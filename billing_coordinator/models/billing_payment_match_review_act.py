from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

BATCH = 50
ALLOCATED = ("move_line_id", "payment_id", "amount", "discount", "kept")
DECIDED = ("handling", "note", "reason_id", "partner_id")


class BillingPaymentMatch(models.Model):
    """What the review screen does: everything by the matches' own methods."""

    _inherit = "billing.payment.match"

    @api.model
    def review_accept(
        self, statement_line_id, match_id=None, allocation=None, rest=None
    ):
        """Apply a proposal (the best one if none is named), or an own allocation.

        :return: id of the match that was applied, for undoing
        """
        self = self._for_client()
        line = self._get_review_record(statement_line_id)
        rest = rest and self._clean_rest(rest)
        if allocation is not None:
            allocation = [self._clean_allocation(part) for part in allocation]
            return self._apply_manual(line, allocation, rest).id
        match = self._get_review_match(line, match_id)
        match._apply(rest=rest)
        return match.id

    @api.model
    def _clean_allocation(self, part):
        """Only what belongs to it, and items that the user may see."""
        part = {name: part[name] for name in ALLOCATED if part.get(name)}
        for model, name in (
            ("account.move.line", "move_line_id"),
            ("account.payment", "payment_id"),
        ):
            self.env[model].browse(part.get(name)).check_access("read")
        return part

    @api.model
    def _clean_rest(self, rest):
        """Only what belongs to it, of a customer and a reason that the user may see."""
        rest = {name: rest.get(name) for name in DECIDED}
        self.env["res.partner"].browse(rest["partner_id"]).check_access("read")
        self.env["billing.ticket.reason"].browse(rest["reason_id"]).check_access("read")
        return rest

    @api.model
    def _get_review_match(self, line, match_id):
        domain = [("statement_line_id", "=", line.id), ("state", "=", "proposed")]
        if match_id:
            domain.append(("id", "=", int(match_id)))
        match = self.search(domain, order="rank, id", limit=1)
        if not match:
            raise UserError(
                self.env._("This proposal is gone: look again, or choose the items.")
            )
        return match

    # -- many at once ---------------------------------------------------------------

    @api.model
    @api.readonly
    def get_review_above(self, score, filters=None):
        """What accepting all proposals from a score on would do.

        :return: ``{"line_ids", "sums": [[currency, amount]], "left"}``; left are lines
            where somebody has to decide about a difference or between two proposals
        """
        self.browse().check_access("read")
        filters = self._clean_review_filters(filters)
        if filters["state"] not in ("ready", "decide"):
            filters["state"] = "left"
        rows = [
            row
            for row in self._get_review_lines(filters, 0, None)
            if row["match_id"] and row["score"] >= int(score)
        ]
        sure = self._get_sure_lines([row["match_id"] for row in rows])
        sums = {}
        for row in rows:
            if row["id"] in sure:
                currency = row["currency_id"]
                sums[currency] = sums.get(currency, 0.0) + row["amount"]
        return {
            "line_ids": [row["id"] for row in rows if row["id"] in sure],
            "sums": list(sums.items()),
            "left": len(rows) - len(sure),
        }

    @api.model
    def _get_sure_lines(self, match_ids):
        """Lines whose best proposal has no difference and no equal beside it."""
        query = SQL(
            """
            SELECT match.statement_line_id
              FROM billing_payment_match match
             WHERE match.id = ANY(%s) AND COALESCE(match.difference, 0) = 0
                   AND NOT EXISTS (
                       SELECT FROM billing_payment_match other
                        WHERE other.statement_line_id = match.statement_line_id
                              AND other.state = 'proposed' AND other.id != match.id
                              AND other.score >= match.score)
            """,
            match_ids,
        )
        return {row[0] for row in self.env.execute_query(query)}

    @api.model
    def review_accept_above(self, score, statement_line_ids):
        """Accept the best proposals of some lines; one that fails stops no other.

        :return: ``{"done": [match ids], "failed": [{"id", "text", "reason"}]}``
        """
        self = self._for_client()
        lines = self.env["account.bank.statement.line"].browse(
            map(int, statement_line_ids[:BATCH])
        )
        self.browse().check_access("read")
        lines.check_access("read")
        done, failed = [], []
        for line in lines:
            try:
                with self.env.cr.savepoint():
                    done.append(self._accept_above(line, int(score)).id)
            except UserError as error:
                self.env.invalidate_all()
                text = line.payment_ref or line.display_name
                failed.append({"id": line.id, "text": text, "reason": str(error)})
        return {"done": done, "failed": failed}

    @api.model
    def _accept_above(self, line, score):
        match = self._get_review_match(line, None)
        if match.score < score or line.id not in self._get_sure_lines(match.ids):
            raise UserError(self.env._("Its proposal has changed: look at it."))
        match._apply()
        return match

    # -- one line -------------------------------------------------------------------

    @api.model
    def review_skip(self, statement_line_id, note=""):
        """Set a line aside: it waits for an answer, and nobody proposes it."""
        line = self._get_review_record(statement_line_id)
        if line.is_reconciled:
            raise UserError(self.env._("This line is matched already."))
        # Matches are written by the methods of the model only.
        skipped_sudo = self._get_skipped(line).sudo()
        values = {"note": str(note or "").strip() or False}
        if skipped_sudo:
            skipped_sudo.write(values)
        else:
            values.update(statement_line_id=line.id, state="skipped")
            skipped_sudo.create(values)
        return True

    @api.model
    def review_unskip(self, statement_line_id):
        """Take a line up again."""
        line = self._get_review_record(statement_line_id)
        # Matches are written by the methods of the model only.
        self._get_skipped(line).sudo().unlink()
        return True

    @api.model
    def _get_skipped(self, line):
        return self.search(
            [("statement_line_id", "=", line.id), ("state", "=", "skipped")]
        )

    @api.model
    def review_undo(self, match_id, reason=None):
        """Take back what was applied, and return the line that waits again."""
        match = self.browse(int(match_id))
        match.check_access("read")
        match.action_undo(reason)
        # Its proposals are gone since it was applied; a busy job makes them later.
        self._propose(match.statement_line_id)
        return match.statement_line_id.id

    @api.model
    def review_again(self, filters=None, statement_line_id=None):
        """Propose anew for one line, or for all that wait and fit the filters."""
        self.browse().check_access("read")
        if statement_line_id:
            ids = self._get_review_record(statement_line_id).ids
        else:
            filters = {**self._clean_review_filters(filters), "state": "left"}
            ids = [row["id"] for row in self._get_review_lines(filters, 0, None)]
        return self.action_match_again(ids)
