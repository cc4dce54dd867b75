from itertools import groupby

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id
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
ITEM_MONEY = (
    *("balance", "amount_currency", "amount_residual", "amount_residual_currency"),
    *("price_subtotal", "price_total"),
)
MOVE_MONEY = (
    *("amount_total", "amount_total_signed", "amount_total_in_currency_signed"),
)
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

    def _clone_lines(self, line, ids, move_ids, values_list):
        fields = line._fields
        names = {name for values in values_list for name in values} - {"date"}
        columns = {
            name: [
                fields[name].convert_to_column_insert(values.get(name, False), line)
                for values in values_list
            ]
            for name in names
        }
        columns["id"], columns["move_id"] = ids, move_ids
        columns["amount_residual"] = [-values["amount"] for values in values_list]
        columns["internal_index"] = [
            _index_of(line, id_, values["date"])
            for id_, values in zip(ids, values_list, strict=True)
        ]
        self._insert(line._table, line.id, columns)
        query = SQL(
            "UPDATE account_move SET statement_line_id = line.id"
            " FROM account_bank_statement_line line"
            " WHERE line.move_id = account_move.id AND line.id = ANY(%s)",
            ids,
        )
        self.env.cr.execute(query)

    def _clone_moves(self, line, move_ids, values_list, names):
        """Entries that do not know their lines yet: each refers to the other."""
        columns = {
            "id": move_ids,
            "statement_line_id": [None] * len(move_ids),
            "date": [values["date"] for values in values_list],
            "partner_id": [values.get("partner_id") or None for values in values_list],
            "name": [name for name, _number in names],
            "sequence_number": [number for _name, number in names],
        }
        for name in MOVE_MONEY:
            columns[name] = [abs(values["amount"]) for values in values_list]
        of_partner = self._get_partner_columns(line.move_id, set(columns["partner_id"]))
        for name in of_partner[None]:
            columns[name] = [of_partner[id_][name] for id_ in columns["partner_id"]]
        self._insert("account_move", line.move_id.id, columns)

    def _get_partner_columns(self, move, partner_ids):
        """``{partner: columns}``: what Odoo computes of an entry from its partner.

        Computing it through the fields would post what changed on each entry.
        """
        partners = self.env["res.partner"].browse(filter(None, partner_ids))
        fiscal = self._get_fiscal_positions(partners.with_company(move.company_id))
        nobody = {
            "commercial_partner_id": None,
            "invoice_partner_display_name": move.invoice_partner_display_name,
            "partner_bank_id": None,
            "fiscal_position_id": None,
        }
        result = {None: nobody}
        for partner in partners:
            result[partner.id] = {
                "commercial_partner_id": partner.commercial_partner_id.id,
                "invoice_partner_display_name": partner.display_name,
                "partner_bank_id": _bank_of(partner, move).id or None,
                "fiscal_position_id": fiscal.get(partner.id),
            }
        return result

    def _get_fiscal_positions(self, partners):
        """Ids by partner; Odoo looks for each, which is nearly always in vain."""
        positions = self.env["account.fiscal.position"]
        company = partners.env.company
        domain = [
            *positions._check_company_domain(company),
            ("auto_apply", "=", True),
        ]
        wanted = partners
        if not positions.search_count(domain, limit=1):
            manual = partners.search([("property_account_position_id", "!=", False)])
            wanted = partners.filtered(
                lambda partner: partner in manual or partner.child_ids
            )
        result = {}
        for partner in wanted:
            delivery = partner.browse(partner.address_get(["delivery"])["delivery"])
            finder = positions.with_company(company)
            found = finder._get_fiscal_position(partner, delivery=delivery)
            result[partner.id] = found.id or None
        return result

    def _clone_items(self, item, ids, move_ids, values_list, names):
        amounts = [values["amount"] for values in values_list]
        share = _share(item, "balance")
        columns = {
            "id": self._get_ids("account_move_line", len(values_list)),
            "move_id": move_ids,
            "statement_line_id": ids,
            "date": [values["date"] for values in values_list],
            "partner_id": [values.get("partner_id") or None for values in values_list],
            "name": [values["payment_ref"] for values in values_list],
            "move_name": [name for name, _number in names],
            "debit": [max(share * amount, 0) for amount in amounts],
            "credit": [max(-share * amount, 0) for amount in amounts],
        }
        for name in ITEM_MONEY:
            columns[name] = [_share(item, name) * amount for amount in amounts]
        self._insert("account_move_line", item.id, columns)

    def _clone_messages(self, move, move_ids):
        """The note that the entry was created."""
        domain = [("model", "=", move._name), ("res_id", "=", move.id)]
        for message in self.env["mail.message"].sudo().search(domain):
            columns = {
                "id": self._get_ids("mail_message", len(move_ids)),
                "res_id": move_ids,
                "message_id": [
                    generate_tracking_message_id("message-notify") for _id in move_ids
                ],
            }
            self._insert("mail_message", message.id, columns)

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


def _index_of(line, id_, day):
    """`internal_index`: day, sequence and id, of which the sequence is the same."""
    return f"{day:%Y%m%d}{line.internal_index[8:18]}{id_:0>10}"


def _share(item, name):
    """How an amount of a journal item follows from that of the line: 1, -1 or 0."""
    value = item[name]
    if not value:
        return 0
    return 1 if (value > 0) == (item.statement_line_id.amount > 0) else -1


def _bank_of(partner, move):
    """The account that Odoo proposes for an entry of a partner."""
    banks = partner.bank_ids.filtered(
        lambda bank: bank.company_id in (bank.company_id.browse(), move.company_id)
    )
    return banks.sorted(
        key=lambda bank: (
            bool(bank.currency_id) and bank.currency_id != move.currency_id,
            not bank.allow_out_payment,
        )
    )[:1]


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
