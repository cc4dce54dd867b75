from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import period


class BillingClose(models.Model):
    """How many working days a close took; the day and language of its company."""

    _inherit = "billing.close"

    days_to_close = fields.Integer(
        "Days to close",
        compute="_compute_days_to_close",
        store=True,
        aggregator="avg",
        help="Working days from the period's end to the day it was locked, for the last"
        " time if it was reopened. In averages only what is locked counts.",
    )

    @api.depends("date_locked")
    def _compute_days_to_close(self):
        for close in self:
            if not close.date_locked:
                close.days_to_close = 0
                continue
            there = close.company_id._billing_with_zone(close)
            day = fields.Datetime.context_timestamp(there, close.date_locked).date()
            days = close._get_working_days(last=day)
            close.days_to_close = period.working_days_between(close.date_to, day, days)

    def _read_group_select(self, aggregate_spec, query):
        """What is not locked has taken no days yet, not 0."""
        if aggregate_spec != "days_to_close:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "AVG(%s) FILTER (WHERE %s IS NOT NULL)",
            self._field_to_sql(self._table, "days_to_close", query),
            self._field_to_sql(self._table, "date_locked", query),
        )

    def _with_company_lang(self):
        """What is kept of a close is in one language, whoever makes it."""
        return self.with_context(lang=self.company_id.sudo().partner_id.lang)
