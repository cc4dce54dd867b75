import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import mute_logger

from .billing_ticket import CLOSED

_logger = logging.getLogger(__name__)

TEMPLATE = "billing_coordinator.mail_template_ticket_rating"


class BillingTicket(models.Model):
    """Customers say how they were served, once the ticket is closed."""

    _inherit = "billing.ticket"

    to_rate = fields.Boolean(
        "To be rated",
        compute="_compute_to_rate",
        store=True,
        help="The contact will be asked for a rating by the next run of the job.",
    )

    _to_rate_idx = models.Index("(id) WHERE to_rate")

    @api.depends("state")
    def _compute_to_rate(self):
        """Asked once, unless the team does not want it when the ticket is closed."""
        for ticket in self:
            ticket.to_rate = ticket.state == CLOSED and ticket._is_rating_wanted()

    def _is_rating_wanted(self):
        """Whether to ask the contact. Hook."""
        team_sudo = self.team_id.sudo()  # of any company
        if team_sudo and not team_sudo.send_rating:
            return False
        asked = bool(self.sudo().rating_ids)
        return bool(self._rating_get_partner().email and not asked)

    def _rating_get_partner(self):
        return self.contact_id or super()._rating_get_partner()

    def _rating_get_operator(self):
        """Who talked with the customer is rated."""
        return self.responsible_id.partner_id or super()._rating_get_operator()

    def _rating_apply_get_default_subtype_id(self):
        """The customer does not get their own rating by e-mail."""
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "billing_coordinator.mt_ticket_rating"
        )

    @api.model
    def _cron_request_ratings(self):
        """Ask the contacts of closed tickets, each committed by itself."""
        queue = self.search([("to_rate", "=", True)], order="id").ids
        self.env["ir.cron"]._commit_progress(remaining=len(queue))
        for ticket_id in queue:
            self.browse(ticket_id)._request_rating_isolated()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _request_rating_isolated(self):
        """Ask one contact; trouble with it is noted in the thread, asked is once."""
        try:
            with mute_logger("odoo.sql_db"):
                if not self.try_lock_for_update(allow_referencing=True):
                    return
            self.invalidate_recordset()
            if self.to_rate:
                self._request_rating()
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            self.env.cr.rollback()
            _logger.warning("Asking to rate %s failed", self, exc_info=True)
            self._give_up_rating(error)

    def _request_rating(self):
        """Queue the e-mail, in the language of the contact."""
        self.to_rate = False
        company = self.company_id
        ticket = self.with_company(company).with_context(
            allowed_company_ids=company.ids
        )
        template = self.env.ref(TEMPLATE)
        lang = self._rating_get_partner().lang
        ticket.rating_send_request(template, lang=lang, force_send=False)

    def _give_up_rating(self, error):
        try:
            self.to_rate = False
            self._message_log(
                body=self.env._(
                    "The customer was not asked for a rating: %(error)s", error=error
                )
            )
            self.env.flush_all()
        except psycopg2.extensions.TransactionRollbackError:
            # Somebody saves the ticket: the next run meets the error again.
            self.env.cr.rollback()
