from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.late_claim import Assessment, Claim

COORDINATOR = "billing_coordinator.group_billing_coordinator"


class BillingFollowupNotice(models.Model):
    """Interest and fees that a notice charges beside what it claims.

    They are no part of the claim: their invoice is a receivable of its own.
    """

    _inherit = "billing.followup.notice"

    late_charge_ids = fields.One2many(
        "billing.late.charge",
        "notice_id",
        "Late charges",
        readonly=True,
        groups=COORDINATOR,
    )
    late_charge_count = fields.Integer(
        "Number of late charges",
        compute="_compute_late_charge_count",
        groups=COORDINATOR,
    )
    late_charge_text = fields.Char(
        "Interest and fees in words",
        compute="_compute_late_charge_text",
        help="What this notice charges, empty if nothing. It stands below the table of"
        " open items, unless the text has it elsewhere.",
    )

    @api.depends("late_charge_ids")
    def _compute_late_charge_count(self):
        for notice in self:
            notice.late_charge_count = len(notice.late_charge_ids)

    @api.depends_context("lang")
    @api.depends("date", "issued_on", "late_charge_ids.state")
    def _compute_late_charge_text(self):
        for notice in self:
            if notice.issued_on:
                charges_sudo = notice.sudo().late_charge_ids  # as readable as the text
                charges_sudo = charges_sudo.filtered(lambda c: c.state != "cancelled")
                interest = sum(charges_sudo.mapped("interest_amount"))
                fee = sum(charges_sudo.mapped("fee_amount"))
            else:
                assessment = notice._assess_late()
                interest, fee = assessment.interest_amount, assessment.fee
            notice.late_charge_text = notice._describe_late_charges(interest, fee)

    def _describe_late_charges(self, interest, fee):
        texts = {
            "interest": self.currency_id.format(interest),
            "fee": self.currency_id.format(fee),
        }
        if interest and fee:
            return self.env._(
                "For the late payment we charge interest of %(interest)s and a fee of"
                " %(fee)s on a separate invoice.",
                **texts,
            )
        if interest:
            return self.env._(
                "For the late payment we charge interest of %(interest)s on a separate"
                " invoice.",
                **texts,
            )
        if fee:
            return self.env._(
                "For the late payment we charge a fee of %(fee)s on a separate"
                " invoice.",
                **texts,
            )
        return ""

    def _get_table_values(self):
        """What is charged stands below the open items, unless the text names it."""
        text = self.late_charge_text
        if text and "late_charge_text" in (
            self.stage_id.mail_template_id.body_html or ""
        ):
            text = ""
        return super()._get_table_values() | {"late_charge": text}

    def mail_allowed_qweb_expressions(self):
        return super().mail_allowed_qweb_expressions() + ("object.late_charge_text",)

    # -- charging ------------------------------------------------------------------

    def _charge_late(self):
        """Charge interest and fee where the stage asks for it."""
        assessment = self._check_late_charges()
        if assessment.interest or assessment.fee:
            charges = self.env["billing.late.charge"]
            charges._create_from_assessment(self, assessment)

    def _assess_late(self):
        """What the notice charges on its day; costs nothing where that is nothing."""
        self.ensure_one()
        if not self.stage_id._charges_late():
            return Assessment()
        items = [
            (line.move_line_id.id, line.date_maturity, line.residual)
            for line in self.line_ids
        ]
        claims = {self: Claim(self.stage_id, self.currency_id, items)}
        charges = self.env["billing.late.charge"]
        return charges._assess(self.company_id, claims, self.date).get(
            self, Assessment()
        )

    def _check_late_charges(self):
        """Say what is wrong with the charges, before a text tries to name them."""
        assessment = self._assess_late()
        if assessment.problem:
            raise UserError(assessment.problem)
        return assessment

    # -- taking back ---------------------------------------------------------------

    def _get_late_charges(self, *states):
        domain = [("notice_id", "in", self.ids), ("state", "in", states)]
        return self.env["billing.late.charge"].search(domain)

    def _check_can_be_cancelled(self):
        result = super()._check_can_be_cancelled()
        charged = self._get_late_charges("charged")
        if charged:
            raise UserError(
                self.env._(
                    "%(notice)s has charged interest or a fee on %(invoice)s, which is"
                    " posted. Waive the charges first.",
                    notice=charged.notice_id[:1].display_name,
                    invoice=charged.move_id[:1].name,
                )
            )
        return result

    def action_cancel(self, reason=None):
        """Take notices back, and the drafts of what they would have charged."""
        proposed = self._get_late_charges("proposed")
        result = super().action_cancel(reason)
        proposed._cancel()
        return result

    def _withdraw(self, reason):
        """Take back what was settled before it went out, posted charges too."""
        self._get_late_charges("charged")._waive(reason)
        self.action_cancel(reason)

    def action_open_late_charges(self):
        """Open the interest and fee that the notice charged."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_late_charge_action"
        )
        return dict(action, domain=[("notice_id", "in", self.ids)], context={})
