from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import followup

NEXT_ACTIONS = [
    ("fix", "Solve a problem"),
    ("send", "Send the notice"),
    ("print", "Print the letter"),
    ("decide", "Decide: the plan has ended"),
    ("auto", "Will be sent by the daily job"),
    ("wait", "Wait"),
    ("none", "Nothing overdue"),
]
WAIT_REASONS = [
    (followup.NOTHING_DUE, "The next stage comes later"),
    (followup.EXHAUSTED, "Last stage of the plan was sent"),
    (followup.HELD, "On hold"),
    (followup.PROMISED, "Promised to pay"),
    (followup.DISPUTED, "In dispute"),
    (followup.CREDITED, "Covered by credits and payments"),
    (followup.MINIMUM, "Below the minimum claim"),
    (followup.INTERVAL, "Reminded a short time ago"),
    (followup.NO_PLAN, "No follow-up plan"),
    ("postponed", "Postponed"),
    ("bank_data", "Bank statements are too old"),
    ("failed", "An earlier notice did not arrive"),
    ("letter", "A letter is still to print"),
    ("missing", "No e-mail address"),
    ("invalid", "Invalid e-mail address"),
    ("blacklisted", "E-mail address is blacklisted"),
]


class BillingWorklist(models.Model):
    """A customer in one company, as the coordinator works on it.

    The amounts are those of ``billing.receivable`` at the last refresh; what is sent
    is always decided anew. The row is also the unit of work of the daily job: whoever
    acts on the customer holds its lock.
    """

    _name = "billing.worklist"
    _description = "Customer follow-up"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "priority desc, amount_overdue desc, id"
    _rec_name = "partner_id"
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")
    responsible_id = fields.Many2one("res.users", index=True)
    amount_due = fields.Monetary(
        "Total due", readonly=True, help="All open items, less unapplied credits."
    )
    amount_overdue = fields.Monetary(
        "Overdue", readonly=True, help="Open items past their due date."
    )
    oldest_due_date = fields.Date("Oldest due date", readonly=True)
    days_overdue = fields.Integer(
        "Days overdue (oldest)",
        compute="_compute_days_overdue",
        search="_search_days_overdue",
    )
    overdue_count = fields.Integer("Overdue items", readonly=True)
    plan_id = fields.Many2one(
        "billing.followup.plan", readonly=True, index="btree_not_null"
    )
    stage_id = fields.Many2one(
        "billing.followup.stage",
        readonly=True,
        index="btree_not_null",
        group_expand="_group_expand_stage",
        help="Highest stage that an open item has reached.",
    )
    next_stage_id = fields.Many2one(
        "billing.followup.stage", "Next stage", readonly=True, index="btree_not_null"
    )
    next_date = fields.Date("Next step on", readonly=True)
    next_action = fields.Selection(
        NEXT_ACTIONS, "What to do", readonly=True, index=True, default="none"
    )
    wait_reason = fields.Selection(WAIT_REASONS, "Why it waits", readonly=True)
    last_notice_date = fields.Date("Last notice", readonly=True)
    last_call_date = fields.Date("Last call", readonly=True)
    last_contact_date = fields.Date(
        "Last contact",
        readonly=True,
        help="Last notice that did not fail, call or promise.",
    )
    postponed_until = fields.Date(
        "Postponed until", readonly=True, help="No reminder goes out before this day."
    )
    priority = fields.Integer(
        readonly=True, aggregator="max", help="0 to 100, by the priority rules."
    )
    run_error = fields.Text("What went wrong", readonly=True, copy=False)
    run_error_on = fields.Datetime("Failed on", readonly=True, copy=False)
    refreshed_on = fields.Datetime("Figures as of", readonly=True)
    stamp = fields.Char(
        readonly=True, copy=False, help="Day and settings of the last evaluation."
    )
    notice_count = fields.Integer("Number of notices", compute="_compute_notice_count")
    hold_ids = fields.Many2many(
        "billing.hold", string="Holds", compute="_compute_hold_ids"
    )

    _customer_uniq = models.Constraint(
        "UNIQUE(company_id, partner_id)", "The customer is already in the worklist."
    )
    _todo_idx = models.Index("(company_id, next_action, priority DESC)")

    @api.depends("oldest_due_date")
    def _compute_days_overdue(self):
        today = fields.Date.context_today(self)
        for row in self:
            due = row.oldest_due_date
            row.days_overdue = (today - due).days if due and due < today else 0

    def _search_days_overdue(self, operator, value):
        inverse = {">": "<", ">=": "<=", "<": ">", "<=": ">="}.get(operator)
        if not inverse:
            return NotImplemented
        day = fields.Date.subtract(fields.Date.context_today(self), days=int(value))
        return Domain("oldest_due_date", inverse, day)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "days_overdue":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        descending = "DESC" not in direction.code.upper()
        return super()._order_field_to_sql(
            alias,
            "oldest_due_date",
            SQL("DESC") if descending else SQL("ASC"),
            nulls,
            query,
        )

    def _compute_notice_count(self):
        counts = self.env["billing.followup.notice"]._read_group(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", self.partner_id.ids),
            ],
            ["company_id", "partner_id"],
            ["__count"],
        )
        by_customer = {(company, partner): count for company, partner, count in counts}
        for row in self:
            row.notice_count = by_customer.get((row.company_id, row.partner_id), 0)

    def _compute_hold_ids(self):
        holds = self.env["billing.hold"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "active"),
            ]
        )
        by_customer = holds.grouped(lambda hold: (hold.company_id, hold.partner_id))
        for row in self:
            row.hold_ids = by_customer.get((row.company_id, row.partner_id))

    @api.model
    def _group_expand_stage(self, stages, domain):
        """Show the stages of the plans in use as columns, empty ones too."""
        plans = stages.plan_id or self.env.company.billing_plan_id
        return plans.stage_ids

    # -- rows -------------------------------------------------------------------

    @api.model
    def _get_row(self, company, partner):
        """The row of a customer; made on the way where there is none yet."""
        domain = [("company_id", "=", company.id), ("partner_id", "=", partner.id)]
        row = self.search(domain, limit=1)
        if not row:
            self._refresh(company, partner.ids)
            row = self.search(domain, limit=1)
        return row

    def _plan(self, user, summary, note=None, activity_type=None):
        """Plan an activity on the customer for ``user``, else for the manager.

        Nobody gets an e-mail about it: the worklist is where they look.
        """
        self.ensure_one()
        todo = activity_type or self.env.ref("mail.mail_activity_data_todo")
        return self._plan_many([(self, user, summary)], todo, note)

    @api.model
    def _plan_many(self, wanted, activity_type, note=None):
        """Plan activities of ``(row, user, summary)`` in one go, see ``_plan``."""
        today = fields.Date.context_today(self)
        model_id = self.env["ir.model"]._get_id(self._name)
        activities = self.env["mail.activity"]
        return activities.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": row.id,
                    "activity_type_id": activity_type.id,
                    "summary": summary,
                    "note": note or "",
                    "date_deadline": today,
                    "user_id": row._get_doer(user).id,
                }
                for row, user, summary in wanted
            ]
        )

    def _get_doer(self, user):
        """The user, or who takes over: the follow-up manager, whoever is at work."""
        if user.active and self.company_id in user.sudo().company_ids:
            return user
        return self.company_id._get_followup_manager() or self.env.user

    # -- buttons ------------------------------------------------------------------

    @api.model
    def action_open_worklist(self):
        """Open the worklist with figures of this moment."""
        self.browse().check_access("write")
        self._refresh_changed(self.env.companies)
        actions = self.env["ir.actions.actions"]
        action = actions._for_xml_id("billing_coordinator.billing_worklist_action")
        # The address in the browser is that of the menu's action, which refreshes.
        opener = actions._for_xml_id("billing_coordinator.billing_worklist_open_action")
        return dict(action, id=opener["id"], path=opener["path"])

    def action_open_notices(self):
        self.ensure_one()
        return self._get_notice_action(
            self.env["billing.followup.notice"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.id),
                ]
            )
        )

    def _get_notice_action(self, notices):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_followup_notice_action"
        )
        return dict(action, domain=[("id", "in", notices.ids)], context={})

    def action_open_receivables(self, bucket=None):
        """Open the customer's items, those of one ageing bucket if it is given."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_receivable_action"
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("partner_id", "=", self.partner_id.id),
        ]
        if bucket:
            domain += [("bucket", "=", bucket), ("residual", ">", 0)]
        return dict(action, domain=domain, context={})

    def action_release_holds(self):
        self.hold_ids.action_release()
