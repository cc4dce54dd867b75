from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..tools.close_check import MAX_ROWS, Finding, Row

_lt = LazyTranslate(__name__)

MODULE = "billing_coordinator"
# The code of the checks that users make themselves.
OWN = "own"
OWN_NAME = _lt("A check of your own")
# What customers are billed with.
SALE_TYPES = ["out_invoice", "out_refund", "out_receipt"]


class BillingCloseChecks(models.AbstractModel):
    """The automatic checks of a month-end close.

    A check is one method with the decorator ``close_check`` here or in a model that
    inherits from this one: it gets a ``tools.close_check.Period`` and returns a
    ``Finding``. It reads as superuser, so that its figure does not depend on who runs
    it, and therefore limits everything to the companies of the period by itself.
    """

    _name = "billing.close.checks"
    _description = "Automatic checks of the close"

    # -- the registry ------------------------------------------------------------------

    @api.model
    def _get_checks(self):
        """All checks by code: ``{code: CheckInfo}``, as they were defined."""
        found = {}
        for owner in reversed(type(self).__mro__):
            for member in vars(owner).values():
                info = getattr(member, "_close_check", None)
                if info:
                    found[info.code] = info
        ordered = sorted(found.values(), key=lambda info: info.sequence)
        return {info.code: info for info in ordered}

    @api.model
    def _get_selection(self):
        """Choices of a field: all checks, and those that users make themselves."""
        choices = [
            (code, self._translate(info.name))
            for code, info in self._get_checks().items()
        ]
        return [*choices, (OWN, self._translate(OWN_NAME))]

    @api.model
    def _translate(self, name):
        return name if isinstance(name, str) else self.env._(name)

    @api.model
    def _get_unit(self, code, check=None):
        """Whether a figure is money or a number: ``money`` or ``count``."""
        if code == OWN:
            return check.unit if check else "count"
        info = self._get_checks().get(code)
        return info.unit if info else "count"

    @api.model
    def _run(self, code, period, check=None):
        """The finding of one check. Nothing is written.

        The caller has checked that the user may read the books of the company.

        :param check: the ``billing.close.check``, for the code ``own``
        :raise UserError: the check cannot be run, and why
        """
        self.env.flush_all()
        if code == OWN:
            if not check:
                raise UserError(self.env._("Choose which check of your own is meant."))
            return check._evaluate(period, self.sudo()._get_company_ids(period))
        self._check_code(code)
        info = self._get_checks()[code]
        # Whoever sees the close sees the same figure, whatever they may open.
        checks_sudo = self.with_company(period.company).sudo()
        return getattr(checks_sudo, info.method)(period)

    @api.model
    def _is_known(self, code):
        return code == OWN or code in self._get_checks()

    @api.model
    def _is_available(self, code):
        """Whether the app that a check looks at is installed."""
        info = self._get_checks().get(code)
        return not (info and info.needs) or info.needs in self.env

    @api.model
    def _check_code(self, code):
        if code and not self._is_known(code):
            raise UserError(
                self.env._(
                    "There is no check %(code)s any more: the app that it came with is"
                    " not installed.",
                    code=code,
                )
            )

    @api.model
    def _prepare_action(self, name, model, domain, day):
        """The records behind a figure, as the user may see them."""
        context, modes, lists = {"create": False}, ["list", "form"], {}
        if model == "account.move":
            # Odoo's list shows the customer for these only, and offers uploads.
            context["default_move_type"] = "out_invoice"
            lists["list"] = self.env.ref(f"{MODULE}.account_move_view_list_found").id
        if model == "billing.receivable":
            context["as_of"] = str(day)
            modes = ["list"]
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": ",".join(modes),
            "views": [(lists.get(mode, False), mode) for mode in modes],
            "domain": domain,
            "context": context,
            "help": Markup("<p class='o_view_nocontent_empty_folder'>%s</p>")
            % self.env._("No records behind this figure"),
        }

    # -- for the checks ----------------------------------------------------------------

    @api.model
    def _get_companies(self, period):
        """The company and its branches: its lock dates are theirs too."""
        return self.env["res.company"].browse(self._get_company_ids(period))

    @api.model
    def _get_company_ids(self, period):
        companies = self.env["res.company"].with_context(active_test=False)
        domain = [("id", "child_of", period.company.id)]
        return period.once("companies", lambda: companies.search(domain).ids)

    @api.model
    def _get_domain(self, period, *leaves, date="date", since=True):
        """Conditions on company and day; without ``since`` earlier days count too."""
        domain = [("company_id", "in", self._get_company_ids(period))]
        if since:
            domain.append((date, ">=", period.date_from))
        return [*domain, (date, "<=", period.date_to), *leaves]

    @api.model
    def _count(self, model, domain, **values):
        """The finding that there are records which should not be there."""
        found = self.env[model].search_count(domain)
        return Finding(found, model, domain, **values)

    @api.model
    def _count_ids(self, model, ids, **values):
        return Finding(len(ids), model, [("id", "in", sorted(ids))], **values)

    @api.model
    def _round(self, period, amount):
        return period.company.currency_id.round(amount)

    @api.model
    def _fetch_ids(self, query):
        return [record_id for [record_id] in self.env.execute_query(query)]

    @api.model
    def _make_rows(self, period, pairs):
        """Rows of ``(label, figure, model, domain)``, the largest first."""
        pairs = sorted(pairs, key=lambda pair: -abs(pair[1]))[:MAX_ROWS]
        return [
            Row(label, self._round(period, figure), model, domain)
            for label, figure, model, domain in pairs
        ]
