from odoo import api, models
from odoo.tools.misc import format_date

from ..tools import statement
from ..tools.statement import ACTIVITY


class BillingStatement(models.AbstractModel):
    """What a statement says, in the language of the reader."""

    _inherit = "billing.statement"

    @api.model
    def _get_type_names(self):
        """Names of the types of documents for the customer."""
        return {
            statement.INVOICE: self.env._("Invoice"),
            statement.CREDIT_NOTE: self.env._("Credit note"),
            statement.PAYMENT: self.env._("Payment"),
            statement.EXCHANGE: self.env._("Exchange difference"),
            statement.TRANSFER: self.env._("Settled in another currency or account"),
            statement.OTHER: self.env._("Entry"),
        }

    @api.model
    def _get_title(self, kind):
        if kind == ACTIVITY:
            return self.env._("Statement of account")
        return self.env._("Statement of open items")

    @api.model
    def _get_period(self, kind, date_from, date_to):
        """The days that a statement tells of, in words."""
        if kind == ACTIVITY:
            return self.env._(
                "%(date_from)s to %(date_to)s",
                date_from=format_date(self.env, date_from),
                date_to=format_date(self.env, date_to),
            )
        return self.env._("as of %(date)s", date=format_date(self.env, date_to))

    @api.model
    def _get_summary(self, kind, section):
        """The figures of a section that matter: label and amount."""
        if kind != ACTIVITY:
            due = section.total - section.overdue
            return [
                (self.env._("Not due yet"), due),
                (self.env._("Overdue"), section.overdue),
                (self.env._("Balance"), section.total),
            ]
        other = section.total_of(
            statement.EXCHANGE, statement.TRANSFER, statement.OTHER
        )
        rows = [
            (self.env._("Opening balance"), section.opening),
            (self.env._("Invoices"), section.total_of(statement.INVOICE)),
            (self.env._("Credit notes"), section.total_of(statement.CREDIT_NOTE)),
            (self.env._("Payments"), section.total_of(statement.PAYMENT)),
            (self.env._("Closing balance"), section.closing),
        ]
        if other:
            rows.insert(4, (self.env._("Other"), other))
        return rows

    @api.model
    def _get_ageing(self, company, section):
        """The ageing of a section: name of the bucket and what is open in it."""
        names = [label for _key, label in self._get_buckets(company)]
        return list(zip(names, section.ageing, strict=True))

    @api.model
    def _get_amounts(self, sections, name):
        """An amount of each section in words: *1,200.00 € and $ 30.00*."""
        currencies = self.env["res.currency"]
        return ", ".join(
            currencies.browse(section.currency_id).format(getattr(section, name))
            for section in sections
        )

    @api.model
    def _get_filename(self, partner, kind, date_to, extension):
        return f"{self._get_title(kind)} {partner.name} {date_to}.{extension}".replace(
            "/", "-"
        )

    @api.model
    def _get_contacts(self, statements):
        """Whom statements are addressed to, see ``_choose_contact`` of the notices.

        :return: ``{partner_id: contact}``, read for all of them at once
        """
        partners = self.env["res.partner"]
        together = partners.browse(
            {s.partner_id for s in statements}
            | {s.contact_id for s in statements} - {None}
        )
        by_id = dict(zip(together.ids, together, strict=True))
        choose = self.env["billing.followup.notice"]._choose_contact
        return {
            statement.partner_id: choose(
                by_id.get(statement.contact_id, partners), by_id[statement.partner_id]
            )
            for statement in statements
        }

    @api.model
    def _get_lang(self, contact, partner):
        """The language that a statement is written in, of those that are installed."""
        return contact.lang or partner.lang or self.env.lang
