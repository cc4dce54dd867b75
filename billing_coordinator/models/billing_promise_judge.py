import logging
from operator import attrgetter

from psycopg2.extensions import TransactionRollbackError
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL, split_every
from odoo.tools.misc import format_date

from ..tools import promise as rules

_logger = logging.getLogger(__name__)

# Promises that are judged in one transaction.
BATCH = 500


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
        is kept is judged then. What is wholly in dispute waits.
        """
        promises = self.try_lock_for_update().filtered(lambda p: p.state == rules.OPEN)
        if not promises:
            return
        promises._respread(promises.company_id, promises.partner_id.ids)
        verdicts = promises._get_verdicts()
        verdicts = {k: v for k, v in verdicts.items() if v[0] != rules.OPEN}
        if promises.company_id._get_bank_data_problem():
            certain = (rules.KEPT, rules.WITHDRAWN)
            verdicts = {k: v for k, v in verdicts.items() if v[0] in certain}
        judged = promises.browse(verdicts)
        judged._write_verdicts(verdicts)
        judged.filtered(lambda p: p.state == rules.BROKEN)._tell_of_broken()

    def _get_verdicts(self):
        """``{promise id: (state, paid)}`` as things stand now."""
        shares = self._get_shares()
        return {
            promise.id: rules.judge(
                shares[promise.id].values(), promise.currency_id.decimal_places
            )
            for promise in self
        }

    def _write_verdicts(self, verdicts):
        """Write the states in one statement; what was paid is theirs."""
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
        self._close_covers()
        self.env.invalidate_all(flush=False)

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
