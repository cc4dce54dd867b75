from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import stage_rule


class BillingFollowupStage(models.Model):
    """One stage of a follow-up plan: when it comes, what goes out, who is told."""

    _name = "billing.followup.stage"
    _description = "Follow-up stage"
    _order = "plan_id, sequence, id"

    plan_id = fields.Many2one(
        "billing.followup.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    name = fields.Char(
        required=True, translate=True, help="The customer reads it, as the title."
    )
    sequence = fields.Integer(default=10)
    trigger = fields.Selection(
        [
            (stage_rule.AFTER_DUE, "Days after the due date"),
            (stage_rule.AFTER_MONTH_END, "Days after the end of the due month"),
            (stage_rule.AFTER_PREVIOUS, "Days after the previous notice"),
        ],
        "Counted from",
        required=True,
        default=stage_rule.AFTER_DUE,
    )
    delay = fields.Integer(
        "Days",
        required=True,
        help="Negative: a courtesy reminder, so many days before the due date.",
    )
    nominal_days = fields.Integer(
        "Days after due date",
        compute="_compute_nominal_days",
        store=True,
        help="Place of the stage in days after the due date.",
    )
    mode = fields.Selection(
        [("auto", "By the daily job"), ("manual", "By hand")],
        "Sent",
        required=True,
        default="auto",
        help="By hand: the customer waits in the worklist until someone sends it.",
    )
    send_email = fields.Boolean("E-mail", default=True)
    send_letter = fields.Boolean(
        "Letter", help="The notice is put with the letters to be printed."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "Text",
        domain=[("model", "=", "billing.followup.notice")],
        ondelete="restrict",
        index="btree_not_null",
        help="Text of the e-mail and of the letter, in the customer's language.",
    )
    attach_invoices = fields.Boolean(
        "Attach overdue invoices",
        help="The PDFs of the invoices that the notice names go with the e-mail.",
    )
    attach_statement = fields.Boolean(
        "Attach statement of account",
        help="The PDF of all that the customer has open, with its age, goes with the"
        " e-mail.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        ondelete="set null",
        help="Planned when the notice goes out, a call for instance.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        ondelete="set null",
        index="btree_not_null",
        help="Gets the activity of this stage, the collector of final notices for"
        " instance. Empty, or where they do not work for the company: the person"
        " responsible for the customer.",
    )
    activity_note = fields.Text("What to do", translate=True)
    escalate = fields.Boolean(
        "Tell the manager",
        help="The person responsible for follow-up in the company gets an activity.",
    )

    summary = fields.Char("In words", compute="_compute_summary")

    _sequence_idx = models.Index("(plan_id, sequence, id)")

    @api.depends(
        "plan_id.stage_ids.trigger",
        "plan_id.stage_ids.delay",
        "plan_id.stage_ids.sequence",
    )
    def _compute_nominal_days(self):
        for plan, stages in self.grouped("plan_id").items():
            ordered = (plan.stage_ids or stages).sorted(
                lambda s: (s.sequence, s._origin.id)
            )
            days = stage_rule.nominal_days((s.trigger, s.delay) for s in ordered)
            for stage, nominal in zip(ordered, days, strict=True):
                stage.nominal_days = nominal

    @api.depends_context("lang")
    @api.depends(
        "trigger",
        "delay",
        "mode",
        "send_email",
        "send_letter",
        "activity_type_id.name",
        "user_id.name",
        "escalate",
    )
    def _compute_summary(self):
        """The stage as a sentence, to be checked while it is being set up."""
        for stage in self:
            parts = [stage._describe_moment(), stage._describe_channels()]
            if stage.mode == "manual":
                parts.append(self.env._("when someone sends it from the worklist"))
            if stage.activity_type_id:
                parts.append(stage._describe_activity())
            if stage.escalate:
                parts.append(self.env._("and the manager is told"))
            stage.summary = ", ".join(parts)

    def _describe_moment(self):
        days = abs(self.delay)
        if self.trigger == stage_rule.AFTER_MONTH_END:
            return self.env._("%(days)s days after the end of the due month", days=days)
        if self.trigger == stage_rule.AFTER_PREVIOUS:
            return self.env._("%(days)s days after the previous notice", days=days)
        if self.delay < 0:
            return self.env._("%(days)s days before the due date", days=days)
        if not self.delay:
            return self.env._("On the due date")
        return self.env._("%(days)s days after the due date", days=days)

    def _describe_channels(self):
        if self.send_email and self.send_letter:
            return self.env._("by e-mail and by letter")
        if self.send_email:
            return self.env._("by e-mail")
        if self.send_letter:
            return self.env._("by letter")
        return self.env._("without any message")

    def _describe_activity(self):
        todo, user = self.activity_type_id.name, self.user_id.name
        if user:
            return self.env._("then: %(todo)s (%(user)s)", todo=todo, user=user)
        return self.env._("then: %(todo)s", todo=todo)

    @api.constrains("trigger", "delay", "sequence", "plan_id")
    def _check_order(self):
        if self.env.context.get("billing_stages_together"):
            return
        for plan in self.plan_id:
            stages = plan.stage_ids.sorted(lambda s: (s.sequence, s.id))
            if stages[:1].trigger == stage_rule.AFTER_PREVIOUS:
                raise ValidationError(
                    self.env._(
                        "%(stage)s is the first stage of %(plan)s: there is no previous"
                        " notice that it could follow. Count from the due date.",
                        stage=stages[0].name,
                        plan=plan.name,
                    )
                )
            for previous, stage in zip(stages, stages[1:], strict=False):
                if stage.nominal_days <= previous.nominal_days:
                    raise ValidationError(
                        self.env._(
                            "%(stage)s would not come after %(previous)s: each stage"
                            " must come later than the one before.",
                            stage=stage.name,
                            previous=previous.name,
                        )
                    )

    @api.constrains("trigger", "delay")
    def _check_delay(self):
        for stage in self:
            if stage.delay < 0 and stage.trigger != stage_rule.AFTER_DUE:
                raise ValidationError(
                    self.env._(
                        "%(stage)s: only days after the due date can be negative (a"
                        " reminder before it is due).",
                        stage=stage.name,
                    )
                )

    @api.constrains("send_email", "send_letter", "mail_template_id")
    def _check_text(self):
        for stage in self:
            if (stage.send_email or stage.send_letter) and not stage.mail_template_id:
                raise ValidationError(
                    self.env._(
                        "%(stage)s sends a message: choose its text.", stage=stage.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["billing.followup.notice.line"]
            .sudo()
            .search_count([("stage_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Customers were reminded at this stage: archive the plan and make a"
                    " new one, so that the history stays true."
                )
            )

    def unlink(self):
        plans = self.plan_id
        result = super().unlink()
        plans.stage_ids._check_order()
        return result

    def _as_rule(self):
        """The stages of the plan for the stage rule."""
        return [
            stage_rule.Stage(
                stage.id,
                stage.trigger,
                stage.delay,
                stage.nominal_days,
                stage.mode == "auto",
            )
            for stage in self.sorted(lambda s: (s.sequence, s.id))
        ]
