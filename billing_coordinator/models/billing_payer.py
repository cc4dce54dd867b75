from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.matching.names import normalise
from ..tools.matching.writing import compact


class BillingPayer(models.Model):
    """A name or an account that pays for a customer, as people have confirmed it.

    Deleting one makes matching forget it.
    """

    _name = "billing.payer"
    _description = "Known payer"
    _order = "last_on desc, id desc"
    _rec_name = "label"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    kind = fields.Selection(
        [("name", "Name"), ("account", "Bank account")], required=True, readonly=True
    )
    value = fields.Char(
        "Compared as",
        required=True,
        readonly=True,
        help="Without legal form, accents and order; an account without blanks.",
    )
    label = fields.Char("As the bank wrote it", readonly=True)
    count = fields.Integer(
        "Confirmed", readonly=True, help="How often somebody confirmed it."
    )
    last_on = fields.Date("Last on", readonly=True)

    _once = models.UniqueIndex(
        "(company_id, kind, value, partner_id)",
        "This payer is known for the customer already.",
    )

    @api.model
    def _get_known(self, company):
        return self.search(Domain("company_id", "=", company.id))

    @api.model
    def _learn(self, statement_line, partner):
        """Somebody confirmed that this is who pays for the customer."""
        today = fields.Date.context_today(self)
        for vals in self._get_values(statement_line, partner):
            payer = self._find(vals)
            if payer:
                payer.write({"count": payer.count + 1, "last_on": today})
            else:
                self.create({**vals, "count": 1, "last_on": today})

    @api.model
    def _unlearn(self, statement_line, partner):
        """The match that confirmed it was undone."""
        for vals in self._get_values(statement_line, partner):
            payer = self._find(vals)
            if payer.count > 1:
                payer.count -= 1
            else:
                payer.unlink()

    @api.model
    def _find(self, vals):
        names = ("company_id", "kind", "value", "partner_id")
        return self.search([(name, "=", vals[name]) for name in names], limit=1)

    @api.model
    def _get_values(self, line, partner):
        name, account = line.partner_name or "", line.account_number or ""
        for kind, value, label in (
            ("name", normalise(name), name),
            ("account", compact(account), account),
        ):
            if value:
                yield {
                    "company_id": line.company_id.id,
                    "partner_id": partner.commercial_partner_id.id,
                    "kind": kind,
                    "value": value,
                    "label": label,
                }
