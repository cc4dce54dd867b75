from psycopg2.extras import Json, execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.matching.record import IN_TRANSIT

MATCH_COLUMNS = (
    *("id", "statement_line_id", "company_id", "journal_id", "partner_id", "state"),
    *("rank", "score", "is_clear", "reasons", "granted", "kept", "difference"),
    *("returned_line_id", "create_uid", "write_uid", "create_date", "write_date"),
)
LINE_COLUMNS = (
    *("match_id", "kind", "move_line_id", "payment_id", "partner_id", "name"),
    *("amount", "discount", "kept"),
    *("create_uid", "write_uid", "create_date", "write_date"),
)
# A proposal of thousands of items helps nobody.
MOST_ITEMS = 500


class BillingPaymentMatch(models.Model):
    """Writes proposals: tens of thousands in a run, which the ORM takes minutes for."""

    _inherit = "billing.payment.match"

    @api.model
    def _write_proposals(self, results, items, line):
        """:param items: ``{item id: Item}`` before any of them was taken
        :param line: a line of the bank account that they are of
        """
        found = [
            (result, rank, proposal)
            for result in results
            for rank, proposal in enumerate(result.proposals, start=1)
            if len(proposal.paid) <= MOST_ITEMS
        ]
        matches, lines = [], []
        digits = line.currency_id.decimal_places
        for match_id, (result, rank, proposal) in zip(
            self._reserve_ids(len(found)), found, strict=True
        ):
            is_clear = result.automatic and rank == 1
            matches.append(
                {
                    "id": match_id,
                    "statement_line_id": result.payment,
                    "rank": rank,
                    "is_clear": is_clear,
                    **_match_values(proposal, digits),
                }
            )
            lines += _line_values(match_id, proposal, items, digits)
        common = {
            "company_id": line.company_id.id,
            "journal_id": line.journal_id.id,
            "state": "proposed",
        }
        self._insert("billing_payment_match", MATCH_COLUMNS, matches, common)
        self._insert("billing_payment_match_line", LINE_COLUMNS, lines, {})
        self.invalidate_model(flush=False)

    @api.model
    def _reserve_ids(self, count):
        rows = self.env.execute_query(
            SQL(
                """SELECT nextval('billing_payment_match_id_seq')
                     FROM generate_series(1, %s)""",
                count,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _insert(self, table, columns, rows, common):
        now = fields.Datetime.now()
        common = {
            **common,
            **dict.fromkeys(("create_uid", "write_uid"), self.env.uid),
            **dict.fromkeys(("create_date", "write_date"), now),
        }
        if rows:
            execute_values(
                self.env.cr._obj,
                # Names of tables and columns are those above.
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES %s",  # pylint: disable=sql-injection
                [[{**common, **row}.get(name) for name in columns] for row in rows],
                page_size=1000,
            )


def _match_values(proposal, digits):
    return {
        "partner_id": proposal.partner or None,
        "score": proposal.score,
        "reasons": Json(
            [
                [e.reason.value, e.points, _values(e.values, digits)]
                for e in proposal.evidence
            ]
        ),
        "granted": _money(sum(proposal.granted.values()), digits),
        "kept": _money(proposal.kept, digits),
        "difference": _money(proposal.difference, digits),
        "returned_line_id": proposal.returns,
    }


def _values(values, digits):
    if "amount" in values:
        return {**values, "amount": _money(values["amount"], digits)}
    return values


def _line_values(match_id, proposal, items, digits):
    kept = proposal.kept
    for item_id, paid in proposal.paid.items():
        item = items[item_id]
        granted = proposal.granted.get(item_id, 0)
        # What the bank kept was taken off the largest item.
        own = kept if kept and item.amount - granted - paid == kept else 0
        kept -= own
        in_transit = item.kind == IN_TRANSIT
        yield {
            "match_id": match_id,
            "kind": "payment" if in_transit else "item",
            "move_line_id": item_id if item_id > 0 else None,
            "payment_id": -item_id if item_id < 0 else None,
            "partner_id": item.partner or None,
            "name": item.number,
            "amount": _money(paid, digits),
            "discount": _money(granted, digits),
            "kept": _money(own, digits),
        }


def _money(units, digits):
    return round(units / 10**digits, digits)
