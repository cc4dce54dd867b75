from odoo import api, fields, models

from .billing_ticket_reason import KINDS

NEW = "new"
IN_PROGRESS = "in_progress"
WAITING_CUSTOMER = "waiting_customer"
WAITING_DEPARTMENT = "waiting_department"
RESOLVED = "resolved"
CLOSED = "closed"
CANCELLED = "cancelled"
STATES = [
    (NEW, "New"),
    (IN_PROGRESS, "In progress"),
    (WAITING_CUSTOMER, "Waiting for customer"),
    (WAITING_DEPARTMENT, "Waiting for department"),
    (RESOLVED, "Resolved"),
    (CLOSED, "Closed"),
    (CANCELLED, "Cancelled"),
]
OPEN_STATES = (NEW, IN_PROGRESS, WAITING_CUSTOMER, WAITING_DEPARTMENT)
RESOLUTIONS = [
    ("credited", "Credit note"),
    ("rebilled", "Corrected invoice"),
    ("customer_pays", "Customer pays"),
    ("written_off", "Written off"),
    ("rejected", "Rejected"),
    ("answered", "Question answered"),
]
CHANNELS = [
    ("manual", "By hand"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("phone", "Phone"),
    ("bank", "Short payment"),
]


class BillingTicket(models.Model):
    """What a customer disputes or asks, who answers it, and what came of it.

    While a discrepancy is open, nobody is reminded of the disputed part of the
    invoices; the rest is claimed as before.
    """

    _name = "billing.ticket"
    _description = "Ticket"
    _inherit = [
        "mail.thread.cc",
        "mail.activity.mixin",
        "portal.mixin",
        "rating.mixin",
    ]
    _order = "priority desc, deadline, id desc"
    _primary_email = "email_from"
    _check_company_auto = True
    _mail_post_access = "read"
    _rec_names_search = ["name", "subject", "partner_id.name"]

    name = fields.Char("Number", required=True, readonly=True, copy=False, index=True)
    subject = fields.Char(
        required=True,
        tracking=True,
        help="The customer reads it, in the portal and in e-mails.",
    )
    description = fields.Html(
        sanitize_style=True,  # nothing of it covers the page
        help="What the customer says. In the portal they read it only if they wrote it"
        " themselves.",
    )
    kind = fields.Selection(KINDS, required=True, default="discrepancy", tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Empty for an e-mail from an address that nobody is known by.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
        help="The person who wrote or called; answers go there.",
    )
    email_from = fields.Char("E-mail address", copy=False, index="trigram")
    channel = fields.Selection(
        CHANNELS, required=True, readonly=True, default="manual", string="Came by"
    )
    line_ids = fields.One2many("billing.ticket.line", "ticket_id", "Invoices")
    amount_disputed = fields.Monetary(
        "In dispute",
        compute="_compute_amount_disputed",
        store=True,
        help="In company currency: what is not chased while the ticket is open.",
    )
    reason_id = fields.Many2one(
        "billing.ticket.reason",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('kind', '=', kind)]",
        tracking=True,
    )
    root_cause_id = fields.Many2one(
        "billing.ticket.cause",
        "Root cause",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="What was really wrong, said when the ticket is resolved.",
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", index=True
    )
    state = fields.Selection(
        STATES,
        compute="_compute_state",
        store=True,
        readonly=False,
        default=NEW,
        required=True,
        index=True,
        tracking=True,
        group_expand="_group_expand_state",
    )
    closed_by_clearing = fields.Boolean(
        "Closed as everything was settled",
        compute="_compute_state",
        store=True,
        copy=False,
        help="All its invoices are settled. It opens again when that is undone.",
    )
    resolution = fields.Selection(RESOLUTIONS, copy=False, tracking=True)
    resolved_on = fields.Datetime("Resolved on", readonly=True, copy=False)
    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "This ticket number is already in use."
    )
    _open_idx = models.Index(
        "(company_id, team_id, deadline) WHERE state NOT IN"
        " ('resolved', 'closed', 'cancelled')"
    )
    # The order of list and kanban: a page, or a column, is read without sorting all.
    _page_idx = models.Index(
        "(priority DESC, deadline, id DESC) WHERE state NOT IN"
        " ('resolved', 'closed', 'cancelled')"
    )
    _column_idx = models.Index("(state, priority DESC, deadline, id DESC)")
    _partner_idx = models.Index("(partner_id, company_id, id DESC)")

    # -- computes -------------------------------------------------------------------

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f"{ticket.name or ''} {ticket.subject or ''}".strip()

    @api.depends("line_ids.company_amount", "line_ids.is_open")
    def _compute_amount_disputed(self):
        for ticket in self:
            in_force = ticket.line_ids.filtered("is_open")
            ticket.amount_disputed = sum(in_force.mapped("company_amount"))

    @api.depends("line_ids.is_cleared", "line_ids.was_open", "kind")
    def _compute_state(self):
        """Settling all invoices closes the ticket; undoing that opens it again.

        What was settled when it was disputed waits for somebody who resolves it.
        """
        for ticket in self:
            lines = ticket.line_ids
            cleared = lines and all(lines.mapped("is_cleared"))
            settled = cleared and any(lines.mapped("was_open"))
            if settled and ticket.state in (*OPEN_STATES, RESOLVED):
                ticket.state, ticket.closed_by_clearing = CLOSED, True
            elif ticket.closed_by_clearing and not cleared:
                ticket.state, ticket.closed_by_clearing = IN_PROGRESS, False
            else:
                ticket.state = ticket.state or NEW
                ticket.closed_by_clearing = ticket.closed_by_clearing

    @api.model
    def _group_expand_state(self, states, domain):
        """Columns for all states of work, empty ones too."""
        return [key for key, _label in STATES if key in OPEN_STATES or key in states]

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/billing/tickets/{ticket.id}"
        return result

    # -- CRUD -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._complete(dict(vals)) for vals in vals_list]
        tickets = super(BillingTicket, self._refreshing_later()).create(vals_list)
        tickets = tickets.with_env(self.env)
        tickets._refresh_worklist()
        return tickets

    @api.model
    def _complete(self, vals):
        """Number, deadline, and the company in place of one of its contacts."""
        if not vals.get("name"):
            company_id = vals.get("company_id") or self.env.company.id
            sequence_sudo = self.env["ir.sequence"].sudo()  # no access for users
            sequence_sudo = sequence_sudo.with_company(company_id)
            vals["name"] = sequence_sudo.next_by_code("billing.ticket")
        if not vals.get("deadline"):
            vals.pop("deadline", None)  # computed, never empty
        return self._to_commercial(vals)

    def write(self, vals):
        before = {(t.company_id, t.partner_id) for t in self}
        vals = self._to_commercial(vals)
        result = super(BillingTicket, self._refreshing_later()).write(vals)
        if vals.keys() & {"partner_id", "state", "line_ids", "kind"}:
            self._refresh_worklist(before)
        return result
