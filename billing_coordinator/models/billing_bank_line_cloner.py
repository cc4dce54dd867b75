from itertools import groupby

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.sql import table_columns

# Fewer lines are not worth a prototype.
MIN_LINES = 20
# What is known to write nothing else when a statement line is created: Odoo's
# accounting, what it stands on, and apps that act on invoices of products only.
KNOWN_MODULES = {
    *("account", "analytic", "base", "billing_coordinator", "mail", "portal", "rating"),
    *("product_email_template", "pos_sale", "purchase", "purchase_stock"),
    *("sale_timesheet", "stock_account"),
}
HOOKS = ("create", "write", "_post", "action_post")
TABLES = ("account.bank.statement.line", "account.move", "account.move.line")
STATEMENT_FIELDS = ("first_line_index", "date", "balance_end", "is_complete")


class BillingBankLineCloner(models.AbstractModel):
    """Statement lines of a file, one made by Odoo and the others cloned from its rows.

    Odoo takes 20 ms to create and post one line: 210 s for a file of 10,000 entries, of
    which nearly all is computing the same constants again. Here Odoo creates the first
    line of each month, and the rows of that line, its entry, its two journal items
    and its message are copied in SQL with what differs: day, amount, texts, partner
    and number. `test_bank_clone` compares every column with what Odoo writes.
    Whatever could make more differ goes to Odoo's own `create`: see `_split`.
    """

    _name = "billing.bank.line.cloner"
    _description = "Quick creation of bank lines"

    # -- what can be cloned --------------------------------------------------------

    @api.model
    def _split(self, values_list):
        """Values of lines that can be cloned, and of those that cannot."""
        if len(values_list) < MIN_LINES or not self._can_clone(values_list):
            return [], values_list
        quick, slow = [], []
        for values in values_list:
            is_plain = values["amount"] and not values.get("foreign_currency_id")
            (quick if is_plain else slow).append(values)
        return (quick, slow) if len(quick) >= MIN_LINES else ([], values_list)

    def _can_clone(self, values_list):
        """Whether nothing of the journal or of other addons depends on the line."""
        journal = self.env["account.journal"].browse(values_list[0]["journal_id"])
        company = journal.company_id
        first_day = min(values["date"] for values in values_list)
        accounts = journal.default_account_id | journal.suspense_account_id
        return not (
            journal.restrict_mode_hash_table
            or (journal.currency_id or company.currency_id) != company.currency_id
            or len(accounts) != 2
            or accounts.tax_ids
            or company._get_violated_lock_dates(first_day, False, journal)
            or self.env["account.analytic.distribution.model"].search_count([], limit=1)
            or self._get_unknown_hooks()
        )

    def _get_unknown_hooks(self):
        """Addons that do something of their own when a line is created or posted."""
        return {
            module
            for name in TABLES
            for cls in self.env.registry[name].mro()
            if any(hook in vars(cls) for hook in HOOKS)
            if (module := _module_of(cls)) and module not in KNOWN_MODULES
        }

    # -- cloning -------------------------------------------------------------------

    def _create(self, values_list):
        """The lines of values that are sorted by day."""
        lines = self.env["account.bank.statement.line"]
        for _month, group in groupby(values_list, lambda values: _month_of(values)):
            prototype, *others = group
            line = lines.create(prototype)
            lines += line + self._clone(line, others)
        return lines

    def _clone(self, line, values_list):
        """Lines like one that Odoo made, with other values."""
        if not values_list:
            return line.browse()
        self.env.flush_all()
        ids = self._get_ids("account_bank_statement_line", len(values_list))
        move_ids = self._get_ids("account_move", len(values_list))
        names = self._get_names(line.move_id, len(values_list))
        self._clone_moves(line, move_ids, values_list, names)
        self._clone_lines(line, ids, move_ids, values_list)
        for item in line.move_id.line_ids.sorted("id"):
            self._clone_items(item, ids, move_ids, values_list, names)
        self._clone_messages(line.move_id, move_ids)
        # The next entry that Odoo numbers looks up the last one again.
        line.move_id._get_sequence_cache().clear()
        self.env.invalidate_all(flush=False)
        clones = line.browse(ids)
        self._recompute(line, clones, values_list)
        return clones

    def _recompute(self, line, clones, values_list):
        """What Odoo computes from partner and statement, and what other addons do."""
        if line.partner_id:
            anonymous = clones.move_id.filtered(lambda move: not move.partner_id)
            self._compute_again(anonymous, ["invoice_partner_display_name"])
        self._compute_again(line.statement_id, STATEMENT_FIELDS)
        for records in (clones, clones.move_id, clones.move_id.line_ids):
            self._compute_again(records, _fields_of_others(records))

    def _compute_again(self, records, names):
        for name in names:
            self.env.add_to_compute(records._fields[name], records)

    # -- rows ----------------------------------------------------------------------

    def _get_ids(self, table, count):
        """Ids that nobody else gets."""
        query = SQL(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            table,
            count,
        )
        return [id_ for [id_] in self.env.execute_query(query)]

    def _get_names(self, move, count):
        """``(name, number)`` after that of an entry.

        Odoo holds the lock on the sequence: no other transaction numbers in between.
        """
        template, values = move._get_sequence_format_param(move.name)
        first = values.pop("seq") + 1
        numbers = range(first, first + count)
        return [(template.format(**values, seq=number), number) for number in numbers]

    def _insert(self, table, id_, columns):
        """Copies of a row with other values in some columns."""
        types = table_columns(self.env.cr, table)
        names = [name for name in types if name not in columns]
        query = SQL(
            "INSERT INTO %(table)s (%(changed)s, %(names)s)"
            " SELECT changed.*, %(names_of_row)s"
            " FROM %(table)s original, unnest(%(values)s) AS changed"
            " WHERE original.id = %(id)s",
            table=SQL.identifier(table),
            changed=SQL(", ").join(map(SQL.identifier, columns)),
            names=SQL(", ").join(map(SQL.identifier, names)),
            names_of_row=SQL(", ").join(
                SQL.identifier("original", name) for name in names
            ),
            values=SQL(", ").join(
                SQL("%s::%s[]", column, SQL.identifier(types[name]["udt_name"]))
                for name, column in columns.items()
            ),
            id=id_,
        )
        self.env.cr.execute(query)


def _module_of(cls):
    parts = cls.__module__.split(".")
    return parts[2] if parts[:2] == ["odoo", "addons"] else None


def _month_of(values):
    return (values["date"].year, values["date"].month)


def _fields_of_others(records):
    """Stored computed fields that addons have which the cloner does not know."""
    return [
        name
        for name, field in records._fields.items()
        if field.store
        and field.compute
        and not field.inherited
        and not KNOWN_MODULES.issuperset(field._modules)
    ]
