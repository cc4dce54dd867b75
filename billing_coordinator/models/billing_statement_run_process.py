import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)

TEMPLATE = "billing_coordinator.mail_template_statement"
REPORT = "billing_coordinator.action_report_statement"


class BillingStatementRunLine(models.Model):
    """One customer is one unit of work: made under lock, committed by itself."""

    _inherit = "billing.statement.run.line"

    @api.model
    def _cron_send(self):
        """Make the statements that wait, one committed customer after the other.

        Any number of these may run at the same time: each takes the customers that no
        other has locked.
        """
        queue = self.search([("state", "=", "waiting")], order="id").ids
        self.env["ir.cron"]._commit_progress(remaining=len(queue))
        for line_id in queue:
            try:
                self.browse(line_id)._process_isolated()
                self.env.flush_all()
            except psycopg2.extensions.TransactionRollbackError:
                # Another worker was faster.
                self.env.cr.rollback()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _process_now(self):
        """Make these statements in the transaction of the user who asked for them."""
        # The lines are read-only for users, and so are e-mails.
        for line_sudo in self.sudo():
            line_sudo._process_isolated()

    def _process_isolated(self):
        """Make one statement; what fails is noted on its line and stops no other."""
        self.ensure_one()
        if not self._lock() or self.state != "waiting":
            return
        line = self._in_company()
        try:
            with self.env.cr.savepoint():
                line._process_locked()
        except psycopg2.extensions.TransactionRollbackError:
            raise
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is, the others go on.
            _logger.warning("The statement of %s failed", self, exc_info=True)
            self.write(
                {
                    "processed_on": fields.Datetime.now(),
                    "error": str(error) or type(error).__name__,
                }
            )

    def _lock(self):
        """Take the line; False when another worker has it."""
        # Where another worker was faster PostgreSQL refuses; that is no error to log.
        with mute_logger("odoo.sql_db"):
            locked = self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        return bool(locked.exists())

    def _in_company(self):
        """The line with the company and the time zone that it belongs to."""
        env = self.env["billing.worklist"]._in_company(self.company_id).env
        return self.with_env(env)

    def _process_locked(self):
        """Queue the e-mail with the statement of this moment, or leave it out."""
        run, statements = self.run_id, self.env["billing.statement"]
        statement = statements._get_statements(
            self.company_id, self.partner_id, run.kind, run.date_from, run.date_to
        )[self.partner_id.id]
        values = {"processed_on": fields.Datetime.now(), "skip_reason": False}
        if statement.is_empty:
            self.write(dict(values, skip_reason=run.kind))
            return
        self.contact_id = statements._get_contacts([statement])[self.partner_id.id]
        self._write_text(statement)
        self.write(dict(values, **self._queue_email()))

    def _write_text(self, statement):
        """Subject and text as the template makes them, in the language of the contact.

        :raise UserError: the template was deleted
        """
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            raise UserError(
                self.env._(
                    "The e-mail template 'Statement of account' was deleted. Update the"
                    " app Billing Coordinator to get it back."
                )
            )
        lang = self._get_lang()
        statements = self.env["billing.statement"].with_context(lang=lang)
        self.write(
            {
                "balance": statements._get_amounts(statement.sections, "total"),
                "overdue": statements._get_amounts(
                    [s for s in statement.sections if s.overdue > 0], "overdue"
                ),
            }
        )
        template = template.with_context(lang=lang)
        self.subject, self.body = (
            template._render_field(field, self.ids)[self.id]
            for field in ("subject", "body_html")
        )

    def _get_lang(self):
        return self.env["billing.statement"]._get_lang(self.contact_id, self.partner_id)

    def _get_attachments(self):
        """The statement as PDF."""
        run, partner = self.run_id, self.partner_id
        statements = self.env["billing.statement"].with_context(lang=self._get_lang())
        return super()._get_attachments() | self._attach_report(
            REPORT,
            self.browse(),
            statements._get_filename(partner, run.kind, run.date_to, "pdf"),
            statements._prepare_report_data(
                self.company_id, partner, run.kind, run.date_from, run.date_to
            ),
        )

    def mail_allowed_qweb_expressions(self):
        """Placeholders that anyone may use in the text, rendered without code."""
        return super().mail_allowed_qweb_expressions() + (
            "object.balance",
            "object.company_id.name",
            "object.contact_id.name",
            "object.overdue",
            "object.period",
            "object.responsible_id.name",
            "object.title",
        )
