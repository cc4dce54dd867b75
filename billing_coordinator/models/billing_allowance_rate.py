from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

BUCKET_FIELDS = {"company_id", "day_from", "day_to"}


class BillingAllowanceRate(models.Model):
    """How much of an ageing bucket is expected to be lost.

    A rate belongs to days, not to the number of a bucket: when the company changes its
    ageing buckets no rate comes to stand for other days. Those of former buckets are
    archived, as the allowances of former periods tell them.
    """

    _name = "billing.allowance.rate"
    _description = "Allowance rate"
    _order = "company_id, day_from, day_to"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    day_from = fields.Integer(
        "First day overdue", required=True, readonly=True, aggregator=None
    )
    day_to = fields.Integer(
        "Last day overdue",
        required=True,
        readonly=True,
        aggregator=None,
        help="0: the bucket has no end.",
    )
    rate = fields.Float(
        "Rate (%)",
        required=True,
        digits=(7, 4),
        aggregator=None,
        help="Percent of what is open in the bucket that is expected to be lost.",
    )
    active = fields.Boolean(default=True, readonly=True)
    is_outdated = fields.Boolean(
        "Outdated",
        compute="_compute_is_outdated",
        search="_search_is_outdated",
        help="The ageing buckets of the company have changed: this is none any more.",
    )

    _bucket_uniq = models.Constraint(
        "UNIQUE(company_id, day_from, day_to)", "This bucket has a rate already."
    )
    _rate_range = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 100)",
        "The rate of a bucket is a percentage from 0 to 100.",
    )

    @api.depends("day_from", "day_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = rate._describe_bucket()

    def _describe_bucket(self):
        if not self.day_from:
            return self.env._("Not due")
        if not self.day_to:
            return self.env._("Over %(days)s days", days=self.day_from - 1)
        return self.env._(
            "%(first)s-%(last)s days", first=self.day_from, last=self.day_to
        )

    @api.depends("company_id.billing_ageing_bounds", "day_from", "day_to")
    def _compute_is_outdated(self):
        for company, rates in self.grouped("company_id").items():
            buckets = company._billing_get_buckets() if company else []
            for rate in rates:
                rate.is_outdated = (rate.day_from, rate.day_to) not in buckets

    def _search_is_outdated(self, operator, value):
        if operator != "in":
            return NotImplemented
        rates_sudo = self.sudo().with_context(active_test=False).search([])  # a few
        found = rates_sudo.filtered(lambda rate: rate.is_outdated in value)
        return Domain("id", "in", found.ids)

    def write(self, vals):
        if vals.keys() & BUCKET_FIELDS and not self.env.su:
            raise UserError(
                self.env._(
                    "The bucket of a rate cannot be changed: it is that of the ageing."
                    " Change the ageing buckets in the settings."
                )
            )
        return super().write(vals)

    def action_update(self):
        """Give each ageing bucket of the company a rate, and archive former ones.

        A new bucket starts with the highest rate of those that it takes days from.
        """
        self.browse().check_access("write")
        company = self.env.company
        # Buckets are made here only, for whoever may set their rates.
        rates_sudo = self.sudo().with_context(active_test=False)
        rates_sudo = rates_sudo.search([("company_id", "=", company.id)])
        former_sudo = rates_sudo.filtered("active")
        buckets = company._billing_get_buckets()
        outdated_sudo = rates_sudo.filtered("is_outdated")
        outdated_sudo.active = False
        (rates_sudo - outdated_sudo).active = True
        known = {(rate.day_from, rate.day_to) for rate in rates_sudo}
        new_sudo = rates_sudo.create(
            [
                {
                    "company_id": company.id,
                    "day_from": first,
                    "day_to": last,
                    "rate": former_sudo._propose(first, last),
                }
                for first, last in buckets
                if (first, last) not in known
            ]
        )
        return self._tell_update(new_sudo)

    def _propose(self, first, last):
        """The highest rate of the buckets that share days with this one."""
        end = last or first and float("inf")
        return max(
            (
                rate.rate
                for rate in self
                if rate.day_from <= end
                and first <= (rate.day_to or rate.day_from and float("inf"))
            ),
            default=0.0,
        )

    @api.model
    def _tell_update(self, new):
        message = self.env._("Each ageing bucket has its rate already.")
        if new:
            message = self.env._(
                "New: %(buckets)s. Look at the proposed rates.",
                buckets=", ".join(new.mapped("display_name")),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if new else "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _get_rates(self, company):
        """The rates of the company's ageing buckets, in their order.

        :raise UserError: a bucket has none
        """
        rates = self.search([("company_id", "=", company.id)])
        by_days = {(rate.day_from, rate.day_to): rate for rate in rates}
        buckets = company._billing_get_buckets()
        missing = [
            self.new({"day_from": first, "day_to": last}).display_name
            for first, last in buckets
            if (first, last) not in by_days
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(buckets)s: there is no allowance rate for this in %(company)s. A"
                    " billing manager has to update the allowance rates to the ageing"
                    " buckets, in the configuration of Billing.",
                    buckets=", ".join(missing),
                    company=company.name,
                )
            )
        return self.browse([by_days[bucket].id for bucket in buckets])
