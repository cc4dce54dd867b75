from ast import literal_eval

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

ACCOUNTANT = "billing_coordinator.group_billing_accountant"
SUMMABLE = ("integer", "float", "monetary")


class BillingCloseCheck(models.Model):
    """What a check of one's own may look at: literal conditions, on fields that its
    author and accountants may read.
    """

    _inherit = "billing.close.check"

    # -- what may be read --------------------------------------------------------------

    @api.model
    def _get_accountant_group_ids(self):
        return self.env.ref(ACCOUNTANT).sudo().all_implied_ids.ids

    @api.model
    def _get_readable_models(self):
        """Names of the stored models that accountants may read."""
        rights_sudo = self.env["ir.model.access"].sudo()
        groups = rights_sudo._read_group(
            [
                ("perm_read", "=", True),
                ("group_id", "in", [False, *self._get_accountant_group_ids()]),
            ],
            ["model_id"],
        )
        names = {model.model for [model] in groups}
        return {
            name
            for name in names & set(self.env.registry)
            if not (self.env[name]._abstract or self.env[name]._transient)
        }

    @api.model
    def _may_read_field(self, field):
        """Whether accountants may read a field, as far as groups decide it."""
        if not field.groups:
            return True
        definitions = self.env["res.groups"]._get_group_definitions()
        wanted = definitions.parse(field.groups, raise_if_not_found=False)
        return wanted.matches(self._get_accountant_group_ids())

    # -- the definition ----------------------------------------------------------------

    def _parse_domain(self):
        """The conditions as data: nothing of them is executed.

        :raise ValidationError: they are no list of conditions
        """
        try:
            domain = literal_eval((self.domain or "[]").strip())
            if not isinstance(domain, list | tuple):
                raise ValueError(self.domain)
            Domain(domain)
        except (
            ValueError,
            TypeError,
            SyntaxError,
            MemoryError,
            RecursionError,
        ) as error:
            raise ValidationError(
                self.env._(
                    "%(domain)s is no list of conditions. Write values, not names that"
                    " stand for one: [('state', '=', 'draft')], for instance.",
                    domain=self.domain,
                )
            ) from error
        return list(domain)

    def _validate(self):
        """Refuse what cannot be run, or reads what it must not."""
        self._check_exists()
        model = self.env[self.model]
        self._check_model(model)
        for name in filter(None, (self.date_field, self.sum_field)):
            self._check_field(model, name)
        self._check_kinds()
        domain = Domain(self._parse_domain())
        self._check_conditions(model, domain)
        try:
            with self._limit_time():
                model.sudo(False).search(domain, limit=1)
        except (
            ValueError,
            TypeError,
            NotImplementedError,
            UserError,
            psycopg2.DataError,
        ) as error:
            raise ValidationError(self._describe_error(error)) from error

    def _describe_error(self, error):
        return self.env._(
            "The records of %(check)s cannot be found: %(error)s",
            check=self.name,
            error=error,
        )

    def _check_model(self, model):
        readable = model._name in self._get_readable_models()
        if not readable or not model.sudo(False).has_access("read"):
            raise ValidationError(
                self.env._(
                    "You and the accountants have to be allowed to read %(model)s: they"
                    " look at the figure and the records behind it.",
                    model=model._description,
                )
            )

    def _check_conditions(self, model, domain):
        """Each field on the way to each value must be there and may be read."""
        for condition in domain.iter_conditions():
            target = self._check_path(model, condition.field_expr)
            if "any" in condition.operator:
                self._check_conditions(target, Domain(condition.value))

    def _check_path(self, model, path):
        """Follow the fields of a path.

        :return: the model that the last field refers to, if any
        """
        for name in path.split("."):
            field = self._check_field(model, name)
            if not field.comodel_name or not field.relational:
                break  # what follows is a part of a date or a property
            model = self.env[field.comodel_name]
            if model._name not in self._get_readable_models():
                self._check_model(model)
        return model

    def _check_field(self, model, name):
        field = model._fields.get(name)
        if not field:
            self._refuse_field(model, name)
        if not self._may_read_field(field):
            raise ValidationError(
                self.env._(
                    "Accountants may not read the field %(field)s of %(model)s.",
                    field=field._description_string(self.env),
                    model=model._description,
                )
            )
        try:
            model.sudo(False)._check_field_access(field, "read")
        except AccessError as error:
            raise ValidationError(str(error)) from error
        return field

    def _refuse_field(self, model, name):
        raise ValidationError(
            self.env._(
                "%(model)s has no field %(field)s.",
                model=model._description,
                field=name,
            )
        )

    def _check_kinds(self):
        date = self._get_field(self.date_field)
        if date and not (date.type in ("date", "datetime") and date.store):
            raise ValidationError(
                self.env._(
                    "%(field)s is no date that is stored.",
                    field=date._description_string(self.env),
                )
            )
        if self.measure != "sum":
            return
        summed = self._get_field(self.sum_field)
        if not summed or not (summed.type in SUMMABLE and summed.store):
            raise ValidationError(
                self.env._("Choose a number or an amount that is stored as the field.")
            )
        if summed.type == "monetary" and not self._is_currency_known():
            raise ValidationError(
                self.env._(
                    "%(field)s cannot be summed: its currency is not stored.",
                    field=summed._description_string(self.env),
                )
            )

    def _get_field(self, name):
        return self.env[self.model]._fields.get(name) if name else None

    def _get_currency_name(self):
        """The stored field that keeps the currency of the amount; None where it is the
        company's by definition."""
        field = self._get_field(self.sum_field)
        if field.type != "monetary":
            return None
        name = field.get_currency_field(self.env[self.model])
        return name if name and self.env[self.model]._fields[name].store else None

    def _is_currency_known(self):
        model = self.env[self.model]
        name = self._get_field(self.sum_field).get_currency_field(model)
        if not name:
            return False
        field = model._fields[name]
        related = field.related or ""
        return field.store or related.endswith("company_id.currency_id")
