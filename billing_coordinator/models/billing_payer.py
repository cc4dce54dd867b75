from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.matching.names import normalise
from ..tools.matching.writing import compact, read_told


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
        """Somebody confirmed that this is who pays for the customer.

        Two people may do so at once: by SQL neither fails for the other.
        """
        today = fields.Date.context_today(self)
        self.flush_model()
        for vals in self._get_values(statement_line, partner):
            vals.update(count=1, last_on=today)
            vals.update(dict.fromkeys(("create_uid", "write_uid"), self.env.uid))
            vals.update(dict.fromkeys(("create_date", "write_date"), self.env.cr.now()))
            columns = SQL(", ").join(map(SQL.identifier, vals))
            self.env.cr.execute(
                SQL(
                    """INSERT INTO billing_payer (%s) VALUES %s
                       ON CONFLICT (company_id, kind, value, partner_id) DO UPDATE
                       SET count = billing_payer.count + 1,
                           last_on = EXCLUDED.last_on,
                           write_uid = EXCLUDED.write_uid,
                           write_date = EXCLUDED.write_date""",
                    columns,
                    tuple(vals.values()),
                )
            )
        self.invalidate_model(flush=False)

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
            if read_told(value):
                yield {
                    "company_id": line.company_id.id,
                    "partner_id": partner.commercial_partner_id.id,
                    "kind": kind,
                    "value": value,
                    "label": label,
                }
