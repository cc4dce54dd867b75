from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.ageing import bucket_ranges
from ..tools.allowance import Specific, compute

ZERO = Decimal(0)


class BillingAllowance(models.Model):
    """The figures of an allowance: from the receivables as of the end of the period."""

    _inherit = "billing.allowance"

    warning = fields.Text(
        compute="_compute_warning",
        help="Why the draft cannot be posted as it is.",
    )

    @api.depends("date", "company_id", "state", "computed_on")
    def _compute_warning(self):
        """Told when the form is opened; lists do not read it."""
        for allowance in self:
            is_draft = allowance.state == "draft" and allowance._origin
            warnings = allowance._get_warnings() if is_draft else []
            allowance.warning = "\n".join(warnings)

    def _get_warnings(self):
        warnings = []
        missing = self.company_id._billing_get_missing_allowance()
        if missing:
            warnings.append(
                self.env._(
                    "Still to be chosen in the settings of Billing: %(fields)s.",
                    fields=", ".join(missing),
                )
            )
        try:
            self.env["billing.allowance.rate"]._get_rates(self.company_id)
            moved = self._describe_move()
        except UserError as error:  # rates are missing
            return [*warnings, str(error)]
        return [*warnings, moved] if moved else warnings

    def _describe_move(self):
        """What has changed since the lines were computed, else False."""
        if not self.computed_on:
            return False
        figures = self._get_figures(self.company_id, self.date)
        if self._get_stored_figures() == self._as_stored(figures):
            return False
        total = float(sum(line.amount for line in figures))
        return self.env._(
            "The figures have moved since they were computed: %(total)s now, %(then)s"
            " then. Compute again.",
            total=self.currency_id.format(total),
            then=self.currency_id.format(self.total),
        )

    def _get_stored_figures(self):
        self.line_ids.fetch(
            ["partner_id", "rate_id", "base", "amount", "rate", "origin"]
        )
        return {
            (line.partner_id.id, line.rate_id.id): self._as_key(line)
            for line in self.line_ids
        }

    def _as_stored(self, figures):
        """``{(customer, rate): figures}``, to be compared with the stored ones."""
        rates = self.env["billing.allowance.rate"]._get_rates(self.company_id)
        return {
            (line.customer, rates[line.bucket].id): self._as_key(line)
            for line in figures
        }

    def _as_key(self, line):
        digits = self.currency_id.decimal_places
        return (
            round(float(line.base), digits),
            round(float(line.amount), digits),
            round(float(line.rate or 0), 4),
            line.origin,
        )

    # -- computing ---------------------------------------------------------------------

    def action_compute(self):
        """Compute the lines of drafts, again, as of the end of the period."""
        self.check_access("write")
        self._check_draft()
        for allowance in self:
            allowance._replace_lines()
        return True

    def _replace_lines(self):
        company = self.company_id
        rates = self.env["billing.allowance.rate"]._get_rates(company)
        specifics = self.env["billing.allowance.specific"]._get_in_force(
            company, self.date
        )
        figures = self._get_figures(company, self.date)
        names = self.env["res.partner"].browse(
            {line.customer for line in figures if line.customer}
        )
        names = {partner.id: partner.display_name for partner in names.sudo()}
        allowance_sudo = self.sudo()  # figures are written by the system only
        allowance_sudo.line_ids.unlink()
        allowance_sudo.line_ids.create(
            [
                {
                    "allowance_id": self.id,
                    "partner_id": line.customer,
                    "partner_name": names.get(line.customer),
                    "rate_id": rates[line.bucket].id,
                    "base": float(line.base),
                    "rate": float(line.rate or 0),
                    "amount": float(line.amount),
                    "origin": line.origin,
                    "specific_id": line.customer in specifics
                    and specifics[line.customer].id,
                }
                for line in figures
            ]
        )
        allowance_sudo.write(
            {
                "computed_on": fields.Datetime.now(),
                "policy": self._get_policy(company),
            }
        )

    @api.model
    def _get_policy(self, company):
        """The bounds of the ageing and the rates of its buckets, as they are kept."""
        rates = self.env["billing.allowance.rate"]._get_rates(company)
        return {"bounds": company._billing_get_bounds(), "rates": rates.mapped("rate")}

    @api.model
    def _get_figures(self, company, day, policy=None):
        """Lines of the allowance of a company as of the end of a day.

        :param policy: bounds and rates, by default those in force
        :return: list of ``tools.allowance.Line``
        """
        policy = policy or self._get_policy(company)
        specifics = self.env["billing.allowance.specific"]._get_in_force(company, day)
        return compute(
            self._get_owed(company, day, policy["bounds"]),
            [Decimal(str(rate)) for rate in policy["rates"]],
            {
                customer: Specific(rate=Decimal(str(specific.rate)))
                if specific.kind == "rate"
                else Specific(amount=Decimal(str(specific.amount)))
                for customer, specific in specifics.items()
            },
            Decimal(str(company.currency_id.rounding)),
        )

    @api.model
    def _get_owed(self, company, day, bounds):
        """``{customer: (amounts by bucket, amount of credits)}`` as of a day.

        Added up in SQL, however many items are open; numbers come as text, to the cent.
        """
        self.env["billing.receivable"].check_access("read")
        self.env.flush_all()
        receivables = self.env["billing.receivable"].with_context(as_of=day)
        starts = [first for first, _last in bucket_ranges(bounds)]
        rows = self.env.execute_query(
            SQL(
                """SELECT COALESCE(customer.commercial_partner_id, customer.id),
                          width_bucket(receivable.days_overdue, %s::int[]),
                          COALESCE(SUM(residual) FILTER (WHERE residual > 0), 0)::text,
                          COALESCE(SUM(-residual) FILTER (WHERE residual < 0), 0)::text
                     FROM (%s) receivable
                     LEFT JOIN res_partner customer
                       ON customer.id = receivable.partner_id
                    WHERE receivable.company_id = %s
                    GROUP BY 1, 2 ORDER BY 1 NULLS LAST""",
                starts,
                receivables._table_query,
                company.id,
            )
        )
        owed = {}
        for customer, bucket, amount, credit in rows:
            amounts, credits_before = owed.setdefault(
                customer or False, ([ZERO] * (len(starts) + 1), ZERO)
            )
            amounts[bucket] += Decimal(amount)
            owed[customer or False] = amounts, credits_before + Decimal(credit)
        return owed

    # -- for the month-end close -------------------------------------------------------

    @api.model
    def _get_close_domain(self, companies, date):
        return [
            ("company_id", "in", companies.ids),
            ("date", "=", fields.Date.to_string(date)),
            ("state", "!=", "cancelled"),
        ]

    @api.model
    def _get_allowance_difference(self, company, date):
        """What is posted as of a day, and what it comes to when computed again.

        A posted allowance is computed with the rates that it was posted with, and the
        receivables and specific allowances of today's books as of that day. Without
        rates nothing is expected. The caller has checked the access to the company.

        :return: ``(posted, computed, domain)``, amounts in company currency, the domain
            for ``billing.allowance``, with its date in ISO format
        :raise UserError: the ageing buckets have changed, and no rates been set
        """
        domain = self._get_close_domain(company, date)
        allowance = self.search(domain).filtered(lambda a: a.state == "posted")
        rates = self.env["billing.allowance.rate"]
        if not allowance and not rates.search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            return 0.0, 0.0, domain
        figures = self._get_figures(company, date, allowance.policy or None)
        computed = float(sum(line.amount for line in figures))
        return allowance._get_posted_amount(), computed, domain

    def _get_posted_amount(self):
        """What the entry says: it may have been reset to draft or changed by hand."""
        entry = self.move_id.filtered(
            lambda move: move.state == "posted" and move.date == self.date
        )
        lines = entry.line_ids.filtered(
            lambda line: line.account_id == self.allowance_account_id
        )
        amount = -sum(lines.mapped("balance"))
        return self.currency_id.round(amount) if amount else 0.0
