from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools import tie_out, tie_out_query
from ..tools.tie_out import EXPLANATION, LEDGER, OTHER, Section


class BillingTieOut(models.AbstractModel):
    """Does the ledger agree with the bank, the payments and the open items?

    ``_get_sections`` is what screen, print and month-end close show and check.
    """

    _name = "billing.tie.out"
    _description = "Tie-out"

    @api.model
    def _get_sections(self, companies, day):
        """The comparisons of some companies as of the end of a day.

        The number of queries depends neither on companies nor on entries.

        :return: list of ``tools.tie_out.Section``: ``difference``, ``unexplained`` and
            ``ties``, and rows with ``model`` and ``domain`` of the records behind them
        """
        self._check_access(companies)
        if not companies or not day:
            raise UserError(self.env._("Choose the companies and the day."))
        self.env.flush_all()
        transit = self._get_transit_sections(companies, day)
        receivable = self._get_receivable_sections(companies, day)
        self._explain_open_items(transit | receivable, companies, day)
        sections = [
            *self._get_bank_sections(companies, day),
            *self._get_unmatched_sections(companies, day),
            *transit.values(),
            *self._get_unbooked_sections(companies, day),
            *self._get_credit_sections(companies, day),
            *receivable.values(),
        ]
        return [section for section in sections if section.has_figures]

    @api.model
    def _check_access(self, companies):
        """The queries know no record rules: what they guard is checked here."""
        for model in ("billing.receivable", "account.move.line", "account.payment"):
            self.env[model].check_access("read")
        hidden = self.env["res.company"] if self.env.su else companies
        hidden -= self.env.companies
        if hidden:
            raise AccessError(
                self.env._(
                    "You have no access to the books of %(companies)s.",
                    companies=", ".join(hidden.sudo().mapped("name")),
                )
            )

    @api.model
    def _make_section(self, kind, company_id, currency_id, account_id=None, **values):
        # Currencies are public; the books of the company were checked before.
        own = self.env["res.company"].browse(company_id).sudo().currency_id
        currency = self.env["res.currency"].browse(currency_id)
        return Section(
            kind,
            company_id,
            currency_id,
            own.id,
            digits=currency.decimal_places,
            company_digits=own.decimal_places,
            account_id=account_id,
            **values,
        )

    # -- an account and its items ------------------------------------------------------

    @api.model
    def _get_items_domain(self, section, day, *more):
        """The journal items that are in the balance of a section."""
        return [
            ("account_id", "=", section.account_id),
            ("company_id", "=", section.company_id),
            ("currency_id", "=", section.currency_id),
            ("parent_state", "=", "posted"),
            ("date", "<=", day),
            *more,
        ]

    @api.model
    def _get_account_sections(self, kind, accounts, companies, day):
        """Sections of the accounts' balances, by company, account and currency."""
        sections = {}
        query = tie_out_query.balances(accounts, companies.ids, day)
        for company, account, currency, *figures in self.env.execute_query(query):
            section = self._make_section(kind, company, currency, account)
            domain = self._get_items_domain(section, day)
            section.add(
                *(LEDGER, "ledger", *figures), model="account.move.line", domain=domain
            )
            sections[company, account, currency] = section
        return sections

    @api.model
    def _explain_open_items(self, sections, companies, day):
        """What ledger and open items differ by, down to the entries.

        What was settled by an item of another currency, or of a branch, is right: it
        stands beside the open items. All else explains a difference.
        """
        accounts = sorted({section.account_id for section in sections.values()})
        for builder in (
            tie_out_query.settled_elsewhere,
            tie_out_query.wrong_residuals,
        ):
            query = builder(accounts, companies.ids, day)
            for row in self.env.execute_query(query):
                company, account, currency, key, *figures, ids, amounts, others = row
                proper = key in ("other_currency", "other_company")
                sections[company, account, currency].add(
                    *(OTHER if proper else EXPLANATION, key, *figures),
                    model="account.move.line",
                    domain=[("id", "in", sorted({*ids, *(others or [])}))],
                    parts=tie_out.add_up(zip(ids, amounts, strict=True)),
                )

    # -- payments under way ------------------------------------------------------------

    @api.model
    def _get_transit_sections(self, companies, day):
        """Accounts of payments that the bank has not confirmed, by age."""
        accounts = tie_out_query.outstanding_accounts()
        sections = self._get_account_sections(tie_out.TRANSIT, accounts, companies, day)
        query = tie_out_query.under_way(companies.ids, day)
        rows = tie_out.by_key(self.env.execute_query(query), 3)
        for key, section in sections.items():
            self._add_ages(section, day, rows.get(key, []), self._get_open_leaves(day))
        return sections

    @api.model
    def _get_open_leaves(self, day):
        """Open at the end of the day: not settled now, or settled later."""
        return [
            *("|", ("reconciled", "=", False)),
            *("|", ("matched_debit_ids.max_date", ">", day)),
            ("matched_credit_ids.max_date", ">", day),
        ]

    @api.model
    def _add_ages(self, section, day, rows, leaves, model="account.move.line"):
        """A row for each age, those without anything too."""
        figures = {key: values for key, *values in rows}
        ranges = zip(tie_out.AGE_KEYS, tie_out.age_ranges(day), strict=True)
        for key, (first, last) in ranges:
            dates = [("date", "<=", last)]
            if first:
                dates.append(("date", ">=", first))
            domain = self._get_items_domain(section, day, *dates, *leaves)
            section.add(
                *(OTHER, key, *figures.get(key, ())), model=model, domain=domain
            )

    @api.model
    def _get_unbooked_sections(self, companies, day):
        """Payments without journal entry: in no balance, so nothing to compare with.

        Payments keep no history: what the bank has confirmed since is left out.
        """
        awaited = self.env["billing.receivable"]._is_payment_awaited()
        query = tie_out_query.unbooked(awaited, companies.ids, day)
        groups = tie_out.by_key(self.env.execute_query(query), 2)
        sections = []
        for (company, currency), rows in groups.items():
            section = self._make_section(tie_out.UNBOOKED, company, currency)
            for key, *figures, ids in rows:
                section.add(
                    *(OTHER, key, *figures),
                    model="account.payment",
                    domain=[("id", "in", ids)],
                )
            sections.append(section)
        return sections
