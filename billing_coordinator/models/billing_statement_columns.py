from odoo import fields, models

from ..tools.bank.table import Mapping
from ..tools.bank.table_guess import DATE_FORMATS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COLUMNS = [
    (str(number), (LETTERS[number // 26 - 1] if number > 25 else "") + letter)
    for number, letter in enumerate(LETTERS + LETTERS)
]
WORDS = {
    "%Y": "YYYY",
    "%y": "YY",
    "%m": "MM",
    "%d": "DD",
}
# Fields of `Mapping` that are one column.
SINGLE = (
    *("date", "value_date", "amount", "debit", "credit"),
    *("currency", "name", "account", "reference"),
)
TEXTS = ("text_column", "text_column_2", "text_column_3")
MAPPED = (
    *(f"{name}_column" for name in SINGLE),
    *TEXTS,
    *("first_row", "date_format", "decimal_mark", "negate"),
)


def _in_words(date_format):
    for code, word in WORDS.items():
        date_format = date_format.replace(code, word)
    return date_format


def _list_columns(_self):
    """A function, so that Odoo keeps no record of each letter of each field."""
    return COLUMNS


class BillingStatementColumns(models.AbstractModel):
    """What the columns of a bank's table mean: `tools.bank.table.Mapping` as fields."""

    _name = "billing.statement.columns"
    _description = "Columns of a bank's table"

    date_column = fields.Selection(_list_columns, "Booking date")
    value_date_column = fields.Selection(_list_columns, "Value date")
    amount_column = fields.Selection(
        _list_columns,
        "Amount",
        help="Leave empty where money in and out have their own.",
    )
    debit_column = fields.Selection(_list_columns, "Money out")
    credit_column = fields.Selection(_list_columns, "Money in")
    currency_column = fields.Selection(_list_columns, "Currency")
    name_column = fields.Selection(_list_columns, "Name of the other party")
    account_column = fields.Selection(_list_columns, "Account of the other party")
    text_column = fields.Selection(_list_columns, "Text")
    text_column_2 = fields.Selection(_list_columns, "More text")
    text_column_3 = fields.Selection(_list_columns, "Still more text")
    reference_column = fields.Selection(
        _list_columns,
        "Bank reference",
        help="A number that the bank gives each entry and to no other one.",
    )
    first_row = fields.Integer("Rows above the entries", default=1)
    date_format = fields.Selection(
        lambda self: [(name, _in_words(name)) for name in DATE_FORMATS],
        "Dates",
        default="%Y-%m-%d",
    )
    decimal_mark = fields.Selection(
        lambda self: [(".", "1,234.56"), (",", "1.234,56")], "Amounts", default="."
    )
    negate = fields.Boolean(
        "Money out is positive", help="The signs of the file are turned round."
    )

    def _to_mapping(self, currency):
        """The `Mapping` for the readers; amounts are in a currency."""
        self.ensure_one()
        texts = tuple(int(self[name]) for name in TEXTS if self[name])
        return Mapping(
            text=texts,
            first_row=self.first_row,
            date_format=self.date_format,
            decimal_mark=self.decimal_mark,
            negate=self.negate,
            own_currency=currency.name,
            **{name: self._get_column(f"{name}_column") for name in SINGLE},
        )

    def _get_column(self, name):
        return int(self[name]) if self[name] else None

    def _from_mapping(self, mapping):
        """Values of the fields for a `Mapping`."""
        values = {f"{name}_column": getattr(mapping, name) for name in SINGLE}
        values |= dict.fromkeys(TEXTS) | dict(zip(TEXTS, mapping.text, strict=False))
        return {
            **{key: self._to_option(column) for key, column in values.items()},
            "first_row": mapping.first_row,
            "date_format": mapping.date_format,
            "decimal_mark": mapping.decimal_mark,
            "negate": mapping.negate,
        }

    @staticmethod
    def _to_option(column):
        known = column is not None and column < len(COLUMNS)
        return str(column) if known else False
