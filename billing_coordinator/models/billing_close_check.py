from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..tools.close_check import COUNT, MONEY, Finding


class BillingCloseCheck(models.Model):
    """A check of the user's own: what a filter finds, counted or added up."""

    _name = "billing.close.check"
    _description = "Close check"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: for all companies."
    )
    model_id = fields.Many2one(
        "ir.model",
        "Records",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("abstract", "=", False), ("transient", "=", False)],
    )
    model_name = fields.Char("Model", related="model_id.model")
    domain = fields.Char("Filter", default="[]", required=True)
    date_field_id = fields.Many2one(
        "ir.model.fields",
        "Date within the period",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('ttype', 'in', ('date', 'datetime')),"
        " ('store', '=', True)]",
        help="Only records of the month count. Empty: all that the filter finds.",
    )
    sum_field_id = fields.Many2one(
        "ir.model.fields",
        "Amount",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('ttype', '=', 'monetary'),"
        " ('store', '=', True)]",
        help="Added up, in the currency of the company. Empty: records are counted.",
    )
    unit = fields.Selection(
        [(COUNT, "Records"), (MONEY, "Amount")], compute="_compute_unit"
    )

    @api.depends("sum_field_id")
    def _compute_unit(self):
        for check in self:
            check.unit = MONEY if check.sum_field_id else COUNT

    @api.onchange("model_id")
    def _onchange_model_id(self):
        self.domain = "[]"
        self.date_field_id = self.sum_field_id = False

    @api.constrains("model_id", "domain", "date_field_id", "sum_field_id")
    def _check_definition(self):
        """Who makes a check may read what it counts; it is tried once."""
        for check in self:
            model = self.env.get(check.model_name)
            if model is None or not model._auto or model._transient:
                raise ValidationError(
                    self.env._("%(check)s: choose stored records.", check=check.name)
                )
            if "company_id" not in model._fields:
                raise ValidationError(
                    self.env._(
                        "%(check)s: %(records)s belong to no company, so a close cannot"
                        " count them.",
                        check=check.name,
                        records=check.model_id.name,
                    )
                )
            model.check_access("read")
            check._check_fields(model)
            try:
                model.search_count(check._get_own_domain(), limit=1)
            except (ValueError, SyntaxError, NameError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        "%(check)s: the filter cannot be read: %(error)s",
                        check=check.name,
                        error=error,
                    )
                ) from error

    def _check_fields(self, model):
        for field in self.date_field_id | self.sum_field_id:
            if field.model != model._name or not field.store:
                raise ValidationError(
                    self.env._(
                        "%(check)s: %(field)s is no stored field of %(records)s.",
                        check=self.name,
                        field=field.field_description,
                        records=self.model_id.name,
                    )
                )

    def _get_own_domain(self):
        return Domain(safe_eval(self.domain or "[]", {}))

    def _run(self, period):
        """Count, or add up, what is of the period and its books.

        :raise UserError: its model is gone, or its filter fits no more
        """
        self.ensure_one()
        try:
            return self._find(period)
        except (ValueError, SyntaxError, NameError, TypeError, KeyError) as error:
            raise UserError(
                self.env._(
                    "The check %(check)s cannot be run any more: %(error)s",
                    check=self.name,
                    error=error,
                )
            ) from error

    def _find(self, period):
        model = self.env[self.model_name]
        domain = self._get_own_domain() & Domain("company_id", "in", period.books.ids)
        if name := self.date_field_id.name:
            domain &= Domain(name, ">=", period.date_from)
            domain &= Domain(name, "<", fields.Date.add(period.date_to, days=1))
        if not self.sum_field_id:
            figure = model.search_count(domain)
        else:
            figure = self._add_up(model, domain, period)
        return Finding(figure, model._name, list(domain))

    def _add_up(self, model, domain, period):
        """Amounts of other currencies at the rate of the period's end."""
        field = model._fields[self.sum_field_id.name]
        currency_field = field.get_currency_field(model)
        own = period.company.currency_id
        if not model._fields[currency_field].store:
            return model._read_group(domain, [], [f"{field.name}:sum"])[0][0] or 0.0
        groups = model._read_group(domain, [currency_field], [f"{field.name}:sum"])
        return sum(
            (currency or own)._convert(total, own, period.company, period.date_to)
            for currency, total in groups
        )
