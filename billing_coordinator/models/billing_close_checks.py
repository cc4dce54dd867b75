from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import tie_out
from ..tools.close_check import MAX_IDS, MAX_ROWS, Finding


class BillingCloseChecks(models.AbstractModel):
    """The automatic checks of a close.

    A check is a method with ``@close_check(code, name)``; other addons inherit this
    model and add theirs. It reads ``period.books`` only, and writes nothing.
    """

    _name = "billing.close.checks"
    _description = "Automatic checks of a close"

    @api.model
    def _get_methods(self):
        """``{code: name of the method}`` of all checks, in the order of definition."""
        found = {}
        for cls in reversed(type(self).mro()):
            for name, method in vars(cls).items():
                info = getattr(method, "_close_check", None)
                if info:
                    found[info.code] = name
        return found

    @api.model
    def _get_checks(self):
        """``{code: CheckInfo}`` of all checks."""
        return {
            code: getattr(type(self), name)._close_check
            for code, name in self._get_methods().items()
        }

    @api.model
    def _get_selection(self):
        checks = self._get_checks().values()
        return [
            *((info.code, self.env._(info.name)) for info in checks),
            ("own", self.env._("A check of your own")),
        ]

    @api.model
    def _run(self, code, period, check=None):
        """Run a check by its code, or one of the user's own.

        :raise UserError: there is no such check, or it cannot be run
        """
        self.env.flush_all()
        if code == "own":
            return check._run(period)
        name = self._get_methods().get(code)
        if not name:
            raise UserError(
                self.env._("The addon that made this check is not installed any more.")
            )
        return getattr(self, name)(period)

    # -- what checks have in common ----------------------------------------------------

    @api.model
    def _in_period(self, period, name="date"):
        """Of the books, within the period."""
        return [
            ("company_id", "in", period.books.ids),
            (name, ">=", period.date_from),
            (name, "<=", period.date_to),
        ]

    @api.model
    def _until_end(self, period, name="date"):
        """Of the books, up to the period's end."""
        return [("company_id", "in", period.books.ids), (name, "<=", period.date_to)]

    @api.model
    def _get_day_after(self, period):
        """The first day that is not of the period any more, for date and time."""
        return fields.Date.add(period.date_to, days=1)

    @api.model
    def _count(self, model, domain):
        return Finding(self.env[model].search_count(domain), model, domain)

    @api.model
    def _name_records(self, model, ids, note=""):
        """How many there are, and which; of very many the first ones."""
        ids = sorted(ids)
        if len(ids) > MAX_IDS:
            note = self.env._(
                "The list shows the first %(shown)s of %(all)s.",
                shown=MAX_IDS,
                all=len(ids),
            )
        return Finding(len(ids), model, [("id", "in", ids[:MAX_IDS])], note=note)

    @api.model
    def _sort_rows(self, rows):
        """The largest first, as many as one reads."""
        return sorted(rows, key=lambda row: -abs(row.figure))[:MAX_ROWS]

    @api.model
    def _get_sections(self, period, *kinds):
        """Sections of the tie-out at the period's end; read once for all checks."""
        if "sections" not in period.cache:
            period.cache["sections"] = self.env["billing.tie.out"]._get_sections(
                period.books, period.date_to
            )
        return [s for s in period.cache["sections"] if s.kind in kinds]

    @api.model
    def _name_section(self, section):
        """The account of a section, with its currency if that is a foreign one."""
        account = self.env["account.account"].browse(section.account_id)
        name = account.with_company(section.company_id).display_name
        if section.currency_id != section.company_currency_id:
            currency = self.env["res.currency"].browse(section.currency_id)
            name = f"{name} ({currency.name})"
        return name

    @api.model
    def _compare(self, sections, ours, theirs):
        """What the two sides of sections differ by, in the currency of the company.

        Differences of several accounts do not cancel each other out.
        """
        totals = [
            (self._get_difference(s), s.company_total(tie_out.LEDGER) or 0.0, s)
            for s in sections
        ]
        ledger = sum(balance for _difference, balance, _section in totals)
        difference = sum(d for d, _balance, _section in totals)
        worst = [(d, section) for d, _balance, section in totals if d]
        return Finding(
            sum(abs(d) for d, _section in worst),
            *self._get_ledger_records(sections if not worst else [worst[0][1]]),
            figures={
                "ledger": (ours, ledger),
                "other": (theirs, ledger - difference),
            },
        )

    @api.model
    def _get_difference(self, section):
        """In the company's currency; where one side does not know it, at the booked
        rate of the ledger."""
        if section.company_difference is not None:
            return section.company_difference
        ledger = section.total(tie_out.LEDGER)
        booked = section.company_total(tie_out.LEDGER) or 0.0
        rate = booked / ledger if ledger else 1.0
        return round(section.difference * rate, section.company_digits)

    @api.model
    def _get_ledger_records(self, sections):
        """The journal items of the accounts of sections."""
        rows = [row for s in sections for row in s.get(tie_out.LEDGER)]
        if len(rows) == 1:
            return rows[0].model, rows[0].domain
        if not rows:
            return None, None
        days = [leaf[2] for leaf in rows[0].domain if leaf[0] == "date"]
        return "account.move.line", [
            ("account_id", "in", sorted({s.account_id for s in sections})),
            ("company_id", "child_of", sorted({s.company_id for s in sections})),
            ("parent_state", "=", "posted"),
            ("date", "<=", days[0]),
        ]
