from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.followup import SEND


class BillingFollowupNotice(models.Model):
    """How a notice is made from a decision and goes out."""

    _inherit = "billing.followup.notice"

    # -- from a decision to a draft ---------------------------------------------

    @api.model
    def _create_from_decision(self, worklist, currency, decision, advance=False):
        """Write down what the customer is reminded of; nothing goes out yet.

        :param advance: count the stages now, as the notice is issued next
        """
        stage = self.env["billing.followup.stage"].browse(decision.stage.id)
        contact = self._get_contact(worklist, decision)
        quiet = self.with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        notice = quiet.create(
            {
                "company_id": worklist.company_id.id,
                "partner_id": worklist.partner_id.id,
                "contact_id": contact.id,
                "currency_id": currency.id,
                "stage_id": stage.id,
                "date": fields.Date.context_today(self),
                "amount": decision.amount,
                "company_amount": decision.company_amount,
                "responsible_id": worklist.responsible_id.id,
                "send_email": stage.send_email,
                "send_letter": stage.send_letter,
            }
        )
        notice.line_ids._insert(notice, self._get_rows(decision), advance)
        notice._render_text()
        return notice

    @api.model
    def _get_rows(self, decision):
        """What the lines of a notice say, see ``_insert`` of the lines."""
        rows = []
        for line in decision.listed + decision.credits:
            step = decision.steps.get(line.id)
            rows.append(
                {
                    "id": line.id,
                    "due": fields.Date.to_string(line.due),
                    "residual": line.claim,
                    "withheld": line.withheld,
                    "stage_id": step.stage.id if step else line.stage_id,
                    "reaches_stage": bool(step),
                }
            )
        return rows

    # -- going out ---------------------------------------------------------------

    def _issue_draft(self):
        """Send a draft; refuse when the customer no longer owes what it says."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._("%(notice)s is not a draft.", notice=self.display_name)
            )
        worklist = self._get_worklist()
        decisions = worklist._decide_locked()
        if decisions is None:
            raise UserError(worklist._get_busy_message())
        worklist._check_may_be_sent()
        if not self._says_the_same(decisions.get(self.currency_id.id)):
            raise UserError(
                self.env._(
                    "%(customer)s no longer owes what this draft says: something was"
                    " paid, credited, reminded or put on hold, or another stage is due."
                    " Cancel the draft and press 'Read before sending' on the customer"
                    " for a new one.",
                    customer=self.partner_id.display_name,
                )
            )
        self._issue()
        worklist._refresh(self.company_id, self.partner_id.ids)

    def _says_the_same(self, decision):
        """Whether stage and lines of the draft are those of a decision to send."""
        if not decision or decision.outcome != SEND:
            return False
        if self.stage_id.id != decision.stage.id:
            return False
        if self.currency_id.compare_amounts(self.amount, decision.amount):
            return False
        rounded = self.currency_id.round
        return Counter(
            (
                line.move_line_id.id,
                rounded(line.residual),
                line.stage_id.id,
                line.reaches_stage,
            )
            for line in self.line_ids
        ) == Counter(
            (
                max(row["id"], 0) or False,
                rounded(row["residual"]),
                row["stage_id"] or False,
                row["reaches_stage"],
            )
            for row in self._get_rows(decision)
        )

    def _check_still_owed(self):
        """Refuse to send again what was paid, credited or put on hold since."""
        for notice in self:
            worklist = notice._get_worklist()
            owed = notice._is_still_owed()
            if owed is None:
                raise UserError(worklist._get_busy_message())
            worklist._check_not_postponed()
            if not owed:
                raise UserError(
                    self.env._(
                        "%(customer)s no longer owes what %(notice)s says: something"
                        " was paid, credited, put on hold or has fallen due. Cancel it;"
                        " the next run makes a new one if something is left.",
                        customer=notice.partner_id.display_name,
                        notice=notice.name,
                    )
                )

    def _get_worklist(self):
        """The customer's row of the worklist; empty for one who owes nothing."""
        self.ensure_one()
        return self.env["billing.worklist"]._get_row(self.company_id, self.partner_id)

    def _is_still_owed(self):
        """Whether what it says is open and may be chased, with the rows locked.

        Payments that have no entry yet count, as they do in a decision. A courtesy
        reminder says what falls due soon: that is past on the due date.

        :return: None when somebody else is at work on the customer
        """
        worklist = self._get_worklist()
        if not worklist or self._is_past_courtesy():
            return False
        evaluated = worklist._evaluate_locked() if worklist._lock() else None
        if evaluated is None:
            return None
        _decision, lines = evaluated.get(self.currency_id.id, (None, []))
        rounded = self.currency_id.round
        claimed = Counter(
            (line.move_line_id.id, rounded(line.residual)) for line in self.line_ids
        )
        ids = {line_id for line_id, _residual in claimed}
        return claimed == Counter(
            (max(line.id, 0) or False, rounded(line.claim))
            for line in lines
            if line.claim < 0 or (line.id in ids and not line.hold)
        )

    def _is_past_courtesy(self):
        today = fields.Date.context_today(self)
        [stage] = self.stage_id._as_rule()
        reminded = self.line_ids.filtered("reaches_stage")
        return stage.is_courtesy and min(reminded.mapped("date_maturity")) < today

    def _issue(self):
        """Issue the notice: its stages count from now on, its message is queued."""
        self.ensure_one()
        self._bring_to_today()
        values = {
            "issued_on": fields.Datetime.now(),
            "issued_by_id": self.env.uid,
            "letter_state": "to_print" if self.send_letter else False,
        }
        if self.send_email:
            values |= self._queue_email()
        self._write_fate(values)
        self.line_ids._advance()
        self._charge_late()
        self._log_on_documents()
        self._plan_activities()

    def _bring_to_today(self):
        """What was made on an earlier day and reaches the customer now counts from now.

        The claim is the same, and what a person wrote stays.
        """
        today = fields.Date.context_today(self)
        if self.date == today:
            return
        as_rendered = bool(
            self.stage_id.mail_template_id
            and (self.subject, self.body) == self._get_text()
        )
        self._write_fate({"date": today})
        self.line_ids._set_date(today)
        self.invalidate_recordset(["line_table", "late_charge_text"])
        if as_rendered:
            self._check_late_charges()
            self._write_text(*self._get_text())

    # -- who learns of it -----------------------------------------------------------

    def _plan_activities(self):
        """Plan what people have to do beside the message itself."""
        self.ensure_one()
        stage, failed = self.stage_id, self.state == "failed"
        if stage.activity_type_id:
            self._get_worklist()._plan(
                self._get_doer_of_stage(),
                stage.name,
                stage.activity_note,
                activity_type=stage.activity_type_id,
            )
        if failed:
            self._hand_over_failure(self._get_worklist())
        self._escalate()

    def _escalate(self):
        """The manager decides what follows, once the notice is on its way."""
        on_its_way = (
            self.state in ("queued", "sent") and self.letter_state != "to_print"
        )
        if not self.stage_id.escalate or not on_its_way:
            return
        worklist = self._get_worklist()
        summary = self.env._(
            "%(stage)s sent: decide what follows", stage=self.stage_id.name
        )
        if summary not in worklist.activity_ids.mapped("summary"):
            worklist._plan(self.company_id._get_followup_manager(), summary)

    def _get_doer_of_stage(self):
        """The person of the stage where they work here, else the customer's."""
        user_sudo = self.stage_id.user_id.sudo()  # their companies
        if user_sudo.active and self.company_id in user_sudo.company_ids:
            return self.stage_id.user_id
        return self.responsible_id

    def _hand_over_failure(self, worklist):
        """The message did not arrive: someone takes over by letter or by phone."""
        activity = self._plan_on_customer(
            worklist,
            self.responsible_id,
            self.env._("%(notice)s did not arrive", notice=self.display_name),
            self.env._(
                "%(reason)s. Correct the address and retry, print the letter or call.",
                reason=self.failure_reason,
            ),
        )
        self._write_fate(
            {"failure_handed_over": True, "failure_activity_id": activity.id}
        )

    def _plan_on_customer(self, worklist, user, summary, note=None):
        """Plan what to do; on the notice where the customer owes nothing any more."""
        if worklist:
            return worklist._plan(user, summary, note)
        return self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note or "",
            user_id=(
                user or self.company_id._get_followup_manager() or self.env.user
            ).id,
        )
