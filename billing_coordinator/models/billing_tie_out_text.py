from odoo import api, models
from odoo.tools import format_date

from ..tools import tie_out
from ..tools.tie_out import EXPLANATION, LEDGER, OTHER


class BillingTieOutText(models.AbstractModel):
    """The sections in words, line by line: what screen and print show."""

    _inherit = "billing.tie.out"

    @api.model
    def _get_kinds(self):
        return [
            (tie_out.BANK, self.env._("Bank")),
            (tie_out.UNMATCHED, self.env._("Not matched")),
            (tie_out.TRANSIT, self.env._("In transit")),
            (tie_out.UNBOOKED, self.env._("Without entry")),
            (tie_out.CREDITS, self.env._("Unapplied credits")),
            (tie_out.RECEIVABLE, self.env._("Receivable accounts")),
        ]

    @api.model
    def _describe(self, sections):
        """The title and the lines of each section: ``[(section, title, lines)]``."""
        companies = {section.company_id for section in sections}
        return [
            (
                section,
                self._get_title(section, len(companies) > 1),
                self._describe_section(section),
            )
            for section in sections
        ]

    @api.model
    def _get_title(self, section, with_company):
        title = {
            tie_out.BANK: self._get_name("account.journal", section.journal_id),
            tie_out.UNBOOKED: self.env._("Payments without journal entry"),
            tie_out.CREDITS: self.env._("Credits by customer"),
        }.get(section.kind) or self._get_name("account.account", section.account_id)
        words = [title]
        if section.currency_id != section.company_currency_id:
            words.append(self.env["res.currency"].browse(section.currency_id).name)
        if with_company:
            words.append(self._get_name("res.company", section.company_id))
        return " · ".join(words)

    @api.model
    def _get_name(self, model, record_id):
        """Name of what the user sees a figure of; a journal may be the parent's."""
        return self.env[model].browse(record_id).sudo().display_name

    # -- lines -------------------------------------------------------------------------

    @api.model
    def _describe_section(self, section):
        """Lines as values of ``billing.tie.out.report.line``."""
        lines = [self._describe_row(row, section) for row in section.get(LEDGER)]
        others = section.get(OTHER)
        lines += [self._describe_row(row, section) for row in others]
        if not section.compares or len(others) > 1:
            lines.append(self._describe_total(section))
        if not section.compares:
            return lines
        lines.append(
            {
                "level": "difference",
                "name": self.env._("Difference"),
                "amount": section.difference,
                "company_amount": section.company_difference,
            }
        )
        explanations = section.get(EXPLANATION)
        for row in explanations:
            lines.append(self._describe_row(row, section))
            lines += self._describe_details(row, section)
        if explanations or section.unexplained or section.company_unexplained:
            lines.append(
                {
                    "level": "unexplained",
                    "name": self.env._("Unexplained"),
                    "amount": section.unexplained,
                    "company_amount": section.company_unexplained,
                }
            )
        return lines

    @api.model
    def _describe_row(self, row, section):
        return {
            "level": row.role,
            "name": self._get_label(row, section),
            "amount": row.amount,
            "company_amount": row.company_amount,
            "count": row.count,
            "res_model": row.model,
            "domain": row.domain,
        }

    @api.model
    def _describe_total(self, section):
        names = {
            tie_out.BANK: self.env._("Balance at the bank"),
            tie_out.UNMATCHED: self.env._("Bank lines not matched"),
            tie_out.TRANSIT: self.env._("Payments in transit"),
            tie_out.RECEIVABLE: self.env._("Open items and what settled them"),
        }
        bank = section.kind == tie_out.BANK
        return {
            "level": "total",
            "name": names.get(section.kind) or self.env._("Total"),
            "amount": section.total(OTHER),
            "company_amount": section.company_total(OTHER),
            "count": 0 if bank else sum(row.count for row in section.get(OTHER)),
        }

    @api.model
    def _get_label(self, row, section):
        if row.key == "statement":
            return self._get_statement_label(row)
        if row.key == "customer":
            if not row.partner_id:
                return self.env._("Without customer")
            return self._get_name("res.partner", row.partner_id)
        if row.key in tie_out.AGE_KEYS:
            return self._get_age_label(tie_out.AGE_KEYS.index(row.key))
        return self._get_labels()[row.key]

    @api.model
    def _get_statement_label(self, row):
        if not row.date:
            return self.env._("No statement up to this day")
        return self.env._(
            "Closing balance of %(date)s, %(statement)s",
            date=format_date(self.env, row.date),
            statement=row.name,
        )

    @api.model
    def _get_age_label(self, number):
        firsts = [0, *(bound + 1 for bound in tie_out.AGES)]
        if number == len(tie_out.AGES):
            return self.env._("Over %(days)s days", days=tie_out.AGES[-1])
        return self.env._(
            "%(first)s-%(last)s days", first=firsts[number], last=tie_out.AGES[number]
        )

    @api.model
    def _get_labels(self):
        return {
            "ledger": self.env._("Balance in the ledger"),
            "open_items": self.env._("Open items"),
            "other_customers": self.env._("Other customers"),
            # the bank's balance
            "after": self.env._("Bank lines after it"),
            "no_bank_line": self.env._("Entries that come from no bank line"),
            "opening": self.env._("Opening balance of the first statement"),
            "stray": self.env._("Bank lines in no statement of their time"),
            "later": self.env._("Lines of these statements with a later date"),
            "hidden": self.env._("Bank lines of companies that are not selected"),
            "differs": self.env._("Bank lines booked with another amount"),
            "gap": self.env._("Gaps between statements"),
            "excess": self.env._("Statements whose lines do not add up"),
            # suspense accounts
            "by_hand": self.env._("Entries that come from no bank line"),
            "matched": self.env._("Left there by matched bank lines"),
            # open items
            "other_currency": self.env._("Settled by items in another currency"),
            "other_company": self.env._("Settled by items of another company"),
            "other_account": self.env._("Settled by items of another account"),
            "not_posted": self.env._("Settled by entries that are not posted"),
            "settled_later": self.env._("Settled by entries of a later day"),
            "uneven": self.env._("Settled with different amounts"),
            "residual": self.env._("Open amounts that disagree with the settlements"),
            "no_reconcile": self.env._("Items of an account that keeps no open items"),
        }
