from collections.abc import Callable
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

PAGE = 50
COLUMNS = {
    "date": "date",
    "id": "int",
    "model": "text",
    "name": "text",
    "note": "text",
    "author": "text",
    "amount": "numeric",
    "currency_id": "int",
    "date_due": "date",
    "state": "text",
}


class TimelineSource(NamedTuple):
    """One kind of entries in the timeline.

    ``query`` selects ``COLUMNS`` in their order; NULL where a column says nothing.
    ``model`` and ``id`` are what opens on a click. ``states`` gives a state its words
    and a colour of Bootstrap. ``adapt`` may change the entries of a page in place.
    """

    kind: str
    label: str
    icon: str
    query: SQL
    states: dict = {}  # noqa: RUF012
    adapt: Callable | None = None


class BillingWorklist(models.Model):
    """What has happened with the customer, newest first, from all places."""

    _inherit = "billing.worklist"

    @api.readonly
    def get_timeline(self, kinds=None, offset=0):
        """A page of the timeline, of the given kinds only."""
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        row = self.with_company(self.company_id)
        return row._get_timeline(kinds and list(kinds), max(int(offset), 0))

    def _get_timeline(self, kinds=None, offset=0, count=False):
        sources = {source.kind: source for source in self._get_timeline_sources()}
        wanted = [s for s in sources.values() if not kinds or s.kind in kinds]
        rows = self._fetch_timeline(wanted, offset) if wanted else []
        entries = [self._prepare_entry(sources[row["kind"]], row) for row in rows]
        for source in wanted:
            if source.adapt:
                source.adapt([e for e in entries if e["kind"] == source.kind])
        timeline = {"entries": entries[:PAGE], "has_more": len(entries) > PAGE}
        if count:
            timeline["kinds"] = self._count_timeline(list(sources.values()))
        return timeline

    def _get_timeline_sources(self):
        """All sources; of one day, what comes later here is shown above. Hook."""
        return [
            self._get_timeline_invoices(),
            self._get_timeline_payments(),
            self._get_timeline_entries(),
            self._get_timeline_notices(),
            self._get_timeline_calls(),
            self._get_timeline_promises(),
            self._get_timeline_tickets(),
            self._get_timeline_holds(),
            self._get_timeline_postponements(),
        ]

    def _fetch_timeline(self, sources, offset):
        """One page, and one entry more where there are more.

        Each source is cut before they are put together: no sorting of all there is.
        """
        parts = [
            SQL(
                """(SELECT %s AS rank, %s AS kind, %s FROM (%s) source(%s)
                     ORDER BY date DESC, id DESC LIMIT %s)""",
                rank,
                source.kind,
                SQL(", ").join(
                    SQL("%s::%s", SQL.identifier(name), SQL(kind))
                    for name, kind in COLUMNS.items()
                ),
                source.query,
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                offset + PAGE + 1,
            )
            for rank, source in enumerate(sources)
        ]
        return self.env.execute_query_dict(
            SQL(
                """SELECT * FROM (%s) entry
                    ORDER BY date DESC, rank DESC, id DESC LIMIT %s OFFSET %s""",
                SQL(" UNION ALL ").join(parts),
                PAGE + 1,
                offset,
            )
        )

    def _count_timeline(self, sources):
        counts = dict(
            self.env.execute_query(
                SQL(" UNION ALL ").join(
                    SQL("SELECT %s, COUNT(*) FROM (%s) source", s.kind, s.query)
                    for s in sources
                )
            )
        )
        return [
            {"kind": s.kind, "label": s.label, "icon": s.icon, "count": counts[s.kind]}
            for s in sources
        ]

    @api.model
    def _prepare_entry(self, source, row):
        label, color = source.states.get(row["state"], ("", ""))
        return {
            "kind": source.kind,
            "icon": source.icon,
            "date": fields.Date.to_string(row["date"]),
            "date_due": row["date_due"] and fields.Date.to_string(row["date_due"]),
            "id": row["id"],
            "model": row["model"],
            "name": row["name"] or "",
            "note": row["note"] or "",
            "author": row["author"] or "",
            "amount": None if row["amount"] is None else float(row["amount"]),
            "currency_id": row["currency_id"],
            "state": label,
            "color": color,
        }
