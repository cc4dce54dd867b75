from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

# Days after which to be in touch again, as a proposal.
NEXT_CONTACT_DAYS = {"no_answer": 1, "wrong": 1}
DEFAULT_DAYS = 7


class BillingCallWizard(models.TransientModel):
    """Log a call with a customer: what came of it and when to be in touch again.

    What came of it is the button that is pressed; it saves at once.
    """

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
        help="Empty: in a week; tomorrow after no answer or a wrong contact.",
    )
    hold_reminders = fields.Boolean(
        "No reminder before that day",
        default=True,
        help="Otherwise the reminders go on as planned.",
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

    @api.constrains("next_contact")
    def _check_next_contact(self):
        today = fields.Date.context_today(self)
        if any(call.next_contact and call.next_contact <= today for call in self):
            raise ValidationError(self.env._("Choose a day after today."))

    def action_log(self):
        """Write the call down, close what it settles and plan the next contact.

        The outcome is that of the button, where there is one.
        """
        self.ensure_one()
        self._set_outcome(self.env.context.get("call_outcome"))
        self.next_contact = self.next_contact or self._propose_next_contact()
        rows = self.worklist_ids
        self._close_activities(rows)
        self._post(rows)
        self._take_over_failures(rows)
        rows._write_state(self._get_row_values())
        if self.plan_call:
            self._plan_next_call(rows)
        rows._refresh_figures()
        if self.outcome == "promised":
            return self._ask_for_promise(rows)
        if self.outcome == "disputed" and len(rows) == 1:
            return self._ask_for_ticket(rows)
        return {"type": "ir.actions.act_window_close"}

    def _set_outcome(self, outcome):
        if outcome and outcome not in self._fields["outcome"].get_values(self.env):
            raise UserError(
                self.env._("%(outcome)s is no outcome of a call.", outcome=outcome)
            )
        self.outcome = outcome or self.outcome

    def _propose_next_contact(self):
        """When to be in touch again, if the user has not said. Hook."""
        days = NEXT_CONTACT_DAYS.get(self.outcome, DEFAULT_DAYS)
        return fields.Date.add(fields.Date.context_today(self), days=days)

    def _get_row_values(self):
        """What changes on the customers. Hook."""
        values = {"last_call_date": fields.Date.context_today(self)}
        if self.hold_reminders:
            values["postponed_until"] = self.next_contact
        return values

    def _ask_for_promise(self, rows):
        """Go on with the dialog for amount and day."""
        if len(rows) > 1:
            return {"type": "ir.actions.act_window_close"}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_promise_wizard_action"
        )
        context = {"active_model": rows._name, "active_ids": rows.ids}
        return dict(action, context=context)

    def _ask_for_ticket(self, row):
        """Go on with the dialog for what the customer disputes."""
        return self.env["billing.ticket"]._make_in_dialog(
            row.company_id,
            row.partner_id,
            channel="phone",
            description=plaintext2html(self.note) if self.note else False,
        )

    def _post(self, rows):
        body = self._get_body()
        for row in rows:
            row.message_post(body=body, subtype_xmlid="billing_coordinator.mt_call")

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
        calls.with_context(billing_call_logged=True).action_feedback(feedback=self.note)

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
