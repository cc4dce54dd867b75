from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Days after which to be in touch again, as a proposal.
NEXT_CONTACT_DAYS = {"no_answer": 1, "wrong": 1}
DEFAULT_DAYS = 7


class BillingCallWizard(models.TransientModel):
    """Log a call with a customer: what came of it and when to be in touch again."""

    _name = "billing.call.wizard"
    _description = "Log a call"

    worklist_ids = fields.Many2many(
        "billing.worklist", string="Customers", required=True
    )
    phone = fields.Char(compute="_compute_phone")
    outcome = fields.Selection(
        [
            ("reached", "Reached"),
            ("promised", "Promised to pay"),
            ("disputed", "Disputes the invoice"),
            ("no_answer", "No answer"),
            ("wrong", "Wrong contact"),
        ],
        required=True,
        default="reached",
    )
    note = fields.Text(help="It is kept with the customer, for whoever calls next.")
    next_contact = fields.Date(
        "Next contact",
        compute="_compute_next_contact",
        store=True,
        readonly=False,
        help="No reminder goes out before this day. Empty: reminders go on as planned.",
    )
    plan_call = fields.Boolean(
        "Remind me to call on that day",
        default=True,
        help="Plans a call for you.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if "worklist_ids" in fields_list and not values.get("worklist_ids"):
            rows = self._get_active_rows()
            values["worklist_ids"] = [fields.Command.set(rows.ids)]
        return values

    @api.model
    def _get_active_rows(self):
        """Worklist rows of the records that the wizard was opened on."""
        worklist = self.env["billing.worklist"]
        active_ids = self.env.context.get("active_ids", [])
        if self.env.context.get("active_model") != "billing.followup.notice":
            return worklist.browse(active_ids)
        for notice in self.env["billing.followup.notice"].browse(active_ids):
            worklist |= worklist._get_row(notice.company_id, notice.partner_id)
        return worklist

    @api.depends("worklist_ids")
    def _compute_phone(self):
        for call in self:
            row = call.worklist_ids
            call.phone = row.phone if len(row) == 1 else False

    @api.depends("outcome")
    def _compute_next_contact(self):
        today = fields.Date.context_today(self)
        for call in self:
            days = NEXT_CONTACT_DAYS.get(call.outcome, DEFAULT_DAYS)
            call.next_contact = fields.Date.add(today, days=days)

    @api.constrains("next_contact")
    def _check_next_contact(self):
        today = fields.Date.context_today(self)
        if any(call.next_contact and call.next_contact <= today for call in self):
            raise ValidationError(self.env._("Choose a day after today."))

    def action_log(self):
        """Write the call down, close what it settles and plan the next contact."""
        self.ensure_one()
        rows = self.worklist_ids
        body = self._get_body()
        self._close_activities(rows)
        for row in rows:
            row.message_post(body=body)
        self._take_over_failures(rows)
        rows._write_state(self._get_row_values())
        if self.next_contact and self.plan_call:
            self._plan_next_call(rows)
        rows._refresh_figures()
        return {"type": "ir.actions.act_window_close"}

    def _get_row_values(self):
        """What changes on the customers. Hook."""
        values = {"last_call_date": fields.Date.context_today(self)}
        if self.next_contact:
            values["postponed_until"] = self.next_contact
        return values

    def _get_body(self):
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        title = self.env._("Call: %(outcome)s", outcome=outcomes[self.outcome])
        return Markup("<p><b>%s</b></p><p>%s</p>") % (title, self.note or "")

    def _close_activities(self, rows):
        """The calls that were planned up to today are done with this one."""
        today = fields.Date.context_today(self)
        calls = rows.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id.category == "phonecall"
                and activity.date_deadline <= today
            )
        )
        calls.action_feedback(feedback=self.note)

    def _take_over_failures(self, rows):
        """Who was called needs no other answer to a message that did not arrive."""
        if self.outcome in ("no_answer", "wrong"):
            return
        failed = rows.notice_ids.filtered(
            lambda notice: notice.state == "failed" and not notice.failure_handled
        )
        failed._take_over()

    def _plan_next_call(self, rows):
        call = self.env.ref("mail.mail_activity_data_call")
        for row in rows:
            row.activity_schedule(
                activity_type_id=call.id,
                summary=self.env._("Call again"),
                date_deadline=self.next_contact,
                user_id=self.env.uid,
            )
