from odoo import api, models

from ..tools import tie_out, tie_out_bank_query, tie_out_query
from ..tools.tie_out import EXPLANATION, LEDGER, OTHER

NO_STATEMENT = (None, "", None, 0.0, None, 0.0, *(0.0, 0, [], []), *(0.0, 0, [], []))


class BillingTieOutBank(models.AbstractModel):
    """The bank's balance and the lines that wait to be matched."""

    _inherit = "billing.tie.out"

    @api.model
    def _get_bank_sections(self, companies, day):
        """Each bank, cash and card account against its statements.

        The account of a company serves its branches: their entries count, if the user
        may see them.
        """
        visible = self._get_visible_company_ids(companies)
        scope = (companies.ids, visible, day)
        query = tie_out_bank_query.statements(companies.ids, day)
        statements = {row[0]: row[1:] for row in self.env.execute_query(query)}
        lines = {
            (journal, place): tuple(figures)
            for journal, place, *figures in self.env.execute_query(
                tie_out_bank_query.bank_lines(*scope)
            )
        }
        sections = []
        for row in self.env.execute_query(tie_out_bank_query.ledger(*scope)):
            journal, company, account, currency, own, *figures = row
            section = self._make_section(
                tie_out.BANK, company, currency, account, journal_id=journal
            )
            foreign = currency != own
            statement = statements.get(journal, NO_STATEMENT)
            self._add_ledger(section, figures, visible, day)
            self._add_statement(section, statement, foreign)
            self._add_bank_lines(section, lines, statement, foreign, day)
            self._add_statement_gaps(section, statement, foreign)
            sections.append(section)
        return sections

    @api.model
    def _get_visible_company_ids(self, companies):
        """Companies whose entries are counted on the bank accounts."""
        if not self.env.su:
            return self.env.companies.ids
        branches = self.env["res.company"].with_context(active_test=False)
        return branches.search([("id", "child_of", companies.ids)]).ids

    @api.model
    def _add_ledger(self, section, figures, visible, day):
        """The balance, and what of it no line of the bank accounts for."""
        domain = [
            ("account_id", "=", section.account_id),
            ("company_id", "in", visible),
            ("company_id", "child_of", section.company_id),
            ("parent_state", "=", "posted"),
            ("date", "<=", day),
        ]
        by_hand = [
            *("|", ("statement_line_id", "=", False)),
            ("statement_line_id.journal_id", "!=", section.journal_id),
        ]
        model = "account.move.line"
        section.add(LEDGER, "ledger", *figures[:3], model=model, domain=domain)
        section.add(
            EXPLANATION,
            "no_bank_line",
            *figures[3:],
            model=model,
            domain=[*domain, *by_hand],
        )

    @api.model
    def _add_statement(self, section, statement, foreign):
        """The closing balance that the bank told last."""
        last_id, name, date, closing, first_id, opening = statement[:6]
        section.add(
            *(OTHER, "statement", closing, None if foreign else closing),
            count=1 if last_id else 0,
            model="account.bank.statement",
            domain=[("id", "=", last_id)],
            name=name or "",
            date=date,
        )
        section.add(
            *(EXPLANATION, "opening", -opening, None if foreign else -opening),
            count=1 if opening else 0,
            model="account.bank.statement",
            domain=[("id", "=", first_id)],
            parts={first_id: -opening},
        )

    @api.model
    def _add_bank_lines(self, section, lines, statement, foreign, day):
        """Lines after the last statement, and lines that are in the wrong place."""
        for role, place, sign in (
            (OTHER, "after", 1),
            (EXPLANATION, "stray", 1),
            (EXPLANATION, "later", -1),
            (EXPLANATION, "hidden", -1),
            (EXPLANATION, "differs", 1),
        ):
            figures = lines.get((section.journal_id, place), (0.0, 0, [], []))
            amount, count, ids, amounts = figures
            domain = [("id", "in", ids or [])]
            if place == "after":
                domain = self._get_after_domain(section, statement[2], day)
            amount *= sign
            section.add(
                *(role, place, amount, None if foreign else amount, count),
                model="account.bank.statement.line",
                domain=domain,
                parts=self._get_parts(ids, amounts, sign),
            )

    @api.model
    def _get_parts(self, ids, amounts, sign):
        pairs = zip(ids or [], amounts or [], strict=True)
        return {record_id: sign * amount for record_id, amount in pairs}

    @api.model
    def _get_after_domain(self, section, last_date, day):
        """Bank lines up to the day that no statement of that time has."""
        domain = [
            ("journal_id", "=", section.journal_id),
            ("state", "=", "posted"),
            ("date", "<=", day),
            *("|", ("statement_id", "=", False)),
            *("|", ("statement_id.date", "=", False)),
            ("statement_id.date", ">", day),
        ]
        return [*domain, ("date", ">", last_date)] if last_date else domain

    @api.model
    def _add_statement_gaps(self, section, statement, foreign):
        for key, (amount, count, ids, amounts) in (
            ("gap", statement[6:10]),
            ("excess", statement[10:14]),
        ):
            section.add(
                *(EXPLANATION, key, -amount, None if foreign else -amount, count),
                model="account.bank.statement",
                domain=[("id", "in", ids or [])],
                parts=self._get_parts(ids, amounts, -1),
            )

    # -- lines not matched -------------------------------------------------------------

    @api.model
    def _get_unmatched_sections(self, companies, day):
        """Suspense accounts against the bank lines that wait there, by age."""
        accounts = tie_out_query.suspense_accounts()
        sections = self._get_account_sections(
            tie_out.UNMATCHED, accounts, companies, day
        )
        query = tie_out_query.waiting(companies.ids, day)
        rows = tie_out.by_key(self.env.execute_query(query), 3)
        waits = [
            ("statement_line_id", "!=", False),
            ("statement_line_id.is_reconciled", "=", False),
        ]
        matched = [("statement_line_id.is_reconciled", "=", True)]
        by_hand = [("statement_line_id", "=", False)]
        for key, section in sections.items():
            found = {name: figures for name, *figures in rows[key]}
            for name, leaves in (("by_hand", by_hand), ("matched", matched)):
                section.add(
                    *(EXPLANATION, name, *found.pop(name, ())),
                    model="account.move.line",
                    domain=self._get_items_domain(section, day, *leaves),
                )
            ages = [(name, *figures) for name, figures in found.items()]
            self._add_ages(section, day, ages, waits)
        return list(sections.values())
