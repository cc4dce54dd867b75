from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError


class BillingFollowupNotice(models.Model):
    """What is done about a notice that was issued: another attempt, and letters."""

    _inherit = "billing.followup.notice"

    # -- what did not arrive ------------------------------------------------------

    def action_retry(self):
        """Send failed e-mails once more, to the address as it is now.

        One that is refused does not stop the others.
        """
        failed = self.filtered(
            lambda n: n.send_email and (n.state == "failed" or n._has_letter_instead())
        )
        failed._ask_about_bank_data("billing_coordinator.billing_followup_notice_retry")
        if len(failed) < 2:
            failed._retry()
            failed._refresh_worklist()
            return None
        refusals = failed._retry_each()
        failed._refresh_worklist()
        if not refusals:
            return None
        return self.env["billing.worklist"]._notify("warning", "\n".join(refusals))

    def _retry_each(self):
        """Retry one after the other; return why some of them were refused."""
        self.check_access("write")
        refusals = []
        for notice in self:
            try:
                with self.env.cr.savepoint():
                    notice._retry()
            except UserError as error:
                refusals.append(str(error))
        return refusals

    def _retry(self):
        """Queue the e-mail again; what was arranged in its place is taken back.

        The customer reads it today for the first time: it counts from today.
        """
        for notice in self:
            notice._check_still_owed()
            if problem := notice._get_address_problem():
                notice._write_fate({"address_problem": problem})
                continue
            notice._bring_to_today()
            values = {"failure_handed_over": False, "failure_handled": False}
            if notice._has_letter_instead():
                values |= {"send_letter": False, "letter_state": False}
            notice._write_fate(values | notice._queue_email())
            notice._close_failure_activity()
            notice._escalate()

    def _has_letter_instead(self):
        """Whether a letter waits that takes the place of the failed e-mail."""
        return (
            self.letter_state == "to_print"
            and self.failure_handled
            and not self.stage_id.send_letter
        )

    def action_letter_instead(self):
        """Put failed notices with the letters to be printed."""
        failed = self.filtered(lambda notice: notice.state == "failed")
        failed._message_log_batch(
            {
                notice.id: self.env._(
                    "The e-mail did not arrive (%(reason)s): a letter takes its place.",
                    reason=notice.failure_reason,
                )
                for notice in failed
            }
        )
        failed._write_fate({"send_letter": True, "letter_state": "to_print"})
        failed._take_over()
        failed._refresh_worklist()

    def _take_over(self):
        """Someone takes care of what did not arrive, by letter or by phone."""
        self._write_fate({"failure_handled": True})
        self._close_failure_activity()

    def _close_failure_activity(self):
        """What somebody was asked to solve is solved."""
        self.failure_activity_id.action_feedback()

    def _ask_about_bank_data(self, action):
        """Ask first where customers may have paid: the bank data is too old.

        :param action: XML id of the action that does it all the same
        """
        if self.env.context.get("billing_bank_data_accepted"):
            return
        problems = [company._get_bank_data_problem() for company in self.company_id]
        if any(problems):
            raise RedirectWarning(
                "\n".join(filter(None, problems)),
                self.env["ir.model.data"]._xmlid_to_res_id(action),
                self.env._("Send all the same"),
                {
                    "active_model": self._name,
                    "active_ids": self.ids,
                    "billing_bank_data_accepted": True,
                },
            )

    # -- letters --------------------------------------------------------------------

    def action_print_letters(self):
        """Print letters; the dialog that follows marks them as printed."""
        letters = self.filtered(lambda n: n.letter_state and n.state != "cancelled")
        if not letters:
            raise UserError(self.env._("None of these notices is sent by letter."))
        ready, busy = letters._sort_out_letters()
        message = busy._describe_busy_letters() if busy else letters._describe_stale()
        if not ready:
            return self.env["billing.worklist"]._notify("warning", message)
        if busy:
            self.env.user._bus_send(
                "simple_notification",
                {"type": "warning", "message": message, "sticky": True},
            )
        for notice in ready.filtered(lambda notice: notice.state == "queued"):
            notice._bring_to_today()
        ready._write_fate({"letter_printed_on": fields.Datetime.now()})
        return ready._get_print_action()

    def _get_print_action(self):
        """The PDF, and the question whether those still to print are in the post."""
        report = self.env.ref(
            "billing_coordinator.action_report_followup_letter"
        ).report_action(self, config=False)
        waiting = self.filtered(lambda notice: notice.letter_state == "to_print")
        if not waiting:
            return report
        return {
            "type": "ir.actions.client",
            "tag": "billing_print_letters",
            "params": {"report": report, "letter_ids": waiting.ids},
        }

    def _sort_out_letters(self):
        """Withdraw the letters whose claim was settled before printing.

        :return: letters to print, and those of customers somebody is at work on
        """
        stale = busy = self.browse()
        for notice in self.filtered(lambda notice: notice.letter_state == "to_print"):
            owed = notice._is_still_owed()
            if owed is None or notice._get_worklist()._is_postponed():
                busy |= notice
            elif not owed:
                stale |= notice
        # The e-mail of these has gone out already: only the letter is left away.
        emailed = stale.filtered(lambda notice: notice.state == "sent")
        emailed._write_fate({"letter_state": False})
        (stale - emailed)._withdraw(self.env._("Settled before the letter was printed"))
        return self - stale - busy, busy

    def _describe_busy_letters(self):
        return self.env._(
            "The letters to %(customers)s are still to print: someone is working on"
            " these customers at this moment, or they are postponed.",
            customers=", ".join(self.partner_id.mapped("display_name")),
        )

    def _describe_stale(self):
        return self.env._(
            "Nothing is left to print: the customers no longer owe what the letters"
            " say, so these were withdrawn."
        )

    def action_mark_printed(self):
        """The letters are in the post; one that was not printed stays to print."""
        waiting = self.filtered(lambda notice: notice.letter_state == "to_print")
        printed = waiting.filtered("letter_printed_on")
        printed._write_fate({"letter_state": "printed"})
        for notice in printed:
            notice._escalate()
        printed._refresh_worklist()
        if printed == waiting:
            return None
        return self.env["billing.worklist"]._notify(
            "warning",
            self.env._(
                "Not printed yet, and still to print: %(letters)s.",
                letters=", ".join((waiting - printed).mapped("name")),
            ),
        )
