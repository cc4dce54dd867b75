from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..tools.ageing import DEFAULT_BOUNDS, parse_bounds

LIMITS = (
    "billing_bank_freshness",
    "billing_minimum_claim",
    "billing_promise_grace",
    "billing_promise_max_amount",
    "billing_promise_max_days",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_plan_id = fields.Many2one(
        "billing.followup.plan",
        "Follow-up plan",
        index="btree_not_null",
        check_company=True,
        default=lambda self: self.env.ref(
            "billing_coordinator.followup_plan_default", raise_if_not_found=False
        ),
        help="Plan of every customer and invoice that has none of its own. Without it"
        " nobody is reminded.",
    )
    billing_auto_send = fields.Boolean(
        "Send reminders automatically",
        help="The daily job sends what is due. Off: everything waits in the worklist"
        " until someone sends it. Look at a preview first, then switch it on.",
    )
    billing_responsible_id = fields.Many2one(
        "res.users",
        "Follow-up manager",
        index="btree_not_null",
        help="Gets escalations and the customers that nobody else is responsible for.",
    )
    billing_minimum_claim = fields.Monetary(
        "Minimum claim",
        help="A customer who owes less is not reminded.",
    )
    billing_promise_grace = fields.Integer(
        "Days of grace for promises",
        default=2,
        help="A promise to pay is judged so many days after the promised day, as a"
        " payment takes its time to the bank.",
    )
    billing_promise_portal = fields.Boolean(
        "Customers may promise in the portal",
        help="Reminders of what they promise wait until the promise is judged. After"
        " two promises in a row that were not kept, the portal asks to contact you.",
    )
    billing_promise_max_days = fields.Integer(
        "Latest day of a promise in the portal (days)", default=14
    )
    billing_promise_max_amount = fields.Monetary(
        "Largest promise in the portal", help="0: as much as the customer owes."
    )
    billing_bank_freshness = fields.Integer(
        "Maximum age of bank data (days)",
        default=7,
        help="When the newest bank statement is older, the daily job waits: a customer"
        " may have paid. 0: do not look at bank statements.",
    )
    billing_bank_problem_told_on = fields.Date(
        "Bank data problem told on", readonly=True, copy=False
    )
    billing_ageing_bounds = fields.Char(
        "Ageing buckets",
        default=DEFAULT_BOUNDS,
        required=True,
        help="Last day of each bucket, the last bucket being open-ended: 30,60,90,120.",
    )

    @api.constrains("billing_ageing_bounds")
    def _check_billing_ageing_bounds(self):
        for company in self:
            try:
                parse_bounds(company.billing_ageing_bounds)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Ageing buckets are ascending whole days with commas, 30,60,90"
                        " for instance (%(error)s).",
                        error=error,
                    )
                ) from error

    @api.constrains("billing_plan_id")
    def _check_billing_plan_id(self):
        self._check_company(["billing_plan_id"])

    @api.constrains(*LIMITS)
    def _check_billing_limits(self):
        for company in self:
            if any(company[name] < 0 for name in LIMITS):
                raise ValidationError(
                    self.env._("Days and amounts of the settings cannot be negative.")
                )

    @api.model
    def _billing_set_default_plan(self):
        """Companies that were there before the addon follow the default plan too."""
        companies = self.search([("billing_plan_id", "=", False)])
        companies.billing_plan_id = self._fields["billing_plan_id"].default(self)

    def _get_followup_manager(self):
        """The follow-up manager; where none is set, the first user with that role."""
        self.ensure_one()
        chosen_sudo = self.billing_responsible_id.sudo()  # of any company
        at_work = chosen_sudo.active and not chosen_sudo.share
        if at_work and self in chosen_sudo.company_ids:
            return self.billing_responsible_id
        group = self.env.ref("billing_coordinator.group_billing_manager").sudo()
        users = group.all_user_ids.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        return users.sorted("id")[:1]

    def _billing_with_zone(self, records):
        """Records for which it is today what it is where the company is, else here."""
        zone = self.partner_id.sudo().tz  # its people need not read its contact
        here = records.env.context.get("tz") or records.env.user.tz
        return records.with_context(tz=zone or here)

    def _get_bank_data_date(self):
        """Date of the newest bank statement line, None if there is none."""
        self.ensure_one()
        [[date]] = self.env.execute_query(
            SQL(
                """SELECT MAX(move.date)
                     FROM account_bank_statement_line line
                     JOIN account_move move ON move.id = line.move_id
                     JOIN account_journal journal ON journal.id = move.journal_id
                    WHERE line.company_id = ANY(%s) AND journal.type = 'bank'
                      AND move.state = 'posted' AND move.date <= %s""",
                self.sudo().parent_ids.ids,
                fields.Date.context_today(self),
            )
        )
        return date

    def _get_bank_data_problem(self):
        """Why the bank data is not good enough to remind anybody, else False."""
        self.ensure_one()
        days = self.billing_bank_freshness
        if not days:
            return False
        newest = self._get_bank_data_date()
        if not newest:
            return self.env._(
                "%(company)s has no bank statement yet, so nobody can tell who has"
                " paid. Import one, or set 'Maximum age of bank data (days)' to 0 in"
                " the settings if you register payments by hand.",
                company=self.name,
            )
        if newest >= fields.Date.subtract(fields.Date.context_today(self), days=days):
            return False
        return self.env._(
            "The newest bank statement of %(company)s is dated %(date)s, more than"
            " %(days)s days ago: customers may have paid since. Import the newer ones"
            " first.",
            company=self.name,
            date=format_date(self.env, newest),
            days=days,
        )

    def _tell_bank_data_problem(self):
        """Tell the manager once a day why automatic reminders wait."""
        self.ensure_one()
        problem = self._get_bank_data_problem()
        today = fields.Date.context_today(self)
        manager = self._get_followup_manager()
        if not problem or not manager or self.billing_bank_problem_told_on == today:
            return
        waiting = self.env["billing.worklist"].search_count(
            [("company_id", "=", self.id), ("next_action", "=", "auto")], limit=1
        )
        if not waiting:
            return
        self.billing_bank_problem_told_on = today
        self._tell_manager(self.env._("Reminders wait: bank data is too old"), problem)

    def _tell_evaluation_problem(self, error):
        """Tell the manager that the worklist of the company stands still."""
        self._tell_manager(
            self.env._(
                "The worklist of %(company)s is not up to date", company=self.name
            ),
            self.env._(
                "The receivables could not be evaluated: %(error)s", error=error
            ),
        )

    def _tell_manager(self, subject, body):
        self.env["mail.thread"].message_notify(
            partner_ids=self._get_followup_manager().partner_id.ids,
            subject=subject,
            body=body,
        )
