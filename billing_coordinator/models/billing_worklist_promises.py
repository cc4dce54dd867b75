from odoo import api, models
from odoo.tools import SQL

from .billing_promise import STATES
from .billing_worklist_timeline import TimelineSource

COLORS = {
    "open": "info",
    "kept": "success",
    "partially_kept": "warning",
    "broken": "danger",
    "withdrawn": "light",
}


class BillingWorklist(models.Model):
    """Promises on the customer's page."""

    _inherit = "billing.worklist"

    @api.depends_context("lang")
    @api.depends("promise_ids")
    def _compute_promise_text(self):
        """What is still promised, and for when: "400.00 promised for Dec 3"."""
        promises = self.promise_ids.filtered(lambda promise: promise.state == "open")
        for row in self:
            row.promise_text = ", ".join(
                self.env._(
                    "%(amount)s promised for %(date)s",
                    amount=promise.currency_id.format(left),
                    date=self._format_day(promise.date),
                )
                for promise in (row.promise_ids & promises).sorted("date")
                if (left := promise._get_remaining())
            )

    def _get_timeline_promises(self):
        query = self.env["billing.promise"]._search(self._get_customers_domain())
        labels = dict(
            self.env["billing.promise"]
            ._fields["state"]
            ._description_selection(self.env)
        )
        return TimelineSource(
            "promise",
            self.env._("Promises"),
            "fa-handshake-o",
            SQL(
                """SELECT promise.made_on::date, promise.id, 'billing.promise', %s,
                          promise.note, author.name, promise.amount,
                          promise.currency_id, promise.date, promise.state
                     FROM billing_promise promise
                     LEFT JOIN res_users taker ON taker.id = promise.user_id
                     LEFT JOIN res_partner author ON author.id = taker.partner_id
                    WHERE promise.id IN %s""",
                self.env._("Promise to pay"),
                query.subselect(),
            ),
            {state: (labels[state], COLORS[state]) for state, _label in STATES},
        )

    def _get_extra_behaviour(self):
        """The share of promises that the customer kept."""
        rates = self.env["billing.promise"]._get_kept_rates(
            self.company_id, self.partner_id
        )
        rate, count = rates.get(self.partner_id, (0, 0))
        if not count:
            return super()._get_extra_behaviour()
        return [
            *super()._get_extra_behaviour(),
            {
                "name": "kept_rate",
                "label": self.env._("Promises kept"),
                "value": f"{rate:.0f} %",
                "hint": self.env._("of %(count)s that were judged", count=count),
            },
        ]
