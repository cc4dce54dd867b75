from collections import defaultdict
from typing import NamedTuple

from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL

from ..tools import promise as rules


class Covered(NamedTuple):
    """A journal item under open promises; amounts are in its currency."""

    residual: float
    disputed: float
    digits: int
    bands: list
    promises: dict  # band id -> promise id
    settlements: list

    def share(self):
        return rules.share(
            self.bands, self.settlements, self.residual, self.digits, self.disputed
        )

    def close(self, closing):
        bands = {band for band, promise in self.promises.items() if promise in closing}
        return rules.close(self.bands, self.settlements, bands, self.digits)

    def get_room(self):
        """What was open of the item when the oldest of its promises was made."""
        first = min(self.bands, key=lambda band: band.since)
        settled = sum(
            each.amount for each in self.settlements if each.id and first.counts(each)
        )
        return self.residual + settled


class BillingPromise(models.Model):
    """What covers the receivables: read, closed, and spread anew."""

    _inherit = "billing.promise"

    @api.model
    def _fetch_covered(self, line_ids):
        """Open promises on journal items, first in first out.

        :return: ``{line id: Covered}``
        """
        self.env.flush_all()
        receivable = self.env["billing.receivable"].with_context(as_of=None)
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, cover.promise_id, cover.id, cover.amount,
                          cover.last_partial_id, cover.awaited,
                          CASE WHEN line.parent_state = 'posted'
                               THEN line.amount_residual_currency ELSE 0 END,
                          %s, currency.decimal_places
                     FROM billing_promise_line cover
                     JOIN account_move_line line ON line.id = cover.move_line_id
                     JOIN res_currency currency ON currency.id = line.currency_id
                    WHERE cover.is_open AND line.id = ANY(%s)
                    ORDER BY line.id, cover.promise_id""",
                receivable._disputed(),
                list(line_ids),
            )
        )
        result = {}
        settlements = self._fetch_settlements({row[0] for row in rows})
        for line_id, promise_id, cover_id, amount, since, awaited, *now in rows:
            settled = settlements.get(line_id, [])
            covered = result.setdefault(
                line_id, Covered(*map(float, now[:2]), now[2], [], {}, settled)
            )
            band = rules.Band(cover_id, float(amount), since, float(awaited))
            covered.bands.append(band)
            covered.promises[cover_id] = promise_id
        return result

    @api.model
    def _fetch_settlements(self, line_ids):
        """``{line id: [Settlement]}`` in their order, those under way last."""
        if not line_ids:
            return {}
        receivable = self.env["billing.receivable"].with_context(as_of=None)
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, settlement.id, settlement.amount,
                          CASE WHEN partial.id IS NULL THEN 1 ELSE (%s) END
                     FROM account_move_line line
                     JOIN account_move move ON move.id = line.move_id
                    CROSS JOIN LATERAL (%s) settlement
                     LEFT JOIN account_partial_reconcile partial
                       ON partial.id = settlement.id
                    WHERE line.id = ANY(%s)
                    ORDER BY line.id, settlement.id NULLS LAST""",
                receivable._paid_share(),
                receivable._settlements(),
                list(line_ids),
            )
        )
        result = defaultdict(list)
        for line_id, partial_id, amount, paid in rows:
            settlement = rules.Settlement(partial_id, float(amount), float(paid))
            result[line_id].append(settlement)
        return result

    def _get_shares(self):
        """``{promise id: {cover id: Share}}`` as things stand now."""
        shares = defaultdict(dict)
        lines = self._fetch_covered(self.line_ids.move_line_id.ids)
        for covered in lines.values():
            for cover_id, part in covered.share().items():
                shares[covered.promises[cover_id]][cover_id] = part
        return shares

    def _get_remaining(self):
        """What open promises of one currency still wait for."""
        return sum(self.line_ids.mapped("remaining"))

    def _close_covers(self):
        """What was paid for promises being closed is theirs, now and later."""
        closed, others = [], []
        for covered in self._fetch_covered(self.line_ids.move_line_id.ids).values():
            settled, awaited = covered.close(set(self.ids))
            closed += [{"id": key, "settled": value} for key, value in settled.items()]
            others += [{"id": key, "awaited": value} for key, value in awaited.items()]
        self.env.cr.execute(
            SQL(
                """UPDATE billing_promise_line cover
                      SET settled = COALESCE(row.settled, cover.settled),
                          awaited = COALESCE(row.awaited, cover.awaited)
                     FROM jsonb_to_recordset(%s)
                       AS row(id int, settled jsonb, awaited numeric)
                    WHERE cover.id = row.id""",
                Json(closed + others),
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE billing_promise_line SET is_open = FALSE"
                " WHERE promise_id = ANY(%s)",
                self.ids,
            )
        )
        self.line_ids.invalidate_model(["is_open", "settled", "awaited", "remaining"])

    # -- invoices that were posted again ---------------------------------------------

    @api.model
    def _respread(self, company, partner_ids=None):
        """Spread open promises anew where what they cover is not what it was.

        An invoice that was posted again has other installments, or another amount.
        """
        moves = self._get_moves_to_respread(company, partner_ids)
        if not moves:
            return
        covers_sudo = self.env["billing.promise.line"].sudo()  # nobody writes covers
        covers_sudo = covers_sudo.search(
            [("is_open", "=", True), ("move_id", "in", moves.ids)],
            order="promise_id, date_maturity, id",
        )
        for move, covers in covers_sudo.grouped("move_id").items():
            locked = covers.promise_id.try_lock_for_update(allow_referencing=True)
            if locked == covers.promise_id:
                covers._respread_on(move)

    @api.model
    def _get_moves_to_respread(self, company, partner_ids):
        """Posted invoices with a cover that has lost its item, or is beyond it."""
        self.env.flush_all()
        where = SQL("promise.company_id = %s AND promise.state = 'open'", company.id)
        if partner_ids is not None:
            where = SQL("%s AND promise.partner_id = ANY(%s)", where, list(partner_ids))
        receivable = self.env["billing.receivable"].with_context(as_of=None)
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT move.id
                     FROM billing_promise promise
                     JOIN billing_promise_line cover ON cover.promise_id = promise.id
                      AND cover.is_open
                     JOIN account_move move ON move.id = cover.move_id
                      AND move.state = 'posted'
                     LEFT JOIN account_move_line line ON line.id = cover.move_line_id
                    WHERE %s AND (line.id IS NULL
                                  OR %s > GREATEST(0, line.amount_residual_currency))
                """,
                where,
                receivable._promised(),
            )
        )
        return self.env["account.move"].browse(move_id for [move_id] in rows)
