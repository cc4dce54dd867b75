from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import billing_bank_line_cloner as cloner
from .common import BillingCase

# What is different for each row, or random.
OWN = {
    "account_bank_statement_line": {"id", "move_id", "internal_index"},
    "account_move": {"id", "statement_line_id", "access_token"},
    "account_move_line": {"id", "move_id", "statement_line_id"},
    "mail_message": {"id", "res_id", "message_id", "date"},
}
FIRST = date(2025, 10, 20)


@tagged("post_install", "-at_install")
class TestBankClone(BillingCase):
    """Lines that are cloned have the same rows as those that Odoo creates."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._journal("TBNK")
        cls.lines = cls.env["account.bank.statement.line"]
        country = cls.env.ref("base.de")
        cls.env["account.fiscal.position"].create(
            {
                "name": "Germany",
                "auto_apply": True,
                "country_id": country.id,
                "company_id": cls.company.id,
            }
        )
        cls.rich = cls._make_customer(
            "Rich",
            is_company=True,
            country_id=country.id,
            property_payment_term_id=cls.env.ref(
                "account.account_payment_term_30days"
            ).id,
            bank_ids=[(0, 0, {"acc_number": "DE89370400440532013000"})],
            child_ids=[(0, 0, {"name": "Store", "type": "delivery"})],
        )

    def _values(self, number, **more):
        return {
            "journal_id": self.bank.id,
            "date": FIRST + timedelta(days=number // 2),
            "amount": (-1) ** number * (number + 0.25),
            "payment_ref": f"Payment {number}",
            "partner_name": f"Payer {number}" if number % 3 else False,
            "account_number": f"DE{number}",
            "transaction_type": "PMNT",
            "partner_id": self.rich.id if number % 4 == 1 else False,
            "billing_entry": f"key-{number}",
            "billing_entry_part": number % 2,
            "billing_reference": f"R{number}" if number % 2 else False,
            "billing_end_to_end": "E",
            "billing_structured": "RF18",
            "billing_documents": "INV1\nINV2",
            "billing_mandate": "M",
            "billing_charges": -1.5 if number % 5 == 0 else 0.0,
            "billing_is_return": number % 6 == 0,
            "billing_return_reason": "AC04" if number % 6 == 0 else False,
            **more,
        }

    def _make_values(self, count=60, start=1, **more):
        return [self._values(number, **more) for number in range(start, start + count)]

    def _make_statement(self):
        return self.env["account.bank.statement"].create(
            {"journal_id": self.bank.id, "balance_start": 5, "balance_end_real": 5}
        )

    def _create(self, quick, start=1, **more):
        """Lines made in a company of which nothing else is changed."""
        record = self._make_statement()
        values = self._make_values(start=start, statement_id=record.id, **more)
        lines = self.lines
        lines = lines._billing_create(values) if quick else lines.create(values)
        self.env.flush_all()
        return lines, record

    def _read_rows(self, table, key, ids, record):
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT * FROM %s WHERE %s IN %s ORDER BY %s, id",
                SQL.identifier(table),
                SQL.identifier(key),
                tuple(ids),
                SQL.identifier(key),
            )
        )
        return [
            {
                name: value == record.id if name == "statement_id" else value
                for name, value in row.items()
                if name not in OWN[table]
            }
            for row in rows
            if row.get("model", "account.move") == "account.move"
        ]

    def _read(self, lines, record):
        moves = lines.move_id.ids
        return {
            table: self._read_rows(table, key, ids, record)
            for table, key, ids in (
                ("account_bank_statement_line", "id", lines.ids),
                ("account_move", "id", moves),
                ("account_move_line", "move_id", moves),
                ("mail_message", "res_id", moves),
            )
        }

    def assertSameRows(self, **more):
        """Odoo's rows first; then, rolled back, those of the cloner."""
        found = []
        for quick in (False, True):
            with self.env.cr.savepoint() as savepoint:
                lines, record = self._create(quick, **more)
                fields = ("date", "balance_end", "is_complete", "balance_start")
                rows = self._read(lines, record)
                rows["statement"] = [record.read(fields)[0] | {"id": 0}]
                rows["first"] = [record.first_line_index == lines[0].internal_index]
                rows["index"] = [line.internal_index[:18] for line in lines]
                found.append(rows)
                savepoint.rollback()
        expected, cloned = found
        for table, rows in expected.items():
            self.assertEqual(len(rows), len(cloned[table]), table)
            for row, other in zip(rows, cloned[table], strict=True):
                self.assertEqual(row, other, table)

    def test_same_rows(self):
        with patch.object(
            type(self.env["billing.bank.line.cloner"]),
            "_clone",
            autospec=True,
            side_effect=type(self.env["billing.bank.line.cloner"])._clone,
        ) as clone:
            self.assertSameRows()
        self.assertTrue(clone.called, "nothing was cloned")

    def test_same_rows_after_other_entries(self):
        """The numbers go on after those in the books."""
        self.lines.create(self._values(0))
        self.assertSameRows()

    def test_same_rows_of_partners_only(self):
        self.assertSameRows(partner_id=self.rich.id)

    def test_same_rows_without_fiscal_positions(self):
        self.env["account.fiscal.position"].search([]).auto_apply = False
        self.assertSameRows()

    def test_same_rows_where_the_first_has_a_partner(self):
        """60 days: each month begins with another line."""
        self.assertSameRows(start=5)

    def test_same_rows_with_reconcilable_suspense_account(self):
        self.bank.suspense_account_id.reconcile = True
        self.assertSameRows()

    def test_numbers_go_on(self):
        lines = self.lines._billing_create(self._make_values())
        more = self.lines.create(self._values(99, date=lines[-1].date))
        again = self.lines._billing_create(self._make_values(start=200))
        names = (lines + more + again).move_id.mapped("name")
        self.assertEqual(len(set(names)), len(names))
        numbers = (lines + more).move_id.mapped("sequence_number")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertFalse(any((lines + more).move_id.mapped("made_sequence_gap")))

    def test_cloned_lines_work(self):
        """They can be matched, undone and deleted as any other."""
        lines = self.lines._billing_create(self._make_values())
        line = lines[-1]
        line.action_undo_reconciliation()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(sum(line.move_id.line_ids.mapped("balance")), 0)
        line.unlink()
        self.assertEqual(len(lines.exists()), 59)

    def test_what_is_not_cloned(self):
        values = self._make_values()
        split = self.env["billing.bank.line.cloner"]._split
        self.assertEqual(split(values), (values, []))
        self.assertEqual(split(values[:19]), ([], values[:19]))
        values[3]["foreign_currency_id"] = self.usd.id
        values[4]["amount"] = 0
        quick, slow = split(values)
        self.assertEqual(slow, values[3:5])
        self.assertEqual(quick, values[:3] + values[5:])

    def test_when_nothing_is_cloned(self):
        values = self._make_values()
        split = self.env["billing.bank.line.cloner"]._split
        for record, change in (
            (self.bank, {"restrict_mode_hash_table": True}),
            (self.bank, {"currency_id": self.usd.id}),
            (self.company.sudo(), {"fiscalyear_lock_date": FIRST}),
        ):
            with self.env.cr.savepoint() as savepoint:
                record.write(change)
                self.assertEqual(split(values), ([], values), change)
                savepoint.rollback()
        self.env["account.analytic.distribution.model"].create({})
        self.assertEqual(split(values), ([], values))

    def test_addons_that_are_not_known(self):
        """One that has a hand in posting leaves everything to Odoo."""
        with patch.object(cloner, "KNOWN_MODULES", {"base", "mail", "portal"}):
            values = self._make_values()
            split = self.env["billing.bank.line.cloner"]._split
            self.assertEqual(split(values), ([], values))
