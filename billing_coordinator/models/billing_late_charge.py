from odoo import api, fields, models
from odoo.exceptions import UserError


class BillingLateCharge(models.Model):
    """Interest on one installment, or the fee, that one notice charged.

    History: the system writes it, nobody changes it. What was charged wrongly is
    waived. Days of a row that is not cancelled are never charged again; the next notice
    charges all others that are late, in a row for each run of days without a charge.
    """

    _name = "billing.late.charge"
    _description = "Late charge"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    notice_id = fields.Many2one(
        "billing.followup.notice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Overdue item",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The installment that bears interest; empty for a fee.",
    )
    origin_id = fields.Many2one(
        "account.move",
        "Overdue invoice",
        related="move_line_id.move_id",
        store=True,
        index="btree_not_null",
    )
    date = fields.Date(required=True, help="Day of the notice.")
    date_from = fields.Date("Interest from", help="First day charged.")
    date_to = fields.Date("Interest to", help="Last day charged.")
    days = fields.Integer("Days charged", aggregator=None)
    segments = fields.Json(
        help="Days with one principal and one rate, as they were computed."
    )
    calculation = fields.Text(compute="_compute_calculation")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        "res.currency", "Company currency", related="company_id.currency_id"
    )
    interest_amount = fields.Monetary("Interest", aggregator=None)
    fee_amount = fields.Monetary("Fee", aggregator=None)
    company_amount = fields.Monetary(
        "In company currency",
        currency_field="company_currency_id",
        help="Interest and fee without taxes, at the rate of the notice's day.",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Invoice line",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoiced on",
        related="invoice_line_id.move_id",
        store=True,
        index="btree_not_null",
        help="The invoice of the interest and fee.",
    )
    credit_move_id = fields.Many2one(
        "account.move", "Credit note", ondelete="set null", index="btree_not_null"
    )
    waived_on = fields.Datetime("Waived on")
    waived_by_id = fields.Many2one("res.users", "Waived by")
    waive_reason = fields.Char("Why waived")
    cancelled_on = fields.Datetime("Cancelled on")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("charged", "Charged"),
            ("waived", "Waived"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        help="Proposed: on a draft invoice. Cancelled: the notice was taken back, or"
        " the invoice was cancelled or deleted; a later notice charges the days again.",
    )

    # An exclusion without an extension: the days of an installment, and no others, lie
    # in a range of numbers that begins with the installment's own.
    _days_once = models.Constraint(
        """EXCLUDE USING gist (int8range(
               move_line_id::bigint * 1000000 + (date_from - DATE '1970-01-01'),
               move_line_id::bigint * 1000000 + (date_to - DATE '1970-01-01'),
               '[]') WITH &&)
           WHERE (state IS DISTINCT FROM 'cancelled' AND date_from IS NOT NULL)""",
        "Interest on these days has been charged already.",
    )
    _fee_once = models.UniqueIndex(
        "(notice_id) WHERE fee_amount > 0", "The fee of this notice is charged already."
    )
    _kind_check = models.Constraint(
        """CHECK((interest_amount > 0) <> (fee_amount > 0)
                 AND (interest_amount > 0) = (date_from IS NOT NULL)
                 AND (date_from IS NULL) = (date_to IS NULL)
                 AND date_from <= date_to)""",
        "A late charge is interest for some days, or a fee.",
    )

    @api.depends("waived_on", "cancelled_on", "invoice_line_id.parent_state")
    def _compute_state(self):
        for charge in self:
            invoiced = charge.invoice_line_id.parent_state
            if charge.waived_on:
                charge.state = "waived"
            elif charge.cancelled_on or invoiced in (False, "cancel"):
                charge.state = "cancelled"
            else:
                charge.state = "charged" if invoiced == "posted" else "proposed"

    @api.depends("origin_id", "notice_id")
    def _compute_display_name(self):
        for charge in self:
            charge.display_name = (
                self.env._(
                    "Interest on %(invoice)s", invoice=charge.origin_id.name or ""
                )
                if charge.interest_amount
                else self.env._("Fee of %(notice)s", notice=charge.notice_id.name)
            )

    @api.depends_context("lang")
    @api.depends("segments", "currency_id")
    def _compute_calculation(self):
        for charge in self:
            charge.calculation = self._describe_segments(
                charge.segments, charge.currency_id
            )

    # -- actions --------------------------------------------------------------------

    def action_open_invoice(self):
        """Open the invoice of the charge."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    # -- taking back ------------------------------------------------------------------

    def _waive(self, reason):
        """Give up charges: off the draft, or credited when they were posted.

        :return: what others had credited before, in words
        :raise UserError: one of them is waived or cancelled already, or being waived
        """
        self.check_access("read")
        # History is written by the system only; who may read may waive.
        charges_sudo = self.sudo()
        if len(charges_sudo.try_lock_for_update()) < len(self):
            raise UserError(
                self.env._("Someone else is waiving this. Try again in a moment.")
            )
        charges_sudo.invalidate_recordset()
        self._check_can_be_waived()
        posted = self.filtered(lambda charge: charge.state == "charged")
        drafted = self - posted
        lines = drafted.invoice_line_id
        charges_sudo.write(
            {
                "waived_on": fields.Datetime.now(),
                "waived_by_id": self.env.uid,
                "waive_reason": reason,
            }
        )
        self._remove_from_drafts(lines)
        return posted._credit(reason)

    def _check_can_be_waived(self):
        for charge in self:
            if charge.state not in ("proposed", "charged"):
                states = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(charge)s cannot be waived any more: %(state)s.",
                        charge=charge.display_name,
                        state=states[charge.state],
                    )
                )

    def _cancel(self):
        """The notice was taken back: so is what it proposed, with its drafts."""
        proposed = self.filtered(lambda charge: charge.state == "proposed")
        lines = proposed.invoice_line_id
        proposed_sudo = proposed.sudo()  # history is written by the system only
        proposed_sudo.cancelled_on = fields.Datetime.now()
        self._remove_from_drafts(lines)
