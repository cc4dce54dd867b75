from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_datetime


class BillingTicketAskWizard(models.TransientModel):
    """Ask a department: whom, what, and until when."""

    _name = "billing.ticket.ask.wizard"
    _description = "Ask a department"

    ticket_id = fields.Many2one(
        "billing.ticket",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    company_id = fields.Many2one(related="ticket_id.company_id")
    team_id = fields.Many2one(
        "billing.team",
        "Department",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        domain="""[
            '|', ('company_id', '=', False), ('company_id', 'parent_of', company_id),
        ]""",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: the leader of the team, who can give it to somebody.",
    )
    question = fields.Text(required=True)
    deadline = fields.Datetime(
        "Answer by",
        compute="_compute_deadline",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="By the hours of the reason, in the working hours of the department, but"
        " not after the deadline of the ticket.",
    )

    @api.depends("ticket_id")
    def _compute_team_id(self):
        for wizard in self:
            wizard.team_id = wizard.ticket_id.team_id

    @api.depends("ticket_id", "team_id")
    def _compute_user_id(self):
        """The person by the reason, if it is the team by the reason."""
        for wizard in self:
            ticket = wizard.ticket_id
            same = wizard.team_id == ticket.team_id
            wizard.user_id = same and ticket.user_id

    @api.depends("ticket_id", "team_id")
    def _compute_deadline(self):
        now = fields.Datetime.now()
        for wizard in self:
            ticket, team = wizard.ticket_id, wizard.team_id
            hours = ticket.reason_id.hours or team._get_default_hours()
            deadline = team._plan_hours(ticket.company_id, now, hours)
            latest = ticket.deadline
            in_time = latest and latest > now
            wizard.deadline = min(deadline, latest) if in_time else deadline

    @api.constrains("deadline")
    def _check_deadline(self):
        now = fields.Datetime.now()
        for wizard in self:
            latest = wizard.ticket_id.deadline
            if wizard.deadline <= now:
                raise ValidationError(
                    self.env._("The deadline has passed: choose a later one.")
                )
            if now < latest < wizard.deadline:
                raise ValidationError(
                    self.env._(
                        "The ticket is to be resolved by %(deadline)s: ask for an"
                        " answer before, or change the deadline of the ticket first.",
                        deadline=format_datetime(self.env, latest),
                    )
                )

    def action_ask(self):
        self.ensure_one()
        self.ticket_id._ask(self.team_id, self.question, self.deadline, self.user_id)
        return {"type": "ir.actions.act_window_close"}
