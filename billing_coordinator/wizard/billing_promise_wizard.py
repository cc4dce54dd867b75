from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

# Days until the first promised day, and from one to the next, as a proposal.
PROPOSED_DAYS = 7


class BillingPromiseWizard(models.TransientModel):
    """Write down what a customer promises to pay, and when."""

    _name = "billing.promise.wizard"
    _description = "Record a promise to pay"

    company_id = fields.Many2one("res.company", required=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, domain="[('id', 'in', currency_ids)]"
    )
    currency_ids = fields.Many2many("res.currency", compute="_compute_currency_ids")
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Covers",
        compute="_compute_move_line_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', open_line_ids)]",
        help="The oldest come first. Nobody is reminded of what is covered.",
    )
    open_line_ids = fields.Many2many(
        "account.move.line",
        "billing_promise_wizard_open_line_rel",
        compute="_compute_open_line_ids",
    )
    free_amount = fields.Monetary(
        "Open and not promised", compute="_compute_free_amount"
    )
    open_promise_ids = fields.Many2many(
        "billing.promise",
        string="Open promises",
        compute="_compute_open_promise_ids",
    )
    replace = fields.Boolean(
        "Takes the place of the open promises",
        help="They are withdrawn; the new promise is one level higher.",
    )
    installment_ids = fields.One2many(
        "billing.promise.wizard.installment",
        "wizard_id",
        "Amounts and days",
        compute="_compute_installment_ids",
        store=True,
        readonly=False,
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Promised by",
        domain="[('id', 'child_of', partner_id)]",
        help="The person who gave their word.",
    )
    channel = fields.Selection(
        lambda self: self.env["billing.promise"]._fields["channel"].selection,
        required=True,
        default="phone",
    )
    note = fields.Text()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        model, ids = (self.env.context.get(f"active_{n}") for n in ("model", "ids"))
        if not ids or values.get("partner_id"):
            return values
        customer = self._get_customer(self.env[model].browse(ids[0]))
        rows = self._get_receivables(*customer)
        if model == "account.move":
            values["move_line_ids"] = [
                Command.set(
                    rows.filtered(lambda r: r.move_id.id in ids).move_line_id.ids
                )
            ]
        company, partner = customer
        return values | {
            "company_id": company.id,
            "partner_id": partner.id,
            "currency_id": self._get_currency(rows, model, ids).id,
        }

    @api.model
    def _get_customer(self, record):
        """Company and customer of the record that the dialog is opened on."""
        if record._name == "res.partner":
            return self.env.company, record.commercial_partner_id
        if record._name == "account.move":
            return record.company_id, record.commercial_partner_id
        return record.company_id, record.partner_id

    @api.model
    def _get_currency(self, rows, model, ids):
        """Currency of the invoice or notice, else of the oldest item."""
        if model in ("account.move", "billing.followup.notice"):
            return self.env[model].browse(ids[0]).currency_id
        return rows[:1].currency_id or self.env.company.currency_id

    @api.model
    def _get_receivables(self, company, partner):
        return self.env["billing.receivable"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", partner.id),
                ("residual", ">", 0),
            ]
        )

    def _get_own_receivables(self):
        rows = self._get_receivables(self.company_id, self.partner_id)
        return rows.filtered(lambda row: row.currency_id == self.currency_id)

    @api.depends("company_id", "partner_id")
    def _compute_currency_ids(self):
        for wizard in self:
            rows = self._get_receivables(wizard.company_id, wizard.partner_id)
            wizard.currency_ids = rows.currency_id

    @api.depends("company_id", "partner_id", "currency_id")
    def _compute_open_line_ids(self):
        for wizard in self:
            wizard.open_line_ids = wizard._get_own_receivables().move_line_id

    @api.depends("currency_id")
    def _compute_move_line_ids(self):
        for wizard in self:
            chosen = wizard.move_line_ids._origin & wizard.open_line_ids._origin
            wizard.move_line_ids = chosen or wizard.open_line_ids._origin

    @api.depends("company_id", "partner_id", "currency_id")
    def _compute_open_promise_ids(self):
        for wizard in self:
            wizard.open_promise_ids = self.env["billing.promise"].search(
                [
                    ("company_id", "=", wizard.company_id.id),
                    ("partner_id", "=", wizard.partner_id.id),
                    ("currency_id", "=", wizard.currency_id.id),
                    ("state", "=", "open"),
                ]
            )

    @api.depends("move_line_ids", "replace")
    def _compute_free_amount(self):
        for wizard in self:
            chosen = wizard.move_line_ids._origin
            rows = wizard._get_own_receivables()
            rows = rows.filtered(lambda row, chosen=chosen: row.move_line_id in chosen)
            free = sum(rows.mapped("residual_currency"))
            if not wizard.replace:
                free -= sum(rows.mapped("withheld"))
            wizard.free_amount = free

    @api.depends("free_amount")
    def _compute_installment_ids(self):
        """One day and all that is open, until somebody writes something else."""
        day = fields.Date.add(fields.Date.context_today(self), days=PROPOSED_DAYS)
        for wizard in self:
            if len(wizard.installment_ids) > 1 or wizard.free_amount <= 0:
                continue
            date = wizard.installment_ids.date or day
            values = {"date": date, "amount": wizard.free_amount}
            wizard.installment_ids = [Command.clear(), Command.create(values)]

    def action_add_day(self):
        """Another day, a week later, for the rest that is not promised yet."""
        self.ensure_one()
        rows = self.installment_ids
        rest = self.currency_id.round(self.free_amount - sum(rows.mapped("amount")))
        if rest <= 0:
            raise UserError(
                self.env._(
                    "These days make up all that is open already: lower an amount"
                    " first, then add another day for the rest."
                )
            )
        latest = max(rows.mapped("date"), default=fields.Date.context_today(self))
        day = fields.Date.add(latest, days=PROPOSED_DAYS)
        self.installment_ids = [Command.create({"date": day, "amount": rest})]
        return self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_promise_wizard_action"
        ) | {"res_id": self.id}

    def action_promise(self):
        """Record the promise; the reminders of what it covers wait."""
        self.ensure_one()
        promises = self.env["billing.promise"]
        promises.browse().check_access("create")
        level = promises._get_level(self.company_id, self.partner_id, self.currency_id)
        if self.replace:
            self.open_promise_ids.action_withdraw(
                self.env._("Another promise took its place")
            )
        if not self.move_line_ids:
            raise UserError(
                self.env._(
                    "%(customer)s owes nothing that could be promised.",
                    customer=self.partner_id.display_name,
                )
            )
        promises._make(
            self.move_line_ids,
            [(row.date, row.amount) for row in self.installment_ids],
            contact_id=self.contact_id.id,
            channel=self.channel,
            level=level,
            note=self.note,
            user_id=self.env.uid,
        )
        return {"type": "ir.actions.act_window_close"}


class BillingPromiseWizardInstallment(models.TransientModel):
    """One amount on one day of what a customer promises."""

    _name = "billing.promise.wizard.installment"
    _description = "Installment of a promise"
    _order = "date, id"

    wizard_id = fields.Many2one(
        "billing.promise.wizard", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    date = fields.Date("Pays on", required=True)
    amount = fields.Monetary(required=True)
