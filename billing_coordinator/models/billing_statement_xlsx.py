import io

import xlsxwriter

from odoo import api, models

from ..tools.statement import ACTIVITY, sheet_names

# More customers than this share one sheet: nobody leafs through hundreds of tabs.
MAX_SHEETS = 100


class BillingStatement(models.AbstractModel):
    """Statements as a spreadsheet: a sheet each, or one list of very many."""

    _inherit = "billing.statement"

    @api.model
    def _make_xlsx(self, company, partners, kind, date_from, date_to):
        """The statements of customers as the bytes of an XLSX file."""
        statements = self._get_statements(company, partners, kind, date_from, date_to)
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
            book.set_properties({"company": company.name})
            writer = SheetWriter(self.with_company(company), book, kind)
            if len(partners) > MAX_SHEETS:
                writer.write_list(company, partners, statements)
            else:
                names = sheet_names(partners.mapped("name"))
                for partner, name in zip(partners, names, strict=True):
                    writer.write_sheet(name, company, partner, statements[partner.id])
        return buffer.getvalue()

    @api.model
    def _get_columns(self, kind):
        """Titles and widths of the columns of a table."""
        if kind == ACTIVITY:
            return [
                (self.env._("Date"), 12),
                (self.env._("Type"), 22),
                (self.env._("Number"), 22),
                (self.env._("Reference"), 30),
                (self.env._("Due date"), 12),
                (self.env._("Amount"), 16),
                (self.env._("Balance"), 16),
            ]
        return [
            (self.env._("Date"), 12),
            (self.env._("Type"), 22),
            (self.env._("Number"), 22),
            (self.env._("Reference"), 30),
            (self.env._("Due date"), 12),
            (self.env._("Days overdue"), 14),
            (self.env._("Original amount"), 16),
            (self.env._("Open amount"), 16),
        ]


class SheetWriter:
    """Writes statements to the sheets of a workbook.

    Texts are written as texts, never as formulas: an invoice reference of a customer
    may begin with an equals sign.
    """

    def __init__(self, statements, book, kind):
        self.statements = statements
        self.env = statements.env
        self.book = book
        self.kind = kind
        self.types = statements._get_type_names()
        self.columns = statements._get_columns(kind)
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEEEEE"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.amounts = {}

    def write_sheet(self, name, company, partner, statement):
        """One customer on a sheet of its own."""
        sheet = self.book.add_worksheet(name)
        self._set_widths(sheet, 0)
        period = self.statements._get_period(
            statement.kind, statement.date_from, statement.date_to
        )
        title = self.statements._get_title(statement.kind)
        for row, text in enumerate([title, partner.name, company.name, period]):
            sheet.write_string(row, 0, text or "", self.title if not row else None)
        row = 5
        for section in statement.sections:
            row = self._write_section(sheet, row, company, section) + 2
        if not statement.sections:
            sheet.write_string(row, 0, self.env._("Nothing is open."))

    def write_list(self, company, partners, statements):
        """All customers in one table, to be filtered and sorted."""
        sheet = self.book.add_worksheet(self.env._("Statements")[:31])
        titles = [(self.env._("Customer"), 30), (self.env._("Currency"), 10)]
        for column, (title, width) in enumerate(titles):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self.head)
        self._set_widths(sheet, len(titles))
        self._write_head(sheet, 0, len(titles))
        sheet.freeze_panes(1, 1)
        row = 1
        for partner in partners:
            for section in statements[partner.id].sections:
                for write in self._get_rows(section):
                    sheet.write_string(row, 0, partner.name or "")
                    sheet.write_string(row, 1, self._currency(section).name)
                    write(sheet, row, len(titles))
                    row += 1
        sheet.autofilter(0, 0, max(row - 1, 1), len(titles) + len(self.columns) - 1)

    def _set_widths(self, sheet, start):
        for column, (_title, width) in enumerate(self.columns, start):
            sheet.set_column(column, column, width)

    def _write_head(self, sheet, row, start):
        for column, (title, _width) in enumerate(self.columns, start):
            sheet.write_string(row, column, title, self.head)

    def _write_section(self, sheet, row, company, section):
        """A table in one currency, its total and its ageing; returns the next row."""
        amount = self._get_amount_format(section)
        sheet.write_string(row, 0, self._currency(section).name, self.bold)
        self._write_head(sheet, row + 1, 0)
        row += 2
        for write in self._get_rows(section):
            write(sheet, row, 0)
            row += 1
        if self.kind != ACTIVITY:
            last = len(self.columns) - 1
            sheet.write_string(row, last - 1, self.env._("Balance"), self.bold)
            sheet.write_number(row, last, section.total, amount)
            row += 1
        row += 1
        ageing = self.statements._get_ageing(company, section)
        for number, (label, value) in enumerate(ageing):
            sheet.write_string(row + number, 0, label)
            sheet.write_number(row + number, 1, value, amount)
        return row + len(ageing)

    def _get_rows(self, section):
        """Functions that write the rows of a section: ``(sheet, row, column)``."""
        if self.kind != ACTIVITY:
            return [self._item_writer(section, item) for item in section.items]
        opening = self._balance_writer(
            section, self.env._("Opening balance"), section.opening
        )
        closing = self._balance_writer(
            section, self.env._("Closing balance"), section.closing
        )
        moved = [
            self._item_writer(section, *movement) for movement in section.movements
        ]
        return [opening, *moved, closing]

    def _item_writer(self, section, item, balance=None):
        amount = self._get_amount_format(section)

        def write(sheet, row, column):
            self._write_date(sheet, row, column, item.date)
            texts = (self.types[item.type], item.number, item.reference)
            for number, text in enumerate(texts, column + 1):
                sheet.write_string(row, number, text or "")
            self._write_date(sheet, row, column + 4, item.due)
            column += 5
            if balance is None:
                sheet.write_number(row, column, max(item.days, 0))
                column += 1
            last = item.residual if balance is None else balance
            for number, value in enumerate((item.amount, last), column):
                sheet.write_number(row, number, value, amount)

        return write

    def _balance_writer(self, section, label, value):
        amount = self._get_amount_format(section)

        def write(sheet, row, column):
            sheet.write_string(row, column + 1, label, self.bold)
            sheet.write_number(row, column + len(self.columns) - 1, value, amount)

        return write

    def _write_date(self, sheet, row, column, day):
        if day:
            sheet.write_datetime(row, column, day, self.day)

    def _currency(self, section):
        return self.env["res.currency"].browse(section.currency_id)

    def _get_amount_format(self, section):
        """Amounts with the decimals of the currency."""
        if section.digits not in self.amounts:
            decimals = "." + "0" * section.digits if section.digits else ""
            self.amounts[section.digits] = self.book.add_format(
                {"num_format": f"#,##0{decimals}"}
            )
        return self.amounts[section.digits]
