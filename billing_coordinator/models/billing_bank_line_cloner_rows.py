from odoo import models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

ITEM_MONEY = (
    *("balance", "amount_currency", "amount_residual", "amount_residual_currency"),
    *("price_subtotal", "price_total"),
)
MOVE_MONEY = (
    *("amount_total", "amount_total_signed", "amount_total_in_currency_signed"),
)


class BillingBankLineCloner(models.AbstractModel):
    """What differs in the rows of a clone, table by table."""

    _inherit = "billing.bank.line.cloner"

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
        # Odoo wrote it in the entry that is cloned, whoever imports.
        for message in self.env["mail.message"].sudo().search(domain):
            columns = {
                "id": self._get_ids("mail_message", len(move_ids)),
                "res_id": move_ids,
                "message_id": [
                    generate_tracking_message_id("message-notify") for _id in move_ids
                ],
            }
            self._insert("mail_message", message.id, columns)


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
