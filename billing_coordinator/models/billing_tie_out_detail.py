from odoo import api, models
from odoo.tools import format_date

# So many records are told one by one; all of them are behind the button.
MAX_DETAILS = 20


class BillingTieOutDetail(models.AbstractModel):
    """The entries that explain a difference, one by one."""

    _inherit = "billing.tie.out"

    @api.model
    def _describe_details(self, row, section):
        """Lines for the records behind an explanation, with what each adds to it.

        :return: the first ``MAX_DETAILS`` of those that the user may see, and the rest
            as one line
        """
        domain = [("id", "in", list(row.parts))] if row.parts else row.domain
        found = self.env[row.model].search(domain, limit=MAX_DETAILS)
        lines = [
            {
                "level": "detail",
                "name": self._get_detail_label(record),
                "amount": self._get_detail_amount(record, row, section),
                "company_amount": None,
                "count": 1,
                "res_model": row.model,
                "domain": [("id", "=", record.id)],
            }
            for record in found
        ]
        more = (len(row.parts) or row.count) - len(found)
        if found and more:
            told = sum(line["amount"] for line in lines)
            lines.append(
                {
                    "level": "detail",
                    "name": self.env._("%(count)s more", count=more),
                    "amount": round(row.amount - told, section.digits),
                    "company_amount": None,
                    "count": more,
                }
            )
        return lines

    @api.model
    def _get_detail_amount(self, record, row, section):
        """What a record adds to its explanation, in the currency of the section."""
        if row.parts:
            return row.parts[record.id]
        if section.currency_id == section.company_currency_id:
            return record.balance
        foreign = record.currency_id.id == section.currency_id
        return record.amount_currency if foreign else 0.0

    @api.model
    def _get_detail_label(self, record):
        words = [format_date(self.env, record.date)]
        if record._name == "account.bank.statement":
            words.append(record.name)
        elif record._name == "account.bank.statement.line":
            words += [record.payment_ref, record.partner_id.name or record.partner_name]
        else:
            words += [record.move_name, record.name, record.partner_id.name]
        return " ".join(word for word in dict.fromkeys(words) if word)
