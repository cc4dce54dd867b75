from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

MANAGER = "billing_coordinator.group_billing_manager"


class BillingAllowance(models.Model):
    """The entry of an allowance, its reversal, and undoing both, by Odoo's means."""

    _inherit = "billing.allowance"

    def _prepare_entry(self):
        """Values of the entry: one line an account, the matrix in its narration."""
        label = self.env._(
            "Allowance for doubtful accounts as of %(date)s",
            date=format_date(self.env, self.date),
        )
        sides = (self.expense_account_id, 1), (self.allowance_account_id, -1)
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "date": self.date,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "currency_id": self.currency_id.id,
                        "amount_currency": sign * self.total,
                        "balance": sign * self.total,
                        "tax_ids": [Command.clear()],
                    }
                )
                for account, sign in sides
            ],
        }

    @api.model
    def _get_reversal_ref(self, ref):
        return self.env._("Reversal of: %(entry)s", entry=ref)

    # -- posting -----------------------------------------------------------------------

    def action_post(self):
        """Post the entry, and its reversal for the next period."""
        self.check_access("write")
        for allowance in self:
            allowance.with_company(allowance.company_id)._post_one()
        return True

    def _post_one(self):
        self._lock()
        self._check_can_post()
        entry = self.env["account.move"].create(
            {**self._prepare_entry(), "narration": self._render_matrix()}
        )
        # Odoo would move the entry behind a lock date without a word.
        entry._check_fiscal_lock_dates()
        entry._post()
        reversal = entry._reverse_moves(
            [{"ref": self._get_reversal_ref(entry.ref), "date": self.reversal_date}]
        )
        reversal._check_fiscal_lock_dates()
        reversal._post()  # if it is still to come: by Odoo's job on its day
        self.sudo().write(  # what is posted is written down by the system only
            {
                "state": "posted",
                "move_id": entry.id,
                "reversal_id": reversal.id,
                "posted_by_id": self.env.uid,
            }
        )

    def _lock(self):
        """Keep others from posting or cancelling the same allowance."""
        if not self.sudo().try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Somebody else is posting or cancelling %(allowance)s: look at it"
                    " again in a moment.",
                    allowance=self.display_name,
                )
            )
        self.invalidate_recordset(["state"])

    def _check_can_post(self):
        self._check_draft()
        self.company_id._billing_check_allowance()
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._("The period has not ended yet: post the allowance then.")
            )
        if not self.computed_on:
            raise UserError(self.env._("Compute the allowance first."))
        moved = self._describe_move()
        if moved:
            raise UserError(moved)
        if self.currency_id.is_zero(self.total):
            raise UserError(
                self.env._(
                    "Nothing is expected to be lost, so there is nothing to post. Look"
                    " at the rates and the specific allowances, or delete the draft."
                )
            )

    # -- cancelling --------------------------------------------------------------------

    def _cancel(self, reason):
        """Reverse the entry and its reversal on their own days; for managers only."""
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "To cancel a posted allowance is a billing manager's matter."
                )
            )
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: an auditor will ask for it."))
        allowance = self.with_company(self.company_id)
        allowance._lock()
        if allowance.state != "posted":
            raise UserError(
                self.env._("Only a posted allowance can be cancelled; delete a draft.")
            )
        allowance._reverse_entries(reason)
        allowance.sudo().write(  # who manages billing does not write allowances
            {
                "state": "cancelled",
                "cancel_reason": reason,
                "cancelled_by_id": self.env.uid,
                "cancelled_on": fields.Datetime.now(),
            }
        )
        allowance.message_post(
            body=self.env._("Cancelled: %(reason)s", reason=reason),
            subtype_xmlid="mail.mt_note",
        )

    def _reverse_entries(self, reason):
        """What is not posted yet will not be; what somebody reversed stays so."""
        entries = self.move_id | self.reversal_id
        entries.filtered(lambda move: move.state == "draft").button_cancel()
        posted = (self.move_id | self.reversal_id).filtered(
            lambda move: (
                move.state == "posted"
                and not (move.reversal_move_ids - self.reversal_id).filtered(
                    lambda reversal: reversal.state == "posted"
                )
            )
        )
        posted._check_fiscal_lock_dates()  # Odoo would choose a later day itself
        posted._reverse_moves(
            [
                {
                    "ref": self.env._(
                        "Cancellation of: %(entry)s, %(reason)s",
                        entry=move.ref,
                        reason=reason,
                    ),
                    "date": move.date,
                }
                for move in posted
            ],
            cancel=True,
        )
