from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools.misc import format_date

from .portal import PortalBilling


class PortalPromise(PortalBilling):
    """Customers promise by themselves when they pay, where the company lets them."""

    @http.route(
        "/my/billing/promise",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_billing_promise(self, **kwargs):
        """Record a promise; what cannot be promised is told on the page."""
        try:
            with request.env.cr.savepoint():  # all of it, or nothing
                promise = self._billing_promise(**kwargs)
        except (KeyError, OverflowError, TypeError, ValueError):
            error = request.env._("Please enter an amount and a day.")
        except (AccessError, UserError) as problem:
            error = str(problem)
        else:
            return request.redirect(f"/my/billing?promised={promise.id}")
        return request.render(
            "billing_coordinator.portal_my_billing", self._billing_values(error=error)
        )

    def _billing_promise(self, company_id, currency_id, amount, date, **_kwargs):
        """Promise to pay the oldest open items in one company and currency.

        :raise ValueError: the fields of the form are not filled in
        """
        company = next(
            (c for c in self._billing_companies() if c.id == int(company_id)), None
        )
        day = fields.Date.to_date(date)
        if not company or not day:
            raise ValueError("not an account of this customer, or no day")
        receivables_sudo = request.env["billing.receivable"].sudo()
        items_sudo = receivables_sudo.search(
            [
                ("partner_id", "=", self._billing_partner().id),
                ("company_id", "=", company.id),
                ("currency_id", "=", int(currency_id)),
                ("residual", ">", 0),
            ]
        )
        promises = request.env["billing.promise"].with_company(company)
        return promises._make_in_portal(
            request.env.user.partner_id, items_sudo.move_line_id, day, float(amount)
        )

    def _billing_values(self, **kwargs):
        values = super()._billing_values(**kwargs)
        promises_sudo = request.env["billing.promise"].sudo()
        promises_sudo = promises_sudo.search(
            [
                ("partner_id", "=", self._billing_partner().id),
                ("state", "=", "open"),
            ],
            order="date, id",
        )
        for account in values["accounts"]:
            company = account["company"]
            account["latest_day"] = fields.Date.add(
                values["today"], days=company.billing_promise_max_days
            )
            for section in account["sections"]:
                section["promises"] = promises_sudo.filtered(
                    lambda promise, section=section, company=company: (
                        promise.company_id == company
                        and promise.currency_id == section["currency"]
                    )
                )
                section["promisable"] = self._billing_promisable(section)
                section["trusted"] = self._billing_trusted(company, section)
        values["promised"] = self._billing_promised(promises_sudo)
        return values

    def _billing_promisable(self, section):
        """What may be promised in the section: overdue first, else all that is open.

        Neither what is promised already nor what is in dispute.
        """
        rows = section["rows"]
        receivables_sudo = request.env["billing.receivable"].sudo()
        receivables_sudo = receivables_sudo.browse(row.line_id for row in rows.items)
        held = section["promises"]._get_remaining()
        held += sum(receivables_sudo._get_disputed().values())
        owed = rows.overdue if rows.overdue > held else rows.total
        return max(section["currency"].round(owed - held), 0.0)

    def _billing_trusted(self, company, section):
        """Whether the customer may promise again, or has to get in touch."""
        return request.env["billing.promise"]._is_trusted_in_portal(
            company, self._billing_partner(), section["currency"]
        )

    def _billing_promised(self, promises_sudo):
        """What the page says after a promise."""
        ids = request.params.get("promised", "")
        promise = promises_sudo.filtered(lambda p: str(p.id) == ids)
        return promise and request.env._(
            "Thank you. We noted %(amount)s for %(date)s.",
            amount=promise.currency_id.format(promise.amount),
            date=format_date(request.env, promise.date),
        )
