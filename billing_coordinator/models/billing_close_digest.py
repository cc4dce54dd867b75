from odoo import api, models
from odoo.fields import Domain

from .billing_close import LOCKED


class BillingClose(models.Model):
    """One mail in the morning for each person of whom a close wants something."""

    _inherit = "billing.close"

    @api.model
    def _cron_digest(self):
        users = self._get_digest_users()
        self.env["ir.cron"]._commit_progress(remaining=len(users))
        for user in users:
            user._billing_close_digest_isolated()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_digest_users(self):
        """Who may have something to do in a close and was not told of it today."""
        tasks = self.env["billing.close.task"].search(self._get_digest_domain())
        people = tasks.owner_id | tasks.reviewer_id
        return people.filtered(lambda user: user._billing_close_wants_digest())

    @api.model
    def _get_digest_domain(self):
        """Hook: tasks that somebody may be told of."""
        return Domain("is_done", "=", False) & Domain("close_id.state", "!=", LOCKED)
