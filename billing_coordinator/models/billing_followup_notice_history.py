from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import clean_context, html_sanitize

CLAIM_FIELDS = {
    "name",
    "company_id",
    "partner_id",
    "contact_id",
    "currency_id",
    "stage_id",
    "plan_id",
    "date",
    "amount",
    "company_amount",
    "line_ids",
    "subject",
    "body",
    "send_email",
    "send_letter",
    "issued_on",
    "issued_by_id",
}
# What became of a notice: nobody types it in.
FATE_FIELDS = {
    "address_problem",
    "cancel_reason",
    "cancelled_on",
    "email",
    "failure_activity_id",
    "failure_handed_over",
    "failure_handled",
    "failure_reason",
    "issued_by_id",
    "issued_on",
    "letter_printed_on",
    "letter_state",
    "mail_message_id",
    "state",
}


class BillingFollowupNotice(models.Model):
    """History is not rewritten: what may be changed, when, and by whom."""

    _inherit = "billing.followup.notice"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_fate(vals)
        # Defaults in the context of a client would pass by these checks.
        notices = self.with_context(clean_context(self.env.context))
        notices = super(BillingFollowupNotice, notices).create(
            [self._clean_text(self._add_number(vals)) for vals in vals_list]
        )
        return notices.with_env(self.env)

    @api.model
    def _add_number(self, vals):
        """The next number of the company, as each may have a sequence of its own."""
        if vals.get("name"):
            return vals
        sequence_sudo = self.env["ir.sequence"].sudo()  # no access for users
        sequence_sudo = sequence_sudo.with_company(vals.get("company_id"))
        return dict(vals, name=sequence_sudo.next_by_code("billing.followup.notice"))

    @api.model
    def _check_fate(self, vals):
        """Refuse a client that types in what became of a notice."""
        names = sorted(vals.keys() & FATE_FIELDS)
        if names and not self.env.su:
            labels = self.fields_get(names, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s: this is set by the system.",
                    fields=", ".join(labels[name]["string"] for name in names),
                )
            )

    def write(self, vals):
        self._check_fate(vals)
        if vals.keys() & CLAIM_FIELDS and any(notice.issued_on for notice in self):
            raise UserError(
                self.env._(
                    "An issued notice cannot be changed. Cancel it and make a new one."
                )
            )
        if "cancelled_on" in vals:
            self._check_can_be_cancelled()
        return super().write(self._clean_text(vals))

    @api.model
    def _clean_text(self, vals):
        if not vals.get("body"):
            return vals
        return dict(vals, body=html_sanitize(vals["body"], sanitize_style=False))

    def _write_fate(self, vals):
        """Write down what became of the notices, with the rights of the user."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _write_text(self, subject, body):
        """Store what a template made: its text is clean, what it fills in escaped."""
        values = {"subject": subject, "body": body}
        return super().write(values)  # pylint: disable=super-method-mismatch

    # Contexts of clients may say that the app is being uninstalled.
    @api.ondelete(at_uninstall=True)
    def _unlink_except_issued(self):
        if any(notice.issued_on for notice in self):
            raise UserError(
                self.env._("An issued notice cannot be deleted. Cancel it instead.")
            )
