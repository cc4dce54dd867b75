import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from .billing_worklist_obstacle import ADDRESS_PROBLEMS

_logger = logging.getLogger(__name__)

COME_BACK_MINUTES = 5
# A second worker is called for a queue longer than this.
HELP_FROM = 200


class BillingWorklist(models.Model):
    """The daily job: one customer is one unit of work, committed by itself."""

    _inherit = "billing.worklist"

    @api.model
    def _cron_followup(self):
        """Evaluate every company, then send to one customer after the other.

        Any number of these may run at the same time on any number of hosts: each
        takes the customers that no other has locked.
        """
        for company in self.env["res.company"].search([]):
            worklist = self._in_company(company)
            worklist.env["billing.promise"]._judge_due(company)
            worklist._refresh_isolated(company, then=company._tell_bank_data_problem)
        self._run_queue(self._get_auto_domain)

    @api.model
    def _cron_followup_helper(self):
        """A second worker on the queue of a large run, where a process is free."""
        self._run_queue(self._get_auto_domain, call_for_help=False)

    @api.model
    def _cron_send_requested(self):
        """Send what somebody asked for by hand, nothing else."""
        self._run_queue(self._get_requested_domain, call_for_help=False)

    @api.model
    def _get_auto_domain(self, company):
        """Rows that the daily job has to act on. Hook."""
        if not company.billing_auto_send or company._get_bank_data_problem():
            return Domain.FALSE
        return (
            Domain("company_id", "=", company.id)
            & (
                Domain("next_action", "=", "auto")
                | Domain("next_action", "=", "fix")
                & Domain("wait_reason", "in", ADDRESS_PROBLEMS)
            )
            & Domain("run_error", "=", False)
        )

    @api.model
    def _get_requested_domain(self, company):
        """Rows whose sending somebody asked for; they were told of old bank data."""
        return Domain("company_id", "=", company.id) & Domain(
            "send_requested_on", "!=", False
        )

    @api.model
    def _in_company(self, company):
        """The worklist of one company on the day that it is there."""
        worklist = company._billing_with_zone(self.with_company(company))
        return worklist.with_context(allowed_company_ids=company.ids)

    @api.model
    def _run_queue(self, get_domain, call_for_help=True):
        """Send to the customers of each company, one committed unit after the other."""
        queues = {}
        for company in self.env["res.company"].search([]):
            worklist = self._in_company(company)
            queues[company] = worklist.search(get_domain(company)).ids
        remaining = sum(map(len, queues.values()))
        if remaining > HELP_FROM and call_for_help:
            helper = self.env.ref("billing_coordinator.ir_cron_followup_helper")
            helper.sudo()._trigger()
        self.env["ir.cron"]._commit_progress(remaining=remaining)
        for company, queue in queues.items():
            if queue and not self._run_company(company, queue):
                break

    @api.model
    def _run_company(self, company, queue):
        """Work through the queue of a company; False when the time is up."""
        worklist = self._in_company(company)
        policy = worklist._get_policy(company)
        done, busy, time_left = [], False, True
        for row_id in queue:
            busy |= worklist.browse(row_id)._process_one_isolated(policy) is None
            done.append(row_id)
            time_left = self.env["ir.cron"]._commit_progress(1)
            if not time_left:
                break
        worklist._refresh_and_commit(company, worklist.browse(done).partner_id.ids)
        if busy:
            self._come_back()
        self.env["ir.cron"]._commit_progress()
        return time_left

    @api.model
    def _come_back(self):
        """Somebody was at work on a customer: look again in a few minutes."""
        soon = fields.Datetime.add(fields.Datetime.now(), minutes=COME_BACK_MINUTES)
        for name in ("ir_cron_followup_helper", "ir_cron_send_requested"):
            self.env.ref(f"billing_coordinator.{name}").sudo()._trigger(soon)

    def action_clear_error(self):
        """Let the next run take the customer up again."""
        self._write_state(
            {"run_error": False, "run_error_on": False, "send_requested_on": False}
        )
        self._refresh_figures()

    @api.model
    def _cron_refresh(self):
        """Keep the figures true over the day and hand over what did not arrive."""
        for company in self.env["res.company"].search([]):
            worklist = self._in_company(company)
            worklist.env["billing.promise"]._judge_due(company)
            worklist._refresh_isolated(company, changed_only=True)
        failed = self.env["billing.followup.notice"].search(
            [("state", "=", "failed"), ("failure_handed_over", "=", False)]
        )
        for notice in failed:
            self._in_company(notice.company_id)._hand_over_isolated(notice)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _refresh_isolated(self, company, changed_only=False, then=None):
        """Refresh one company; trouble with it is told and stops no other.

        Where a job is at work on it, what changed is taken up the next time.
        """
        try:
            if changed_only:
                self._refresh_changed(company)
            else:
                self._refresh_and_commit(company)
            if then:
                then()
            self.env["ir.cron"]._commit_progress()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the other companies go on.
            self.env.cr.rollback()
            _logger.exception("Evaluating the receivables of %s failed", company.name)
            company._tell_evaluation_problem(error)
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _hand_over_isolated(self, notice):
        """Tell of one notice that did not arrive; trouble is noted on the customer.

        A customer with trouble waits until somebody has looked at it.
        """
        row = self.browse()
        try:
            row = self._get_row(notice.company_id, notice.partner_id)
            if row.run_error:
                return
            notice.with_env(self.env)._hand_over_failure(row)
            self._refresh(notice.company_id, notice.partner_id.ids)
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Handing over %s failed", notice, exc_info=True)
            row._record_error(error)
