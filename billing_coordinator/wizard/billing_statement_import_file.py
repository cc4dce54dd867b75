from dataclasses import dataclass, field

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.bank import files, table
from ..tools.bank.record import Problem, Statement
from ..tools.bank.table_guess import guess_mapping

ENTRY_INDEX = "billing_entry_once"
TABLES = {files.CSV: table.Kinds.CSV, files.XLSX: table.Kinds.XLSX}
HEADING = 1_000
CELL = 200


@dataclass
class Outcome:
    """What became of a file, counted over its statements."""

    statements: int = 0
    new: int = 0
    known: int = 0
    pending: int = 0
    line_ids: list = field(default_factory=list)
    known_ids: list = field(default_factory=list)
    journal_ids: set = field(default_factory=set)
    warnings: list = field(default_factory=list)


class BillingStatementImportFile(models.TransientModel):
    """A file of an import, and what became of it."""

    _name = "billing.statement.import.file"
    _description = "Imported bank file"
    _order = "id"

    import_id = fields.Many2one(
        "billing.statement.import", required=True, index=True, ondelete="cascade"
    )
    attachment_id = fields.Many2one("ir.attachment", ondelete="set null")
    name = fields.Char("File", required=True)
    kind = fields.Char("Format")
    rows = fields.Json()
    heading = fields.Char()
    mapping_id = fields.Many2one("billing.statement.mapping", ondelete="set null")
    needs_columns = fields.Boolean(compute="_compute_needs_columns")
    state = fields.Selection(
        [
            ("waiting", "Not imported yet"),
            ("imported", "Imported"),
            ("known", "Known already"),
            ("failed", "Refused"),
        ],
        default="waiting",
        required=True,
    )
    journal_ids = fields.Many2many("account.journal", string="Bank account")
    statement_count = fields.Integer("Bank statements")
    new_count = fields.Integer("New")
    known_count = fields.Integer("Known")
    pending_count = fields.Integer("Not booked", help="Left out until the bank booked.")
    line_ids = fields.Many2many("account.bank.statement.line", string="Entries")
    known_line_ids = fields.Many2many(
        "account.bank.statement.line",
        "billing_statement_import_file_known_rel",
        string="Known entries",
    )
    told = fields.Text("What to know")

    @api.depends("kind", "mapping_id", "state")
    def _compute_needs_columns(self):
        for file in self:
            is_table = file.kind in TABLES and file.state == "waiting"
            file.needs_columns = is_table and not file.mapping_id

    def _look_at(self, stream, problem=None):
        """Recognise the format; of a table, keep the first rows, find its columns."""
        try:
            if problem:
                raise problem
            self.kind = files.recognise(stream)
            if self.kind in TABLES:
                rows = table.preview(stream, TABLES[self.kind])
                self._look_at_table([[cell[:CELL] for cell in row] for row in rows])
        except Problem as found:
            self._fail(self._word(found))

    def _look_at_table(self, rows):
        guess = guess_mapping(rows)
        titles = guess.columns if guess else next(filter(any, rows), [])
        self.rows = rows
        self.heading = "\t".join(titles)[:HEADING]
        self.mapping_id = self.env["billing.statement.mapping"]._find(
            self.heading, self.import_id.journal_id
        )

    def _import(self, stream):
        """Book the file, wholly or not at all."""
        if self.state == "failed":
            return
        try:
            with self.env.cr.savepoint():
                outcome = self._book(stream)
        except Problem as problem:
            self._fail(self._word(problem))
        except UserError as error:
            self._fail(str(error))
        except UniqueViolation as error:
            if ENTRY_INDEX not in (error.diag.constraint_name or ""):
                raise
            self._fail(
                self.env._(
                    "Somebody else imported the same entries at this moment. Import"
                    " the file again: what is known by then is left out."
                )
            )
        else:
            self._keep(outcome)

    def _fail(self, text):
        self.write({"state": "failed", "told": text})

    def _keep(self, outcome):
        self.write(
            {
                "state": "imported" if outcome.line_ids else "known",
                "statement_count": outcome.statements,
                "new_count": outcome.new,
                "known_count": outcome.known,
                "pending_count": outcome.pending,
                "journal_ids": list(outcome.journal_ids),
                "line_ids": outcome.line_ids,
                "known_line_ids": outcome.known_ids,
                "told": "\n".join(dict.fromkeys(outcome.warnings)),
            }
        )

    def _book(self, stream):
        """Book all statements of the file.

        :return: `Outcome`
        """
        outcome = Outcome()
        for statement, transactions in self._read(stream):
            self._book_statement(statement, transactions, outcome)
        return outcome

    def _read(self, stream):
        """Yield each statement with the list of its transactions."""
        statement, transactions = None, []
        for record in files.read_file(stream, self._get_mapping()):
            if not isinstance(record, Statement):
                transactions.append(record)
                continue
            if statement:
                yield statement, transactions
            statement, transactions = record, []
        if statement:
            yield statement, transactions

    def _get_mapping(self):
        """How a table is read; the heading may stand lower than last month."""
        if self.kind not in TABLES:
            return None
        journal = self.mapping_id.journal_id
        currency = journal.currency_id or journal.company_id.currency_id
        mapping = self.mapping_id._to_mapping(currency)
        titles = ["\t".join(row)[:HEADING] for row in self.rows]
        if self.heading in titles:
            mapping.first_row = max(
                titles.index(self.heading) + 1, self.mapping_id.first_row
            )
        return mapping
