import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

REVIEW_STATES = ("ready", "decide", "nothing", "skipped", "matched")
LEFT = ("ready", "decide", "nothing")
RECENT_DAYS = 30
TEXT_FIELDS = (
    "payment_ref",
    "partner_name",
    "account_number",
    "billing_reference",
    "billing_end_to_end",
    "billing_documents",
)
SORTS = {
    "score": SQL("score DESC NULLS LAST, internal_index DESC, id DESC"),
    "date": SQL("internal_index DESC, id DESC"),
    "oldest": SQL("internal_index, id"),
}


class BillingPaymentMatch(models.Model):
    """The lines of the review screen, with a number of queries that does not grow."""

    _inherit = "billing.payment.match"

    @api.model
    def _clean_review_filters(self, filters):
        """What a client sends, with what it leaves out.

        ``state`` is one of `REVIEW_STATES`, or "left" for all that waits for somebody;
        ``sort`` one of `SORTS`; ``journal_id`` and ``text`` narrow the lines.
        """
        filters = filters or {}
        state, sort = filters.get("state"), filters.get("sort")
        return {
            "state": state if state in REVIEW_STATES else "left",
            "sort": sort if sort in SORTS else "score",
            "journal_id": int(filters.get("journal_id") or 0),
            "text": str(filters.get("text") or "").strip(),
        }

    @api.model
    def _get_review_counts(self, filters):
        query = SQL(
            "SELECT state, COUNT(*) FROM (%s) review GROUP BY state",
            self._get_review_query(filters, matched=True),
        )
        found = dict(self.env.execute_query(query))
        counts = {state: found.get(state, 0) for state in REVIEW_STATES}
        return {**counts, "left": sum(counts[state] for state in LEFT)}

    @api.model
    def _get_review_lines(self, filters, offset, limit):
        state = filters["state"]
        states = list(LEFT) if state == "left" else [state]
        query = SQL(
            "SELECT * FROM (%s) review WHERE state = ANY(%s)"
            " ORDER BY %s LIMIT %s OFFSET %s",
            self._get_review_query(filters, matched=state == "matched"),
            states,
            self._get_review_order(filters),
            limit,
            offset,
        )
        return [self._prepare_review_row(row) for row in self._fetch_review(query)]

    @api.model
    def _get_review_order(self, filters):
        """What was matched last comes first: that is what somebody undoes."""
        if filters["state"] == "matched":
            return SQL("applied_at DESC, id DESC")
        return SORTS[filters["sort"]]

    @api.model
    def _fetch_review(self, query):
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    @api.model
    def _prepare_review_row(self, row):
        row["date"] = fields.Date.to_string(row["date"])
        row["applied_at"] = fields.Datetime.to_string(row["applied_at"]) or False
        del row["internal_index"]
        return row

    # -- the query ------------------------------------------------------------------

    @api.model
    def _get_review_query(self, filters, matched=False):
        """A row for each line that waits, and each one matched lately."""
        self.env.flush_all()
        lines = self.env["account.bank.statement.line"]
        visible = lines._search(self._get_review_domain(filters, matched))
        return SQL(
            """
            SELECT line.id, line.internal_index, move.date, line.amount,
                   line.currency_id, line.payment_ref AS text,
                   COALESCE(line.partner_name, payer.complete_name) AS name,
                   best.id AS match_id, best.score, best.applied_at,
                   best.is_automatic, best.parts,
                   customer.complete_name AS customer, aside.note,
                   %s AS state
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN res_partner payer ON payer.id = line.partner_id
         LEFT JOIN LATERAL (%s) best ON TRUE
         LEFT JOIN LATERAL (%s) aside ON TRUE
         LEFT JOIN res_partner customer ON customer.id = best.partner_id
             WHERE line.id IN %s AND (NOT line.is_reconciled OR best.id IS NOT NULL)
                   AND %s
            """,
            self._get_review_state(),
            self._get_review_best(),
            self._get_review_aside(),
            visible.subselect(),
            self._get_review_text(filters["text"]),
        )

    @api.model
    def _get_review_domain(self, filters, matched):
        """Record rules are added by the search."""
        domain = Domain("company_id", "in", self.env.companies.ids)
        domain &= Domain("move_id.state", "=", "posted")
        if filters["journal_id"]:
            domain &= Domain("journal_id", "=", filters["journal_id"])
        waiting = Domain("is_reconciled", "=", False) & Domain("amount", "!=", 0)
        if not matched:
            return domain & waiting
        recent = fields.Datetime.subtract(fields.Datetime.now(), days=RECENT_DAYS)
        applied = self._search(
            [("state", "=", "applied"), ("applied_at", ">=", recent)]
        )
        ids = applied.subselect("statement_line_id")
        return domain & (waiting | Domain("id", "in", ids))

    @api.model
    def _get_review_best(self):
        """What was applied to the line, else its best proposal."""
        return SQL(
            """
            SELECT match.id, match.score, match.is_clear, match.partner_id,
                   match.applied_at, match.is_automatic,
                   (SELECT COUNT(*) FROM billing_payment_match_line part
                     WHERE part.match_id = match.id) AS parts
              FROM billing_payment_match match
             WHERE match.statement_line_id = line.id
                   AND match.state = CASE WHEN line.is_reconciled THEN 'applied'
                                          ELSE 'proposed' END
          ORDER BY match.rank, match.id
             LIMIT 1
            """
        )

    @api.model
    def _get_review_aside(self):
        """That somebody set the line aside, and what it waits for."""
        return SQL(
            """
            SELECT match.id, match.note
              FROM billing_payment_match match
             WHERE match.statement_line_id = line.id AND match.state = 'skipped'
             LIMIT 1
            """
        )

    @api.model
    def _get_review_state(self):
        return SQL(
            """
            CASE WHEN line.is_reconciled THEN 'matched'
                 WHEN aside.id IS NOT NULL THEN 'skipped'
                 WHEN best.id IS NULL THEN 'nothing'
                 WHEN best.is_clear THEN 'ready'
                 ELSE 'decide'
            END
            """
        )

    @api.model
    def _get_review_text(self, text):
        """What is typed stands in the line or the customer's name, or is an amount."""
        if not text:
            return SQL("TRUE")
        columns = [SQL.identifier("line", name) for name in TEXT_FIELDS]
        columns += [
            SQL("move.ref"),
            SQL("payer.complete_name"),
            SQL("customer.complete_name"),
        ]
        escaped = re.sub(r"([\\%_])", r"\\\1", text)
        found = SQL(
            "CONCAT_WS(' ', %s) ILIKE %s", SQL(", ").join(columns), f"%{escaped}%"
        )
        amount = self._read_review_amount(text)
        if amount is None:
            return found
        return SQL("(%s OR ABS(line.amount) = %s::numeric)", found, amount)

    @api.model
    def _read_review_amount(self, text):
        """An amount as people type it anywhere ("1,204.50", "1 204,5"), or None."""
        text = text.strip("+-").replace(" ", "").replace("'", "")
        if not re.fullmatch(
            r"\d{1,3}([.,]?\d{3})*([.,]\d{1,2})?|\d+([.,]\d{1,2})?", text
        ):
            return None
        whole, _separator, cents = re.fullmatch(r"(.*?)([.,](\d{1,2}))?", text).groups()
        return f"{re.sub('[.,]', '', whole)}.{cents or 0}"
