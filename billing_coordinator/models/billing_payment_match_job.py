import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from .billing_payment_match_check import MatchBusy

_logger = logging.getLogger(__name__)


class BillingPaymentMatch(models.Model):
    """The job: look at what is left, then apply what is clear, line by line.

    Each line is committed by itself. One that fails keeps the reason and waits for a
    person; the others go on.
    """

    _inherit = "billing.payment.match"

    error = fields.Char(
        readonly=True,
        help="Why the job could not apply it. A person has to look at it.",
    )

    @api.model
    def _cron_match(self):
        """Any number of these may run at once: each takes what no other has locked."""
        for company in self.env["res.company"].search([]):
            self._in_company(company)._propose_isolated(company)
        queue = self.search(self._get_auto_domain()).ids
        self.env["ir.cron"]._commit_progress(remaining=len(queue))
        for match_id in queue:
            self.browse(match_id)._apply_isolated()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _in_company(self, company):
        return self.with_company(company).with_context(
            allowed_company_ids=company.ids, billing_match_automatic=True
        )

    @api.model
    def _get_auto_domain(self):
        """Proposals that are applied without a person. Hook."""
        companies = self.env["res.company"].search([("billing_match_auto", "=", True)])
        return (
            Domain("state", "=", "proposed")
            & Domain("is_clear", "=", True)
            & Domain("error", "=", False)
            & Domain("company_id", "in", companies.ids)
        )

    @api.model
    def _propose_isolated(self, company):
        """Look at the lines that are left; trouble with one company stops no other."""
        lines = self.env["account.bank.statement.line"]
        # Of lines that the search finds anyway: their rules are the same.
        failed = self.sudo()._search(
            [("state", "=", "proposed"), ("error", "!=", False)]
        )
        domain = Domain("company_id", "=", company.id) & self._get_left_domain()
        domain &= Domain("id", "not in", failed.subselect("statement_line_id"))
        try:
            self._propose(lines.search(domain))
            self.env["ir.cron"]._commit_progress()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception:  # pylint: disable=broad-exception-caught
            # Whatever it is, the other companies go on.
            self.env.cr.rollback()
            _logger.exception("Matching the bank of %s failed", company.name)

    def _apply_isolated(self):
        """Apply one; what fails is kept on it, what somebody else has is left."""
        match = self.exists()
        if not match or not match.filtered_domain(self._get_auto_domain()):
            return
        match = match._in_company(match.company_id).browse(match.id)
        try:
            match._apply()
            self.env.flush_all()
        except (psycopg2.extensions.TransactionRollbackError, MatchBusy):
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the other lines go on.
            self.env.cr.rollback()
            _logger.warning("Applying %s failed", match, exc_info=True)
            match._record_error(error)

    def _record_error(self, error):
        try:
            self.exists().error = str(error) or type(error).__name__
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            # Somebody is at work on it: the next run meets the error again.
            self.env.cr.rollback()
