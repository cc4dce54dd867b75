from contextlib import closing, contextmanager

import psycopg2
from psycopg2.errors import QueryCanceled

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.close_check import MONEY, Finding

# Seconds that a query of a check may take.
TIME_LIMIT = 10


class BillingCloseCheck(models.Model):
    """The figure of a check that users made, with the rights of its author."""

    _inherit = "billing.close.check"

    def _evaluate(self, period, company_ids):
        """The finding of the check.

        :param company_ids: those of the close
        :raise UserError: it cannot be told any more, and why
        """
        self.ensure_one()
        check_sudo = self.sudo()  # those who see the close may run it
        check_sudo._check_author(period.company)
        check_sudo._check_exists()
        # Not as superuser: with the rights of the author.
        model = self.env[check_sudo.model].with_user(check_sudo.author_id)
        own = check_sudo.author_id.company_ids.ids
        allowed = [record_id for record_id in company_ids if record_id in own]
        model = model.with_context(allowed_company_ids=allowed or company_ids)
        domain = check_sudo._get_whole_domain(period, company_ids)
        try:
            with check_sudo._limit_time():
                figure = check_sudo._measure(model, domain, period)
        except (ValueError, psycopg2.DataError) as error:
            raise UserError(self._describe_error(error)) from error
        return Finding(figure, model._name, list(domain))

    @contextmanager
    def _limit_time(self):
        """Read only: no query takes longer than the limit.

        :raise UserError: one would have
        """
        self.env.flush_all()  # what is written before is no part of it
        try:
            # The end of the savepoint is the end of the limit.
            with closing(self.env.cr.savepoint(flush=False)):
                limit = int(TIME_LIMIT * 1000)
                self.env.cr.execute(SQL("SET LOCAL statement_timeout = %s", limit))
                yield
        except QueryCanceled as error:
            raise UserError(
                self.env._(
                    "This check took longer than %(seconds)s seconds. Narrow its"
                    " filter.",
                    seconds=TIME_LIMIT,
                )
            ) from error

    def _check_author(self, company):
        author_sudo = self.author_id.sudo()
        if author_sudo.id == SUPERUSER_ID:
            return  # a check that came with an app
        if author_sudo.active and company in author_sudo.company_ids:
            return
        raise UserError(
            self.env._(
                "%(check)s reads with the rights of %(author)s, who has no access to"
                " %(company)s. Somebody who has should enter its conditions anew.",
                check=self.name,
                author=author_sudo.name or self.env._("a user that was deleted"),
                company=company.name,
            )
        )

    def _check_exists(self):
        """An app that was uninstalled took its records and fields with it."""
        if self.model not in self.env:
            raise UserError(
                self.env._(
                    "%(model)s is no kind of records any more: the app that it came"
                    " with is not installed.",
                    model=self.model,
                )
            )
        for name in filter(None, (self.date_field, self.sum_field)):
            if name not in self.env[self.model]._fields:
                self._refuse_field(self.env[self.model], name)

    def _get_whole_domain(self, period, company_ids):
        """The domain, limited to the companies and the period of the close."""
        model = self.env[self.model]
        domain = Domain(self._parse_domain()) & self._get_company_domain(company_ids)
        if not self.date_field:
            return domain
        first, last, operator = period.date_from, period.date_to, "<="
        if model._fields[self.date_field].type == "datetime":
            # Whole days in UTC, so that everybody has the same figure.
            first, last = (
                fields.Datetime.to_datetime(day)
                for day in (first, fields.Date.add(last, days=1))
            )
            operator = "<"
        since = Domain(self.date_field, ">=", str(first))
        return domain & since & Domain(self.date_field, operator, str(last))

    def _get_company_domain(self, company_ids):
        """What belongs to no company is shared by all of them."""
        model = self.env[self.model]
        for name in ("company_id", "company_ids"):
            field = model._fields.get(name)
            if field and field.comodel_name == "res.company" and field.store:
                shared = [] if field.required else [False]
                return Domain(name, "in", [*company_ids, *shared])
        return Domain.TRUE

    def _measure(self, model, domain, period):
        if self.measure == "count":
            return model.search_count(domain)
        model.check_access("read")
        currency_name = self._get_currency_name()
        groupby = [currency_name] if currency_name else []
        sums = model._read_group(domain, groupby, [f"{self.sum_field}:sum"])
        company = period.company
        total = 0.0
        for *currency, amount in sums:
            amount = amount or 0.0
            if currency and currency[0] and currency[0] != company.currency_id:
                amount = (
                    currency[0]
                    .sudo()
                    ._convert(amount, company.currency_id, company, period.date_to)
                )
            total += amount
        return company.currency_id.round(total) if self.unit == MONEY else total
