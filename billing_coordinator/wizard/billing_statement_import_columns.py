from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..models.billing_statement_columns import COLUMNS, MAPPED
from ..tools.bank.record import Problem, Statement
from ..tools.bank.table_guess import guess_mapping
from ..tools.bank.table_row import Row, read_transaction

PREVIEW_ROWS = 8


class BillingStatementImport(models.TransientModel):
    """The columns of a table that is new: guessed, looked at, and remembered."""

    _name = "billing.statement.import"
    _inherit = ["billing.statement.import", "billing.statement.columns"]

    table_id = fields.Many2one(
        "billing.statement.import.file", readonly=True, ondelete="set null"
    )
    table_name = fields.Char(related="table_id.name")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("table_id", "journal_id", *MAPPED)
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.table_id and wizard._render_preview()

    def action_use_columns(self):
        """Remember the columns for this bank account and go on."""
        self._check_own()
        self._check_columns()
        mapping = self.env["billing.statement.mapping"]._remember(
            self.journal_id,
            self.table_id.heading,
            {name: self[name] for name in MAPPED},
        )
        # The same bank may have sent more than one file.
        same = self.file_ids.filtered(
            lambda file: file.needs_columns and file.heading == self.table_id.heading
        )
        same.mapping_id = mapping
        return self._without_defaults()._continue()

    def action_leave_out(self):
        """Go on without the file whose columns are asked for."""
        self._check_own()
        self.table_id._fail(self.env._("Left out: nobody said what its columns mean."))
        return self._without_defaults()._continue()

    def _ask_columns(self, table):
        guess = guess_mapping(table.rows)
        values = self._from_mapping(guess) if guess else dict.fromkeys(MAPPED)
        journal = self.journal_id or self._get_only_journal()
        self.write(
            {
                "state": "columns",
                "table_id": table.id,
                "journal_id": journal.id,
                **values,
            }
        )

    def _get_only_journal(self):
        """Where there is only one bank account nobody is asked for it."""
        domain = [
            ("type", "in", ("bank", "credit")),
            ("company_id", "in", self.env.companies.ids),
        ]
        journals = self.env["account.journal"].search(domain, limit=2)
        return journals if len(journals) == 1 else journals.browse()

    def _check_columns(self):
        if not self.journal_id:
            raise UserError(self.env._("Choose the bank account of this file."))
        if not self.date_column:
            raise UserError(self.env._("Choose the column of the booking date."))
        if not (self.amount_column or self.debit_column or self.credit_column):
            raise UserError(
                self.env._(
                    "Choose the column of the amount, or those of money in and out."
                )
            )

    # -- preview -------------------------------------------------------------------

    def _render_preview(self):
        values = {
            "columns": COLUMNS,
            "rows": self.table_id.rows[: self.first_row + PREVIEW_ROWS],
            "first_row": self.first_row,
            "width": max(map(len, self.table_id.rows), default=0),
            "entries": self._read_preview(),
        }
        template = "billing_coordinator.statement_import_preview"
        return self.env["ir.qweb"]._render(template, values)

    def _read_preview(self):
        """The first entries as they are understood, or in words why they are not."""
        if not self.date_column:
            return []
        currency = self.journal_id.currency_id or self.env.company.currency_id
        mapping = self._to_mapping(currency)
        statement = Statement("", mapping.own_currency)
        return [
            self._read_preview_row(Row(cells, number, mapping), statement)
            for number, cells in enumerate(self.table_id.rows, start=1)
            if self.first_row < number <= self.first_row + PREVIEW_ROWS and any(cells)
        ]

    def _read_preview_row(self, row, statement):
        try:
            entry = read_transaction(row, statement, NoKeys())
            return {"entry": entry, "amount": self._format_amount(entry.amount)}
        except Problem as problem:
            return {"problem": self.table_id._word(problem)}

    def _format_amount(self, amount):
        """As people write it, with all the digits that were read."""
        digits = max(2, -amount.as_tuple().exponent)
        return formatLang(self.env, float(amount), digits=digits)


class NoKeys:
    """A preview needs no keys of its entries."""

    def key(self, *_parts):
        return ""
