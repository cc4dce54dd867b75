from lxml import etree

from odoo.tests import tagged

from .bank_files import camt, detail, entry, mt940
from .bank_import_common import (
    OTHER_ACCOUNT,
    BankImportCase,
    payer,
    referenced,
    statement,
)


@tagged("post_install", "-at_install")
class TestBankImportKnown(BankImportCase):
    """Importing again, overlapping files and reports add nothing twice."""

    def test_again(self):
        data = statement(
            referenced("40.00", "R1") + entry("5.00") + entry("5.00"),
            *("100.00", "150.00"),
        )
        self.assertCounts(self._import(data), new=3, statements=1)
        result = self._import(data)
        self.assertEqual(result.state, "known")
        self.assertCounts(result, known=3)
        self.assertEqual(len(self._lines()), 3)
        self.assertEqual(len(self._statements()), 1)

    def test_entries_that_were_known_can_be_looked_at(self):
        """Where nothing is new those that the file tells again are shown."""
        first = {"a.xml": statement(referenced("40.00", "R1"), "100.00", "140.00")}
        self._upload(first)
        known = self._lines()
        wizard = self._upload(first)
        self.assertEqual((wizard.new_count, wizard.known_count), (0, 1))
        self.assertEqual(self._shown(wizard), known)
        both = referenced("40.00", "R1") + referenced("10.00", "R2")
        wizard = self._upload({"b.xml": statement(both, "100.00", "150.00")})
        self.assertEqual(self._shown(wizard), self._lines() - known)

    def _shown(self, wizard):
        """What *Look at the entries* lists, which nothing hides."""
        view = wizard.get_view(view_type="form")["arch"]
        [button] = etree.fromstring(view).xpath("//button[@name='action_open_lines']")
        self.assertEqual(
            button.get("invisible"),
            "state != 'done' or not (new_count or known_count)",
        )
        action = wizard.action_open_lines()
        return self.env[action["res_model"]].search(action["domain"], order="id")

    def test_same_file_twice_at_once(self):
        data = statement(referenced("40.00", "R1"), "100.00", "140.00")
        wizard = self._upload({"a.xml": data, "b.xml": data})
        self.assertEqual(wizard.file_ids.mapped("state"), ["imported", "known"])
        self.assertEqual(len(self._lines()), 1)

    def test_overlap(self):
        first, second, third = (
            referenced(amount, name)
            for amount, name in (("40.00", "R1"), ("10.00", "R2"), ("5.00", "R3"))
        )
        self._import(statement(first, "100.00", "140.00"))
        result = self._import(statement(first + second, "100.00", "150.00"))
        self.assertCounts(result, new=1, known=1, statements=1)
        result = self._import(statement(second + third, "140.00", "155.00"))
        self.assertCounts(result, new=1, known=1, statements=1)
        self.assertFalse(result.told)
        self.assertEqual(self._lines().mapped("amount"), [40, 10, 5])
        balances = [(s.balance_start, s.balance_end_real) for s in self._statements()]
        self.assertEqual(balances, [(100, 140), (140, 150), (150, 155)])
        self.assertTrue(all(self._statements().mapped("is_valid")))

    def test_report_then_statement(self):
        """The lines of the report become those of the statement."""
        told = referenced("40.00", "R1")
        self.assertCounts(self._import(camt(told, message="052")), new=1)
        line = self._lines()
        self.assertFalse(line.statement_id)
        data = statement(told + referenced("10.00", "R2"), "100.00", "150.00")
        result = self._import(data)
        self.assertCounts(result, new=1, known=1, statements=1)
        self.assertEqual(len(self._lines()), 2)
        [record] = self._statements()
        self.assertEqual(record.line_ids, self._lines())
        self.assertTrue(record.is_complete)
        self.assertEqual(record.balance_start, 100)

    def test_statement_then_notification(self):
        """Who paid comes later: it is filled in, and nothing is booked again."""
        self.env["res.partner.bank"].create(
            {"acc_number": OTHER_ACCOUNT, "partner_id": self.customer.id}
        )
        self._import(statement(referenced("40.00", "R1"), "100.00", "140.00"))
        details = payer("ACME", OTHER_ACCOUNT, "INV 7", "E2E")
        result = self._import(camt(referenced("40.00", "R1", details), message="054"))
        self.assertCounts(result, known=1)
        line = self._lines()
        self.assertEqual(line.partner_name, "ACME")
        self.assertEqual(line.payment_ref, "INV 7")
        self.assertEqual(line.billing_end_to_end, "E2E")
        self.assertEqual(line.partner_id, self.customer)
        self.assertEqual(line.move_id.line_ids.partner_id, self.customer)
        self.assertEqual(len(self._statements()), 1)

    def test_batch_of_a_booked_entry(self):
        self._import(statement(referenced("50.00", "R1"), "100.00", "150.00"))
        parts = detail(text="A", amount="30.00") + detail(text="B", amount="20.00")
        result = self._import(camt(referenced("50.00", "R1", parts), message="054"))
        self.assertCounts(result, known=2)
        self.assertEqual(self._lines().mapped("amount"), [50])
        self.assertIn("50.00", result.told)

    def test_report_without_reference(self):
        """The statement words the entry differently: day and amount tell it."""
        self._import(camt(entry("40.00", detail(text="Short")), message="052"))
        data = statement(
            entry("40.00", detail(text="Short and long")) + entry("40.00"),
            *("100.00", "180.00"),
        )
        result = self._import(data)
        self.assertCounts(result, new=1, known=1, statements=1)
        self.assertIn("40.00", result.told)
        self.assertEqual(len(self._lines()), 2)

    def test_other_format_with_the_same_reference(self):
        self._import(statement(referenced("40.00", "R1"), "100.00", "140.00"))
        lines = (":61:2511051105C40,00NTRFNONREF//R1", ":86:INV 1")
        result = self._import(mt940(*lines, ":62F:C251105EUR140,00"))
        self.assertCounts(result, known=1)
        table = b"Date,Amount,Reference,Text\n2025-11-05,40.00,R1,Whatever\n"
        wizard = self._upload({"a.csv": table}, journal_id=self.bank.id)
        wizard.action_use_columns()
        self.assertCounts(wizard.file_ids, known=1)
        self.assertIn("40.00", wizard.file_ids.told)
        self.assertEqual(len(self._lines()), 1)

    def test_same_reference_of_another_amount_is_new(self):
        self._import(statement(referenced("40.00", "R1"), "100.00", "140.00"))
        data = statement(referenced("41.00", "R1"), "140.00", "181.00")
        self.assertCounts(self._import(data), new=1, statements=1)

    def test_deleted_line_can_come_again(self):
        data = camt(referenced("40.00", "R1"))
        self._import(data)
        self._lines().unlink()
        self.assertCounts(self._import(data), new=1)
