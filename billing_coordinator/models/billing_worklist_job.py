import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.followup import NOTHING_DUE, SEND

_logger = logging.getLogger(__name__)

COME_BACK_MINUTES = 5
# A second worker is called for a queue longer than this.
HELP_FROM = 200


class BillingWorklist(models.Model):
    """The daily job: one customer is one unit of work, committed by itself."""

    _inherit = "billing.worklist"

    send_requested_on = fields.Date(
        "Sending requested on",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Someone asked for the sending on this day; the job does it.",
    )

    # -- one customer ---------------------------------------------------------------

    def _decide_locked(self, policy=None):
        """Decide anew for one customer with the receivables locked.

        A payment that is being registered at this moment has its rows locked: then
        nothing is decided, and the job comes back to the customer.

        :return: ``{currency_id: Decision}``, None when somebody is at work on them
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return None
        self.env.flush_all()
        self.invalidate_recordset()
        locked = self._lock_receivables()
        evaluated = self._evaluate(
            self.company_id, self.partner_id.ids, policy=policy
        ).get(self.partner_id.id, {})
        if any(
            line.id > 0 and line.id not in locked
            for _decision, lines in evaluated.values()
            for line in lines
        ):
            return None
        return {key: decision for key, (decision, _lines) in evaluated.items()}

    def _lock_receivables(self):
        """Lock the customer's open receivables; return the ids of those free."""
        rows = self.env.execute_query(
            SQL(
                """SELECT line.id FROM account_move_line line
                    WHERE line.partner_id = %s AND line.company_id = %s
                      AND line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
                      AND line.account_id IN (SELECT id FROM account_account
                                               WHERE account_type = 'asset_receivable')
                      FOR NO KEY UPDATE SKIP LOCKED""",
                self.partner_id.id,
                self.company_id.id,
            )
        )
        return {line_id for [line_id] in rows}

    def _prepare_notices(self, stages=("auto", "manual"), policy=None):
        """Drafts of the notices that the customer is due for at this moment.

        :return: None when somebody else is at work on the customer
        """
        decisions = self._decide_locked(policy)
        if decisions is None:
            return None
        notices = self.env["billing.followup.notice"]
        for currency_id, decision in decisions.items():
            wanted = "auto" if decision.stage and decision.stage.automatic else "manual"
            if (
                decision.outcome == SEND
                and wanted in stages
                and not self._is_postponed()
            ):
                currency = self.env["res.currency"].browse(currency_id)
                notices |= notices._create_from_decision(self, currency, decision)
        return notices

    def _is_postponed(self):
        today = fields.Date.context_today(self)
        return bool(self.postponed_until and self.postponed_until > today)

    def _process_one(self, stages=("auto",), policy=None):
        """Send the customer what is due, everything checked again under lock.

        :return: the notices, None when somebody else is at work on the customer
        """
        self.ensure_one()
        notices = self._prepare_notices(stages, policy)
        if notices is None:
            return None
        for notice in notices:
            notice._issue()
        values = {"send_requested_on": False, "run_error": False, "run_error_on": False}
        if self.next_action in ("auto", "send"):
            values |= {"next_action": "wait", "wait_reason": NOTHING_DUE}
        self.with_context(tracking_disable=True).write(values)
        return notices

    def _send_now(self):
        """Send to these customers at once, stages by hand included."""
        notices = self.env["billing.followup.notice"]
        for row in self:
            made = row._process_one(stages=("auto", "manual"))
            if made is None:
                raise UserError(row._get_busy_message())
            notices |= made
        self._refresh_figures()
        return notices

    def _request_sending(self):
        """Let a job send to these customers soon; an old error is past."""
        self.write(
            {
                "send_requested_on": fields.Date.context_today(self),
                "run_error": False,
                "run_error_on": False,
            }
        )
        self.env.ref("billing_coordinator.ir_cron_send_requested").sudo()._trigger()

    def _take_out_today(self):
        """Nothing goes out to these customers before tomorrow."""
        tomorrow = fields.Date.add(fields.Date.context_today(self), days=1)
        for row in self:
            row.postponed_until = max(row.postponed_until or tomorrow, tomorrow)
        self._refresh_figures()

    # -- all customers ---------------------------------------------------------

    @api.model
    def _cron_followup(self):
        """Evaluate every company, then send to one customer after the other.

        Any number of these may run at the same time on any number of hosts: each
        takes the customers that no other has locked.
        """
        for company in self.env["res.company"].search([]):
            self._in_company(company)._refresh_and_commit(company)
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
            & Domain("next_action", "=", "auto")
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
        zone = company.partner_id.tz or self.env.context.get("tz") or self.env.user.tz
        return self.with_company(company).with_context(
            allowed_company_ids=company.ids, tz=zone
        )

    @api.model
    def _run_queue(self, get_domain, call_for_help=True):
        """Send to the customers of each company, one committed unit after the other."""
        queues = {}
        for company in self.env["res.company"].search([]):
            worklist = self._in_company(company)
            queues[company] = worklist.search(get_domain(company)).ids
            if call_for_help:
                company._tell_bank_data_problem()
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

    def _process_one_isolated(self, policy=None):
        """Process one customer; what fails is noted on it and stops nobody else.

        :return: the notices, None when somebody else is at work on the customer
        """
        none = self.env["billing.followup.notice"]
        try:
            # First of all in the transaction: what is read next is not older.
            if not self.try_lock_for_update(allow_referencing=True):
                return None
            if self.next_action != "auto" and not self.send_requested_on:
                return none  # another worker was faster
            stages = ("auto", "manual") if self.send_requested_on else ("auto",)
            notices = self._process_one(stages, policy)
            self.env.flush_all()
            return notices
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
            return None
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Follow-up of %s failed", self, exc_info=True)
            self._record_error(error)
            return none

    def _record_error(self, error):
        """Keep the reason on the row, where the filter 'Failed' shows it."""
        try:
            self.write(
                {
                    "run_error": str(error) or type(error).__name__,
                    "run_error_on": fields.Datetime.now(),
                    "next_action": "fix",
                    "send_requested_on": False,
                }
            )
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            # Somebody saves the same row: the next run meets the error again.
            self.env.cr.rollback()

    def action_clear_error(self):
        """Let the next run take the customer up again."""
        self.write(
            {"run_error": False, "run_error_on": False, "send_requested_on": False}
        )
        self._refresh_figures()

    @api.model
    def _cron_refresh(self):
        """Keep the figures true over the day and hand over what did not arrive."""
        for company in self.env["res.company"].search([]):
            self._in_company(company)._refresh_changed_isolated(company)
        failed = self.env["billing.followup.notice"].search(
            [("state", "=", "failed"), ("failure_handed_over", "=", False)]
        )
        for notice in failed:
            worklist = self._in_company(notice.company_id)
            row = worklist._get_row(notice.company_id, notice.partner_id)
            row._hand_over_isolated(notice)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _refresh_changed_isolated(self, company):
        """One company; where a job is at work on it, the next time."""
        try:
            self._refresh_changed(company)
            self.env["ir.cron"]._commit_progress()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()

    def _hand_over_isolated(self, notice):
        """Tell of one notice that did not arrive; trouble is noted on the customer."""
        try:
            notice._hand_over_failure(self)
            self._refresh(self.company_id, self.partner_id.ids)
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Handing over %s failed", notice, exc_info=True)
            self._record_error(error)
