from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# What a hold of one invoice can be put on: a claim on the customer that is open.
OPEN_INVOICES = """[
    ('move_type', 'in', ('out_invoice', 'out_receipt', 'entry')),
    ('state', '=', 'posted'),
    ('commercial_partner_id', '=', partner_id),
    ('company_id', '=', company_id),
    ('line_ids', 'any', [
        ('account_id.account_type', '=', 'asset_receivable'),
        ('reconciled', '=', False),
        ('amount_residual', '>', 0),
    ]),
]"""


class BillingHold(models.Model):
    """A pause of the reminders of a customer, or of one invoice of theirs.

    It ends by itself after its last day; nothing has to run for that.
    """

    _name = "billing.hold"
    _description = "Follow-up hold"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        help="Reminders to this customer, including all its contacts, are paused.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Only this invoice",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain=OPEN_INVOICES,
        help="Leave empty to pause the reminders of everything the customer owes.",
    )
    reason = fields.Char(required=True, tracking=True)
    date_start = fields.Date(
        "From", required=True, default=fields.Date.context_today, readonly=True
    )
    date_end = fields.Date(
        "Until",
        tracking=True,
        help="Last day of the pause. Without it the pause lasts until it is released.",
    )
    released_on = fields.Datetime(
        "Released on", readonly=True, copy=False, tracking=True
    )
    released_by_id = fields.Many2one(
        "res.users", "Released by", readonly=True, copy=False
    )
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended"), ("released", "Released")],
        compute="_compute_state",
        search="_search_state",
    )

    _live_idx = models.Index("(partner_id, company_id) WHERE released_on IS NULL")

    @api.depends("date_end", "released_on")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for hold in self:
            if hold.released_on:
                hold.state = "released"
            elif hold.date_end and hold.date_end < today:
                hold.state = "ended"
            else:
                hold.state = "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        not_released = Domain("released_on", "=", False)
        ended = not_released & Domain("date_end", "<", today)
        domains = {
            "released": Domain("released_on", "!=", False),
            "ended": ended,
            "active": not_released
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", today)),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for hold in self:
            if hold.date_end and hold.date_end < hold.date_start:
                raise ValidationError(
                    self.env._("The last day of a hold cannot be before its first day.")
                )

    @api.constrains("partner_id", "move_id")
    def _check_customer(self):
        for hold in self:
            if hold.partner_id != hold.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Put the hold on %(company)s: holds apply to the company, not"
                        " to one contact.",
                        company=hold.partner_id.commercial_partner_id.display_name,
                    )
                )
            if hold.move_id and hold.move_id.commercial_partner_id != hold.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is not an invoice of %(customer)s.",
                        invoice=hold.move_id.display_name,
                        customer=hold.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                partner = partners.browse(vals["partner_id"]).commercial_partner_id
                vals["partner_id"] = partner.id
        holds = super().create(vals_list)
        holds._refresh_worklist()
        return holds

    def write(self, vals):
        if vals.keys() & {"partner_id", "move_id", "company_id"}:
            raise UserError(
                self.env._(
                    "The customer of a hold cannot be changed: release it and make a"
                    " new one."
                )
            )
        if any(hold.state != "active" for hold in self):
            raise UserError(
                self.env._(
                    "A hold that was released or has ended cannot be changed: make a"
                    " new one."
                )
            )
        result = super().write(vals)
        self._refresh_worklist()
        return result

    def _describe(self):
        """What these holds pause: everything, or so many invoices."""
        if not self:
            return False
        if any(not hold.move_id for hold in self):
            return self.env._("Everything is on hold")
        if len(self.move_id) == 1:
            return self.env._("%(invoice)s is on hold", invoice=self.move_id.name)
        return self.env._("%(count)s invoices are on hold", count=len(self.move_id))

    def action_release(self):
        """End the pause now; the next run takes the customer up again."""
        self.filtered(lambda hold: hold.state == "active").write(
            {"released_on": fields.Datetime.now(), "released_by_id": self.env.uid}
        )

    def _refresh_worklist(self):
        """Touch the customers' rows: a job at work on one of them has it locked."""
        for company, holds in self.grouped("company_id").items():
            self.env["billing.worklist"]._refresh(company, holds.partner_id.ids)
