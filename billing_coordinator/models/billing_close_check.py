from contextlib import closing, contextmanager

import psycopg2
from psycopg2.errors import QueryCanceled

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.close_check import COUNT, MONEY, Finding

# What decides on what is read: whoever writes any of it answers for it.
DEFINITION = {
    "company_id",
    "model",
    "domain",
    "date_field",
    "measure",
    "sum_field",
    "author_id",
}
SUMMABLE = ("integer", "float", "monetary")
# Seconds that a query of a check may take.
TIME_LIMIT = 10


class BillingCloseCheck(models.Model):
    """A check that users make without code: records of a kind, counted or summed.

    It reads with the rights of whoever wrote it last, in the companies of the close:
    its figure is the same for everybody and tells nothing that its author may not see.
    What accountants may not read is refused, as they look at the figure.
    """

    _name = "billing.close.check"
    _description = "Close check"
    _order = "name, id"
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Empty: for the closes of all companies.",
    )
    model = fields.Selection(
        "_selection_model",
        "Records",
        required=True,
        help="What is looked at. What accountants may not read is not offered.",
    )
    domain = fields.Char(
        "Which of them",
        required=True,
        default="[]",
        help="Records of other companies are left out by themselves.",
    )
    date_field = fields.Char(
        "Date",
        help="Only records with this date in the period of the close. Empty: all, as"
        " they are when the check is run.",
    )
    measure = fields.Selection(
        [("count", "Their number"), ("sum", "The sum of a field")],
        "Figure",
        required=True,
        default="count",
    )
    sum_field = fields.Char(
        "Field", help="Amounts in other currencies count by the rate of the period end."
    )
    unit = fields.Selection(
        [(COUNT, "Number"), (MONEY, "Amount")], compute="_compute_unit"
    )
    author_id = fields.Many2one(
        "res.users",
        "Written by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The check reads what this user may read.",
    )

    _sum_has_field = models.Constraint(
        "CHECK(measure = 'count' OR sum_field IS NOT NULL)",
        "Choose the field to sum.",
    )

    @api.model
    def _selection_model(self):
        """Kinds of records that accountants may read, by their names."""
        # Names of models are no secret; users may not read them one by one.
        models_sudo = self.env["ir.model"].sudo().search([], order="name, model")
        allowed = self._get_readable_models()
        return [(m.model, m.name) for m in models_sudo if m.model in allowed]

    @api.depends("model", "measure", "sum_field")
    def _compute_unit(self):
        for check in self:
            field = check.model in self.env and check._get_field(check.sum_field)
            summed = check.measure == "sum" and field
            check.unit = MONEY if summed and field.type == "monetary" else COUNT

    @api.onchange("model")
    def _onchange_model(self):
        self.domain = "[]"
        self.date_field = self.sum_field = False

    @api.constrains("model", "domain", "date_field", "measure", "sum_field")
    def _check_definition(self):
        for check in self:
            check._validate()

    @api.constrains("company_id")
    def _check_tasks_company(self):
        for check in self.filtered("company_id"):
            if strangers := check._name_strangers():
                raise ValidationError(
                    self.env._(
                        "The check %(check)s is used by tasks that are not of"
                        " %(company)s: %(tasks)s. Make a copy of it.",
                        check=check.name,
                        company=check.company_id.name,
                        tasks=", ".join(strangers),
                    )
                )

    def _name_strangers(self):
        """Tasks with the check that are not of its company, as the user may know."""
        names = {}
        for model in ("billing.close.template.task", "billing.close.task"):
            # Of any company: the check was everybody's, or another's.
            tasks_sudo = self.env[model].sudo().search([("check_id", "in", self.ids)])
            tasks = tasks_sudo.filtered(
                lambda task: self.company_id not in task.company_id.parent_ids
            ).sudo(False)
            seen = tasks._filtered_access("read")
            names |= dict.fromkeys(seen.mapped("name"))
            if tasks - seen:
                names[self.env._("tasks of other companies")] = None
        return list(names)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sign(values) for values in vals_list])

    def write(self, vals):
        return super().write(self._sign(vals) if DEFINITION & vals.keys() else vals)

    @api.model
    def _sign(self, values):
        """Nobody lends a check the rights of somebody else."""
        return {**values, "author_id": self.env.uid}

    # -- the figure --------------------------------------------------------------------

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
