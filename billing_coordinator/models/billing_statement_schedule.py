import logging

import psycopg2

from odoo import api, fields, models

from ..tools.statement import ACTIVITY, last_due, month_before

_logger = logging.getLogger(__name__)


class BillingStatementRun(models.Model):
    """The schedule: once a month, by itself, and never twice."""

    _inherit = "billing.statement.run"

    @api.model
    def _cron_schedule(self):
        """Make the run of the month for each company whose day has come.

        A day on which the server was down is made up for on the next one.
        """
        companies = self.env["res.company"].search([])
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            env = self.env["billing.worklist"]._in_company(company).env
            self.with_env(env)._schedule_isolated(company.with_env(env))
            self.env["ir.cron"]._commit_progress(1)
        # What was scheduled before and is still waiting is sent as well.
        self.env.ref("billing_coordinator.ir_cron_statement_send").sudo()._trigger()

    @api.model
    def _schedule_isolated(self, company):
        """Schedule one company; trouble with it is told and stops no other."""
        try:
            with self.env.cr.savepoint():
                self._schedule(company)
        except psycopg2.errors.UniqueViolation:
            _logger.info("%s: another worker made the statements", company.name)
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the other companies go on.
            _logger.exception("The statements of %s were not made", company.name)
            company._tell_manager(
                self.env._("The statements of the month were not made"),
                self.env._("They are tried again tomorrow: %(error)s", error=error),
            )

    @api.model
    def _schedule(self, company):
        """The run that is due for a company; none where it has been made already."""
        day = self._get_scheduled_day(company)
        if not day or self._is_made(company, day):
            return self.browse()
        kind = company.billing_statement_kind
        dates = self._get_scheduled_dates(kind, day)
        partners = self._get_scheduled_partners(company, kind, *dates)
        return self._make(company, partners, kind, *dates, period=day.replace(day=1))

    @api.model
    def _is_made(self, company, day):
        period = [("company_id", "=", company.id), ("period", "=", day.replace(day=1))]
        return bool(self.search_count(period, limit=1))

    @api.model
    def _get_scheduled_day(self, company):
        """The latest day that the schedule was due on; False before it began."""
        if company.billing_statement_schedule != "monthly":
            return False
        today = fields.Date.context_today(self)
        day = last_due(company.billing_statement_day, today)
        return day if day >= company.billing_statement_since else False

    @api.model
    def _get_scheduled_dates(self, kind, day):
        """Activity of the month before, so that balances follow on; else of today."""
        if kind == ACTIVITY:
            return month_before(day)
        return False, fields.Date.context_today(self)

    @api.model
    def _get_scheduled_partners(self, company, kind, date_from, date_to):
        """Who has something to be told and did not ask to be left alone."""
        partners = self.env["billing.statement"]._find_partners(
            company, kind, date_from, date_to
        )
        return partners.with_company(company).filtered(
            lambda partner: (
                partner.active and partner.billing_statement_schedule != "never"
            )
        )
