from odoo import models


class BillingFollowupNotice(models.Model):
    """What comes back: an answer reaches the person who is responsible."""

    _inherit = "billing.followup.notice"

    def _message_post_after_hook(self, message, msg_values):
        if message.message_type == "email":
            self._tell_of_reply()
        return super()._message_post_after_hook(message, msg_values)

    def _tell_of_reply(self):
        """An answer of the customer reaches the person who is responsible.

        Where nobody is, or has left, the follow-up manager. The activity is on the
        customer; on the notice where the customer is not in the worklist any more.
        """
        user = self.responsible_id.filtered("active")
        user = user or self.company_id._get_followup_manager()
        if not user:
            return
        self.message_subscribe(partner_ids=user.partner_id.ids)
        # Whoever's name the mail comes in with may see no activities.
        notice_sudo = self.sudo()
        row_sudo = notice_sudo.env["billing.worklist"]._get_row(
            self.company_id, self.partner_id
        )
        summary = self.env._("Answer the reply to %(notice)s", notice=self.display_name)
        planned = row_sudo.activity_ids + notice_sudo.activity_ids
        if summary in planned.mapped("summary"):
            return
        notice_sudo._plan_on_customer(row_sudo, user, summary)
