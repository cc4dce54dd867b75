import logging

import psycopg2

from odoo import fields, models
from odoo.tools import SQL, mute_logger

from ..tools.followup import NOTHING_DUE, SEND
from .billing_followup_notice_text import CONTACT_FIELDS

_logger = logging.getLogger(__name__)

# What a notice needs of wide tables.
COMPANY_FIELDS = [
    "alias_domain_id",
    "name",
    "parent_path",
    "partner_id",
    "currency_id",
    "billing_ageing_bounds",
]


class BillingWorklist(models.Model):
    """One customer as a unit of work: decided anew under lock, then sent."""

    _inherit = "billing.worklist"

    def _lock(self):
        """Take the customer; False when somebody else is at work on it.

        First of all in a transaction: what is read afterwards is not older.
        """
        self.ensure_one()
        # Where another worker was faster PostgreSQL refuses; that is no error to log.
        with mute_logger("odoo.sql_db"):
            if not self.try_lock_for_update(allow_referencing=True):
                return False
        self.env.flush_all()
        self.invalidate_recordset()
        return True

    def _decide_locked(self, policy=None):
        """Lock the customer and decide anew, see ``_decide``."""
        return self._decide(policy) if self._lock() else None

    def _decide(self, policy=None):
        """Decide anew for one locked customer with the receivables locked.

        :return: ``{currency_id: Decision}``, None when somebody is at work on them
        """
        evaluated = self._evaluate_locked(policy)
        if evaluated is None:
            return None
        return {key: decision for key, (decision, _lines) in evaluated.items()}

    def _evaluate_locked(self, policy=None):
        """Evaluate one locked customer with the receivables locked.

        A payment that is being registered at this moment has its rows locked: then
        nothing is decided, and the job comes back to the customer.

        :return: ``{currency_id: (Decision, [OpenLine])}``, None when somebody is at
            work on them
        """
        self._read_ahead()
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
        return evaluated

    def _read_ahead(self):
        """Read what a notice needs of wide tables, and no other column of them.

        Each commit empties the cache: thousands of customers would read all the columns
        of the company again, and of each address.
        """
        users_sudo = (self.responsible_id + self.env.user).sudo()  # of any company
        users_sudo.fetch(["partner_id"])
        self.company_id.fetch(COMPANY_FIELDS)
        partners = self.partner_id + self.company_id.partner_id + users_sudo.partner_id
        partners.fetch(CONTACT_FIELDS)

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

    def _prepare_notices(self, stages=("auto", "manual"), policy=None, advance=False):
        """Drafts of the notices that the customer is due for at this moment.

        The customer is locked. With ``advance`` the notices go out at once.

        :return: None when somebody else is at work on the receivables
        """
        decisions = self._decide(policy)
        if decisions is None:
            return None
        notices = self.env["billing.followup.notice"]
        if self._get_unsolved(self.company_id, self.partner_id.ids):
            return notices
        for currency_id, decision in decisions.items():
            wanted = "auto" if decision.stage and decision.stage.automatic else "manual"
            if (
                decision.outcome == SEND
                and wanted in stages
                and not self._is_postponed()
            ):
                currency = self.env["res.currency"].browse(currency_id)
                notices |= notices._create_from_decision(
                    self, currency, decision, advance
                )
        return notices

    def _is_postponed(self):
        today = fields.Date.context_today(self)
        return bool(self.postponed_until and self.postponed_until > today)

    def _process_one(self, stages=("auto",)):
        """Lock the customer and send what is due, see ``_process_locked``."""
        return self._process_locked(stages) if self._lock() else None

    def _process_locked(self, stages, policy=None):
        """Send the locked customer what is due, everything checked again.

        :return: the notices, None when somebody else is at work on the receivables
        """
        notices = self._prepare_notices(stages, policy, advance=True)
        if notices is None:
            return None
        for notice in notices:
            notice._issue()
        values = {"send_requested_on": False, "run_error": False, "run_error_on": False}
        if self._is_for_job() or self.next_action == "send":
            values |= {"next_action": "wait", "wait_reason": NOTHING_DUE}
        self.with_context(tracking_disable=True)._write_state(values)
        return notices

    def _process_one_isolated(self, policy=None):
        """Process one customer; what fails is noted on it and stops nobody else.

        :return: the notices, None when somebody else is at work on the customer
        """
        none = self.env["billing.followup.notice"]
        try:
            if not self._lock():
                return None
            if not (self._is_for_job() or self.send_requested_on):
                return none  # another worker was faster
            stages = ("auto", "manual") if self.send_requested_on else ("auto",)
            notices = self._process_locked(stages, policy)
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
            self._write_state(
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
