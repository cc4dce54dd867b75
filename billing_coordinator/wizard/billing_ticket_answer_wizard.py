from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.billing_ticket_department import OUTCOMES
from ..models.billing_ticket_department_view import COORDINATOR


class BillingTicketAnswerWizard(models.TransientModel):
    """What a department does with a question: answer, hand back, give to another."""

    _name = "billing.ticket.answer.wizard"
    _description = "Answer a question"

    ticket_id = fields.Many2one(
        "billing.ticket",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    question = fields.Text(related="ticket_id.question", related_sudo=False)
    text = fields.Text("Answer")
    outcome = fields.Selection(OUTCOMES, "In short")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    colleague_ids = fields.Many2many("res.users", compute="_compute_colleague_ids")
    user_id = fields.Many2one(
        "res.users", "Colleague", domain="[('id', 'in', colleague_ids)]"
    )

    @api.depends("ticket_id")
    def _compute_colleague_ids(self):
        for wizard in self:
            team = wizard.ticket_id.team_id
            wizard.colleague_ids = team.member_ids | team.leader_id

    def action_answer(self):
        """Send the answer to the coordinator."""
        self.ensure_one()
        self._check_text(self.env._("Write down what you found out."))
        files = self._take_attachments()
        self.ticket_id._answer(self.text, self.outcome, files)
        return self._go_on()

    def action_hand_back(self):
        """It is a question for somebody else."""
        self.ensure_one()
        self._check_text(self.env._("Say why, so that the right people are asked."))
        self.ticket_id._hand_back(self.text)
        return self._go_on()

    def action_reassign(self):
        """Give the question to a colleague."""
        self.ensure_one()
        if not self.user_id:
            raise UserError(self.env._("Choose a colleague."))
        self.ticket_id._reassign(self.user_id)
        return {"type": "ir.actions.act_window_close"}

    def _check_text(self, message):
        if not (self.text or "").strip():
            raise UserError(message)

    def _take_attachments(self):
        """The files that the user uploaded here, moved to the ticket."""
        attachments_sudo = self.attachment_ids.sudo()  # departments may only read
        for attachment_sudo in attachments_sudo:
            own = attachment_sudo.create_uid == self.env.user
            if not own or attachment_sudo.res_model != self._name:
                raise AccessError(
                    self.env._(
                        "%(file)s belongs to another document: upload it here.",
                        file=attachment_sudo.name,
                    )
                )
        ticket = self.ticket_id
        ticket.check_access("read")
        attachments_sudo.write({"res_model": ticket._name, "res_id": ticket.id})
        return self.attachment_ids

    def _go_on(self):
        """Members go on with their list; the question has left it."""
        if self.env.user.has_group(COORDINATOR):
            return {"type": "ir.actions.act_window_close"}
        action = "billing_coordinator.billing_ticket_action_department"
        return dict(
            self.env["ir.actions.act_window"]._for_xml_id(action), target="main"
        )
