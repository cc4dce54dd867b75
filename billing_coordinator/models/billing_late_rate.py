from odoo import api, fields, models
from odoo.tools.misc import format_date


class BillingLateRate(models.Model):
    """The annual rate of late-payment interest from a day on, until the next one."""

    _name = "billing.late.rate"
    _description = "Late-payment rate"
    _order = "company_id, date_from desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        help="Its branches use the rate too, unless they have rates of their own.",
    )
    date_from = fields.Date(
        "In force from",
        required=True,
        help="The first day with this rate. It stays in force until the next one.",
    )
    annual_rate = fields.Float(
        "Annual rate (%)",
        required=True,
        digits=(7, 4),
        aggregator=None,
        help="Percent of the open amount for a year of 365 days.",
    )

    _date_uniq = models.Constraint(
        "UNIQUE(company_id, date_from)",
        "There is a rate from this day on already: change that one.",
    )
    _rate_range = models.Constraint(
        "CHECK(annual_rate > 0 AND annual_rate <= 100)",
        "The annual rate is a percentage above 0, up to 100. Where no interest is to be"
        " charged, switch interest off on the stage of the plan.",
    )

    @api.depends("date_from", "annual_rate")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = self.env._(
                "%(rate)s %% from %(date)s",
                rate=f"{rate.annual_rate:g}",
                date=format_date(self.env, rate.date_from),
            )

    @api.model
    def _has_rate(self, company, day):
        """Whether a rate is in force in the company on the day."""
        return any(date_from <= day for date_from, _rate in self._get_table(company))

    @api.model
    def _get_table(self, company):
        """Rates of the company, else of its nearest parent that has some.

        :return: list of (first day, annual rate in percent)
        """
        companies = company.sudo().parent_ids  # a branch reads its parents' rates
        # Whoever may read a notice is told what it charges.
        rates_sudo = self.sudo().search([("company_id", "in", companies.ids)])
        by_company = rates_sudo.grouped("company_id")
        for owner in reversed(companies):
            if owner in by_company:
                own = by_company[owner]
                return [(rate.date_from, rate.annual_rate) for rate in own]
        return []
