import logging
from collections import defaultdict
from operator import attrgetter
from typing import NamedTuple

from psycopg2.extensions import TransactionRollbackError
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL, split_every
from odoo.tools.misc import format_date

from ..tools import promise as rules

_logger = logging.getLogger(__name__)

# Credited on an invoice that is back in draft: more than anybody can promise.
NOT_OWED = float("inf")
# Promises that are judged in one transaction.
BATCH = 500


class Covered(NamedTuple):
    """A journal item under open promises; amounts are in its currency."""

    residual: float
    credited: float
    digits: int
    bands: list
    promises: dict  # band id -> promise id

    def share(self):
        return rules.share(self.bands, self.residual, self.credited, self.digits)

    def restack(self, closing=()):
        closed = {band for band, promise in self.promises.items() if promise in closing}
        return rules.restack(
            self.bands, self.residual, self.credited, self.digits, closed
        )


class BillingPromise(models.Model):
    """The day's judging: what was promised for it, and what came in."""

    _inherit = "billing.promise"

    @api.model
    def _judge_due(self, company):
        """Judge the promises of ``company`` whose day and grace days are over."""
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", rules.OPEN),
                ("judge_on", "<=", fields.Date.context_today(self)),
            ],
            order="partner_id, id",
        )
        for ids in split_every(BATCH, due.ids):
            self.browse(ids)._judge_isolated()

    def _judge_isolated(self):
        """Judge and commit; what fails is noted on its customer and stops no other."""
        try:
            self._judge()
            self.env.flush_all()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            customers = self.grouped(_customer).values()
            if len(customers) > 1:
                for promises in customers:
                    promises._judge_isolated()
                return
            if not isinstance(error, TransactionRollbackError):
                _logger.warning("Judging %s failed", self, exc_info=True)
                self._record_error(error)
            # Else somebody is at work on it: the next refresh judges it.
        self.env["ir.cron"]._commit_progress()

    def _record_error(self, error):
        worklist = self.env["billing.worklist"]
        for promise in self[:1]:
            row = worklist._get_row(promise.company_id, promise.partner_id)
            row._record_error(error)

    def _judge(self):
        """Judge open promises of one company; what is paid now counts.

        Where the bank data is too old nobody can tell who broke their word: only what
        is kept is judged then.
        """
        promises = self.try_lock_for_update().filtered(lambda p: p.state == rules.OPEN)
        if not promises:
            return
        verdicts = promises._get_verdicts()
        if promises.company_id._get_bank_data_problem():
            certain = (rules.KEPT, rules.WITHDRAWN)
            verdicts = {k: v for k, v in verdicts.items() if v[0] in certain}
        judged = promises.browse(verdicts)
        judged._write_verdicts(verdicts)
        judged.filtered(lambda p: p.state == rules.BROKEN)._tell_of_broken()

    def _get_verdicts(self):
        """``{promise id: (state, paid)}`` as things stand now."""
        shares = defaultdict(list)
        lines = self._fetch_bands(self.line_ids.move_line_id.ids, in_transit=True)
        digits = {promise.id: promise.currency_id.decimal_places for promise in self}
        for covered in lines.values():
            for band_id, part in covered.share().items():
                shares[covered.promises[band_id]].append(part)
        return {
            promise.id: rules.judge(shares[promise.id], digits[promise.id])
            for promise in self
        }

    def _write_verdicts(self, verdicts):
        """Write the states in one statement; promises made later move up."""
        line_ids = self.line_ids.move_line_id.ids
        gone = self.env._("Nothing is left to pay: it was credited or cancelled")
        rows = [
            {
                "id": promise_id,
                "state": state,
                "paid": paid,
                "kept_rate": 100 if state == rules.KEPT else 0,
                "reason": gone if state == rules.WITHDRAWN else None,
            }
            for promise_id, (state, paid) in verdicts.items()
        ]
        self.env.cr.execute(
            SQL(
                """UPDATE billing_promise promise
                      SET state = row.state, judged_amount = row.paid,
                          kept_rate = row.kept_rate, withdraw_reason = row.reason,
                          closed_on = %s, write_date = %s, write_uid = %s
                     FROM jsonb_to_recordset(%s)
                       AS row(id int, state text, paid numeric, kept_rate float,
                              reason text)
                    WHERE promise.id = row.id""",
                *((now := fields.Datetime.now()), now, self.env.uid),
                Json(rows),
            )
        )
        self._restack(line_ids, closing=self.ids)
        self.env.cr.execute(
            SQL(
                "UPDATE billing_promise_line SET is_open = FALSE"
                " WHERE promise_id = ANY(%s)",
                self.ids,
            )
        )
        self.env.invalidate_all(flush=False)

    # -- what covers the receivables -----------------------------------------------

    @api.model
    def _fetch_bands(self, line_ids, in_transit=False):
        """Open promises on journal items, first in first out.

        :param in_transit: a registered payment that is not at the bank yet counts
        :return: ``{line id: Covered}``
        """
        self.env.flush_all()
        in_transit = in_transit and self.env["billing.receivable"]._is_in_transit()
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id, cover.promise_id, cover.id, cover.amount,
                          cover.floor, cover.credit_base,
                          line.parent_state = 'posted',
                          currency.decimal_places,
                          CASE WHEN %s THEN 0 ELSE line.amount_residual_currency END,
                          (%s)
                     FROM billing_promise_line cover
                     JOIN billing_promise promise ON promise.id = cover.promise_id
                     JOIN account_move_line line ON line.id = cover.move_line_id
                     JOIN account_move move ON move.id = line.move_id
                     JOIN res_currency currency ON currency.id = line.currency_id
                    WHERE cover.is_open AND line.id = ANY(%s)
                    ORDER BY line.id, promise.made_on, promise.date, promise.id""",
                in_transit or SQL("FALSE"),
                self._credited(),
                list(line_ids),
            )
        )
        result = {}
        for line_id, promise_id, cover_id, amount, floor, base, posted, *now in rows:
            digits, residual, credited = now
            if not posted:  # back in draft: nothing is owed any more
                residual, credited = 0.0, NOT_OWED
            covered = result.setdefault(
                line_id, Covered(float(residual), float(credited), digits, [], {})
            )
            band = rules.Band(cover_id, float(amount), float(floor), float(base))
            covered.bands.append(band)
            covered.promises[cover_id] = promise_id
        return result

    @api.model
    def _credited(self):
        """What credit notes have taken from the journal item ``line``, ever."""
        return SQL(
            """SELECT COALESCE(SUM(partial.debit_amount_currency), 0)
                 FROM account_partial_reconcile partial
                 JOIN account_move_line credit ON credit.id = partial.credit_move_id
                 JOIN account_move refund ON refund.id = credit.move_id
                WHERE partial.debit_move_id = line.id
                  AND refund.move_type = 'out_refund'"""
        )

    @api.model
    def _restack(self, line_ids, closing=()):
        """Close the gaps on journal items that the promises being closed leave."""
        rows = []
        for covered in self._fetch_bands(line_ids).values():
            if covered.credited == NOT_OWED:
                continue
            for band_id, (floor, base) in covered.restack(closing).items():
                rows.append({"id": band_id, "floor": floor, "base": base})
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE billing_promise_line cover
                      SET floor = row.floor, credit_base = row.base
                     FROM jsonb_to_recordset(%s)
                       AS row(id int, floor numeric, base numeric)
                    WHERE cover.id = row.id""",
                Json(rows),
            )
        )
        self.line_ids.invalidate_model(["floor", "credit_base", "remaining"])

    # -- who learns of it ----------------------------------------------------------

    def _tell_of_broken(self):
        """A call for whoever is responsible, one for each customer and day."""
        rows = self.env["billing.worklist"].search(
            self._get_customers_domain(self.company_id, self.partner_id)
        )
        by_customer = {(row.company_id, row.partner_id): row for row in rows}
        wanted = [
            (by_customer[customer], promises)
            for customer, promises in self.grouped(_customer).items()
            if customer in by_customer
        ]
        self.env["billing.worklist"]._plan_many(
            [
                (
                    row,
                    row.responsible_id or promises.user_id[:1],
                    promises._describe_broken(),
                )
                for row, promises in wanted
            ],
            self.env.ref("mail.mail_activity_data_call"),
        )

    def _describe_broken(self):
        """What was promised and did not come, in one line."""
        latest = max(self, key=attrgetter("date"))
        return self.env._(
            "Broken promise: %(amount)s for %(date)s",
            amount=latest.currency_id.format(latest.amount),
            date=format_date(self.env, latest.date),
        )


def _customer(promise):
    return promise.company_id, promise.partner_id
