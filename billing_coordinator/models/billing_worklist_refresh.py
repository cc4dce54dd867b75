import hashlib
import logging

from psycopg2.extensions import TransactionRollbackError
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

REFRESH_ATTEMPTS = 3
FIGURES = {
    "amount_due": "numeric",
    "amount_overdue": "numeric",
    "oldest_due_date": "date",
    "overdue_count": "int",
    "plan_id": "int",
    "stage_id": "int",
    "next_stage_id": "int",
    "next_date": "date",
    "next_action": "text",
    "wait_reason": "text",
    "priority": "int",
    "priority_points": "jsonb",
    "last_notice_date": "date",
    "last_contact_date": "date",
    "priority_facts": "jsonb",
    "stamp": "text",
}
DATES = [name for name, kind in FIGURES.items() if kind == "date"]

# The responsible person comes from the customer or the company; someone who left is not
# responsible.
UPSERT = """
INSERT INTO billing_worklist (company_id, partner_id, %(names)s,
    responsible_id, refreshed_on, create_uid, create_date, write_uid, write_date)
SELECT %(company)s, row.partner_id, %(row_names)s,
       COALESCE(own.id, manager.id),
       %(now)s,
       %(uid)s, %(now)s, %(uid)s, %(now)s
  FROM jsonb_to_recordset(%(rows)s)
       AS row(partner_id int, %(types)s)
  JOIN res_partner partner ON partner.id = row.partner_id
  JOIN res_company company ON company.id = %(company)s
  LEFT JOIN res_users own ON own.active
   AND own.id = (partner.billing_responsible_id ->> %(key)s)::int
  LEFT JOIN res_users manager ON manager.active
   AND manager.id = company.billing_responsible_id
 ORDER BY row.partner_id
ON CONFLICT (company_id, partner_id) DO UPDATE
   SET (%(names)s, responsible_id, refreshed_on)
     = (%(excluded)s, EXCLUDED.responsible_id, EXCLUDED.refreshed_on)
"""


class BillingWorklist(models.Model):
    """Writing the figures of many rows at once, and finding those that moved."""

    _inherit = "billing.worklist"

    @api.model
    def _refresh_and_commit(self, company, partner_ids=None):
        """Refresh in a transaction of its own, for jobs.

        Where somebody works on one of the customers at this moment, PostgreSQL refuses
        to write over what they did: it is evaluated again. Another job that is sending
        may stand in the way every time; then the figures are as new as that job's.
        """
        for _attempt in range(REFRESH_ATTEMPTS):
            try:
                self._refresh(company, partner_ids)
                self.env["ir.cron"]._commit_progress()
                return
            except TransactionRollbackError:
                self.env.cr.rollback()
        _logger.info("Follow-up of %s is being refreshed elsewhere", company.name)

    @api.model
    def _upsert(self, company, values):
        """Write the figures in one statement."""
        if not values:
            return
        rows = [v | {name: _text(v[name]) for name in DATES} for v in values]
        names = SQL(", ").join(map(SQL.identifier, FIGURES))
        self.env.cr.execute(
            SQL(
                UPSERT,
                names=names,
                row_names=self._qualified("row"),
                excluded=self._qualified("excluded"),
                types=SQL(", ").join(
                    SQL("%s %s", SQL.identifier(name), SQL(kind))
                    for name, kind in FIGURES.items()
                ),
                rows=Json(rows),
                company=company.id,
                key=str(company.id),
                now=fields.Datetime.now(),
                uid=self.env.uid,
            ),
            log_exceptions=False,  # a conflict with another job is no error
        )
        self.invalidate_model()

    @api.model
    def _qualified(self, table):
        return SQL(", ").join(SQL.identifier(table, name) for name in FIGURES)

    @api.model
    def _refresh_changed(self, companies):
        """Refresh what is no longer true: figures, the day, or the settings."""
        stale = companies.filtered(self._is_outdated)
        for company in stale:
            self._in_company(company)._refresh(company)
        for company in companies - stale:
            self.env["billing.promise"]._respread(company)
        self._refresh_moved(companies - stale)

    @api.model
    def _is_outdated(self, company):
        """Whether rows were evaluated on another day, or with other settings."""
        self.env.flush_all()
        [[outdated]] = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT FROM billing_worklist
                                   WHERE company_id = %s AND amount_due <> 0
                                     AND stamp IS DISTINCT FROM %s)""",
                company.id,
                self._in_company(company)._get_stamp(company),
            )
        )
        return outdated

    @api.model
    def _get_stamp(self, company):
        """A mark of the day and of all settings that an evaluation depends on."""
        rules = self.env["billing.priority.rule"].sudo().search([])
        settings = (
            self._get_policy(company),
            [(rule.fact, rule.points, rule.full_at) for rule in rules],
            company.billing_plan_id.id,
            company.billing_responsible_id.id,
            company.billing_auto_send,
            bool(company._get_bank_data_problem()),
        )
        return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]

    @api.model
    def _refresh_moved(self, companies):
        """Refresh the rows whose amounts are no longer those of the ledger."""
        receivable = self.env["billing.receivable"].with_context(as_of=None)
        changed = self.env.execute_query(
            SQL(
                """SELECT company_id, ARRAY_AGG(partner_id)
                     FROM (SELECT company_id, partner_id, SUM(residual) residual,
                                  SUM(residual) FILTER (
                                      WHERE residual > 0 AND date_maturity < %s) overdue
                             FROM (SELECT company_id, partner_id, residual,
                                          date_maturity
                                     FROM (%s) receivable
                                    UNION ALL
                                   SELECT company_id, partner_id, -company_amount, NULL
                                     FROM (%s) payment) open_item
                            WHERE company_id = ANY(%s) AND partner_id IS NOT NULL
                            GROUP BY company_id, partner_id) ledger
                     FULL JOIN (SELECT company_id, partner_id, amount_due,
                                       amount_overdue
                                  FROM billing_worklist
                                 WHERE company_id = ANY(%s)) row
                    USING (company_id, partner_id)
                    WHERE COALESCE(residual, 0) <> COALESCE(amount_due, 0)
                       OR COALESCE(overdue, 0) <> COALESCE(amount_overdue, 0)
                       OR (residual IS NOT NULL AND amount_due IS NULL)
                    GROUP BY company_id""",
                fields.Date.context_today(self),
                receivable._table_query,
                self._unposted_payments(),
                companies.ids,
                companies.ids,
            )
        )
        for company_id, partner_ids in changed:
            self._refresh(self.env["res.company"].browse(company_id), partner_ids)


def _text(date):
    return date and fields.Date.to_string(date)
