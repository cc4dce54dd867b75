import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ..tools.bank import files
from ..tools.bank.record import Problem


class BillingStatementImport(models.TransientModel):
    """Bank files in, statements and their lines out.

    First every file is looked at, then the columns of tables that are new are asked
    for, then all files are booked: each by itself, so that a bad one changes nothing
    for the others.
    """

    _name = "billing.statement.import"
    _description = "Import of bank files"

    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    journal_id = fields.Many2one(
        "account.journal",
        "Bank account",
        domain="[('type', 'in', ('bank', 'credit')),"
        " ('company_id', 'in', allowed_company_ids)]",
        help="Only for files that do not tell their account, and for an account whose"
        " number is not known in Odoo yet.",
    )
    state = fields.Selection(
        [("files", "Files"), ("columns", "Columns"), ("done", "Done")],
        default="files",
        required=True,
        readonly=True,
    )
    file_ids = fields.One2many(
        "billing.statement.import.file", "import_id", "Result", readonly=True
    )
    new_count = fields.Integer("New entries", compute="_compute_counts")
    known_count = fields.Integer("Known entries", compute="_compute_counts")
    pending_count = fields.Integer("Not booked", compute="_compute_counts")

    @api.depends("file_ids.new_count", "file_ids.known_count", "file_ids.pending_count")
    def _compute_counts(self):
        for wizard in self:
            wizard.new_count = sum(wizard.file_ids.mapped("new_count"))
            wizard.known_count = sum(wizard.file_ids.mapped("known_count"))
            wizard.pending_count = sum(wizard.file_ids.mapped("pending_count"))

    def _compute_display_name(self):
        self.display_name = self.env._("Import bank files")

    # -- actions -------------------------------------------------------------------

    def action_import(self):
        """Look at the files; book them, or ask for the columns of tables first."""
        self._check_own()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose a file of your bank first."))
        wizard = self._without_defaults()
        wizard.file_ids.unlink()
        wizard._look_at_files()
        return wizard._continue()

    def action_open_lines(self):
        """What this import added or took into a statement, else what it met again."""
        self._check_own()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_coordinator.billing_bank_line_action"
        )
        lines = self.file_ids.line_ids or self.file_ids.known_line_ids
        domain = [("id", "in", lines.ids)]
        return dict(action, domain=domain, context={})

    def action_match(self):
        """Look at what the new entries pay, and go on there."""
        self._check_own()
        self.env["billing.payment.match"].action_match_again(self.file_ids.line_ids.ids)
        action = self.env["ir.actions.client"]._for_xml_id(
            "billing_coordinator.billing_bank_review_action"
        )
        journals = self.file_ids.line_ids.journal_id
        return dict(
            action,
            context={"journal_id": journals.id if len(journals) == 1 else 0},
        )

    def action_again(self):
        """An empty dialog for more files."""
        self._check_own()
        return self.create({"journal_id": self.journal_id.id})._reopen()

    @api.model
    def _import_attachments(self, journal, attachment_ids):
        """The dialog after files were dropped on a bank account."""
        wizard = self._without_defaults().create(
            {"journal_id": journal.id, "attachment_ids": attachment_ids}
        )
        return wizard.action_import()

    # -- steps ---------------------------------------------------------------------

    def _without_defaults(self):
        """What a menu or the dashboard presets is not meant for journal entries."""
        context = clean_context(self.env.context)
        return self.with_context(context)  # pylint: disable=context-overridden

    def _check_own(self):
        self.ensure_one()
        self.check_access("write")

    def _continue(self):
        """Ask for the columns of a table that nobody knows yet, or book all files."""
        table = self.file_ids.filtered("needs_columns")[:1]
        if table:
            self._ask_columns(table)
        else:
            self._book_files()
            self.state = "done"
            self._drop_uploads()
            self._match_soon()
        return self._reopen()

    def _match_soon(self):
        """Who goes elsewhere now finds proposals later, and not in an hour only."""
        if self.new_count:
            self.env.ref("billing_coordinator.ir_cron_match")._trigger()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def _get_attachments(self):
        """By name, as people see them in their folder: mostly from the oldest on."""
        return self.attachment_ids.sorted(lambda each: (each.name, each.id))

    def _look_at_files(self):
        for attachment in self._get_attachments():
            for name, stream, problem in self._open(attachment):
                values = {"import_id": self.id, "name": name}
                values["attachment_id"] = attachment.id
                record = self.env["billing.statement.import.file"].create(values)
                record._look_at(stream, problem)

    def _book_files(self):
        waiting = list(self.file_ids)
        for attachment in self._get_attachments():
            for _name, stream, _problem in self._open(attachment):
                waiting.pop(0)._import(stream)

    @api.model
    def _open(self, attachment):
        """``(name, stream, problem)`` of an attachment, or of the files in a zip.

        An archive with anything wrong is one file with a problem: half of it may hide
        what the other half tells.
        """
        stream = io.BytesIO(attachment.raw or b"")
        if not files.is_archive(stream):
            return [(attachment.name, stream, None)]
        try:
            found = list(files.open_archive(stream))
        except Problem as problem:
            return [(attachment.name, stream, problem)]
        return [(f"{attachment.name}: {name}", part, None) for name, part in found]

    def _drop_uploads(self):
        """Files of which nothing was booked are not kept; the others belong to it."""
        self.attachment_ids.filtered(self._is_upload).unlink()

    @api.model
    def _is_upload(self, attachment):
        """Whether the user made the attachment for an import and for nothing else."""
        is_free = not attachment.res_id or attachment.res_model == self._name
        return is_free and attachment.create_uid == self.env.user
