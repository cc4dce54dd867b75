from odoo import api, fields, models
from odoo.fields import Domain

from .billing_close_task import PREPARED, SUSPENDED, TODO

# Due in so many days is told in the morning.
DAYS_AHEAD = 2


class BillingCloseTask(models.Model):
    """What a person is told of in the morning."""

    _inherit = "billing.close.task"

    @api.model
    def _get_digest_sections(self, user, today):
        """``[(title, tasks)]`` of a person, each task once, what is urgent first."""
        domain = self.env["billing.close"]._get_digest_domain()
        domain &= Domain("owner_id", "=", user.id) | Domain("reviewer_id", "=", user.id)
        tasks = self.search(domain, order="date_due, sequence, id")
        tasks = tasks.filtered(lambda task: user in task._get_turn())
        soon = fields.Date.add(today, days=DAYS_AHEAD)
        sections = []
        for title, belongs in (
            (self.env._("Suspended"), lambda t: t.state == SUSPENDED),
            (self.env._("Late"), lambda t: t.date_due and t.date_due < today),
            (self.env._("Waiting for your review"), lambda t: t.state == PREPARED),
            (
                self.env._("Due today"),
                lambda t: t.state == TODO and t.date_due == today,
            ),
            (
                self.env._("Due in the next two days"),
                lambda t: t.state == TODO and t.date_due and t.date_due <= soon,
            ),
        ):
            chosen = tasks.filtered(belongs)
            tasks -= chosen
            if chosen:
                sections.append((title, chosen))
        return sections
