from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

# A sending by hand to more customers than this goes on in the background.
SEND_AT_ONCE = 20


class BillingWorklist(models.Model):
    """Sending by hand, and what the coordinator is told of it."""

    _inherit = "billing.worklist"

    send_requested_on = fields.Date(
        "Sending requested on",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Someone asked for the sending on this day; the job does it.",
    )

    def action_send_now(self):
        """Send what is due now, or say why there is nothing to send.

        Where the bank data is too old the preview opens and asks first.
        """
        doubtful = self.filtered(
            lambda row: row.company_id in self._get_companies_to_ask()
        )
        if not doubtful:
            return self._send_now_with_message()
        (self - doubtful)._send_or_request()
        company = doubtful.company_id[:1]
        rows = doubtful.filtered_domain([("company_id", "=", company.id)])
        run = self.env["billing.followup.run"]._preview(company, rows)
        return run._get_form_action()

    def _get_companies_to_ask(self):
        return self.company_id.filtered(
            lambda company: company._get_bank_data_problem()
        )

    def _send_or_request(self):
        """Send at once to a few customers, in the background to many."""
        if len(self) > SEND_AT_ONCE:
            self._request_sending()
            return None
        return self._send_now()

    def _send_now_with_message(self):
        notices = self._send_or_request()
        if notices is None:
            return self._notify("info", self._describe_request())
        return self._notify(
            "success" if notices else "warning", self._describe_sent(notices)
        )

    def _notify(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _describe_request(self):
        return self.env._(
            "The notices of %(customers)s customers are sent in the background. The"
            " list shows how far it is.",
            customers=len(self),
        )

    def _describe_sent(self, notices):
        if not notices and len(self) == 1:
            return self._explain_waiting()
        failed = notices.filtered(lambda notice: notice.state == "failed")
        if len(notices) == 1 and not failed:
            return self.env._(
                "%(notice)s goes out to %(customer)s.",
                notice=notices.display_name,
                customer=notices.partner_id.display_name,
            )
        message = self.env._(
            "%(count)s notices were made for %(customers)s customers.",
            count=len(notices),
            customers=len(self),
        )
        if failed:
            message += " " + self.env._(
                "%(count)s have no valid address: see the filter 'Failed'.",
                count=len(failed),
            )
        return message

    def _get_busy_message(self):
        return self.env._(
            "Someone is working on %(customer)s. Try again in a moment.",
            customer=self.partner_id.display_name,
        )

    def _explain_waiting(self):
        """Why nothing goes out to the customer, in one sentence."""
        reasons = dict(self._fields["wait_reason"]._description_selection(self.env))
        reason = reasons.get(self.wait_reason, self.env._("Nothing is due"))
        if not self.next_date:
            return self.env._("Nothing was sent. %(reason)s.", reason=reason)
        return self.env._(
            "Nothing was sent. %(reason)s (%(date)s).",
            reason=reason,
            date=format_date(self.env, self.next_date),
        )

    def action_prepare(self):
        """Make a draft of the notice, to be read and changed before it goes out."""
        self.ensure_one()
        notices = self._prepare_notices() if self._lock() else None
        if notices is None:
            raise UserError(self._get_busy_message())
        if not notices:
            raise UserError(self._explain_waiting())
        action = notices[:1].get_formview_action()
        if len(notices) > 1:
            action = self._get_notice_action(notices)
        return action

    def _send_now(self):
        """Send to these customers at once, stages by hand included."""
        notices = self.env["billing.followup.notice"]
        for row in self:
            made = row._process_one(stages=("auto", "manual"))
            if made is None:
                raise UserError(row._get_busy_message())
            notices |= made
        self._refresh_figures()
        return notices

    def _request_sending(self):
        """Let a job send to these customers soon; an old error is past."""
        self._write_state(
            {
                "send_requested_on": fields.Date.context_today(self),
                "run_error": False,
                "run_error_on": False,
            }
        )
        self.env.ref("billing_coordinator.ir_cron_send_requested").sudo()._trigger()

    def _take_out_today(self):
        """Nothing goes out to these customers before tomorrow."""
        tomorrow = fields.Date.add(fields.Date.context_today(self), days=1)
        for row in self:
            row.postponed_until = max(row.postponed_until or tomorrow, tomorrow)
        self._refresh_figures()
