from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..tools import promise as rules
from .billing_promise import JUDGED


class BillingPromise(models.Model):
    """What customers promise by themselves in the portal, and the limits of it."""

    _inherit = "billing.promise"

    @api.model
    def _make_in_portal(self, partner, lines, date, amount):
        """A promise by the customer, within the limits of the company.

        :param partner: of the portal user
        :raise UserError: beyond a limit, with what the customer may do instead
        """
        if not lines:
            raise UserError(self.env._("Nothing is open here that could be promised."))
        if lines.partner_id != partner.commercial_partner_id:
            raise AccessError(self.env._("These invoices are not yours."))
        company_sudo = lines.company_id.sudo()
        refused = self.env._("Please contact us: we cannot take it here.")
        if not all(company_sudo.mapped("billing_promise_portal")):
            raise UserError(refused)
        currency = lines.currency_id[:1]
        for company in company_sudo:
            if not self._is_trusted_in_portal(company, partner, currency):
                raise UserError(refused)
            booked = currency._convert(amount, company.currency_id, company)
            booked += self._get_promised_in_portal(company, partner)
            self._check_portal_limits(company, booked, date)
        return self.sudo()._make(
            lines.sudo(),
            [(date, amount)],
            contact_id=partner.id,
            channel="portal",
            user_id=False,
        )

    @api.model
    def _is_trusted_in_portal(self, company, partner, currency):
        """Whether a further promise is taken: not after two in a row were not kept."""
        latest_sudo = self.sudo().search(
            self._get_customers_domain(company, partner.commercial_partner_id)
            & Domain("currency_id", "=", currency.id)
            & Domain("state", "in", JUDGED),
            order="judge_on desc, id desc",
            limit=2,
        )
        return len(latest_sudo) < 2 or rules.KEPT in latest_sudo.mapped("state")

    @api.model
    def _get_promised_in_portal(self, company, partner):
        """What the customer's open promises still hold, in company currency."""
        promises_sudo = self.sudo().search(
            self._get_customers_domain(company, partner.commercial_partner_id)
            & Domain("state", "=", rules.OPEN)
            & Domain("channel", "=", "portal")
        )
        return sum(
            promise.currency_id._convert(
                promise._get_remaining(), company.currency_id, company
            )
            for promise in promises_sudo
        )

    @api.model
    def _check_portal_limits(self, company, booked, date):
        latest = fields.Date.add(
            fields.Date.context_today(self), days=company.billing_promise_max_days
        )
        if date > latest:
            raise UserError(
                self.env._(
                    "Please choose a day up to %(date)s, or contact us.",
                    date=format_date(self.env, latest),
                )
            )
        limit = company.billing_promise_max_amount
        if limit and company.currency_id.compare_amounts(booked, limit) > 0:
            raise UserError(
                self.env._(
                    "Please contact us for promises of more than %(amount)s together.",
                    amount=company.currency_id.format(limit),
                )
            )
